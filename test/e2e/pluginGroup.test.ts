/** A consumer group as a resource of the plugin, from YAML on the real engine, and reading up to a moment with it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { prepareYamlHost } from "../engine/yamlHostForTests.mjs";
import { succeeded } from "./outcome.ts";
import { type PulumiWorkspace, openWorkspace } from "./pulumi.ts";

const folder = fileURLToPath(new URL("../../provider/dist/plugin", import.meta.url));
const hour = 3_600_000;
const noon = Date.parse("2026-11-22T12:00:00Z");

const hasYaml = await prepareYamlHost();

const header = `
name: shop
runtime: yaml
plugins:
  providers:
    - name: sls
      path: ${folder}
`;

let now: number;
let emulator: SlsEmulator;
let pulumi: PulumiWorkspace;

beforeEach(async () => {
  now = noon + 10 * 60_000;
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of [0, 1])
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
  pulumi = await openWorkspace({ name: "plugin-group", program: { "Pulumi.yaml": header } });
  await pulumi.setConfig("sls:endpoint", emulator.endpoint);
  await pulumi.setConfig("sls:accessKeyId", defaultIdentity.accessKeyId);
  await pulumi.setSecret("sls:accessKeySecret", defaultIdentity.accessKeySecret);
});

afterEach(async () => {
  await pulumi.close();
  await emulator.stop();
});

function declare(yaml: string): void {
  pulumi.write({ "Pulumi.yaml": `${header}${yaml}` });
}

function declareGroup(more: object = {}): void {
  const properties = { project: "shop", logstore: "orders", consumerGroup: "again", ...more };
  declare(
    `resources:\n  side:\n    type: sls:ConsumerGroup\n    properties: ${JSON.stringify(properties)}\noutputs:\n  adopted: \${side.adopted}\n`,
  );
}

function timeouts(): Readonly<Record<string, number>> {
  const listed = emulator.consumerGroups("shop", "orders");
  return Object.fromEntries(listed.map(({ name, timeout }) => [name, timeout]));
}

/** The requests that change something. */
function acts(): readonly string[] {
  const reads = [
    "ListConsumerGroup",
    "GetCheckPoint",
    "ListShards",
    "GetCursor",
    "GetCursorTime",
    "GetLogStore",
  ];
  return emulator.requests.map(({ call }) => call).filter((call) => !reads.includes(call));
}

function cursor(hoursBeforeNoon: number, shard: number): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
}

