/** The pages about other languages, followed literally: outside of the repository, in a shell. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.ts";
import { prepareStandIn } from "../engine/standInsForTests.mjs";
import { prepareYamlHost } from "../engine/yamlHostForTests.mjs";
import { pluginVersion } from "../../tools/plugin/bundle.mjs";
import { packPlugin } from "../../tools/plugin/tarballs.mjs";
import { freePort } from "../plugin/freePort.ts";
import { type Followed, Outside, blocks, root, section } from "./outside.ts";

const examples = [
  { example: "yaml", available: await prepareYamlHost() },
  { example: "python", available: await prepareStandIn("python") },
];

let outside: Outside;
let copy: string;

/** Copies an example, and the plugin's file into the copy, as its README asks for. */
async function copyExample(example: string): Promise<void> {
  copy = join(outside.folder, example);
  cpSync(join(root, "examples", example), copy, {
    recursive: true,
    filter: (file) => !file.endsWith(".work"),
  });
  const files = await packPlugin(join(outside.folder, "plugin"));
  for (const file of files) copyFileSync(join(outside.folder, "plugin", file), join(copy, file));
}

/** Runs commands of a page. A person answers what they ask for. */
function follow(commands: string, cwd = copy): Followed {
  const answered = commands.replaceAll(/\bpulumi (up|destroy|import)\b/g, "pulumi $1 --yes");
  return outside.run(answered, { cwd, input: `${defaultIdentity.accessKeySecret}\n` });
}

function succeeded(command: string, cwd?: string): string {
  const { status, output } = follow(command, cwd);
  expect(status, `${command}\n${output}`).toBe(0);
  return output;
}

/** Which versions of the plugin Pulumi has now. */
function installed(): readonly string[] {
  const plugins = JSON.parse(succeeded("pulumi plugin ls --json")) as { name: string; version: string }[];
  return plugins.filter(({ name }) => name === "sls").map(({ version }) => version);
}

