import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Rule } from "../../emulator/src/index.js";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, hour, id, minute, second } from "./replayShop.js";

let shop: ReplayShop;

beforeEach(async () => {
  shop = await ReplayShop.open();
});

afterEach(async () => {
  await shop.close();
});

/** Another up, in which nothing is expected to go wrong. */
async function up(replay: Properties): Promise<readonly string[]> {
  const result = await shop.stack.up(replay);
  expect([result.problems, result.failure?.message]).toEqual([[], undefined]);
  return result.lines;
}

async function failingUp(replay: Properties): Promise<string> {
  const { problems, failure } = await shop.stack.up(replay);
  expect(problems).toEqual([]);
  expect(failure).toBeDefined();
  return failure?.message ?? "";
}

describe("a replay", () => {
  test("moves the whole group once, reads it back, keeps the way back, and is quiet after", async () => {
    const replay = shop.replay("2026-11-22T13:00:00+08:00", { reason: "tax" });
    await up(replay);
    expect(shop.stands()).toEqual([7, 7]);
    expect(shop.written()).toEqual([0, 1]);
    expect(shop.stack.state.apply?.outs).toMatchObject({
      positions: { 0: `cursor:${shop.cursor(0, 7)}`, 1: `cursor:${shop.cursor(1, 7)}` },
      previousPositions: { 0: `cursor:${shop.cursor(0, 1)}`, 1: `cursor:${shop.cursor(1, 1)}` },
      plannedAt: "2026-11-22T12:10:00Z",
      pinnedAt: "2026-11-22T12:10:00Z",
      totals: { pinned: 2 },
    });
    expect(shop.stack.state.apply?.outs["shards"]).toMatchObject([
      {
        shard: 0,
        status: "pinned",
        checkpoint: shop.cursor(0, 7),
        checkpointTime: at(7).replace(".000", ""),
        previousCheckpoint: shop.cursor(0, 1),
        previousCheckpointTime: at(1).replace(".000", ""),
        previousConsumer: "host-a",
        pinnedAt: "2026-11-22T12:10:00Z",
      },
      { shard: 1, status: "pinned" },
    ]);

    shop.emulator.clearRequests();
    const again = await shop.stack.up(replay);
    expect(again).toMatchObject({ plan: "same", apply: "same", lines: [] });
    expect(shop.emulator.requests).toHaveLength(0);
  });

  test("says the plan in check, and the way back before the first write", async () => {
    const lines = await up(shop.replay("2026-11-22T13:00:00+08:00", { reason: "tax" }));
    const [c0, c1] = [shop.cursor(0, 1), shop.cursor(1, 1)];
    expect(lines).toEqual([
      `${id}: 2 shards: 2 back; 12 log groups will be read again`,
      "  reason: tax",
      "  first log group that is read: received 2026-11-22T05:00:00Z; asked for 2026-11-22T13:00:00+08:00 (2026-11-22T05:00:00Z)",
      "  shards 0, 1  back 6 h, 6 log groups each: 2026-11-22T11:00:00Z → 2026-11-22T05:00:00Z",
      `way back: {"0":"cursor:${c0}","1":"cursor:${c1}"}`,
      `  of ${id}, to be pasted as from`,
      "  shard 0 stood at 2026-11-22T11:00:00Z",
      "  shard 1 stood at 2026-11-22T11:00:00Z",
    ]);
  });

  test("takes a map: one shard by itself, all others by a star", async () => {
    await up(shop.replay({ "*": at(7), 1: at(4) }));
    expect(shop.stands()).toEqual([7, 4]);
  });

  test("leaves alone what a map does not name, or keeps", async () => {
    await up(shop.replay({ 1: at(4) }));
    expect([shop.stands(), shop.statuses()]).toEqual([[1, 4], { 0: "kept", 1: "pinned" }]);
    shop.pass(10 * minute);
    await up(shop.replay({ "*": at(5), 1: "keep" }));
    expect([shop.stands(), shop.statuses()]).toEqual([[5, 4], { 0: "pinned", 1: "kept" }]);
    expect(shop.written()).toEqual([0, 1]);
  });

  test("goes to begin, end and cursors, and asks for no retention where no instant is named", async () => {
    await up(shop.replay({ 0: "begin", 1: "end" }));
    expect(shop.stands()).toEqual([12, -1]);
    await up(shop.replay({ 0: `cursor:${shop.cursor(0, 3)}`, 1: "end" }));
    expect(shop.stands()).toEqual([3, -1]);
    expect(shop.emulator.requestsOf("GetLogStore")).toHaveLength(0);
  });

  test("adopts shards that stand there already, without a write", async () => {
    await up(shop.replay(at(1)));
    expect(shop.statuses()).toEqual({ 0: "alreadyThere", 1: "alreadyThere" });
    expect(shop.writes()).toHaveLength(0);
  });

  test("sets a shard that the group never touched, as far as maxMove from now", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "fresh", { timeout: 60 });
    const fresh = { ...shop.replay(at(7)), consumerGroup: "fresh" };
    await up(fresh);
    expect(shop.stack.state.apply?.outs).toMatchObject({ previousPositions: {} });
    const lines = await up({ ...fresh, from: "previous", maxMove: "PT48H" });
    expect(lines).toContain(
      `warning: ${id.replace("billing", "fresh")}: left alone: shards 0, 1: never moved by this replay, so there is no earlier position`,
    );
    expect(shop.written()).toEqual([0, 1]);
  });

  test("moves read-only parents and children of a split alike", async () => {
    const children = shop.emulator.splitShard("shop", "orders", 0);
    expect(children).toEqual([2, 3]);
    await up(shop.replay(at(7)));
    expect(shop.stands([0, 1])).toEqual([7, 7]);
    expect(shop.statuses()).toEqual({ 0: "pinned", 1: "pinned", 2: "pinned", 3: "pinned" });
  });
});