describe.runIf(hasYaml)("a consumer group from YAML", () => {
  it("is previewed, made, left alone, changed, mended after drift, and deleted with the stack", async () => {
    declareGroup({ timeout: 60 });
    await succeeded(pulumi.preview());
    expect([acts(), timeouts()]).toEqual([[], { billing: 60 }]);
    await succeeded(pulumi.up("--skip-preview"));
    expect([acts(), timeouts()]).toEqual([["CreateConsumerGroup"], { billing: 60, again: 60 }]);

    emulator.clearRequests();
    await succeeded(pulumi.up("--expect-no-changes"));
    expect(emulator.requests).toEqual([]);
    await succeeded(pulumi.refresh("--expect-no-changes"));
    expect(acts()).toEqual([]);

    declareGroup({ timeout: 90, reason: "the new consumers beat every 45 s" });
    await succeeded(pulumi.up("--skip-preview"));
    expect([acts(), timeouts()["again"]]).toEqual([["UpdateConsumerGroup"], 90]);

    emulator.clearRequests();
    emulator.changeConsumerGroup("shop", "orders", "again", { timeout: 20 });
    const refreshed = await succeeded(pulumi.refresh());
    expect(refreshed).toContain("timeout is 20 s, declared are 90 s");
    expect(acts()).toEqual([]);
    expect(await succeeded(pulumi.preview("--diff"))).toMatch(/timeout *: 20 => 90/);
    await succeeded(pulumi.up("--skip-preview"));
    expect([acts(), timeouts()["again"]]).toEqual([["UpdateConsumerGroup"], 90]);

    emulator.clearRequests();
    expect(await succeeded(pulumi.destroy("--skip-preview"))).toContain("shop/orders/again");
    expect([acts(), timeouts()]).toEqual([["DeleteConsumerGroup"], { billing: 60 }]);
  });

  it("that somebody deleted is missed by a refresh and made again by the next up", async () => {
    declareGroup();
    await succeeded(pulumi.up("--skip-preview"));
    emulator.deleteConsumerGroup("shop", "orders", "again");
    expect(await succeeded(pulumi.refresh())).toContain("the group is gone");
    await succeeded(pulumi.up("--skip-preview"));
    expect(timeouts()).toEqual({ billing: 60, again: 60 });
  });

  it("that exists is refused, adopted where that is asked for, and then left by a destroy", async () => {
    declareGroup({ consumerGroup: "billing" });
    const refused = await pulumi.up("--skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout).toContain("Set adopt: true to take it over");
    declareGroup({ consumerGroup: "billing", adopt: true });
    await succeeded(pulumi.up("--skip-preview"));
    expect(await succeeded(pulumi.destroy("--skip-preview"))).toContain(
      "was adopted, so it is left as it is",
    );
    expect([acts(), timeouts()]).toEqual([[], { billing: 60 }]);
  });

  it("is imported without a write, and the code that Pulumi prints changes nothing", async () => {
    const printed = await succeeded(
      pulumi.run("import", "--yes", "sls:index:ConsumerGroup", "side", "shop/orders/billing"),
    );
    expect([acts(), timeouts()]).toEqual([[], { billing: 60 }]);
    declare(printed.slice(printed.indexOf("resources:")));
    emulator.clearRequests();
    await succeeded(pulumi.preview("--expect-no-changes"));
    await succeeded(pulumi.up("--skip-preview", "--expect-no-changes"));
    expect(emulator.requests).toEqual([]);
    await succeeded(pulumi.refresh("--expect-no-changes"));
    expect(acts()).toEqual([]);
  });

  it.each([
    ["shop/orders/nobody", "there is no such consumer group"],
    ["shop/orders", "is not of the form project/logstore/group"],
  ])("is not imported from %s, and why is said", async (id, why) => {
    const { exitCode, stdout, stderr } = await pulumi.run(
      "import",
      "--yes",
      "sls:index:ConsumerGroup",
      "side",
      id,
    );
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(why);
  });
});

/** A side group, its replay, how far it is read up to a moment, and what a plan up to it would read. */
function declareReading(until: string): void {
  declare(`
resources:
  side:
    type: sls:ConsumerGroup
    properties: { project: shop, logstore: orders, consumerGroup: again }
  replay:
    type: sls:ConsumerGroupReplay
    properties:
      project: \${side.project}
      logstore: \${side.logstore}
      consumerGroup: \${side.consumerGroup}
      from: "2026-11-22T05:00:00Z"
variables:
  progress:
    fn::invoke:
      function: sls:getReplayProgress
      arguments:
        project: shop
        logstore: orders
        consumerGroup: \${side.consumerGroup}
        shards: \${replay.shards}
        until: "${until}"
  plan:
    fn::invoke:
      function: sls:getReplayPlan
      arguments: { project: shop, logstore: orders, consumerGroup: billing, from: "2026-11-22T05:00:00Z", until: "${until}" }
outputs:
  progress: \${progress}
  plan: \${plan}
`);
}

interface Outputs {
  readonly progress: {
    readonly done: boolean;
    readonly remainingLogGroups?: number;
    readonly until?: string;
  };
  readonly plan: {
    readonly verdict: string;
    readonly until?: string;
    readonly untilUnixSeconds?: number;
    readonly toReadLogGroups?: number;
    readonly text: string;
  };
}

async function outputs(): Promise<Outputs> {
  return JSON.parse(await succeeded(pulumi.run("stack", "output", "--json"))) as Outputs;
}

describe.runIf(hasYaml)("until, in the functions of the plugin", () => {
  it("bounds what a plan counts, and says when a side group has read so far", async () => {
    declareReading("2026-11-22T16:00:00+08:00");
    await succeeded(pulumi.up("--skip-preview"));
    const first = await outputs();
    expect(first.plan).toMatchObject({
      verdict: "moves",
      until: "2026-11-22T08:00:00Z",
      untilUnixSeconds: Date.parse("2026-11-22T08:00:00Z") / 1_000,
      toReadLogGroups: 3 + 3,
    });
    expect(first.progress).toMatchObject({ done: false, remainingLogGroups: 3 + 3 });

    for (const shard of [0, 1])
      emulator.commit("shop", "orders", "again", shard, cursor(4, shard), { consumer: "again-a" });
    emulator.clearRequests();
    await succeeded(pulumi.up("--skip-preview"));
    expect((await outputs()).progress).toMatchObject({
      done: true,
      remainingLogGroups: 0,
      until: "2026-11-22T08:00:00Z",
    });
    expect(acts()).toEqual([]);
  });

  it.each([
    ["2026-11-22T13:00:00Z", "is in the future"],
    ["2026-11-22T04:59:59Z", "before from"],
  ])("%s is refused in the plan's own words", async (until, why) => {
    declare(`
variables:
  plan:
    fn::invoke:
      function: sls:getReplayPlan
      arguments: { project: shop, logstore: orders, consumerGroup: billing, from: "2026-11-22T05:00:00Z", until: "${until}" }
outputs:
  plan: \${plan}
`);
    await succeeded(pulumi.up("--skip-preview"));
    const { plan } = await outputs();
    expect(plan.verdict).toBe("refused");
    expect(plan.text).toContain(why);
  });
});
