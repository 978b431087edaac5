import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { isRunning } from "../engine/isRunning.ts";
import { openWorkspace, type Files, type PulumiWorkspace } from "./pulumi.ts";

const project = `name: harness
runtime:
  name: nodejs
  options:
    typescript: false
`;

/** A resource that writes a line for each call, and whose create waits as long as the file "hold" exists. */
function program(value: string): string {
  return `const pulumi = require("@pulumi/pulumi");
class Echo extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super(provider, name, { ...args, seen: undefined }, opts);
  }
}
const provider = {
  async create(inputs) {
    const { existsSync } = require("node:fs");
    console.log("create " + inputs.value);
    while (existsSync("hold")) await new Promise((resolve) => setTimeout(resolve, 20));
    return { id: "echo", outs: { ...inputs, seen: inputs.value } };
  },
  async update(id, olds, news) {
    return { outs: { ...news, seen: olds.seen + " " + news.value } };
  },
};
exports.seen = new Echo("echo", { value: ${value} }).seen;
`;
}

const files: Files = { "Pulumi.yaml": project, "index.js": program(`"one"`) };
const slow = { timeout: 120_000 };

let workspace: PulumiWorkspace | undefined;

afterEach(async () => {
  await workspace?.close();
  workspace = undefined;
});

async function open(program: string | Files, env: Record<string, string> = {}): Promise<PulumiWorkspace> {
  workspace = await openWorkspace({ name: "harness", program, env });
  return workspace;
}

describe("a workspace of the real engine", slow, () => {
  it("previews, creates, leaves alone, updates, refreshes and destroys, without a warning", async () => {
    const pulumi = await open(files);
    const preview = await pulumi.preview();
    const created = await pulumi.up();
    const unchanged = await pulumi.up("--skip-preview", "--expect-no-changes");
    pulumi.write({ "index.js": program(`"two"`) });
    const updated = await pulumi.up("--skip-preview");
    const refreshed = await pulumi.refresh("--skip-preview");
    const output = await pulumi.run("stack", "output", "seen");
    const destroyed = await pulumi.destroy("--skip-preview");

    expect(preview).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("+ 2 to create") });
    expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("+ 2 created") });
    expect(unchanged).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("2 unchanged") });
    expect(updated).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("~ 1 updated") });
    expect(refreshed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("2 unchanged") });
    expect(output.stdout.trim()).toBe("one two");
    expect(destroyed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("- 2 deleted") });
    for (const { stdout, stderr } of [preview, created, unchanged, updated, refreshed, destroyed]) {
      expect(stdout).not.toMatch(/warning/i);
      expect(stderr).toBe("");
    }
  });

  it("keeps a secret of the configuration out of the state file, which the export shows", async () => {
    const index = `const { Config, runtime } = require("@pulumi/pulumi");
exports.key = new Config().requireSecret("key");
exports.secret = ["harness:key", "harness:plain"].filter(runtime.isConfigSecret);`;
    const pulumi = await open({ ...files, "index.js": index });
    await pulumi.setSecret("key", "--s3cret");
    await pulumi.setConfig("plain", "--plain");
    await pulumi.up("--skip-preview");

    expect(JSON.parse((await pulumi.run("stack", "output", "secret")).stdout)).toEqual(["harness:key"]);
    expect(JSON.stringify(await pulumi.exportStack())).toContain("--s3cret");
    expect((await pulumi.run("config", "get", "plain")).stdout.trim()).toBe("--plain");
    const state = readFileSync(pulumi.stateFile, "utf8");
    expect(state).toContain("ciphertext");
    expect(state).not.toContain("s3cret");
  });

  it("runs a TypeScript program that stands where `main` says", async () => {
    const pulumi = await open({
      "Pulumi.yaml": "name: harness\nruntime: nodejs\nmain: programs/first\n",
      "programs/first/package.json": `{ "private": true, "main": "start.ts" }`,
      "programs/first/start.ts": `import * as pulumi from "@pulumi/pulumi";
enum Answer { Given = "given" }
export const answer: Answer = Answer.Given;
export const stack: string = pulumi.getStack();
`,
    });
    expect(await pulumi.up("--skip-preview")).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await pulumi.run("stack", "output", "answer")).stdout.trim()).toBe("given");
  });

  it("reports what a program throws once, without a word about its exit code", async () => {
    const pulumi = await open({ ...files, "index.js": `throw new Error("the program's own fault");` });
    const { exitCode, stdout } = await pulumi.up("--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain("the program's own fault");
    expect(stdout).not.toContain("non-zero exit code");
  });

  it("says so when a program exits by itself", async () => {
    const pulumi = await open({ ...files, "index.js": `process.exit(3);` });
    const { exitCode, stdout } = await pulumi.up("--skip-preview");
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain("Program exited with non-zero exit code: 3");
  });

  it("passes nothing on of what the person who runs it has set", async () => {
    const names = ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "PULUMI_ACCESS_TOKEN", "HTTP_PROXY"];
    names.forEach((name) => (process.env[name] = "mine"));
    const pulumi = await open({
      ...files,
      "index.js": `exports.seen = Object.values(process.env).filter((value) => value === "mine");`,
    });
    names.forEach((name) => delete process.env[name]);
    await pulumi.up("--skip-preview");
    expect(JSON.parse((await pulumi.run("stack", "output", "seen")).stdout)).toEqual([]);
  });

  it("finds the provider of a command that is killed, and ends what that leaves behind", async () => {
    const pulumi = await open({ ...files, hold: "" });
    const up = pulumi.start("up", "--yes", "--skip-preview");
    await up.seen("create one");
    const provider = await up.providerPid();
    up.kill("SIGKILL");
    await up.finished;

    expect(isRunning(provider)).toBe(true);
    await pulumi.close();
    workspace = undefined;
    expect(isRunning(provider)).toBe(false);
  });

  it("names a process that a test has left running", async () => {
    const pulumi = await open({
      ...files,
      "index.js": `require("node:child_process")
  .spawn("sleep", ["3600"], { detached: true, stdio: "ignore" }).unref();`,
    });
    await pulumi.up("--skip-preview");
    workspace = undefined;
    await expect(pulumi.close()).rejects.toThrow(/Left running after the last command:\n {2}\d+ sleep 3600/);
  });
});