describe("a refusal", () => {
  test("of an unknown shard id names the known ones", async () => {
    const { problems } = await shop.stack.up(shop.replay({ "*": at(7), 9: "begin" }));
    expect(problems[0]).toContain(`${id}, shard 9: the logstore has no such shard\n  its shards: 0, 1`);
    expect(shop.writes()).toHaveLength(0);
  });

  test("of one shard stops the whole group", async () => {
    const { problems, lines } = await shop.stack.up(
      shop.replay({ "*": at(7), 1: at(5) }, { maxMove: "PT5H" }),
    );
    expect(lines).toContain(`${id}: 2 shards: 1 back, 1 refused; 4 log groups will be read again`);
    expect(lines).toContain("  warning: refused: shard 0. So no shard is written; the error below says why");
    expect(lines.some((line) => line.startsWith("  shard 1  back 4 h"))).toBe(true);
    expect(problems[0]).toContain(
      `${id}, shard 0: refused, because it would move further than maxMove allows`,
    );
    expect(shop.writes()).toHaveLength(0);
    expect(shop.stack.state).toEqual({});
  });

  const cases: readonly { name: string; replay: () => Properties; says: string }[] = [
    {
      name: "the future",
      replay: () => shop.replay("2026-11-22T12:10:01Z"),
      says: "refused, because the instant is in the future",
    },
    {
      name: "what is older than the retention",
      replay: () => {
        shop.pass(8 * 24 * hour);
        return shop.replay("2026-11-22T12:00:01Z", { maxMove: "P30D" });
      },
      says: "refused, because the logstore no longer keeps what was asked for",
    },
    {
      name: "a cursor of another shard",
      replay: () => shop.replay({ 0: `cursor:${shop.cursor(1, 7)}` }),
      says: "refused, because the checkpoint is",
    },
    {
      name: "a first replay that shall go back to before it",
      replay: () => shop.replay("previous"),
      says: '"previous" has no earlier position for this shard',
    },
  ];

  test.each(cases)("of $name comes in the preview, and again at the up", async ({ replay, says }) => {
    const declared = replay();
    const { problems } = await shop.stack.preview(declared);
    expect(problems[0]).toContain(says);
    if (declared["from"] !== "previous") expect(await planWithoutCheck(declared)).toContain(says);
    expect(shop.writes()).toHaveLength(0);
  });

  test("of truncation is lifted by allowTruncated", async () => {
    shop.pass(8 * 24 * hour);
    await up(shop.replay("2026-11-22T12:00:01Z", { maxMove: "P30D", allowTruncated: true }));
    expect(shop.statuses()).toEqual({ 0: "pinned", 1: "pinned" });
  });

  test("of an ordered group past a split is lifted by allowUnordered", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "ordered", { timeout: 60, order: true });
    const end = shop.emulator.cursorAt("shop", "orders", 0, "end");
    shop.emulator.splitShard("shop", "orders", 0);
    shop.emulator.commit("shop", "orders", "ordered", 0, end, { consumer: "host-a" });
    shop.pass(10 * minute);
    const ordered = { ...shop.replay({ 0: at(7) }), consumerGroup: "ordered" };
    const { problems } = await shop.stack.up(ordered);
    expect(problems[0]).toContain(
      "the group reads in order, and would read this shard again after or beside its children",
    );
    await up({ ...ordered, allowUnordered: true });
    expect(shop.written()).toEqual([0]);
  });

  test("of a group that is missing is none in check, and one at the up", async () => {
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing");
    const { problems, lines, failure } = await shop.stack.up(shop.replay(at(7)));
    expect(problems).toEqual([]);
    expect(lines[0]).toContain(
      `warning: ${id}: not evaluated, so this preview does not show what pulumi up would do`,
    );
    expect(failure?.message).toContain(`${id}: SLS could not be read, so nothing is written`);
    expect(failure?.kept).toBeUndefined();
  });

  test("of two replays of one group names both, and different shards are no conflict", async () => {
    const server = await shop.startProcess();
    try {
      const check = async (self: string, replay: Properties) => {
        await server.check({}, { ...replay, self });
        const { from: _from, ...order } = replay;
        return (await server.as("replayApplyProvider")).check({}, { ...order, self, plan: unknown });
      };
      const first = await check("first", shop.replay({ 0: at(7) }));
      const beside = await check("beside", shop.replay({ 1: at(7) }));
      const over = await check("over", shop.replay({ "*": at(6) }));
      expect([first, beside, over].map(({ failures }) => failures.length)).toEqual([0, 0, 1]);
      expect(over.failures[0]?.reason).toContain("two resources move the same shard");
    } finally {
      await server.stop();
    }
  });
});

