import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProviderFailure, type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, minute, second } from "./replayShop.js";
import { type ReplayProvider, ReplayStack } from "./replayStack.js";

let shop: ReplayShop;
/** Another replay of the stack that `shop.stack` is in. */
let other: ReplayStack;

beforeEach(async () => {
  shop = await ReplayShop.open();
  other = new ReplayStack(shop.stack.connect, "other");
});

afterEach(async () => {
  await shop.close();
});

/** One up of the whole stack: one process for all of its resources. */
async function upOfAll(resources: (server: ReplayProvider) => Promise<string>): Promise<string> {
  const server = await shop.stack.connect();
  try {
    return await resources(server);
  } finally {
    await server.stop();
  }
}

async function replayed(stack: ReplayStack, server: ReplayProvider, replay: Properties): Promise<string> {
  const { problems, failure } = await stack.upWith(server, replay);
  return [...problems, ...(failure === undefined ? [] : [failure.message])].join("\n");
}

/** A pin of the stack, with what state holds of it. */
class Pin {
  readonly #declared: Properties;
  #outs: Properties | undefined;

  constructor(shard: number, hoursBeforeNoon: number) {
    const { from: _from, ...group } = shop.replay(undefined);
    const self = `urn:pulumi:test::shop::pulumi-nodejs:dynamic:Resource::pin-${String(shard)}`;
    this.#declared = { ...group, shard, checkpoint: shop.cursor(shard, hoursBeforeNoon), self };
  }

  get status(): unknown {
    return this.#outs?.["status"];
  }

