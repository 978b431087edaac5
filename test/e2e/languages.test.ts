/** The examples for languages beside TypeScript, as their READMEs say, through the plugin that was packed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.ts";
import { prepareYamlHost } from "../engine/yamlHostForTests.mjs";
import { succeeded } from "./outcome.ts";
import {
  type CommandResult,
  type Files,
  type LocalProcess,
  type PulumiWorkspace,
  type RunningCommand,
  end,
  isEngine,
  openWorkspace,
} from "./pulumi.ts";
import { preparePython } from "./pythonForTests.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const plugin = join(root, "provider/dist/plugin");
const version = (
  JSON.parse(readFileSync(join(root, "provider/package.json"), "utf8")) as { readonly version: string }
).version;
const hour = 3_600_000;
const now = Date.parse("2026-11-20T10:00:00Z");

const hasYaml = await prepareYamlHost();
const python = await preparePython();

const quietYaml = `
name: replay-in-yaml
runtime: yaml
resources:
  replay:
    type: sls:ConsumerGroupReplay
    properties:
      project: shop
      logstore: orders
      consumerGroup: billing
      from: "2026-11-20T08:00:00+08:00"
`;

const quietPython = `
import pulumi_sls as sls

sls.ConsumerGroupReplay(
    "replay",
    project="shop",
    logstore="orders",
    consumer_group="billing",
    from_="2026-11-20T08:00:00+08:00",
)
`;

/** How a program of one language is run. */
interface Language {
  readonly name: string;
  readonly example: string;
  readonly available: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: (
    pulumi: PulumiWorkspace,
    command: "preview" | "up" | "refresh" | "destroy",
  ) => Promise<CommandResult>;
  /** Starts an up without its preview. */
  readonly startUp: (pulumi: PulumiWorkspace) => RunningCommand;
  /** The example without its function that reads, so that what a second up sends can be counted. */
  readonly quietProgram: Files;
}

const languages: readonly Language[] = [
  {
    name: "YAML",
    example: "yaml",
    available: hasYaml,
    run: (pulumi, command) => pulumi[command](),
    startUp: (pulumi) => pulumi.start("up", "--yes", "--skip-preview"),
    quietProgram: { "Pulumi.yaml": quietYaml },
  },
  {
    name: "Python",
    example: "python",
    available: python !== undefined,
    ...(python !== undefined && { env: python.env }),
    run: (pulumi, command) => pulumi.runProgram(...pythonCommand(command)),
    startUp: (pulumi) => pulumi.startProgram(...pythonCommand("up")),
    quietProgram: { "__main__.py": quietPython },
  },
];

function pythonCommand(command: string): readonly [program: string, args: readonly string[]] {
  if (python === undefined) throw new Error("there is no Python");
  return [python.python, [python.stackScript, command]];
}

let emulator: SlsEmulator;
let clock: number;
let pulumi: PulumiWorkspace;

afterEach(async () => {
  await pulumi.close();
  await emulator.stop();
});

/** A logstore with a log group an hour in each shard, read until an hour ago, and the example's stack for it. */
async function open({ example, env }: Pick<Language, "example" | "env">, shards = 2): Promise<void> {
  clock = now;
  emulator = await SlsEmulator.start({ clock: () => clock });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: shards });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (let shard = 0; shard < shards; shard += 1) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 35, from: now - 34 * hour, to: now });
    const stands = cursor("2026-11-20T09:00:00Z", shard);
    emulator.commit("shop", "orders", "billing", shard, stands, { consumer: "host-a" });
  }
  clock += 10 * 60_000;
  pulumi = await openWorkspace({
    name: example,
    program: join(root, "examples", example),
    ...(env !== undefined && { env }),
  });
  await succeeded(pulumi.run("plugin", "install", "resource", "sls", version, "--file", plugin));
  await configure({
    "sls:endpoint": emulator.endpoint,
    "sls:accessKeyId": defaultIdentity.accessKeyId,
    project: "shop",
    logstore: "orders",
    consumerGroup: "billing",
    from: "2026-11-20T08:00:00+08:00",
    reason: "INC-4711: tax rate was wrong until 08:00",
  });
  await pulumi.setSecret("sls:accessKeySecret", defaultIdentity.accessKeySecret);
}

