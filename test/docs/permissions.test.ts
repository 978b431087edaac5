import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Grant } from "../../emulator/src/service/policy.js";
import { routes } from "../../emulator/src/wire/routes.js";
import { getCheckpoints } from "../../provider/src/lifecycle/reading/getCheckpoints.js";
import {
  checkCheckpoint,
  createCheckpoint,
} from "../../provider/src/lifecycle/checkpoint/consumerGroupCheckpoint.js";
import {
  createConsumerGroup,
  deleteConsumerGroup,
  updateConsumerGroup,
} from "../../provider/src/lifecycle/consumerGroup/consumerGroup.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { getProgress } from "../../provider/src/lifecycle/reading/getProgress.js";
import { createReplayApply } from "../../provider/src/lifecycle/replay/replayApply.js";
import { checkReplayPlan, createReplayPlan } from "../../provider/src/lifecycle/replay/replayPlan.js";
import { getPlan } from "../../provider/src/lifecycle/reading/getPlan.js";
import { checkpointsAnswer } from "../../provider/src/texts/answers/checkpointsAnswer.js";
import { planAnswer } from "../../provider/src/texts/answers/planAnswer.js";
import { progressAnswer } from "../../provider/src/texts/answers/progressAnswer.js";
import { createSavepoint } from "../../provider/src/lifecycle/savepoint.js";
import { ProcessMemory } from "../../provider/src/lifecycle/processMemory.js";
import { Shop, minute, wordsOf } from "../lifecycle/shop.js";
import { secrets } from "../sls/clientUnderTest.js";
import { codesIn, tableWith } from "./documents.js";
import { groupPolicy, permissionsPage, previewPolicy, upPolicy } from "./policies.js";

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  shop.commit(shop.cursor(1));
  shop.pass(10 * minute);
});

afterEach(async () => {
  await shop.close();
});

function actionsOf(policy: readonly Grant[]): readonly string[] {
  return policy.flatMap(({ actions }) => actions).sort();
}

function allow(policy: readonly Grant[]): void {
  shop.emulator.setIdentities([
    {
      accessKeyId: "an-access-key-id",
      accessKeySecret: secrets.accessKeySecret,
      securityToken: secrets.securityToken,
      policy,
    },
  ]);
}

function without(policy: readonly Grant[], action: string): readonly Grant[] {
  return policy.map(({ actions, resources }) => ({
    actions: actions.filter((candidate) => candidate !== action),
    resources,
  }));
}

/** The actions that the calls so far needed, and whether all were answered. */
function actionsSeen(): { readonly needed: readonly string[]; readonly refused: readonly string[] } {
  const { requests } = shop.emulator;
  const needed = requests.map(({ call }) => routes.find((route) => route.call === call)?.action ?? call);
  const refused = requests.flatMap(({ errorCode }) => errorCode ?? []);
  return { needed: [...new Set(needed)].sort(), refused };
}

/** Everything that a preview, a savepoint and a program's reads ask for. Answers what could not be looked at. */
async function preview(): Promise<string> {
  const { client } = shop.context;
  const context = { ...shop.context, memory: new ProcessMemory() };
  const args = { ...group, from: { "0": "2026-11-22T05:00:00Z" } };
  const ways: (() => Promise<unknown>)[] = [
    () => checkCheckpoint({}, shop.pinAt(7), { ...context, memory: new ProcessMemory() }),
    () => checkReplayPlan({}, args, context),
    () => createSavepoint(group, context),
    async () => checkpointsAnswer(await getCheckpoints(client, group)),
    async () => planAnswer(await getPlan(client, args, shop.context.now())),
    async () => progressAnswer(await getProgress(client, { ...group, shards: [] }, shop.context.now())),
  ];
  const said = [];
  for (const way of ways) said.push(await way().then((answer) => JSON.stringify(answer), String));
  return [...shop.lines, ...said].join("\n");
}

/** Moves a whole group, and then one shard. */
async function up(): Promise<void> {
  const declared: Declared = { ...group, from: { "0": "2026-11-22T05:00:00Z" } };
  const plan = await createReplayPlan(declared, shop.context);
  await createReplayApply({ ...group, plan: plan.outs["plan"] }, shop.context);
  await createCheckpoint(shop.pinAt(5), shop.context);
}

describe("docs/permissions.md", () => {
  it("lets a preview pass with its first policy, which holds nothing more", async () => {
    allow(previewPolicy);
    expect(await preview()).not.toContain("not evaluated");
    expect(actionsSeen()).toEqual({ needed: actionsOf(previewPolicy), refused: [] });
  });

  it("lets an up pass with its second policy, which holds nothing more", async () => {
    allow(upPolicy);
    await up();
    expect(shop.emulator.requestsOf("UpdateCheckPoint")).toHaveLength(2);
    expect(actionsSeen()).toEqual({ needed: actionsOf(upPolicy), refused: [] });
  });

  it("refuses an up with the policy of a preview, and names what is missing", async () => {
    allow(previewPolicy);
    expect(await wordsOf(up())).toContain("action: log:ConsumerGroupUpdateCheckPoint");
    expect(shop.emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe(shop.cursor(1));
  });

  it.each(actionsOf(previewPolicy))("a preview without %s says so and does not fail", async (action) => {
    allow(without(previewPolicy, action));
    const said = await preview();
    expect(said).toContain("not evaluated");
    expect(said).toContain(`action: ${action}`);
  });

  it.each(actionsOf(upPolicy))("an up without %s names it, and leaves the group alone", async (action) => {
    allow(without(upPolicy, action));
    expect(await wordsOf(up())).toContain(`action: ${action}`);
    expect(shop.emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe(shop.cursor(1));
  });

  it("lets a ConsumerGroup live with its policy, which holds nothing more", async () => {
    allow(groupPolicy);
    const declared: Declared = { ...group, consumerGroup: "billing-again" };
    const { outs } = await createConsumerGroup(declared, shop.context);
    await updateConsumerGroup(outs, { ...declared, timeout: 30 }, shop.context);
    await deleteConsumerGroup(outs, shop.context);
    expect(actionsSeen()).toEqual({ needed: actionsOf(groupPolicy), refused: [] });
  });

  it("says of each action which calls it is for", () => {
    const rows = tableWith(permissionsPage, "Action", "Call");
    const granted = [...new Set([...actionsOf(upPolicy), ...actionsOf(groupPolicy)])].sort();
    expect(rows.flatMap((row) => codesIn(row["Action"] ?? "")).sort()).toEqual(granted);
    for (const row of rows) {
      for (const call of (row["Call"] ?? "").split(", ")) {
        expect([call, routes.find((route) => route.call === call)?.action]).toEqual([
          call,
          codesIn(row["Action"] ?? "")[0],
        ]);
      }
    }
  });
});