  async up(server: ReplayProvider): Promise<string> {
    const pins = await server.as("consumerGroupCheckpointProvider");
    const id = `shop/orders/billing/${String(this.#declared["shard"])}`;
    const { inputs, failures } = await pins.check(
      this.#outs === undefined ? {} : this.#declared,
      this.#declared,
    );
    if (failures.length > 0) return failures.map(({ reason }) => reason).join("\n");
    try {
      if (this.#outs === undefined) this.#outs = (await pins.create(inputs)).outs;
      else if ((await pins.diff(id, this.#outs, inputs)).changes === "some")
        this.#outs = await pins.update(id, this.#outs, inputs);
      return "";
    } catch (error) {
      const { kept, message } = error as ProviderFailure;
      if (kept !== undefined) {
        const { __provider: _shim, ...outs } = kept.properties;
        this.#outs = outs;
      }
      return message;
    }
  }
}

describe("what another resource of the stack wrote a moment ago is no live consumer", () => {
  const first = (): Properties => shop.replay({ 0: at(7) });

  test("of a replay in the same up", async () => {
    const said = await upOfAll(async (server) =>
      [
        await replayed(shop.stack, server, first()),
        await replayed(other, server, shop.replay({ 1: at(6) })),
      ].join(""),
    );
    expect([said, shop.stands()]).toEqual(["", [7, 6]]);
  });

  test("of a replay in the next up, 20 seconds later", async () => {
    expect(await upOfAll((server) => replayed(shop.stack, server, first()))).toBe("");
    shop.pass(20 * second);
    const said = await upOfAll(async (server) =>
      [
        await replayed(shop.stack, server, first()),
        await replayed(other, server, shop.replay({ 1: at(6) })),
      ].join(""),
    );
    expect([said, shop.stands()]).toEqual(["", [7, 6]]);
  });

  test("of a rollback by another replay right after the first", async () => {
    expect(await upOfAll((server) => replayed(shop.stack, server, shop.replay(at(7))))).toBe("");
    shop.pass(20 * second);
    const said = await upOfAll(async (server) =>
      [
        await replayed(shop.stack, server, shop.replay(at(7))),
        // The dependency makes the engine ask for the first one before.
        await replayed(other, server, shop.replay(shop.previousPositions)),
      ].join(""),
    );
    expect([said, shop.stands()]).toEqual(["", [1, 1]]);
    shop.emulator.clearRequests();
    const again = await upOfAll(async (server) =>
      [
        await replayed(shop.stack, server, shop.replay(at(7))),
        await replayed(other, server, shop.replay(shop.previousPositions)),
      ].join(""),
    );
    expect([again, shop.emulator.requests]).toEqual(["", []]);
  });

  test("of a pin that is tried again, beside one that was applied", async () => {
    const [done, denied] = [new Pin(0, 7), new Pin(1, 7)];
    const rule = shop.emulator.rule({
      call: "UpdateCheckPoint",
      shard: 1,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    expect(await upOfAll(async (server) => `${await done.up(server)}${await denied.up(server)}`)).toContain(
      "is not pinned",
    );
    rule.remove();
    shop.pass(20 * second);
    expect(await upOfAll(async (server) => `${await done.up(server)}${await denied.up(server)}`)).toBe("");
    expect([done.status, denied.status, shop.stands()]).toEqual(["pinned", "pinned", [7, 7]]);
  });

  test("of a second pin, after a replay of the other shard", async () => {
    expect(await upOfAll((server) => replayed(shop.stack, server, first()))).toBe("");
    shop.pass(20 * second);
    const pin = new Pin(1, 6);
    const said = await upOfAll(
      async (server) => `${await replayed(shop.stack, server, first())}${await pin.up(server)}`,
    );
    expect([said, shop.stands()]).toEqual(["", [7, 6]]);
  });

  test("of a second replay, after a pin of the other shard", async () => {
    const pin = new Pin(1, 6);
    expect(await upOfAll((server) => pin.up(server))).toBe("");
    shop.pass(20 * second);
    const said = await upOfAll(
      async (server) => `${await pin.up(server)}${await replayed(shop.stack, server, first())}`,
    );
    expect([said, shop.stands()]).toEqual(["", [7, 6]]);
  });
});

describe("a live consumer", () => {
  test("that saves where another resource of the stack had pinned its shard is one", async () => {
    expect(await upOfAll((server) => replayed(shop.stack, server, shop.replay({ 0: at(7) })))).toBe("");
    shop.pass(20 * second);
    shop.commit(0, 7);
    const said = await upOfAll(async (server) =>
      [
        await replayed(shop.stack, server, shop.replay({ 0: at(7) })),
        await replayed(other, server, shop.replay({ 1: at(6) })),
      ].join(""),
    );
    expect(said).toContain("refused, because consumers are alive");
    expect(shop.stands()).toEqual([7, 1]);
  });

  test("cannot be told from a pin of another stack, and the refusal says so", async () => {
    expect(await upOfAll((server) => replayed(shop.stack, server, shop.replay({ 0: at(7) })))).toBe("");
    shop.pass(20 * second);
    const said = await upOfAll((server) => replayed(other, server, shop.replay({ 1: at(6) })));
    expect(said).toContain("refused, because consumers are alive");
    expect(said).toContain("a pin that another stack wrote a moment ago looks the same");
    shop.pass(minute);
    expect(await upOfAll((server) => replayed(other, server, shop.replay({ 1: at(6) })))).toBe("");
  });
});

describe("an unfinished replay and a new one that moves one of its shards", () => {
  test.each(["unfinished", "new"])(
    "are refused in the preview, the %s one asked for first",
    async (first) => {
      const rule = shop.emulator.rule({
        call: "UpdateCheckPoint",
        do: { kind: "error", status: 401, code: "Unauthorized" },
      });
      expect((await shop.stack.up(shop.replay(at(7)))).failure).toBeDefined();
      rule.remove();
      shop.pass(10 * minute);
      const steps = [
        (server: ReplayProvider) => shop.stack.previewWith(server, shop.replay(at(7))),
        (server: ReplayProvider) => other.previewWith(server, shop.replay({ 0: at(5) })),
      ];
      if (first === "new") steps.reverse();
      const problems: (readonly string[])[] = [];
      const server = await shop.stack.connect();
      for (const step of steps) problems.push(await step(server));
      await server.stop();
      expect(problems[0]).toEqual([]);
      expect(problems[1]?.join("\n")).toContain("two resources move the same shard");
    },
  );

  test("write that shard once where no preview came before", async () => {
    const rule = shop.emulator.rule({
      call: "UpdateCheckPoint",
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    expect((await shop.stack.up(shop.replay(at(7)))).failure).toBeDefined();
    rule.remove();
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
    const said = await upOfAll(async (server) => {
      const newer = await replayed(other, server, shop.replay({ 0: at(5) }));
      return `${newer}${await replayed(shop.stack, server, shop.replay(at(7)))}`;
    });
    expect(said).toContain("two resources move the same shard");
    expect([shop.stands(), shop.written()]).toEqual([[5, 1], [0]]);
  });
});
