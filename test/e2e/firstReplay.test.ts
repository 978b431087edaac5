/** The page for newcomers, followed literally: from packed packages, outside of the repository, against the emulator's own command. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Followed, Outside, blocks, root, section } from "./outside.ts";

const page = readFileSync(join(root, "docs/first-replay.md"), "utf8");

let outside: Outside;

/** Runs the commands of a step as its reader does. */
function follow(heading: string): Followed {
  const commands = outside.local(blocks(section(page, heading), "sh"));
  if (commands === "") throw new Error(`the page has no commands below ${heading}`);
  const packed = `${outside.packed("pulumi-sls-checkpoint")} ${outside.packed("sls-checkpoint")}`;
  const script = commands
    .replace(/\bpulumi-sls-checkpoint sls-checkpoint\b/, packed)
    .replace("npm install ", "npm install --no-audit --no-fund --prefer-offline --loglevel=error ");
  const cwd = heading.startsWith("1.") ? outside.folder : join(outside.folder, "billing-replay");
  const followed = outside.run(script, { cwd });
  for (const [, name = "", value] of commands.matchAll(/\b(ALICLOUD_\w+)=(\S+)/g))
    outside.environment[name] = value;
  return followed;
}

beforeAll(async () => {
  outside = await Outside.open();
}, 300_000);

afterAll(() => {
  outside.close();
});

function writes(): Promise<number> {
  return outside.requests("UpdateCheckPoint");
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${outside.address}/_emulator/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The consumers read up to where they stood before. */
async function consume(): Promise<void> {
  const cwd = join(outside.folder, "billing-replay");
  const output = execFileSync("pulumi", ["stack", "output", "shards", "--json"], {
    cwd,
    env: outside.environment,
  });
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