async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
  const pairs = Object.entries(settings).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  await succeeded(pulumi.run("config", "set-all", ...pairs));
}

function cursor(instant: string, shard: number): string {
  return emulator.cursorAt("shop", "orders", shard, Date.parse(instant));
}

function cursors(instant: string, shards = 2): readonly string[] {
  return Array.from({ length: shards }, (_, shard) => cursor(instant, shard));
}

function stands(shards = 2): readonly (string | undefined)[] {
  return Array.from(
    { length: shards },
    (_, shard) => emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint,
  );
}

function written(): readonly (number | undefined)[] {
  return emulator.requestsOf("UpdateCheckPoint").map(({ shard }) => shard);
}

interface SavedResource {
  readonly type: string;
  readonly id?: string;
}

function saved(type: string): readonly SavedResource[] {
  const { checkpoint } = JSON.parse(readFileSync(pulumi.stateFile, "utf8")) as {
    readonly checkpoint: { readonly latest: { readonly resources?: readonly SavedResource[] } };
  };
  return (checkpoint.latest.resources ?? []).filter((resource) => resource.type === type);
}

const asked = "2026-11-20T00:00:00Z";
const stood = "2026-11-20T09:00:00Z";

describe.each(languages.filter(({ available }) => available))("$name", (language) => {
  beforeEach(() => open(language));

  it("previews, moves once, changes, refreshes and destroys", async () => {
    const run = (command: Parameters<Language["run"]>[1]): Promise<CommandResult> =>
      language.run(pulumi, command);
    expect(await succeeded(run("preview"))).toContain(
      "shop/orders/billing: 2 shards: 2 back; 18 log groups will be read again",
    );
    expect([stands(), written()]).toEqual([cursors(stood), []]);

    await succeeded(run("up"));
    expect(stands()).toEqual(cursors(asked));
    const back = await succeeded(pulumi.run("stack", "output", "previousPositions", "--json"));
    expect(JSON.parse(back)).toEqual({
      "0": `cursor:${cursors(stood)[0]}`,
      "1": `cursor:${cursors(stood)[1]}`,
    });
    // In a second process, two pins of one shard would not meet.
    expect(saved("pulumi:providers:sls")).toHaveLength(1);

    emulator.clearRequests();
    await succeeded(run("refresh"));
    expect(emulator.requests).toEqual([]);
    // The progress function reads, and nothing else does.
    await succeeded(run("up"));
    expect(written()).toEqual([]);

    await configure({ from: "2026-11-20T06:00:00+08:00" });
    await succeeded(run("up"));
    expect(stands()).toEqual(cursors("2026-11-19T22:00:00Z"));

    emulator.clearRequests();
    await succeeded(run("destroy"));
    expect([emulator.requests, stands()]).toEqual([[], cursors("2026-11-19T22:00:00Z")]);
  });

  it("keeps what was written when one shard fails, and the next up writes that one alone", async () => {
    const failure = { kind: "error", status: 401, code: "Unauthorized" } as const;
    emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: failure });
    const { exitCode, stdout, stderr } = await language.run(pulumi, "up");
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("Unauthorized");
    expect(stands()).toEqual([cursor(asked, 0), cursor(stood, 1)]);

    emulator.clearRules();
    emulator.clearRequests();
    await succeeded(language.run(pulumi, "up"));
    expect([written(), stands()]).toEqual([[1], cursors(asked)]);
  });
});

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