/** How Pulumi writes a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The plan's own refusal, for an up whose preview saw another world. */
async function planWithoutCheck(replay: Properties): Promise<string> {
  const server = await shop.stack.connect();
  try {
    await server.create(replay);
    return "it did not fail";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await server.stop();
  }
}

describe("an update", () => {
  test("of state only sends nothing, in another spelling of the positions too", async () => {
    await up(shop.replay("2026-11-22T05:00:00Z"));
    shop.emulator.clearRequests();
    const more = { maxMove: "PT1H", onActiveConsumers: "overwrite", reason: "another", watchFor: "PT0S" };
    const changed = await shop.stack.up(shop.replay({ "*": "2026-11-22T13:00:00+08:00" }, more));
    expect(changed).toMatchObject({ plan: "update", apply: "update", failure: undefined });
    expect(shop.emulator.requests).toHaveLength(0);
    expect(shop.stack.state.apply?.outs).toMatchObject({ reason: "another", totals: { pinned: 2 } });
    const less = await shop.stack.up(shop.replay("2026-11-22T05:00:00Z"));
    expect([less.plan, less.apply, shop.emulator.requests.length]).toEqual(["update", "update", 0]);
    expect(shop.stack.state.apply?.outs["reason"]).toBeUndefined();
  });

  test("of one entry of a map, weeks later, writes that shard only", async () => {
    await up(shop.replay({ "*": at(7) }));
    shop.commit(0, 2);
    shop.commit(1, 0);
    shop.pass(3 * 24 * hour);
    shop.emulator.clearRequests();
    await up(shop.replay({ "*": at(7), 1: at(5) }, { maxMove: "P7D" }));
    expect([shop.stands(), shop.written()]).toEqual([[2, 5], [1]]);
    expect(shop.previousPositions).toEqual({
      0: `cursor:${shop.cursor(0, 1)}`,
      1: `cursor:${shop.cursor(1, 0)}`,
    });
  });

  test("of triggers moves all shards again", async () => {
    await up(shop.replay(at(7)));
    for (const shard of [0, 1]) shop.commit(shard, 3);
    shop.pass(10 * minute);
    await up(shop.replay(at(7), { triggers: ["again"] }));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 0, 1, 1],
    ]);
    expect(shop.previousPositions[0]).toBe(`cursor:${shop.cursor(0, 3)}`);
  });

  test("of identity replaces, and says that nothing is undone", async () => {
    await up(shop.replay(at(7)));
    shop.emulator.createConsumerGroup("shop", "orders", "second", { timeout: 60 });
    const result = await shop.stack.up({ ...shop.replay(at(6)), consumerGroup: "second" });
    expect(result).toMatchObject({ plan: "replace", apply: "replace", problems: [], failure: undefined });
    expect(result.lines[0]).toBe(
      `warning: shop/orders/second: replaces ${id}; what was done there stays as it is`,
    );
    expect(shop.stands()).toEqual([7, 7]);
  });

  test("of a replay that a split followed moves new shards only when the star asks for it", async () => {
    await up(shop.replay({ "*": at(7) }));
    shop.emulator.splitShard("shop", "orders", 0);
    shop.pass(10 * minute);
    await up(shop.replay({ "*": at(7), 1: at(6) }, { allowSkip: true }));
    expect(shop.statuses()).toEqual({ 0: "pinned", 1: "pinned", 2: "kept", 3: "kept" });
    await up(shop.replay({ "*": at(5) }, { allowSkip: true }));
    expect(shop.statuses()).toEqual({ 0: "pinned", 1: "pinned", 2: "pinned", 3: "pinned" });
  });
});

