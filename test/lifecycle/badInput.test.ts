import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkCheckpoint } from "../../provider/src/lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type Declared, type Problem, notYetKnown } from "../../provider/src/lifecycle/declared.js";
import { Shop, declaredPin } from "./shop.js";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(async () => {
  await shop.close();
});

async function problemsOf(news: Declared): Promise<readonly Problem[]> {
  const { problems } = await checkCheckpoint({}, news, shop.context);
  return problems;
}

const long = "a".repeat(129);

/** Each alone is wrong, in an otherwise right declaration. `undefined` takes an input out. */
const badInputs: readonly Declared[] = [
  { project: undefined },
  { project: null },
  { project: 7 },
  { project: "" },
  { project: "shop.example" },
  { project: long },
  { project: ["shop"] },
  { logstore: undefined },
  { logstore: "orders/../billing" },
  { consumerGroup: undefined },
  { consumerGroup: "bill ing" },
  { shard: undefined },
  { shard: "0" },
  { shard: "all" },
  { shard: -1 },
  { shard: 0.5 },
  { shard: 2 ** 53 },
  { shard: [0] },
  { checkpoint: undefined },
  { checkpoint: "" },
  { checkpoint: 1_524_155_379_373 },
  { checkpoint: "1524155379373908496" },
  { checkpoint: "YmVnaW4=" },
  { checkpoint: "begin" },
  { checkpoint: "end" },
  { checkpoint: "previous" },
  { checkpoint: "keep" },
  { checkpoint: "none" },
  { checkpoint: "cursor:NDI=" },
  { checkpoint: "2026-11-20T08:00:00+08:00" },
  { checkpoint: "PT6H" },
  { checkpoint: "MTg0NDY3NDQwNzM3MDk1NTE2MTY=" },
  { checkpoint: { cursor: "NDI=" } },
  { consumer: "" },
  { consumer: 7 },
  { forceSuccess: "true" },
  { forceSuccess: false },
  { forceSuccess: false, consumer: "host-a" },
  { forceSuccess: false, onActiveConsumers: "overwrite" },
  { applyBefore: "tomorrow" },
  { applyBefore: "2026-11-20" },
  { applyBefore: "2026-11-20T08:00:00" },
  { applyBefore: "2026-02-30T08:00:00Z" },
  { applyBefore: 1_795_132_800 },
  { applyBefore: { toISOString: "no" } },
  { maxMove: "24h" },
  { maxMove: "P1M" },
  { maxMove: 86_400 },
  { maxMove: "P99999W" },
  { onActiveConsumers: "ignore" },
  { onActiveConsumers: true },
  { waitTimeout: "5m" },
  { waitTimeout: 300 },
  { watchFor: "75s" },
  { watchFor: {} },
  { allowUnordered: "yes" },
  { allowUnordered: 1 },
  { reason: 4711 },
  { checkpiont: "NDI=" },
  { from: "begin" },
];

function row(input: Declared, problems: readonly Problem[]): readonly string[] {
  const declared = Object.entries(input)
    .map(([name, value]) => `${name}: ${value === undefined ? "(left out)" : JSON.stringify(value)}`)
    .join(", ");
  return problems.map(({ property, reason }) => `| \`${declared}\` | ${property || "(none)"} | ${reason} |`);
}