describe.each(languages.filter(({ available }) => available))(
  "an up from $name that is stopped",
  (language) => {
    const shards = 64;
    const twoWaves = 32;

    beforeEach(async () => {
      await open(language, shards);
      pulumi.write(language.quietProgram);
    });

    /** Starts an up, and answers once all of its second wave is sent. A held answer keeps the third one back. */
    async function upInTheMiddle(): Promise<{ readonly up: RunningCommand; readonly release: () => void }> {
      const held = emulator.rule({ call: "UpdateCheckPoint", nth: 20, do: { kind: "holdAnswer" } });
      const up = language.startUp(pulumi);
      await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint", twoWaves);
      return { up, release: () => held.release() };
    }

    async function nextUpWritesTheMissing(before: readonly (number | undefined)[]): Promise<void> {
      emulator.clearRules();
      emulator.clearRequests();
      await succeeded(language.run(pulumi, "up"));
      const all = Array.from({ length: shards }, (_, shard) => shard);
      expect([...written()].sort(byNumber)).toEqual(all.filter((shard) => !before.includes(shard)));
      expect(stands(shards)).toEqual(cursors(asked, shards));

      emulator.clearRequests();
      await succeeded(language.run(pulumi, "up"));
      await succeeded(language.run(pulumi, "refresh"));
      expect(emulator.requests).toEqual([]);
    }

    it("by one Ctrl-C in the middle of 64 shards writes no more, and the next up exactly the missing ones", async () => {
      const { up, release } = await upInTheMiddle();
      pulumi.signalEngine("SIGINT");
      await up.seen("^C received");
      release();
      const { exitCode, stdout, stderr } = await up.finished;
      expect(exitCode).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain("nothing more is written");
      expect(written()).toHaveLength(twoWaves);
      await nextUpWritesTheMissing(written());
    });

    it("by a Ctrl-C that reaches the whole terminal writes no more, and the next up exactly the missing ones", async () => {
      const { up, release } = await upInTheMiddle();
      up.kill("SIGINT");
      await up.seen("^C received");
      release();
      expect((await up.finished).exitCode).not.toBe(0);
      await ended(isEngine);
      await ended(isPlugin);
      expect(written()).toHaveLength(twoWaves);
      // Python's Automation API closes what the engine prints to, which ends the engine before it unlocks the stack.
      await pulumi.cancel();
      await nextUpWritesTheMissing(written());
    });

    it("by kill -9 of the engine writes no more, and the next up exactly the missing ones", async () => {
      const { up, release } = await upInTheMiddle();
      pulumi.signalEngine("SIGKILL");
      await up.finished;
      // What died is noticed by the end of its connection; a write that leaves before that is under way.
      await sleep(200);
      release();
      // The plugin lives on until it notices.
      await ended(isPlugin);
      expect(written()).toHaveLength(twoWaves);
      await succeeded(pulumi.cancel());
      await nextUpWritesTheMissing(written());
    });
  },
);

async function ended(isMeant: (process: LocalProcess) => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (pulumi.processes().some(isMeant)) {
    const left = pulumi.processes().map(({ command }) => command);
    expect(performance.now(), left.join("\n")).toBeLessThan(deadline);
    await sleep(20);
  }
}

/** The hosts of languages may stay; whoever writes must not. */
function isPlugin({ command }: LocalProcess): boolean {
  return command.includes("program/start.js");
}

function byNumber(left = 0, right = 0): number {
  return left - right;
}

describe.runIf(hasYaml)("pulumi import", () => {
  beforeEach(async () => {
    await open({ example: "yaml" });
    pulumi.write({ "Pulumi.yaml": "name: replay-in-yaml\nruntime: yaml\n" });
  });

  it("takes a shard in where it stands, without a write, and the code that it prints changes nothing", async () => {
    const id = "shop/orders/billing/0";
    const printed = await pulumi.run("import", "--yes", "sls:index:ConsumerGroupCheckpoint", "pin", id);
    expect(printed.exitCode, printed.stdout + printed.stderr).toBe(0);
    expect([written(), stands()]).toEqual([[], cursors(stood)]);
    const code = printed.stdout.slice(printed.stdout.indexOf("resources:"));
    pulumi.write({ "Pulumi.yaml": `name: replay-in-yaml\nruntime: yaml\n${code}` });

    emulator.clearRequests();
    expect(await succeeded(pulumi.up("--expect-no-changes"))).toContain("unchanged");
    expect(emulator.requests).toEqual([]);

    pulumi.write({
      "Pulumi.yaml": `name: replay-in-yaml\nruntime: yaml\n${code.replace(cursor(stood, 0), cursor(asked, 0))}`,
    });
    await succeeded(pulumi.up());
    expect(stands()).toEqual([cursor(asked, 0), cursor(stood, 1)]);
  });

  it("takes the positions of a group in as a savepoint", async () => {
    const printed = await pulumi.run(
      "import",
      "--yes",
      "sls:index:ConsumerGroupSavepoint",
      "kept",
      "shop/orders/billing",
    );
    expect(printed.exitCode, printed.stdout + printed.stderr).toBe(0);
    expect(printed.stdout).toContain("type: sls:ConsumerGroupSavepoint");
    expect(readFileSync(pulumi.stateFile, "utf8")).toContain(`cursor:${cursor(stood, 1)}`);
  });

  it.each([
    [
      "sls:index:ConsumerGroupReplay",
      "shop/orders/billing",
      "a replay is a move, and not a thing of the service",
    ],
    [
      "sls:index:ConsumerGroupCheckpoint",
      "shop/orders/billing",
      "is not of the form project/logstore/group/shard",
    ],
    [
      "sls:index:ConsumerGroupCheckpoint",
      "shop/orders/billing/7",
      "the logstore has no such shard; it has 0, 1",
    ],
    ["sls:index:ConsumerGroupSavepoint", "shop/orders/nobody", "ConsumerGroupNotExist"],
  ])("of %s %s says why not", async (type, id, why) => {
    const { exitCode, stdout, stderr } = await pulumi.run("import", "--yes", type, "it", id);
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(why);
  });
});