describe("our language host", slow, () => {
  it("tells what a project depends on, and in which version", async () => {
    const packageJson = `{ "private": true, "dependencies": { "@pulumi/pulumi": "*", "absent": "1" } }`;
    const pulumi = await open({ ...files, "package.json": packageJson });
    const { dependencies } = JSON.parse((await pulumi.run("about", "--json")).stdout);
    expect(dependencies).toEqual([
      { name: "@pulumi/pulumi", version: expect.stringMatching(/^3\.\d+\.\d+$/) },
      { name: "absent", version: "not installed" },
    ]);
  });

  it("ends the program, and then itself, when the engine is killed", async () => {
    const pulumi = await open({
      ...files,
      "index.js": `console.log("program runs"); setInterval(() => {}, 1000);`,
    });
    const preview = pulumi.start("preview");
    await preview.seen("program runs");
    preview.kill("SIGKILL");
    await preview.finished;
    await expect.poll(() => pulumi.processes(), { timeout: 10_000 }).toEqual([]);
  });

  it("ends the program when the command is interrupted", async () => {
    const pulumi = await open({
      ...files,
      "index.js": `console.log("program runs"); setInterval(() => {}, 1000);`,
    });
    const preview = pulumi.start("preview");
    await preview.seen("program runs");
    preview.kill("SIGINT");
    const { exitCode } = await preview.finished;
    expect(exitCode).not.toBe(0);
    await expect.poll(() => pulumi.processes(), { timeout: 10_000 }).toEqual([]);
  });
});
