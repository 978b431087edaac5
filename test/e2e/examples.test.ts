import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { previewPolicy, upPolicy } from "../docs/policies.ts";
import { ExampleProject } from "./exampleProject.ts";

let example: ExampleProject | undefined;

afterEach(async () => {
  await example?.close();
  example = undefined;
});

async function open(name: string, own = {}): Promise<ExampleProject> {
  example = await ExampleProject.open(name, own);
  return example;
}

const stood = "2026-11-20T09:00:00Z";
const asked = "2026-11-20T00:00:00Z";

it("every example is run here, or has tests of its own", () => {
  const folders = readdirSync(new URL("../../examples/", import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.sort()).toEqual([
    "gitops",
    "many-groups",
    "pin",
    "policy",
    "python",
    "quickstart",
    "rollback",
    "savepoint",
    "side-replay",
    "stop-pin-start",
    "unit-testing",
    "yaml",
  ]);
});

describe("as its README says,", { timeout: 600_000 }, () => {
  it("quickstart makes a group read again from a time", async () => {
    const quickstart = await open("quickstart");
    const preview = await quickstart.through("pulumi preview");
    expect(preview.stdout).toContain(
      "shop/orders/billing: 2 shards: 2 back; 18 log groups will be read again",
    );
    expect(quickstart.writes()).toBe(0);
    const up = await quickstart.through("pulumi up");
    expect(up.exitCode, up.stdout).toBe(0);
    expect(quickstart.stands()).toEqual(quickstart.cursors(asked));
    const way = await quickstart.pulumi.run("stack", "output", "wayBack", "--json");
    expect(JSON.parse(way.stdout)).toEqual(
      Object.fromEntries(
        quickstart.cursors(stood).map((cursor, shard) => [String(shard), `cursor:${cursor}`]),
      ),
    );
    expect(quickstart.rest()).toEqual([]);

    quickstart.emulator.clearRequests();
    const destroyed = await quickstart.without("pulumi-sls-checkpoint", () => quickstart.pulumi.destroy());
    expect([destroyed.exitCode, quickstart.emulator.requests], destroyed.stdout).toEqual([0, []]);
  });

  it("pin finds the cursor of a time by our own command line, and pins one shard to it", async () => {
    const pin = await open("pin");
    const plan = await pin.through("npx sls-checkpoint");
    expect(plan.exitCode, plan.stderr).toBe(0);
    const { shards } = JSON.parse(plan.stdout) as { shards: { shard: number; target?: string }[] };
    expect(shards.find(({ shard }) => shard === 0)?.target).toBe(pin.cursor(asked));
    const preview = await pin.through("pulumi preview");
    expect(preview.stdout).toContain(
      "shop/orders/billing/0: moves back 9 h; 9 log groups will be read again",
    );
    expect(pin.writes()).toBe(0);
    const up = await pin.through("pulumi up");
    expect(up.exitCode, up.stdout).toBe(0);
    expect(pin.stands()).toEqual([pin.cursor(asked), pin.cursor(stood, 1)]);
    expect(pin.rest()).toEqual([]);
  });

  it("gitops previews what YAML declares, applies it once, and follows it, each with its documented policy", async () => {
    const gitops = await open("gitops");
    gitops.allow(previewPolicy);
    const preview = await gitops.through("pulumi preview");
    expect(preview.exitCode, preview.stdout).toBe(0);
    expect(preview.stdout).toContain(
      "shop/orders/billing: 2 shards: 2 back; 18 log groups will be read again",
    );
    expect(preview.stdout).toContain("reason: INC-4711: tax rate was wrong until 08:00");
    expect(gitops.writes()).toBe(0);
    gitops.allow(upPolicy);
    const up = await gitops.through("pulumi up");
    expect(up.exitCode, up.stdout).toBe(0);
    expect(gitops.stands()).toEqual(gitops.cursors(asked));

    gitops.emulator.clearRequests();
    const again = await gitops.pulumi.up("--expect-no-changes");
    expect([again.exitCode, gitops.emulator.requests]).toEqual([0, []]);

    gitops.commit("2026-11-20T03:00:00Z", 1);
    const progress = await gitops.through("node scripts/progress.mts dev");
    expect(progress.exitCode, progress.stdout).toBe(0);
    expect(progress.stdout).toContain("### shop/orders/billing");
    expect(progress.stdout).toContain("1 at the pin, not read yet; 1 reading");
    expect(gitops.writes()).toBe(0);
    const back = await gitops.through("pulumi stack output previousPositions --json");
    expect(JSON.parse(back.stdout)).toEqual({
      "shop/orders/billing": Object.fromEntries(
        gitops.cursors(stood).map((cursor, shard) => [String(shard), `cursor:${cursor}`]),
      ),
    });
    expect(gitops.rest()).toEqual([]);
  });

  it("rollback goes there, and back in three ways", async () => {
    const rollback = await open("rollback");
    const preview = await rollback.through("pulumi preview");
    expect(preview.exitCode, preview.stdout).toBe(0);
    for (const instant of [asked, stood, asked, stood, asked]) {
      const up = await rollback.through("pulumi up");
      expect(up.exitCode, up.stdout).toBe(0);
      expect(rollback.stands()).toEqual(rollback.cursors(instant));
    }
    const written = await rollback.through("pulumi stack output previousPositions --json");
    expect(JSON.parse(written.stdout)).toMatchObject({ "0": `cursor:${rollback.cursor(stood)}` });
    const last = await rollback.through("pulumi up");
    expect(last.exitCode, last.stdout).toBe(0);
    expect(rollback.stands()).toEqual(rollback.cursors(stood));
    expect(rollback.writes()).toBe(6 * 2);
    expect(rollback.rest()).toEqual([]);
  });

  it("savepoint keeps the positions of each release, which no later one loses, and leads back to them", async () => {
    const savepoint = await open("savepoint");
    const kept = await savepoint.through("pulumi up");
    expect(kept.exitCode, kept.stdout).toBe(0);
    const release = "2026-11-20T09:30:00Z";
    for (const shard of [0, 1]) savepoint.commit(release, shard);
    const next = await savepoint.through("pulumi up");
    expect(next.exitCode, next.stdout).toBe(0);
    const positions = await savepoint.pulumi.run("stack", "output", "positions", "--json");
    const mapOf = (instant: string) =>
      Object.fromEntries(
        savepoint.cursors(instant).map((cursor, shard) => [String(shard), `cursor:${cursor}`]),
      );
    expect(JSON.parse(positions.stdout)).toEqual({ "1.4.0": mapOf(stood), "1.5.0": mapOf(release) });

    // To the end: the release stands at the last log group.
    for (const shard of [0, 1]) savepoint.commit("2026-11-20T10:01:00Z", shard);
    savepoint.passQuietTime();
    const again = await savepoint.pulumi.up("--skip-preview"); // the pipeline of the release runs once more
    expect(again.exitCode, again.stdout).toBe(0);
    const preview = await savepoint.through("pulumi preview");
    expect(preview.exitCode, preview.stdout).toBe(0);
    expect(preview.stdout).toContain("2 shards: 2 back; ");
    expect(savepoint.writes()).toBe(0);
    const back = await savepoint.through("pulumi up");
    expect(back.exitCode, back.stdout).toBe(0);
    expect(savepoint.stands()).toEqual(savepoint.cursors(release));

    savepoint.emulator.clearRequests();
    const forgotten = await savepoint.through("pulumi up");
    expect(forgotten.exitCode, forgotten.stdout).toBe(0);
    expect(savepoint.writes()).toBe(0);
    const after = await savepoint.pulumi.run("stack", "output", "positions", "--json");
    expect(JSON.parse(after.stdout)).toMatchObject({ "1.4.0": mapOf(stood), "1.5.0": mapOf(release) });
    expect(savepoint.rest()).toEqual([]);
  });

  it("stop-pin-start stops the consumers, moves the group, and starts them", async () => {
    const stopPinStart = await open("stop-pin-start", {
      "kubectl scale deployment/billing --replicas=0 && kubectl wait pod --for=delete -l app=billing --timeout=5m":
        "echo stopped >> consumers && cat consumers",
      "kubectl scale deployment/billing --replicas=3": "echo started >> consumers",
    });
    const consumers = (): string => readFileSync(join(stopPinStart.pulumi.project, "consumers"), "utf8");
    const preview = await stopPinStart.through("pulumi preview");
    expect(preview.exitCode, preview.stdout).toBe(0);
    expect(preview.stdout).toContain("2 shards: 2 back; 18 log groups will be read again");
    expect(consumers).toThrow("ENOENT");
    const up = await stopPinStart.through("pulumi up");
    expect(up.exitCode, up.stdout).toBe(0);
    expect(up.stdout).toContain("The consumers are stopped. They start when the replay is done");
    expect(stopPinStart.stands()).toEqual(stopPinStart.cursors(asked));
    expect(consumers()).toBe("stopped\nstarted\n");
    for (const shard of [0, 1]) stopPinStart.commit(stood, shard);
    stopPinStart.passQuietTime();
    const again = await stopPinStart.through("pulumi up");
    expect(again.exitCode, again.stdout).toBe(0);
    expect(stopPinStart.stands()).toEqual(stopPinStart.cursors(asked));
    expect(consumers()).toBe("stopped\nstarted\nstopped\nstarted\n");
    expect(stopPinStart.rest()).toEqual([]);
  });

  it("unit-testing tests its program without a stack", async () => {
    const unitTesting = await open("unit-testing");
    const { exitCode, stdout, stderr } = await unitTesting.through("npm test");
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/pass 3\n/);
    expect(stderr).not.toContain("Warning:");
    expect(unitTesting.rest()).toEqual([]);
  });

  it("policy stops another example in the preview, with its defaults and with settings", async () => {
    const quickstart = await open("quickstart");
    await quickstart.through("pulumi config set from");
    const policy = await quickstart.beside("policy");
    const preview = await policy.through("pulumi preview --policy-pack ../policy");
    expect(preview.exitCode).not.toBe(0);
    for (const rule of ["move-has-deadline", "move-names-ticket"]) expect(preview.stdout).toContain(rule);
    const withSettings = await policy.through("pulumi preview --policy-pack ../policy --policy-pack-config");
    expect(withSettings.exitCode).not.toBe(0);
    expect(withSettings.stdout).toContain("maxMove is PT24H, and at most PT12H is allowed");
    expect(quickstart.writes()).toBe(0);
    expect(policy.rest()).toEqual([]);
  });
});