describe("a deadline", () => {
  const deadline = { applyBefore: "2026-11-22T20:05:00+08:00" };

  test("that has passed expires all, with a warning and without a write; a later one acts", async () => {
    const lines = await up(shop.replay(at(7), deadline));
    expect(lines.join("\n")).toContain(
      "expired; nothing is written\n  applyBefore 2026-11-22T12:05:00Z has passed",
    );
    expect(shop.statuses()).toEqual({ 0: "expired", 1: "expired" });
    expect(shop.stack.state.apply?.outs["positions"]).toEqual({});
    await up(shop.replay(at(7)));
    expect(shop.writes()).toHaveLength(0);
    shop.stack.state = {};
    await up(shop.replay(at(7), deadline));
    await up(shop.replay(at(7), { applyBefore: "2026-11-22T14:00:00Z" }));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
  });

  test("that passes between plan and apply expires all, and a later one acts", async () => {
    shop.stack.onPlanned = () => {
      shop.pass(hour);
    };
    const replay = shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" });
    const lines = await up(replay);
    expect(lines).toContain(`warning: ${id}, shards 0, 1: expired; nothing is written`);
    expect([shop.statuses(), shop.writes()]).toEqual([{ 0: "expired", 1: "expired" }, []]);
    shop.stack.onPlanned = () => undefined;
    await up(shop.replay(at(7), { applyBefore: "2026-11-22T14:00:00Z" }));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
  });

  test("that passed before anything could be looked at expires, and a later one acts on named shards too", async () => {
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing");
    await up(shop.replay({ 0: at(7) }, deadline));
    shop.emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
    await up(shop.replay({ 0: at(7) }, { applyBefore: "2026-11-22T14:00:00Z" }));
    expect(shop.written()).toEqual([0]);
  });

  test("that passes in the middle expires the rest, and is no success where others are moved", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: { kind: "resetBefore" } });
    const replay = shop.replay(at(7), { applyBefore: "2026-11-22T12:30:00Z" });
    await failingUp(replay);
    shop.emulator.clearRules();
    shop.pass(hour);
    const message = await failingUp(replay);
    expect(message).toContain("shards pinned: 0\n  shards expired: 1");
    expect([shop.stands(), shop.statuses()]).toEqual([[7, 1], { 0: "pinned", 1: "expired" }]);
    await up(replay);
    await up({ ...replay, applyBefore: "2026-11-22T23:00:00Z" });
    expect(shop.stands()).toEqual([7, 7]);
  });
});