/** The commands of the README, each with what it printed. */
function followReadme(): Map<string, string> {
  const readme = outside.local(blocks(readFileSync(join(copy, "README.md"), "utf8"), "sh"));
  const commands = readme.split("\n").filter((line) => line !== "");
  return new Map(commands.map((command) => [command.replace(/\s+#.*$/, ""), succeeded(command)]));
}

describe.each(examples.filter(({ available }) => available))(
  "the README of examples/$example",
  { timeout: 600_000 },
  ({ example }) => {
    beforeEach(async () => {
      outside = await Outside.open();
      await copyExample(example);
    }, 300_000);

    afterEach(() => {
      outside.close();
    });

    it("leads from a copy of the folder to a replay that is done", async () => {
      const printed = followReadme();
      const plan = /shop\/orders\/billing: 2 shards: 2 back; \d+ log groups will be read again/;
      expect(printed.get("pulumi preview")).toMatch(plan);
      expect(printed.get("pulumi up")).toContain('way back: {"0":"cursor:');
      expect(await outside.requests("UpdateCheckPoint")).toBe(2);
      for (const [command, output] of printed) expect(output, command).not.toMatch(/\b(warning|error):/);
      expect(installed()).toEqual([pluginVersion()]);

      expect(succeeded("pulumi up")).toContain("4 unchanged");
      succeeded("pulumi destroy");
      expect(await outside.requests("UpdateCheckPoint")).toBe(2);
    });
  },
);

const page = readFileSync(join(root, "docs/languages.md"), "utf8");

/** The blocks of a section whose commands begin so. */
function commandsOf(heading: string, start: string): string {
  const found = section(page, heading)
    .split(/^ *```/m)
    .find((block) => block.replace(/^sh\n\s*/, "").startsWith(start));
  if (found === undefined) throw new Error(`no block below ${heading} begins with ${start}`);
  return found
    .replace(/^sh\n/, "")
    .replaceAll("linux-amd64", `${platform()}-${arch() === "x64" ? "amd64" : arch()}`);
}

describe.runIf(examples[0]?.available)("docs/languages.md", { timeout: 600_000 }, () => {
  let debugged: ChildProcess | undefined;
  let stacks = 0;

  beforeAll(async () => {
    outside = await Outside.open();
  }, 300_000);

  afterAll(() => {
    outside.close();
  });

  /** A program in YAML with its stack, on a machine where Pulumi has no plugin yet. */
  beforeEach(async () => {
    stacks += 1;
    await copyExample("yaml");
    outside.environment["PULUMI_HOME"] = join(outside.folder, `pulumi-${String(stacks)}`);
    const settings = {
      "sls:endpoint": outside.address,
      "sls:accessKeyId": defaultIdentity.accessKeyId,
      "sls:accessKeySecret": defaultIdentity.accessKeySecret,
      project: "shop",
      logstore: "orders",
      consumerGroup: "billing",
      from: "2026-11-20T08:00:00+08:00",
      reason: "INC-4711",
    };
    const pairs = Object.entries(settings).map(([key, value]) => `--plaintext ${key}=${value}`);
    succeeded(`pulumi stack init try-${String(stacks)}\npulumi config set-all ${pairs.join(" ")}`);
  });

  afterEach(() => {
    debugged?.kill("SIGKILL");
    debugged = undefined;
  });

  const plan = /shop\/orders\/billing: 2 shards: 2 back/;

  it("packs the plugin, and installs it from its file", () => {
    const packed = commandsOf("Install", "npm ci").replace("npm ci && ", "");
    const files = succeeded(packed, root).match(/^\/.*\.tar\.gz$/gm) ?? [];
    expect(files).toHaveLength(6);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    succeeded(commandsOf("Install", "pulumi plugin install"));
    expect(installed()).toEqual([pluginVersion()]);
    const previewed = succeeded("pulumi preview");
    expect(previewed).toMatch(plan);
    expect(previewed).not.toContain("warning");
  });

  it("uses it from a folder that Pulumi.yaml names", () => {
    succeeded(commandsOf("Install", "mkdir"));
    const entry = blocks(section(page, "Install"), "yaml").replaceAll(/^ {2}/gm, "");
    appendFileSync(join(copy, "Pulumi.yaml"), entry);
    const previewed = succeeded("pulumi preview");
    expect(previewed).toMatch(plan);
    expect(previewed).not.toContain("warning");
  });

  it("uses it from npm, with a warning", () => {
    outside.environment["npm_config_prefix"] = join(outside.folder, "npm");
    const install = commandsOf("Install", "npm install").replace(
      "pulumi-sls-checkpoint",
      `--prefer-offline ${outside.packed("pulumi-sls-checkpoint")}`,
    );
    succeeded(install);
    const path = outside.environment["PATH"];
    outside.environment["PATH"] = [join(outside.folder, "npm/bin"), path].join(delimiter);
    const previewed = succeeded("pulumi preview");
    outside.environment["PATH"] = path;
    expect(previewed).toMatch(plan);
    expect(previewed).toMatch(/warning: using pulumi-resource-sls from \$PATH/);
  });

  it("adds an SDK by the command that the example's README has too", () => {
    const readme = readFileSync(join(root, "examples/python/README.md"), "utf8");
    expect(readme).toContain(commandsOf("An SDK", "pulumi package add").trim());
  });

  it.runIf(examples[1]?.available)("generates SDKs that tell where the plugin is downloaded from", () => {
    const folders = succeeded(commandsOf("An SDK", "npm run sdk"), root).match(/^\/.*$/gm) ?? [];
    const described = [
      "python/pulumi_sls/pulumi-plugin.json",
      "go/sls/pulumi-plugin.json",
      "nodejs/package.json",
    ];
    expect(folders).toEqual(described.map((file) => join(root, "dist/sdk", file.replace(/\/.*/, ""))));
    for (const file of described) {
      const text = readFileSync(join(root, "dist/sdk", file), "utf8");
      expect(text, file).toMatch(/"server": "https:\/\/example\.com\/sls"/);
    }
  });

  it("imports a pin, a savepoint and a group, and writes nothing", async () => {
    succeeded(commandsOf("Install", "pulumi plugin install"));
    writeFileSync(join(copy, "Pulumi.yaml"), "name: replay-in-yaml\nruntime: yaml\n");
    const before = await outside.requests("UpdateCheckPoint");
    const imported = commandsOf("Import", "pulumi import")
      .trim()
      .split("\n")
      .map((command) => succeeded(command));
    expect(imported.map((output) => /type: (sls:\w+)/.exec(output)?.[1])).toEqual([
      "sls:ConsumerGroupCheckpoint",
      "sls:ConsumerGroupSavepoint",
      "sls:ConsumerGroup",
    ]);
    expect(await outside.requests("UpdateCheckPoint")).toBe(before);
  });

  it("is served by a plugin that is debugged", async () => {
    const port = String(await freePort());
    const start = commandsOf("Debug", "npm run build").replace("npm run build\n", "").replace("45999", port);
    // A debugger's own port may be taken on this machine.
    debugged = spawn("/bin/sh", ["-ec", start.replace("node --inspect", "exec node --inspect=127.0.0.1:0")], {
      cwd: root,
      env: outside.environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (debugged.stdout === null) throw new Error("it has no output");
    const [printed] = (await once(debugged.stdout, "data")) as [Buffer];
    expect(printed.toString().trim()).toBe(port);
    const up = commandsOf("Debug", "PULUMI_DEBUG_PROVIDERS").replace("45999", port);
    expect(succeeded(up)).toContain("4 created");
  });
});