describe("gitops", () => {
  it("names everything that is wrong with the configuration at once, by its path", async () => {
    const gitops = await open("gitops");
    await gitops.through("pulumi stack init dev");
    await gitops.pulumi.setConfig("other", "so that there is a file");
    const file = "Pulumi.dev.yaml";
    gitops.pulumi.write({
      [file]: `config:
  shop-gitops:replays:
    shop/orders/billing:
      from: PT6H
      reason: "INC-4711"
      maxMoves: P3D
    shop/orders:
      from: { "0": begin, "1": yesterday, "2": 2026-11-20T08:00:00Z }
      applyBefore: 2026-11-20T20:00:00+08:00
      reason: ""
      allowTruncated: "yes"
    shop/orders/archive: begin
`,
    });
    const { stdout, stderr, exitCode } = await gitops.pulumi.preview();
    expect(exitCode).not.toBe(0);
    const billing = 'shop-gitops:replays["shop/orders/billing"]';
    const unnamed = 'shop-gitops:replays["shop/orders"]';
    for (const problem of [
      `${billing}.applyBefore is missing`,
      `${billing}.from is none of: an RFC 3339 instant in quotes, begin, end, keep, previous, cursor:<base64>`,
      `${billing}.maxMoves is none of from, applyBefore, reason, maxMove,`,
      `${unnamed}: the name is not of the form project/logstore/group`,
      `${unnamed}.from["1"] is none of`,
      `${unnamed}.from["2"] is a time without quotes`,
      `${unnamed}.applyBefore is a time without quotes`,
      `${unnamed}.reason is not a text`,
      `${unnamed}.allowTruncated is neither true nor false`,
      'shop-gitops:replays["shop/orders/archive"] is not a map with from, applyBefore and reason',
    ]) {
      expect(stdout).toContain(problem);
    }
    expect(stdout + stderr).not.toContain("    at ");
    expect(gitops.emulator.requests).toHaveLength(0);
  });
});