describe("live consumers", () => {
  test("are a warning in the preview, and stop the whole group at the up", async () => {
    shop.commit(1, 1);
    const { problems, lines } = await shop.stack.preview(shop.replay({ 0: at(7) }));
    expect(problems).toEqual([]);
    expect(lines.join("\n")).toContain(
      "warning: consumers are alive, so pulumi up will refuse. Stop them and wait 1 min 15 s",
    );
    expect(await failingUp(shop.replay({ 0: at(7) }))).toContain("shard 1  host-a  committed 0 s ago");
    expect(shop.writes()).toHaveLength(0);
  });

  test("that come to life between plan and apply stop it, and the plan is kept for the next up", async () => {
    shop.stack.onPlanned = () => {
      shop.commit(1, 1);
    };
    expect(await failingUp(shop.replay(at(7)))).toContain("refused, because consumers are alive");
    expect(shop.writes()).toHaveLength(0);
    shop.stack.onPlanned = () => undefined;
    shop.pass(10 * minute);
    await failingUp(shop.replay(at(7)));
    expect([shop.stands(), shop.statuses()]).toEqual([[7, 1], { 0: "pinned", 1: "uncertain" }]);
  });

  test("are waited for, and nothing is written before they are quiet", async () => {
    for (const shard of [0, 1]) shop.commit(shard, 1);
    shop.pass(74 * second);
    const provider = await shop.stack.connect();
    const running = shop.stack.upWith(provider, shop.replay(at(7), { onActiveConsumers: "wait" }));
    const waits = `${id}: waiting until the consumers are quiet, at most 5 min`;
    await vi.waitUntil(() => provider.lines.includes(waits), { timeout: 30_000 });
    expect(shop.writes()).toHaveLength(0);
    shop.pass(2 * second);
    const { failure } = await running;
    await provider.stop();
    expect(failure).toBeUndefined();
    expect(shop.stands()).toEqual([7, 7]);
  });

  test("are refused where waiting would take longer than waitTimeout", async () => {
    shop.commit(0, 1);
    const replay = shop.replay(at(7), { onActiveConsumers: "wait", waitTimeout: "PT1M" });
    expect(await failingUp(replay)).toContain("refused, because consumers are alive");
  });

  test("are overwritten on demand; one that saves over a pin is named, and never written again", async () => {
    for (const shard of [0, 1]) shop.commit(shard, 1);
    const replay = shop.replay(at(7), { onActiveConsumers: "overwrite", watchFor: "PT1S" });
    const watches: Rule[] = [];
    shop.stack.onPlanned = () => {
      // After the look of apply and the read-back, the third is the watch.
      watches.push(shop.emulator.rule({ call: "GetCheckPoint", nth: 3, do: { kind: "hold" } }));
    };
    const running = shop.stack.up(replay);
    await vi.waitUntil(() => watches.some(({ hits }) => hits > 0), { timeout: 30_000 });
    shop.commit(0, 0);
    shop.emulator.clearRules();
    shop.stack.onPlanned = () => undefined;
    const { failure } = await running;
    expect(failure?.message).toContain(
      "shards overwritten by a consumer after the write (they will not be written again): 0",
    );
    expect(shop.statuses()).toEqual({ 0: "overwritten", 1: "pinned" });
    shop.pass(10 * minute);
    await up(replay);
    shop.stack.refresh();
    expect(await shop.stack.up(replay)).toMatchObject({ plan: "same", apply: "same" });
    expect([shop.stands(), shop.written()]).toEqual([
      [0, 7],
      [0, 1],
    ]);
  });
});

