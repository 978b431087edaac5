import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  checkCheckpoint,
  createCheckpoint,
  diffCheckpoint,
  updateCheckpoint,
} from "../../provider/src/lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type Declared, notYetKnown } from "../../provider/src/lifecycle/declared.js";
import { Shop, minute } from "./shop.js";

let shop: Shop;
let pinned: Declared;

/** Every state starts from one pin, after which consumers have moved on and were stopped. */
beforeAll(async () => {
  shop = await Shop.open();
  shop.commit(shop.cursor(1));
  shop.pass(10 * minute);
  pinned = (await createCheckpoint(full(), shop.context)).outs;
  expect(shop.takeCalls().filter((call) => call === "UpdateCheckPoint")).toHaveLength(1);
});

beforeEach(() => {
  shop.commit(shop.cursor(2));
  shop.pass(10 * minute);
  shop.takeCalls();
  shop.lines.length = 0;
});

afterAll(async () => {
  await shop.close();
});

/** A declaration that leaves nothing to a default. */
function full(more: Declared = {}): Declared {
  return shop.pinAt(7, {
    triggers: ["release-1", { deep: true }],
    consumer: "host-a",
    forceSuccess: true,
    applyBefore: "2027-01-01T00:00:00Z",
    maxMove: "P1D",
    onActiveConsumers: "refuse",
    waitTimeout: "PT5M",
    watchFor: "PT75S",
    allowUnordered: false,
    reason: "tax",
    ...more,
  });
}

/** What a change of the inputs leads to. `writes` counts UpdateCheckPoint; `quiet` means no request of any kind. */
type Effect = "nothing" | "state only" | "update" | readonly string[];

interface Change {
  readonly change: string;
  readonly inputs: () => Declared;
  readonly effect: Effect;
}

const changes: readonly Change[] = [
  { change: "nothing", inputs: () => ({}), effect: "nothing" },
  {
    change: "an equal value that is another object",
    inputs: () => ({ triggers: ["release-1", { deep: true }] }),
    effect: "nothing",
  },
  { change: "project", inputs: () => ({ project: "shop2" }), effect: ["project"] },
  { change: "logstore", inputs: () => ({ logstore: "orders2" }), effect: ["logstore"] },
  { change: "consumerGroup", inputs: () => ({ consumerGroup: "billing2" }), effect: ["consumerGroup"] },
  { change: "shard", inputs: () => ({ shard: 1 }), effect: ["shard"] },
  {
    change: "the whole identity and the position",
    inputs: () => ({ project: "a", logstore: "b", consumerGroup: "c", shard: 9, checkpoint: "NDI=" }),
    effect: ["project", "logstore", "consumerGroup", "shard"],
  },
  { change: "checkpoint", inputs: () => ({ checkpoint: shop.cursor(6) }), effect: "update" },
  {
    change: "checkpoint, in another spelling",
    inputs: () => ({ checkpoint: `${shop.cursor(7).replace(/=+$/, "")}\n` }),
    effect: "state only",
  },
  { change: "triggers", inputs: () => ({ triggers: ["release-2", { deep: true }] }), effect: "update" },
  {
    change: "triggers, in depth",
    inputs: () => ({ triggers: ["release-1", { deep: false }] }),
    effect: "update",
  },
  { change: "triggers, left out", inputs: () => ({ triggers: undefined }), effect: "update" },
  { change: "consumer", inputs: () => ({ consumer: "host-b" }), effect: "state only" },
  { change: "consumer, left out", inputs: () => ({ consumer: undefined }), effect: "state only" },
  {
    change: "forceSuccess, with what it needs",
    inputs: () => ({ forceSuccess: false, onActiveConsumers: "overwrite" }),
    effect: "state only",
  },
  {
    change: "applyBefore, later",
    inputs: () => ({ applyBefore: "2028-01-01T00:00:00Z" }),
    effect: "state only",
  },
  {
    change: "applyBefore, passed",
    inputs: () => ({ applyBefore: "2020-01-01T00:00:00Z" }),
    effect: "state only",
  },
  { change: "applyBefore, left out", inputs: () => ({ applyBefore: undefined }), effect: "state only" },
  { change: "maxMove", inputs: () => ({ maxMove: "PT0S" }), effect: "state only" },
  { change: "maxMove, in another spelling", inputs: () => ({ maxMove: "PT24H" }), effect: "state only" },
  { change: "onActiveConsumers", inputs: () => ({ onActiveConsumers: "wait" }), effect: "state only" },
  { change: "waitTimeout", inputs: () => ({ waitTimeout: "PT1M" }), effect: "state only" },
  { change: "watchFor", inputs: () => ({ watchFor: "PT0S" }), effect: "state only" },
  { change: "allowUnordered", inputs: () => ({ allowUnordered: true }), effect: "state only" },
  { change: "reason", inputs: () => ({ reason: "another" }), effect: "state only" },
];

