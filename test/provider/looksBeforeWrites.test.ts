import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, minute, second } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function failingUp(replay: Properties): Promise<string> {
  const { problems, failure } = await shop.stack.up(replay);
  return [...problems, failure?.message ?? "it did not fail"].join("\n");
}

/** Acts while the look after the first write of a shard is held. */
async function atReadBack(shard: number, act: () => void): Promise<void> {
  await shop.emulator.waitForRequest(
    (request) => request.call === "UpdateCheckPoint" && request.shard === shard,
  );
  const look = shop.emulator.rule({ call: "GetCheckPoint", do: { kind: "hold" } });
  await look.acted();
  act();
  look.remove();
  look.release();
}

/** Looks show what was before. */
function showOld(old: ReturnType<ReplayShop["emulator"]["checkpoint"]>, times: number): void {
  const { checkpoint, updateTime } = old ?? {};
  const body = JSON.stringify([{ shard: 0, checkpoint, updateTime, consumer: "host-a" }]);
  const answer = { kind: "body", status: 200, contentType: "application/json", body } as const;
  shop.emulator.rule({ call: "GetCheckPoint", times, do: answer });
}

describe("a consumer that commits", () => {
  test("while a throttled write waits for its next attempt is not overwritten", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 0, times: 1, do: { kind: "quota" } });
    const [message] = await Promise.all([
      failingUp(shop.replay(at(7))),
      atReadBack(0, () => {
        shop.commit(0, 0);
      }),
    ]);
    expect(message).toContain("uncertain");
    expect(shop.stands()).toEqual([0, 7]);
    expect(shop.written()).toEqual([0, 1]);
  });

  test("while earlier waves are written is not overwritten", async () => {
    await shop.close();
    shop = await ReplayShop.open({ shards: 6 });
    shop.moreConfig = { "sls:maxConcurrency": "1" };
    const [message] = await Promise.all([
      failingUp(shop.replay(at(7))),
      atReadBack(2, () => {
        shop.commit(5, 0);
      }),
    ]);
    expect(message).toMatch(/uncertain|consumers are alive/);
    expect(shop.stands([5])).toEqual([0]);
    expect(shop.written()).not.toContain(5);
  });

  test("from the pin, while a stale read still shows the old place, is not overwritten", async () => {
    const old = shop.emulator.checkpoint("shop", "orders", "billing", 0);
    const [message] = await Promise.all([
      failingUp(shop.replay({ 0: at(7) })),
      atReadBack(0, () => {
        showOld(old, 2);
        shop.commit(0, 5);
      }),
    ]);
    expect(message).toContain("uncertain");
    expect([shop.stands(), shop.written()]).toEqual([[5, 1], [0]]);
  });
});

describe("a write that the service acknowledged and no look shows", () => {
  test("is looked for three times, and then uncertain: it is never sent again", async () => {
    const old = shop.emulator.checkpoint("shop", "orders", "billing", 0);
    const [message] = await Promise.all([
      failingUp(shop.replay({ 0: at(7) })),
      shop.emulator
        .waitForRequest(({ call }) => call === "UpdateCheckPoint")
        .then(() => {
          showOld(old, 100);
        }),
    ]);
    expect(message).toContain("uncertain");
    expect(shop.written()).toEqual([0]);
    shop.emulator.clearRules();
    shop.pass(minute);
    const { failure } = await shop.stack.up(shop.replay({ 0: at(7) }));
    expect([failure, shop.statuses()[0], shop.written()]).toEqual([undefined, "pinned", [0]]);
  });
});

describe("a write whose answer was lost", () => {
  test("is sent again only after two looks, two seconds apart, showed where it stood", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", times: 1, do: { kind: "resetBefore" } });
    const started = performance.now();
    expect((await shop.stack.up(shop.replay({ 0: at(7) }))).failure).toBeUndefined();
    const writes = shop.writes();
    const looks = shop.emulator
      .requestsOf("GetCheckPoint")
      .filter((look) => look.id > (writes[0]?.id ?? 0) && look.id < (writes[1]?.id ?? 0));
    expect([writes.length, looks.length]).toEqual([2, 2]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(2 * second);
  });
});

describe("a live consumer", () => {
  test("that stands at its shard's target by itself is one, and stops the group", async () => {
    for (const shard of [0, 1]) shop.commit(shard, 3);
    shop.pass(10 * minute);
    const ends = [0, 1].map((shard) => shop.emulator.cursorAt("shop", "orders", shard, "end"));
    shop.stack.onPlanned = () => {
      shop.emulator.commit("shop", "orders", "billing", 1, ends[1] ?? "", { consumer: "host-b" });
    };
    expect(await failingUp(shop.replay("end"))).toContain("host-b  committed");
    expect(shop.writes()).toEqual([]);
  });

  test("is not what an earlier up of the same replay wrote a moment ago", async () => {
    expect((await shop.stack.up(shop.replay(at(7)))).failure).toBeUndefined();
    const { problems, lines } = await shop.stack.preview(shop.replay(at(9)));
    expect([problems, lines.filter((line) => line.includes("consumers are alive"))]).toEqual([[], []]);
    expect((await shop.stack.up(shop.replay(at(9)))).failure).toBeUndefined();
    expect(shop.stands()).toEqual([9, 9]);
  });

  test("is not what an earlier up wrote and could not read back", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    shop.emulator.rule({
      call: "GetCheckPoint",
      nth: 4,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    expect(await failingUp(shop.replay(at(7)))).toContain("uncertain");
    shop.emulator.clearRules();
    expect((await shop.stack.up(shop.replay(at(9)))).failure).toBeUndefined();
    expect(shop.stands()).toEqual([9, 9]);
    expect(shop.previousPositions).toEqual({
      0: `cursor:${shop.cursor(0, 7)}`,
      1: `cursor:${shop.cursor(1, 7)}`,
    });
  });

  test("that an overwriting replay overrides is named in its preview", async () => {
    for (const shard of [0, 1]) shop.commit(shard, 1);
    const { lines } = await shop.stack.preview(
      shop.replay(at(7), { onActiveConsumers: "overwrite", watchFor: "PT5S" }),
    );
    expect(lines.join("\n")).toContain(
      'warning: consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the pins. ' +
        "pulumi up watches the pins for 5 s, and fails if a consumer does:\n  shard 0  host-a  committed 0 s ago, and 1 shard more",
    );
  });
});