describe("a write that goes wrong", () => {
  test("is listed with all shards, and the next up writes exactly what is missing", async () => {
    await shop.close();
    shop = await ReplayShop.open({ shards: 4, ownProcess: true });
    shop.emulator.rule({
      call: "UpdateCheckPoint",
      shard: 2,
      do: { kind: "error", status: 500, code: "InternalServerError" },
    });
    const replay = shop.replay({ "*": at(7), 3: "keep" });
    const message = await failingUp(replay);
    expect(message).toContain(
      [
        `${id}: 1 of 4 shards is not pinned`,
        "  shards pinned: 0, 1",
        "  shards left alone on purpose: 3",
        "  shards not pinned (they have not moved): 2",
        "    shard 2: UpdateCheckPoint was answered 500 InternalServerError: InternalServerError; request id ",
      ].join("\n"),
    );
    expect(message).toContain(
      "\nKeep the group's consumers stopped, and run pulumi up again: it writes only the shards that are not finished.",
    );
    expect(shop.statuses()).toEqual({ 0: "pinned", 1: "pinned", 2: "failed", 3: "kept" });
    shop.emulator.clearRules();
    shop.emulator.clearRequests();
    shop.stack.refresh();
    const { plan, apply, failure } = await shop.stack.up(replay);
    expect([plan, apply, failure]).toEqual(["same", "update", undefined]);
    expect([shop.written(), shop.stands([0, 1, 2, 3])]).toEqual([[2], [7, 7, 7, 1]]);
    expect(shop.previousPositions).toMatchObject({ 2: `cursor:${shop.cursor(2, 1)}` });
    expect(shop.previousPositions).not.toHaveProperty("3");
  });

  test("but was applied is found by reading back, and not sent again", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    await up(shop.replay(at(7)));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
  });

  test("because of quotas, and then because of its clock, is mended and sent once more", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 0, times: 1, do: { kind: "quota" } });
    const late = { kind: "error", status: 400, code: "RequestTimeExpired" } as const;
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 0, times: 1, do: late });
    expect((await shop.stack.up(shop.replay(at(7)))).failure).toBeUndefined();
    expect(shop.statuses()).toMatchObject({ 0: "pinned" });
    expect(shop.writes().flatMap(({ shard, status }) => (shard === 0 ? [status] : []))).toEqual([
      403, 400, 200,
    ]);
  });

  test("and was not applied is sent again after a look", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 1, times: 1, do: { kind: "resetBefore" } });
    await up(shop.replay(at(7)));
    expect(shop.written()).toEqual([0, 1, 1]);
  });

  test("is made up for at once, because our own writes are no sign of a live consumer", async () => {
    const rule = shop.emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: { kind: "resetBefore" } });
    await failingUp(shop.replay(at(7)));
    rule.remove();
    await up(shop.replay(at(7)));
    expect(shop.stands()).toEqual([7, 7]);
  });

  test("for good, such as without permission, is not sent again", async () => {
    const denied = { kind: "error", status: 403, code: "Unauthorized" } as const;
    shop.emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: denied });
    const message = await failingUp(shop.replay(at(7)));
    expect(message).toContain(
      "  shards not pinned (they have not moved): 1\n    shard 1: UpdateCheckPoint was answered 403",
    );
    expect(shop.written()).toEqual([0, 1]);
  });

  test("and cannot be read back is uncertain, and resolved by the next look", async () => {
    shop.emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    shop.stack.onPlanned = () => {
      shop.emulator.rule({
        call: "GetCheckPoint",
        nth: 2,
        do: { kind: "error", status: 403, code: "Unauthorized" },
      });
    };
    expect(await failingUp(shop.replay(at(7)))).toContain("uncertain");
    expect(shop.statuses()).toEqual({ 0: "uncertain", 1: "uncertain" });
    shop.emulator.clearRules();
    shop.stack.onPlanned = () => undefined;
    await up(shop.replay(at(7)));
    expect([shop.statuses(), shop.written()]).toEqual([{ 0: "pinned", 1: "pinned" }, [0, 1]]);
  });

  test("leaves a shard alone that a consumer has read from the pin to where it stood", async () => {
    const end = (shard: number): string => shop.emulator.cursorAt("shop", "orders", shard, "end");
    const commitEnd = (shard: number): void => {
      shop.emulator.commit("shop", "orders", "billing", shard, end(shard), { consumer: "host-a" });
    };
    commitEnd(0);
    commitEnd(1);
    shop.pass(10 * minute);
    const lost = shop.emulator.rule({ call: "UpdateCheckPoint", shard: 0, do: { kind: "holdAnswer" } });
    const server = await shop.startProcess();
    const running = shop.stack.upWith(server, shop.replay(at(7)));
    await shop.emulator.waitForRequest(({ call, shard }) => call === "UpdateCheckPoint" && shard === 0);
    await server.stop();
    await running;
    lost.release();
    shop.pass(10 * minute);
    commitEnd(0);
    shop.pass(10 * minute);
    const message = await failingUp(shop.replay(at(7)));
    expect(message).toContain(
      `shards uncertain, neither at the target nor where the plan saw them (left alone): 0`,
    );
    expect(message).toContain("by host-a");
    expect(shop.written().filter((shard) => shard === 0)).toEqual([0]);
    expect(shop.stands([0])).toEqual([-1]);
  });
});

describe("an uncertain shard", () => {
  beforeEach(async () => {
    shop.stack.onPlanned = () => {
      shop.commit(0, 0);
      shop.pass(10 * minute);
    };
    expect(await failingUp(shop.replay(at(7)))).toContain('  from: {"0":"keep"}');
    shop.stack.onPlanned = () => undefined;
    expect([shop.stands(), shop.written()]).toEqual([[0, 7], [1]]);
  });

  test("fails every up, and none writes it", async () => {
    await failingUp(shop.replay(at(7)));
    shop.stack.refresh();
    await failingUp(shop.replay(at(7)));
    expect(shop.written()).toEqual([1]);
  });

  test("is done with by keep", async () => {
    await up(shop.replay({ "*": at(7), 0: "keep" }));
    expect([shop.stands(), shop.written()]).toEqual([[0, 7], [1]]);
  });

  test("is moved from where it stands now by new triggers", async () => {
    await up(shop.replay(at(7), { triggers: ["again"] }));
    expect([shop.stands(), shop.written()]).toEqual([
      [7, 7],
      [0, 1],
    ]);
    expect(shop.previousPositions).toEqual({
      0: `cursor:${shop.cursor(0, 0)}`,
      1: `cursor:${shop.cursor(1, 1)}`,
    });
  });
});