describe("a change of", () => {
  test.each(changes)("$change: $effect", async ({ inputs, effect }) => {
    const news = full(inputs());
    const diff = await diffCheckpoint(pinned, news, shop.context);
    const replaces = typeof effect === "string" ? [] : effect;
    expect(diff).toEqual({ changes: effect !== "nothing", replaces });
    expect(shop.takeCalls()).toEqual([]);
    if (typeof effect !== "string") return;

    const outs = await updateCheckpoint(pinned, news, shop.context);
    const calls = shop.takeCalls();
    if (effect === "update") {
      expect(calls.filter((call) => call === "UpdateCheckPoint")).toHaveLength(1);
      expect(outs).toMatchObject({ status: "pinned", previousCheckpoint: shop.cursor(2) });
    } else {
      expect(calls).toEqual([]);
      const { status, pinnedAt, previousCheckpoint } = pinned;
      expect(outs).toMatchObject({ status, pinnedAt, previousCheckpoint });
    }
    expect(await diffCheckpoint(outs, news, shop.context)).toEqual({ changes: false, replaces: [] });
  });

  test.each(changes.filter(({ effect }) => effect === "nothing" || effect === "state only"))(
    "$change asks for no look in check",
    async ({ inputs }) => {
      const news = full(inputs());
      const { problems } = await checkCheckpoint(full(), news, await anotherProcess());
      expect(problems).toEqual([]);
      expect(shop.takeCalls()).toEqual([]);
    },
  );
});

/** The context of the next operation: Pulumi starts a process for each. */
async function anotherProcess(): Promise<Shop["context"]> {
  const { ProcessMemory } = await import("../../provider/src/lifecycle/processMemory.js");
  return { ...shop.context, memory: new ProcessMemory() };
}

describe("diff", () => {
  test.each([
    { status: "pinned", changed: false },
    { status: "alreadyThere", changed: false },
    { status: "expired", changed: false },
    { status: "overwritten", changed: false },
    { status: "failed", changed: true },
    { status: "uncertain", changed: true },
  ])("of an unchanged pin that is $status says changes: $changed", async ({ status, changed }) => {
    const diff = await diffCheckpoint({ ...pinned, status }, full(), shop.context);
    expect(diff).toEqual({ changes: changed, replaces: [] });
  });

  test.each(["project", "logstore", "consumerGroup", "shard", "checkpoint", "triggers", "reason"])(
    "of a %s that is not known yet is an update without replaces",
    async (name) => {
      const diff = await diffCheckpoint(pinned, full({ [name]: notYetKnown }), shop.context);
      expect(diff).toEqual({ changes: true, replaces: [] });
    },
  );

  test.each([
    { state: "nothing", olds: () => ({}) },
    { state: "a checkpoint that is none", olds: () => ({ ...pinned, checkpoint: 7 }) },
    { state: "no project", olds: () => ({ ...pinned, project: undefined }) },
    { state: "a newer version", olds: () => ({ ...pinned, schemaVersion: 99 }) },
  ])(
    "of a state that it cannot read, $state, throws after check and is silent in a refresh",
    async ({ olds }) => {
      const context = await anotherProcess();
      await diffCheckpoint(olds(), full(), context);
      expect(shop.takeCalls()).toEqual([]);
      await checkCheckpoint(full(), full(), context);
      await expect(diffCheckpoint(olds(), full({ reason: "another" }), context)).rejects.toThrow(
        "cannot be read",
      );
      await expect(updateCheckpoint(olds(), full(), context)).rejects.toThrow("cannot be read");
      expect(shop.takeCalls()).toEqual([]);
    },
  );

  test("of the outputs alone is none: nothing in them is an input", async () => {
    const moved = {
      ...pinned,
      checkpointTime: "2020-01-01T00:00:00Z",
      previousConsumer: "x",
      schemaVersion: 2,
    };
    expect((await diffCheckpoint(moved, full(), shop.context)).changes).toBe(false);
  });
});