/** What a TypeScript user declares, as it is compiled. */
function declareDynamic(program: string): void {
  pulumi.write({
    "Pulumi.yaml": "name: replay-in-yaml\nruntime: { name: nodejs, options: { typescript: false } }\n",
    "index.js": `const sls = require("pulumi-sls-checkpoint");\n${program}`,
  });
}

const replayInputs = { ...group, from: "2026-11-20T08:00:00+08:00" };

/** How an up of the dynamic provider ends after it has written shard 0 of two. */
const endings: Readonly<Record<string, () => Promise<void>>> = {
  "that one shard was denied": async () => {
    const denied = { kind: "error", status: 401, code: "Unauthorized" } as const;
    const rule = emulator.rule({ call: "UpdateCheckPoint", shard: 1, do: denied });
    const { exitCode, stdout } = await pulumi.up();
    expect(exitCode, stdout).not.toBe(0);
    rule.remove();
  },
  "whose engine was killed": async () => {
    await pulumi.setConfig("sls:maxConcurrency", "1");
    const held = emulator.rule({ call: "UpdateCheckPoint", nth: 1, do: { kind: "holdAnswer" } });
    const up = pulumi.start("up", "--yes", "--skip-preview");
    await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    up.kill("SIGKILL");
    await up.finished;
    // As when the whole machine dies: what was not recorded is in no state.
    for (const process of pulumi.processes())
      if (process.command.includes("cmd/dynamic-provider")) end(process);
    held.release();
    await succeeded(pulumi.cancel());
  },
};

describe.runIf(hasYaml)("an unfinished replay of the dynamic provider", () => {
  it.each(Object.keys(endings))(
    "%s is taken over by YAML, which writes exactly what was open",
    async (ending) => {
      await open({ example: "yaml" });
      declareDynamic(`new sls.ConsumerGroupReplay("replay", ${JSON.stringify(replayInputs)});`);
      await endings[ending]?.();
      expect([written(), stands()]).toEqual([
        expect.arrayContaining([0]),
        [cursor(asked, 0), cursor(stood, 1)],
      ]);

      pulumi.write({ "Pulumi.yaml": quietYaml });
      emulator.clearRequests();
      expect(await succeeded(pulumi.preview())).toContain("shard 1  back 9 h");
      expect([written(), stands()]).toEqual([[], [cursor(asked, 0), cursor(stood, 1)]]);

      await succeeded(pulumi.up("--skip-preview"));
      expect([written(), stands()]).toEqual([[1], cursors(asked)]);

      emulator.clearRequests();
      // What an engine that was killed had begun stands beside the resources until it is cleared.
      await succeeded(pulumi.refresh("--clear-pending-creates"));
      await succeeded(pulumi.up("--expect-no-changes"));
      expect(emulator.requests).toEqual([]);
      expect(readFileSync(pulumi.stateFile, "utf8")).not.toContain("__provider");
    },
  );
});

