import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour, minute } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

async function up(replay: Properties): Promise<void> {
  const result = await shop.stack.up(replay);
  expect([result.problems, result.failure?.message]).toEqual([[], undefined]);
}

async function denied(replay: Properties): Promise<void> {
  const rule = shop.emulator.rule({
    call: "UpdateCheckPoint",
    do: { kind: "error", status: 401, code: "Unauthorized" },
  });
  expect((await shop.stack.up(replay)).failure).toBeDefined();
  rule.remove();
  shop.emulator.clearRequests();
}

/** A replay that is done, and whose consumers have read on. */
async function done(replay: Properties): Promise<void> {
  await up(replay);
  for (const shard of [0, 1]) shop.commit(shard, 3);
  shop.pass(10 * minute);
  shop.emulator.clearRequests();
}

const changes: readonly { readonly name: string; readonly changed: () => Properties }[] = [
  { name: "position", changed: () => shop.replay(at(9)) },
  { name: "position of one shard", changed: () => shop.replay({ "*": at(7), 0: at(9) }) },
  {
    name: "position to a cursor",
    changed: () => shop.replay({ "*": `cursor:${shop.cursor(0, 9)}`, 1: at(9) }),
  },
  { name: "position to previous", changed: () => shop.replay("previous") },
  { name: "triggers", changed: () => shop.replay(at(7), { triggers: ["again"] }) },
];

describe("a change that was never applied is taken back without a write:", () => {
  test.each(changes)("$name", async ({ changed }) => {
    await done(shop.replay(at(7)));
    await denied(changed());
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.writes(), shop.statuses()]).toEqual([
      [3, 3],
      [],
      { 0: "pinned", 1: "pinned" },
    ]);
    expect(await shop.stack.up(shop.replay(at(7)))).toMatchObject({ plan: "same", apply: "same" });
  });

  test("one that was applied in part is taken back where it was applied", async () => {
    await done(shop.replay(at(7)));
    const rule = shop.emulator.rule({
      call: "UpdateCheckPoint",
      shard: 1,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    expect((await shop.stack.up(shop.replay(at(9)))).failure).toBeDefined();
    rule.remove();
    shop.pass(10 * minute);
    shop.emulator.clearRequests();
    await up(shop.replay(at(7), { allowSkip: true }));
    expect([shop.stands(), shop.written()]).toEqual([[7, 3], [0]]);
  });
});

describe("what asks for the same in other words asks for nothing:", () => {
  test.each([
    { name: "a map of all", words: () => shop.replay({ "*": at(7) }) },
    { name: "each shard by name", words: () => shop.replay({ 0: at(7), 1: at(7) }) },
    { name: "another offset", words: () => shop.replay("2026-11-22T13:00:00+08:00") },
  ])("$name", async ({ words }) => {
    await done(shop.replay(at(7)));
    await up(words());
    expect([shop.stands(), shop.writes()]).toEqual([[3, 3], []]);
  });

  test("keep, and then the same again", async () => {
    await done(shop.replay(at(7)));
    await up(shop.replay("keep"));
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.writes()]).toEqual([[3, 3], []]);
  });

  test("keep after a write that failed, and then the same again: it was never done, so it is done now", async () => {
    await denied(shop.replay(at(7)));
    await up(shop.replay("keep"));
    for (const shard of [0, 1]) shop.commit(shard, 0);
    shop.pass(10 * minute);
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
  });
});

describe("a deadline", () => {
  test("that is taken away lets nothing act", async () => {
    await denied(shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" }));
    shop.pass(hour);
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.statuses(), shop.writes()]).toEqual([
      [1, 1],
      { 0: "expired", 1: "expired" },
      [],
    ]);
    await up(shop.replay(at(7), { applyBefore: "2026-11-22T12:20:00Z" }));
    expect(shop.writes()).toEqual([]);
    await up(shop.replay(at(7)));
    await up(shop.replay(at(7), { applyBefore: "2026-11-23T12:00:00Z" }));
    expect(shop.stands()).toEqual([7, 7]);
  });

  test("that is given again after it was left out is previewed as what it lets act", async () => {
    await denied(shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" }));
    shop.pass(hour);
    await up(shop.replay(at(7)));
    const later = shop.replay(at(7), { applyBefore: "2026-11-23T12:00:00Z" });
    const { lines } = await shop.stack.preview(later);
    expect(lines.join("\n")).toContain("shop/orders/billing: 2 shards: 2 back");
    await up(later);
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
  });

  test("that is given to a replay that is done asks for nothing, and previews nothing", async () => {
    await up(shop.replay(at(7)));
    const bounded = shop.replay(at(7), { applyBefore: "2026-11-23T12:00:00Z" });
    shop.emulator.clearRequests();
    expect((await shop.stack.preview(bounded)).lines).toEqual([]);
    shop.emulator.clearRequests();
    const { plan, apply } = await shop.stack.up(bounded);
    expect([plan, apply, shop.writes(), shop.stands()]).toEqual(["update", "update", [], [7, 7]]);
  });

  const soon = { applyBefore: "2026-11-22T12:30:00Z" };
  /** Leaves a replay undone in state, with its deadline. */
  const undone: readonly { name: string; leave: () => Promise<unknown> }[] = [
    { name: "shards that were left behind", leave: () => up(shop.replay(at(0), soon)) },
    {
      name: "shards that were left behind, and given it later",
      leave: async () => {
        await up(shop.replay(at(0)));
        await up(shop.replay(at(0), soon));
      },
    },
    {
      name: "a plan of which nothing was done",
      leave: async () => {
        shop.stack.onPlanned = () => {
          shop.emulator.rule({
            call: "GetCheckPoint",
            do: { kind: "error", status: 401, code: "Unauthorized" },
          });
        };
        const { failure } = await shop.stack.up(shop.replay(at(0), soon));
        expect(failure?.message).toContain("could not be looked at, so nothing is written");
        shop.stack.onPlanned = () => undefined;
        shop.emulator.clearRules();
      },
    },
  ];

  test.each(undone)("that is taken away while skipping is allowed still bounds $name", async ({ leave }) => {
    await leave();
    shop.pass(hour);
    await up(shop.replay(at(0), { allowSkip: true }));
    expect([shop.stands(), shop.statuses(), shop.writes()]).toEqual([
      [1, 1],
      { 0: "expired", 1: "expired" },
      [],
    ]);
  });

  test("that is taken away while skipping is allowed lets shards act before it", async () => {
    await up(shop.replay(at(0), soon));
    await up(shop.replay(at(0), { allowSkip: true }));
    expect(shop.stands()).toEqual([0, 0]);
  });

  test("that passed before a changed declaration could be looked at lets the former one do nothing", async () => {
    await denied(shop.replay(at(7), { applyBefore: "2026-11-22T23:00:00Z" }));
    shop.stack.onChecked = () => {
      shop.emulator.rule({ call: "GetCheckPoint", do: { kind: "error", status: 401, code: "Unauthorized" } });
    };
    const { failure } = await shop.stack.up(shop.replay(at(9), { applyBefore: "2026-11-22T12:05:00Z" }));
    expect(failure?.message).toContain("SLS could not be read, so nothing is written");
    expect([shop.stands(), shop.writes()]).toEqual([[1, 1], []]);
  });

  test("that passes after every write failed ends the replay instead of failing for ever", async () => {
    const replay = shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" });
    await denied(replay);
    shop.pass(hour);
    await up(replay);
    expect([shop.statuses(), shop.writes()]).toEqual([{ 0: "expired", 1: "expired" }, []]);
  });
});

