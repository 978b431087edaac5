import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour, id, minute } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function up(replay: Properties): Promise<readonly string[]> {
  const result = await shop.stack.up(replay);
  expect([result.problems, result.failure?.message]).toEqual([[], undefined]);
  return result.lines;
}

async function failingUp(replay: Properties): Promise<string> {
  const { problems, failure } = await shop.stack.up(replay);
  return [...problems, failure?.message ?? "it did not fail"].join("\n");
}

function deny(shard?: number): () => void {
  const rule = shop.emulator.rule({
    call: "UpdateCheckPoint",
    do: { kind: "error", status: 401, code: "Unauthorized" },
    ...(shard !== undefined && { shard }),
  });
  return () => {
    rule.remove();
  };
}

/** The consumers read on while nobody looks. */
function readOn(...hours: readonly [number, number]): void {
  shop.commit(0, hours[0]);
  shop.commit(1, hours[1]);
  shop.pass(10 * minute);
}

describe("previous", () => {
  test("leaves a shard alone whose write was certainly not applied", async () => {
    const allow = deny(0);
    await failingUp(shop.replay(at(7)));
    allow();
    readOn(0, 5);
    await up(shop.replay("previous"));
    expect([shop.stands(), shop.written().filter((shard) => shard === 0)]).toEqual([[0, 1], [0]]);
  });

  test("leaves shards alone whose replay expired before anything was written", async () => {
    shop.stack.onPlanned = () => {
      shop.pass(hour);
    };
    await up(shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" }));
    shop.stack.onPlanned = () => undefined;
    readOn(0, 0);
    const lines = await up(shop.replay("previous"));
    expect(lines).toContain(
      `warning: ${id}: left alone: shards 0, 1: never moved by this replay, so there is no earlier position`,
    );
    expect([shop.stands(), shop.writes()]).toEqual([[0, 0], []]);
  });

  test("has nothing to lead to after a replay that was refused before it wrote", async () => {
    shop.stack.onPlanned = () => {
      shop.commit(1, 0);
    };
    expect(await failingUp(shop.replay(at(7)))).toContain("consumers are alive");
    shop.stack.onPlanned = () => undefined;
    shop.pass(10 * minute);
    expect(await failingUp(shop.replay("previous"))).toContain(
      '"previous" has no earlier position for this shard',
    );
    expect([shop.stands(), shop.writes()]).toEqual([[1, 0], []]);
  });

  test("keeps its target until it is finished, whatever is triggered meanwhile", async () => {
    await up(shop.replay(at(7)));
    readOn(5, 5);
    const allow = deny(0);
    await failingUp(shop.replay("previous"));
    allow();
    shop.pass(10 * minute);
    await up(shop.replay("previous", { triggers: ["again"] }));
    // Shard 0 goes on to where it stood; shard 1, which was back, goes forth again.
    expect(shop.stands()).toEqual([1, 5]);
  });

  test("leads back over a target that was reached by a write whose answer was lost", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    const look = shop.emulator.rule({
      call: "GetCheckPoint",
      nth: 4,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    shop.stack.onPlanned = () => undefined;
    const first = await failingUp(shop.replay(at(7)));
    expect([first, look.hits]).toEqual([expect.stringContaining("uncertain"), 1]);
    shop.emulator.clearRules();
    shop.pass(minute);
    await up(shop.replay(at(5), { allowSkip: true }));
    expect(shop.previousPositions).toEqual({
      0: `cursor:${shop.cursor(0, 7)}`,
      1: `cursor:${shop.cursor(1, 7)}`,
    });
  });

  test("of some shards that were moved earlier than others is named", async () => {
    await up(shop.replay({ 0: at(7) }));
    shop.pass(10 * minute);
    await up(shop.replay({ 0: at(7), 1: at(6) }));
    shop.pass(10 * minute);
    const lines = await up(shop.replay("previous"));
    expect(lines).toContain(
      `warning: ${id}: the newest move did not include shard 0, so previous undoes an older move there`,
    );
    expect(shop.stands()).toEqual([1, 1]);
  });
});

describe("the way back that is printed", () => {
  test.each([2, 14, 200])("of %i shards can be pasted, and puts every shard back", async (shards) => {
    await shop.close();
    shop = await ReplayShop.open({ shards });
    const all = Array.from({ length: shards }, (_, shard) => shard);
    const lines = await up(shop.replay(at(7)));
    const line = lines.find((each) => each.startsWith("way back: ")) ?? "";
    shop.stack.state = {};
    shop.pass(10 * minute);
    await up(shop.replay(JSON.parse(line.slice("way back: ".length))));
    expect(shop.stands(all)).toEqual(all.map(() => 1));
  });
});

describe("the ways out of uncertain", () => {
  /** Shard 0 is moved by somebody else between plan and write. */
  async function uncertain(): Promise<readonly [keep: Properties, pin: Properties]> {
    shop.stack.onPlanned = () => {
      shop.commit(0, 0);
      shop.pass(10 * minute);
    };
    const message = await failingUp(shop.replay(at(7)));
    shop.stack.onPlanned = () => undefined;
    const maps = [...message.matchAll(/^ {2}from: (\{.*\})$/gm)].map(
      ([, map]) => JSON.parse(map ?? "") as Properties,
    );
    expect(maps).toHaveLength(2);
    shop.commit(1, 4);
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
    return maps as [Properties, Properties];
  }

  test("leave it alone, and no other shard is touched", async () => {
    const [keep] = await uncertain();
    await up(shop.replay({ "*": at(7), ...keep }));
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.writes()]).toEqual([[0, 4], []]);
  });

  test("pin it from where it stands now, and no other shard is touched; tidied away, nothing acts", async () => {
    const [, pin] = await uncertain();
    await up(shop.replay({ "*": at(7), ...pin }));
    expect([shop.stands(), shop.written()]).toEqual([[7, 4], [0]]);
    shop.commit(0, 3);
    shop.pass(10 * minute);
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.written()]).toEqual([[3, 4], [0]]);
  });
});