describe.runIf(hasYaml)("a stack of the plugin", () => {
  it("is refused by the same declarations in TypeScript, in words and before anything is done", async () => {
    await open({ example: "yaml" });
    const { project, logstore } = group;
    const side = { project, logstore, consumerGroup: "again" };
    const savepoint = { ...group };
    const pin = { ...side, shard: 0, checkpoint: cursor(asked, 0) };
    pulumi.write({
      "Pulumi.yaml": `${quietYaml}
  side: { type: "sls:ConsumerGroup", properties: ${JSON.stringify(side)} }
  before: { type: "sls:ConsumerGroupSavepoint", properties: ${JSON.stringify(savepoint)} }
  pin:
    type: sls:ConsumerGroupCheckpoint
    properties: ${JSON.stringify(pin)}
    options: { dependsOn: ["\${side}"] }
`,
    });
    const inYaml = readFileSync(join(pulumi.project, "Pulumi.yaml"), "utf8");
    await succeeded(pulumi.up("--skip-preview"));
    const stack = await pulumi.exportStack();

    // Consumers read on: whoever took this for a new replay would move them back once more.
    emulator.commit("shop", "orders", "billing", 0, cursor("2026-11-20T05:00:00Z", 0), {
      consumer: "host-a",
    });
    clock += 10 * 60_000;
    declareDynamic(`
new sls.ConsumerGroupReplay("replay", ${JSON.stringify(replayInputs)});
new sls.ConsumerGroup("side", ${JSON.stringify({ ...side, adopt: true })});
new sls.ConsumerGroupSavepoint("before", ${JSON.stringify(savepoint)});
new sls.ConsumerGroupCheckpoint("pin", ${JSON.stringify(pin)});
`);
    emulator.clearRequests();
    for (const command of [["preview"], ["up", "--yes", "--skip-preview", "--continue-on-error"]]) {
      const { exitCode, stdout, stderr } = await pulumi.run(...command);
      expect(exitCode, `${stdout}${stderr}`).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain("was written by the plugin sls");
    }
    expect(emulator.requests).toEqual([]);
    expect(ownResourcesOf(await pulumi.exportStack())).toEqual(ownResourcesOf(stack));

    pulumi.write({ "Pulumi.yaml": inYaml });
    await succeeded(pulumi.up("--skip-preview", "--expect-no-changes"));
    expect(emulator.requests).toEqual([]);
  });
});

/** What of the plugin a stack holds, in the order of its names. */
function ownResourcesOf(stack: unknown): readonly string[] {
  const { deployment } = stack as { readonly deployment: { readonly resources: readonly SavedResource[] } };
  const own = deployment.resources.filter(({ type }) => type.includes("sls:"));
  return own.map(({ type, id }) => `${type} ${String(id)}`).sort();
}

describe.runIf(hasYaml)("a stack of the dynamic provider", () => {
  it("is taken over by the same declarations in YAML, without a request", async () => {
    await open({ example: "yaml" });
    const replay = { ...group, from: "2026-11-20T08:00:00+08:00" };
    emulator.createLogstore("shop", "returns", { ttl: 7, shardCount: 1 });
    emulator.createConsumerGroup("shop", "returns", "billing", { timeout: 60 });
    emulator.appendLogGroups("shop", "returns", 0, { count: 35, from: now - 34 * hour, to: now });
    const checkpoint = emulator.cursorAt("shop", "returns", 0, Date.parse(asked));
    const pin = { ...group, logstore: "returns", shard: 0, checkpoint };
    pulumi.write({
      "Pulumi.yaml": "name: replay-in-yaml\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "index.js": `
const sls = require("pulumi-sls-checkpoint");
new sls.ConsumerGroupReplay("replay", ${JSON.stringify(replay)});
new sls.ConsumerGroupCheckpoint("pin", ${JSON.stringify(pin)});
`,
    });
    await succeeded(pulumi.up());

    pulumi.write({
      "Pulumi.yaml": `${quietYaml}
  pin:
    type: sls:ConsumerGroupCheckpoint
    properties: ${JSON.stringify(pin)}
`,
    });
    emulator.clearRequests();
    expect(await succeeded(pulumi.up())).toMatch(/unchanged/);
    await succeeded(pulumi.refresh());
    await succeeded(pulumi.up("--expect-no-changes"));
    expect(emulator.requests).toEqual([]);
    expect(readFileSync(pulumi.stateFile, "utf8")).not.toContain("__provider");
  });
});