describe("between plan and apply", () => {
  test("a split stops the group, and new triggers plan anew", async () => {
    shop.stack.onPlanned = () => {
      shop.emulator.splitShard("shop", "orders", 0);
    };
    const message = await failingUp(shop.replay(at(7)));
    expect(message).toContain(
      "refused, because shards were split or merged since it was planned\n  new: 2, 3",
    );
    expect(shop.writes()).toHaveLength(0);
    shop.stack.onPlanned = () => undefined;
    expect((await shop.stack.up(shop.replay(at(7)))).problems[0]).toContain("split or merged");
    await up(shop.replay(at(7), { triggers: ["after the split"] }));
    expect(shop.stands()).toEqual([7, 7]);
  });

  test("a merge stops the group", async () => {
    shop.stack.onPlanned = () => {
      shop.emulator.mergeShards("shop", "orders", 0);
    };
    expect(await failingUp(shop.replay(at(7)))).toContain("split or merged since it was planned\n  new: 2");
    expect(shop.writes()).toHaveLength(0);
  });

  test("data that expires stops the group", async () => {
    shop.stack.onPlanned = () => {
      shop.pass(7 * 24 * hour - 6 * hour);
    };
    const message = await failingUp(shop.replay(at(7)));
    expect(message).toContain("shards 0, 1: refused, because the checkpoint is before what the shard holds");
    expect(shop.writes()).toHaveLength(0);
  });
});

describe("the way back", () => {
  test("is previous, and previous again goes forward", async () => {
    await up(shop.replay(at(7)));
    await up(shop.replay("previous"));
    expect(shop.stands()).toEqual([1, 1]);
    await up(shop.replay("previous", { triggers: ["forward"] }));
    expect(shop.stands()).toEqual([7, 7]);
    expect(shop.written()).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test("is previewed with where each shard goes, and what stands in its way", async () => {
    await up(shop.replay(at(7)));
    const back = await shop.stack.up(shop.replay("previous"));
    expect(back.lines).toContain(
      "shop/orders/billing: 2 shards: 2 forward; 12 log groups will never be read",
    );
    expect(back.lines).toContain("  warning: shards 0, 1 move forward: 12 log groups will be skipped");
    expect(back.lines.some((line) => line.includes("shards 0, 1  forward 6 h, 6 log groups"))).toBe(true);
    const { problems } = await shop.stack.preview(
      shop.replay("previous", { triggers: ["again"], maxMove: "PT1H" }),
    );
    expect(problems[0]).toContain("refused, because it would move further than maxMove allows");
  });

  test("is previous for what was moved, and leaves alone what never was", async () => {
    await up(shop.replay({ 0: at(7) }));
    shop.commit(1, 0);
    shop.pass(10 * minute);
    await up(shop.replay("previous"));
    expect([shop.stands(), shop.statuses()]).toEqual([[1, 0], { 0: "pinned", 1: "kept" }]);
  });

  test("is the previousPositions of a replay, for another one", async () => {
    await up(shop.replay({ 0: at(7) }));
    const { previousPositions } = shop;
    expect(previousPositions).toEqual({ 0: `cursor:${shop.cursor(0, 1)}` });
    shop.stack.state = {};
    shop.pass(2 * minute);
    await up(shop.replay(previousPositions));
    expect([shop.stands(), shop.written()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test("is the positions of a savepoint, guarded like any move", async () => {
    const server = await shop.startProcess();
    const savepoint = await (
      await server.as("savepointProvider")
    ).create({ project: "shop", logstore: "orders", consumerGroup: "billing" });
    await server.stop();
    const { positions } = savepoint.outs;
    await up(shop.replay(at(7)));
    shop.stack.state = {};
    shop.pass(2 * minute);
    const { problems } = await shop.stack.up(shop.replay(positions, { maxMove: "PT5H" }));
    expect(problems[0]).toContain("further than maxMove allows");
    await up(shop.replay(positions));
    expect(shop.stands()).toEqual([1, 1]);
  });
});
