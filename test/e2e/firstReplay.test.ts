/** The page for newcomers, followed literally: from packed packages, outside of the repository, against the emulator's own command. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareEngine } from "../engine/engineForTests.mjs";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/first-replay.md"), "utf8");

/** The commands below each heading, as they stand on the page. */
const commands = new Map(
  page.split(/^## /m).map((section): [string, string] => {
    const [heading = ""] = section.split("\n");
    const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block);
    return [heading, blocks.join("\n")];
  }),
);

/** What the page says to write instead of what only a real project has. */
const insteadOf = [...page.matchAll(/^\| `([^`]+)`\s*\| `([^`]+)`\s*\|$/gm)].map(
  ([, real = "", local = ""]) => [real, local] as const,
);

let folder: string;
let emulator: ChildProcess | undefined;
let log = "";
let environment: NodeJS.ProcessEnv;
let address: string;

function sectionOf(heading: string): string {
  const found = commands.get(heading);
  if (found === undefined || found === "") throw new Error(`the page has no commands below ${heading}`);
  return found;
}

/** Runs the commands of a step as its reader does, in a shell that stops at the first one that fails. */
function follow(heading: string): { readonly status: number | null; readonly output: string } {
  const local = insteadOf.reduce((text, [real, write]) => text.replaceAll(real, write), sectionOf(heading));
  const script = local
    .replaceAll("http://127.0.0.1:8077", address)
    .replace(/\bpulumi-sls-checkpoint sls-checkpoint\b/, packed("pulumi-sls-checkpoint", "sls-checkpoint"))
    .replace("npm install ", "npm install --no-audit --no-fund --prefer-offline --loglevel=error ");
  const inProgram = heading.startsWith("1.") ? folder : join(folder, "billing-replay");
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-ec", script], {
    cwd: inProgram,
    env: environment,
    encoding: "utf8",
  });
  for (const [, name = "", value] of local.matchAll(/\b(ALICLOUD_\w+)=(\S+)/g)) environment[name] = value;
  return { status, output: `${stdout}${stderr}` };
}

function packed(...names: readonly string[]): string {
  const files = readdirSync(join(folder, "packed"));
  return names
    .map((name) =>
      join(
        folder,
        "packed",
        files.find((file) => /^\d/.test(file.slice(name.length + 1)) && file.startsWith(`${name}-`)) ?? "",
      ),
    )
    .join(" ");
}

/** Starts the emulator by its installed command, as the page does in another terminal. */
async function startEmulator(): Promise<void> {
  const local = join(folder, "local");
  mkdirSync(local);
  const npm = ["install", "--prefer-offline", "--no-audit", "--no-fund", packed("sls-emulator")];
  execFileSync("npm", npm, { cwd: local, env: environment });
  const started = sectionOf("Practise without an account").replace(
    "npx sls-emulator",
    "exec npx sls-emulator --port 0",
  );
  emulator = spawn("/bin/sh", ["-ec", started], { cwd: local, env: environment, detached: true });
  emulator.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  for (let looks = 0; looks < 600 && !/http:\/\/127\.0\.0\.1:\d+/.test(log); looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  address = /http:\/\/127\.0\.0\.1:\d+/.exec(log)?.[0] ?? "";
}

beforeAll(async () => {
  const { pulumi, env } = await prepareEngine();
  folder = mkdtempSync(join(tmpdir(), "first-replay-"));
  mkdirSync(join(folder, "packed"));
  const workspaces = ["provider", "cli", "emulator"].flatMap((name) => ["--workspace", name]);
  execFileSync("npm", ["pack", ...workspaces, "--pack-destination", join(folder, "packed")], { cwd: root });
  environment = {
    ...env,
    HOME: folder,
    npm_config_cache: execFileSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).trim(),
    PATH: [dirname(process.execPath), dirname(pulumi), env["PATH"]].join(delimiter),
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "secret",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
  };
  await startEmulator();
}, 300_000);

afterAll(() => {
  if (emulator?.pid !== undefined) process.kill(-emulator.pid, "SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

async function writes(): Promise<number> {
  const answer = await fetch(`${address}/_emulator/requests?call=UpdateCheckPoint`);
  return ((await answer.json()) as unknown[]).length;
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${address}/_emulator/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The consumers read up to where they stood before. */
async function consume(): Promise<void> {
  const cwd = join(folder, "billing-replay");
  const output = execFileSync("pulumi", ["stack", "output", "shards", "--json"], { cwd, env: environment });
  const shards = JSON.parse(output.toString()) as { shard: number; previousCheckpoint: string }[];
  for (const { shard, previousCheckpoint: checkpoint } of shards) {
    const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
    await post("commits", { ...group, shard, checkpoint, consumer: "host-a" });
  }
}

describe("docs/first-replay.md, followed literally", { timeout: 600_000 }, () => {
  it("leads from an empty folder to a replay that is done", async () => {
    const created = follow("1. Create a program");
    expect(created.status, created.output).toBe(0);
    const configured = follow("2. Configure");
    expect(configured.status, configured.output).toBe(0);
    expect(configured.output).toContain("shop/orders/billing");
    const previewed = follow("3. Preview");
    expect(previewed.status, previewed.output).toBe(0);
    expect(previewed.output).toMatch(
      /shop\/orders\/billing: 2 shards: 2 back; \d+ log groups will be read again/,
    );
    expect(await writes()).toBe(0);
    const moved = follow("5. Move the group");
    expect(moved.status, moved.output).toBe(0);
    expect(moved.output).toContain('way back: {"0":"cursor:');
    expect(await writes()).toBe(2);
    const notDone = follow("6. Start the consumers, and see when they are done");
    expect(notDone.status, notDone.output).toBe(2);
    await consume();
    const done = follow("6. Start the consumers, and see when they are done");
    expect(done.status, done.output).toBe(0);
    expect(follow("5. Move the group").output).toContain("unchanged");
    expect(await writes()).toBe(2);
  });
});