describe("state that cannot be read", () => {
  test.each([
    { name: "a plan of a newer version", broken: { plan: { schemaVersion: 99 } } },
    { name: "a plan without shards", broken: { plan: { schemaVersion: 2 } } },
    { name: "a declaration of another form", broken: { maxMove: "P1M" } },
  ])("refuses a change and writes nothing: $name", async ({ broken }) => {
    await done(shop.replay(at(7)));
    const { plan } = shop.stack.state;
    if (plan === undefined) throw new Error("there is no plan");
    shop.stack.state = { ...shop.stack.state, plan: { ...plan, outs: { ...plan.outs, ...broken } } };
    const { problems, failure } = await shop.stack.up(shop.replay(at(9)));
    expect([...problems, failure?.message].join("\n")).toContain("cannot be read");
    expect(shop.writes()).toEqual([]);
  });

  test("refuses writes whose deadline cannot be read, and never takes it for none", async () => {
    await denied(shop.replay(at(7)));
    shop.stack.state = { ...shop.stack.state };
    const server = await shop.startProcess();
    const writes = await server.as("replayApplyProvider");
    const { failures } = await writes.check(shop.stack.state.apply?.inputs ?? {}, {
      ...shop.stack.state.apply?.inputs,
      applyBefore: "2026-11-22 12:00",
    });
    await server.stop();
    expect(failures[0]?.reason).toContain("is not an RFC 3339 instant");
    expect(shop.writes()).toEqual([]);
  });
});

describe("an unfinished replay", () => {
  test("claims its shards, and is found beside another resource that moves one of them", async () => {
    await denied(shop.replay(at(7)));
    shop.pass(10 * minute);
    const { plan, apply } = shop.stack.state;
    const server = await shop.startProcess();
    const writes = await server.as("replayApplyProvider");
    const order = { ...apply?.inputs, plan: plan?.outs["plan"], self: "first" };
    await writes.check(apply?.inputs ?? {}, order);
    await writes.diff(apply?.id ?? "", apply?.outs ?? {}, order);
    const second: Properties = { ...shop.replay({ 0: at(5) }), self: "second" };
    await server.check({}, second);
    const { from: _from, ...rest } = second;
    const { failures } = await writes.check({}, { ...rest, plan: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    await server.stop();
    expect(failures[0]?.reason).toContain("two resources move the same shard");
  });
});

describe("an act that goes on passes every rule again:", () => {
  test("a bound that was lowered meanwhile", async () => {
    await denied(shop.replay(at(7)));
    const { problems, failure } = await shop.stack.up(shop.replay(at(7), { maxMove: "PT1H" }));
    expect([...problems, failure?.message].join("\n")).toContain("further than maxMove allows");
    expect(shop.writes()).toEqual([]);
  });

  test("data that expired meanwhile", async () => {
    await denied(shop.replay(at(7)));
    shop.pass(7 * 24 * hour - 6 * hour);
    const { failure } = await shop.stack.up(shop.replay(at(7)));
    expect(failure?.message).toMatch(/refused, because/);
    expect(shop.writes()).toEqual([]);
  });

  test("its preview shows every shard that the next up writes", async () => {
    await denied(shop.replay(at(7)));
    shop.pass(10 * minute);
    const { problems, lines } = await shop.stack.preview(shop.replay(at(7), { reason: "another" }));
    expect(problems).toEqual([]);
    expect(lines).toContain("shop/orders/billing: 2 shards: 2 back; 12 log groups will be read again");
    expect(lines.some((line) => line.startsWith("  shards 0, 1  back 6 h, 6 log groups each: "))).toBe(true);
  });
});