describe("check", () => {
  test("writes the deadline in UTC, so that another offset is no change", async () => {
    const news = full({ applyBefore: "2027-01-01T08:00:00.000+08:00" });
    const { inputs } = await checkCheckpoint(full(), news, await anotherProcess());
    expect(inputs).toEqual(full());
  });

  test("looks once where a process is asked twice for the same act", async () => {
    const context = await anotherProcess();
    const news = full({ checkpoint: shop.cursor(5) });
    await checkCheckpoint(full(), news, context);
    await diffCheckpoint({ ...pinned, ...full() }, news, context);
    expect(shop.takeCalls()).not.toEqual([]);
    expect((await checkCheckpoint({}, news, context)).problems).toEqual([]);
    expect(shop.takeCalls()).toEqual([]);
  });

  test.each(["\uD800", "host-\uDC00"])("refuses a consumer that is no text, %j", async (consumer) => {
    const { problems } = await checkCheckpoint({}, full({ consumer }), await anotherProcess());
    expect(problems).toEqual([
      { property: "consumer", reason: "holds half of a character pair, which is no text" },
    ]);
    expect(shop.takeCalls()).toEqual([]);
  });

  test("names both of two resources that move one shard", async () => {
    const context = await anotherProcess();
    await checkCheckpoint({}, full({ reason: "first", self: "first" }), context);
    const second = full({ checkpoint: shop.cursor(5), reason: "second", self: "second" });
    const { refused } = await checkCheckpoint({}, second, context);
    expect(refused).toEqual({
      kind: "duplicate",
      declarations: [
        `first: shop/orders/billing/0 at ${shop.cursor(7)}, reason: first`,
        `second: shop/orders/billing/0 at ${shop.cursor(5)}, reason: second`,
      ],
    });
  });

  test.each([
    { name: "a service that cannot be reached", fault: { kind: "resetBefore" } },
    { name: "a key that may not", fault: { kind: "error", status: 401, code: "Unauthorized" } },
    {
      name: "a group that is not there",
      fault: { kind: "error", status: 404, code: "ConsumerGroupNotExist" },
    },
    {
      name: "a page of a proxy",
      fault: { kind: "body", status: 200, contentType: "text/html", body: "<html>" },
    },
  ] as const)("says what it could not evaluate, and fails nothing: $name", async ({ fault }) => {
    const rule = shop.emulator.rule({ call: "GetCheckPoint", do: fault });
    const { problems } = await checkCheckpoint({}, full(), await anotherProcess());
    rule.remove();
    expect(problems).toEqual([]);
    expect(shop.lines).toHaveLength(1);
    expect(shop.lines[0]).toMatch(
      /^warning: shop\/orders\/billing\/0: not evaluated, .*\n {2}GetCheckPoint /,
    );
  });

  test("never throws, whatever is declared or was kept", async () => {
    const odd = [null, 7, "", "x", [], {}, [null], { a: notYetKnown }, true, Number.NaN, 2 ** 60];
    for (const value of odd) {
      for (const name of Object.keys(full())) {
        const answer = checkCheckpoint({ [name]: value }, full({ [name]: value }), await anotherProcess());
        await expect(answer).resolves.toHaveProperty("problems");
      }
    }
  });
});