describe("bad input", () => {
  test("is told as the golden table has it, one message a problem", async () => {
    const rows = [];
    for (const input of badInputs) {
      const problems = await problemsOf({ ...declaredPin, ...input });
      expect([input, problems.length]).toEqual([input, 1]);
      rows.push(...row(input, problems));
    }
    const table = ["| Declared | Property | Reason |", "|---|---|---|", ...rows, ""].join("\n");
    await expect(table).toMatchFileSnapshot("./badInput.golden.txt");
  });

  test("with eight faults is told eight times, in the order of the inputs", async () => {
    const problems = await problemsOf({
      project: "shop.example",
      logstore: "",
      consumerGroup: "bill ing",
      shard: "0",
      checkpoint: "begin",
      applyBefore: "tomorrow",
      maxMove: "24h",
      checkpiont: "NDI=",
    });
    expect(problems.map(({ property }) => property)).toEqual([
      "project",
      "logstore",
      "consumerGroup",
      "shard",
      "checkpoint",
      "applyBefore",
      "maxMove",
      "",
    ]);
  });

  test("is told of nothing at all, all at once", async () => {
    const problems = await problemsOf({});
    expect(problems).toEqual(
      ["project", "logstore", "consumerGroup", "shard", "checkpoint"].map((property) => ({
        property,
        reason: "is missing",
      })),
    );
  });

  test("is never repeated where it may be secret", async () => {
    const secret = "very-secret-value!";
    const declared = Object.fromEntries(Object.keys(declaredPin).map((name) => [name, secret]));
    const bounds = { applyBefore: secret, maxMove: secret, onActiveConsumers: secret, unheardOf: secret };
    const nested = { consumer: { secret }, reason: [secret], allowUnordered: secret };
    const problems = await problemsOf({ ...declared, ...bounds, ...nested });
    expect(problems).toHaveLength(12);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test("keeps the plain name for what Pulumi prints well, and puts it into the text of all else", async () => {
    const problems = await problemsOf({ ...declaredPin, shard: [0], reason: { why: 7 }, unheardOf: 1 });
    expect(problems.map(({ property, reason }) => [property, reason.split(/:? /)[0]])).toEqual([
      ["", "shard"],
      ["", "reason"],
      ["", "unheardOf"],
    ]);
  });

  test("asks the service for nothing, prints nothing, and comes back as it was declared", async () => {
    shop.takeCalls();
    shop.lines.length = 0;
    const news = { ...declaredPin, shard: "0" };
    const { inputs } = await checkCheckpoint({}, news, shop.context);
    expect(inputs).toEqual(news);
    expect([shop.takeCalls(), shop.lines]).toEqual([[], []]);
  });
});

describe("what is not known yet", () => {
  const everyInput: readonly string[] = [
    ...Object.keys(declaredPin),
    "triggers",
    "consumer",
    "forceSuccess",
    "applyBefore",
    "maxMove",
    "onActiveConsumers",
    "waitTimeout",
    "watchFor",
    "allowUnordered",
    "reason",
  ];

  test.each(everyInput)("passes, is not evaluated, and is said: %s", async (name) => {
    shop.takeCalls();
    shop.lines.length = 0;
    const news = { ...declaredPin, [name]: notYetKnown };
    expect(await checkCheckpoint({}, news, shop.context)).toEqual({ inputs: news, problems: [] });
    expect(shop.lines).toEqual([
      `warning: ConsumerGroupCheckpoint: not evaluated, because ${name} will be known only when another resource has been applied`,
    ]);
    expect(shop.takeCalls()).toEqual([]);
  });

  test("passes inside of triggers, and all at once", async () => {
    shop.lines.length = 0;
    const unknown = Object.fromEntries(everyInput.map((name) => [name, notYetKnown]));
    expect(await problemsOf({ ...unknown, triggers: [1, { deep: [notYetKnown] }] })).toEqual([]);
    expect(shop.lines).toEqual([
      `warning: ConsumerGroupCheckpoint: not evaluated, because ${everyInput.join(", ")} will be known only when another resource has been applied`,
    ]);
  });

  test("hides no fault of what is known", async () => {
    const news = { ...declaredPin, checkpoint: notYetKnown, shard: "0", maxMove: notYetKnown };
    expect((await problemsOf(news)).map(({ property }) => property)).toEqual(["shard"]);
  });

  test.each([
    { consumer: notYetKnown, onActiveConsumers: "overwrite" },
    { consumer: "host-a", onActiveConsumers: notYetKnown },
    { consumer: notYetKnown, onActiveConsumers: notYetKnown },
  ])("may be what an unforced write needs: $consumer, $onActiveConsumers", async (unknown) => {
    expect(await problemsOf({ ...declaredPin, forceSuccess: false, ...unknown })).toEqual([]);
  });
});
