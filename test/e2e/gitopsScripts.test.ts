/** The scripts that the workflows of the GitOps example run, on the real engine, with the keys that each has. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.ts";
import { previewPolicy, upPolicy } from "../docs/policies.ts";
import { ExampleProject } from "./exampleProject.ts";
import { type CommandResult } from "./pulumi.ts";

const asked = "2026-11-20T00:00:00Z";
const keys = {
  ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
  ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
};

let gitops: ExampleProject;

beforeEach(async () => {
  gitops = await ExampleProject.open("gitops");
  await gitops.through("pulumi config set --secret sls:accessKeySecret");
});

afterEach(() => gitops.close());

function declare(replays: Readonly<Record<string, unknown>>): void {
  const file = "Pulumi.dev.yaml";
  const before = readFileSync(join(gitops.pulumi.project, file), "utf8").replace(
    /^ {2}shop-gitops:replays:.*\n/m,
    "",
  );
  gitops.pulumi.write({ [file]: `${before.trimEnd()}\n  shop-gitops:replays: ${JSON.stringify(replays)}\n` });
}

function entry(from: unknown, more: object = {}): object {
  const reason = "INC-4711: tax rate was wrong until 08:00";
  return { from, applyBefore: "2026-11-21T20:00:00+08:00", reason, ...more };
}

function script(name: string, ...args: readonly string[]): Promise<CommandResult> {
  const program = join(gitops.pulumi.project, "scripts", name);
  const summary = { GITHUB_STEP_SUMMARY: join(gitops.pulumi.project, "summary.md") };
  if (name.endsWith(".sh")) return gitops.pulumi.runProgram(program, args, { ...keys, ...summary });
  return gitops.pulumi.runProgram(process.execPath, [program, ...args], keys);
}

function read(file: string): string {
  return readFileSync(join(gitops.pulumi.project, file), "utf8");
}

it("a pull request: every declared replay is in the comment, the summary and a page of its own, with keys that may read only", async () => {
  gitops.emulator.createConsumerGroup("shop", "orders", "shipping", { timeout: 60 });
  gitops.allow(previewPolicy);
  declare({
    "shop/orders/billing": entry("2026-11-20T08:00:00+08:00"),
    "shop/orders/shipping": entry({ "0": "begin" }, { maxMove: "PT48H" }),
  });
  const { exitCode, stdout, stderr } = await script("preview.sh", "dev", "plan");
  expect(exitCode, stdout + stderr).toBe(0);

  const plans = read("plan/plans.md");
  for (const group of ["shop/orders/billing", "shop/orders/shipping"])
    expect(plans).toContain(`### ${group}`);
  expect(plans).toContain("18 log groups will be read again");
  expect(read("summary.md")).toBe(plans);
  expect(readdirSync(join(gitops.pulumi.project, "plan")).sort()).toEqual([
    "plans.md",
    "preview.txt",
    "shop-orders-billing.html",
    "shop-orders-shipping.html",
  ]);
  expect(read("plan/shop-orders-billing.html")).toContain("<!doctype html>");
  expect(gitops.writes()).toBe(0);
});

it("a pull request that is refused fails, and says why in the comment", async () => {
  gitops.allow(previewPolicy);
  declare({
    "shop/orders/billing": entry("2026-11-19T00:00:00+08:00", { maxMove: "PT1H" }),
    "shop/orders/@everyone": entry("begin"),
  });
  const { exitCode } = await script("preview.sh", "dev", "plan");
  expect(exitCode).not.toBe(0);
  const plans = read("plan/plans.md");
  expect(plans).toContain("maxMove");
  expect(plans).toContain("**The preview failed**");
  const outsideOfBlocks = plans.replace(/^(~{3,}|`{3,})text\n.*?^\1$/gms, "");
  expect(outsideOfBlocks).toContain("### shop/orders/?everyone");
  expect(outsideOfBlocks).not.toContain("@");
});

it("a merge moves the group once; run again, also over the lock of a run that was killed, it writes nothing more", async () => {
  gitops.allow(upPolicy);
  declare({ "shop/orders/billing": entry("2026-11-20T08:00:00+08:00") });
  const first = await script("up.sh", "dev");
  expect(first.exitCode, first.stdout + first.stderr).toBe(0);
  expect(gitops.stands()).toEqual(gitops.cursors(asked));
  expect(gitops.writes()).toBe(2);

  gitops.pulumi.leaveLock("dev");
  const stuck = await gitops.pulumi.up("--stack", "dev");
  expect(stuck.stderr + stuck.stdout).toContain("locked");
  const again = await script("up.sh", "dev");
  expect(again.exitCode, again.stdout + again.stderr).toBe(0);
  expect(gitops.writes()).toBe(2);
});

it("the hourly look is green while consumers read, and fails where one saved over the pin", async () => {
  gitops.allow(upPolicy);
  declare({ "shop/orders/billing": entry("2026-11-20T08:00:00+08:00") });
  expect((await script("up.sh", "dev")).exitCode).toBe(0);
  const green = await script("progress.mts", "dev");
  expect(green.exitCode, green.stdout + green.stderr).toBe(0);
  expect(green.stdout).toContain("### shop/orders/billing");

  gitops.commit("2026-11-19T22:00:00Z");
  const red = await script("progress.mts", "dev");
  expect(red.exitCode, red.stdout + red.stderr).toBe(3);
});
