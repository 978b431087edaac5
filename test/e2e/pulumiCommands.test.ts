/** What the pages say of Pulumi's own commands and of what they show, tried on the real engine. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Shop } from "./shop.ts";

function read(page: string): string {
  return readFileSync(new URL(`../../${page}`, import.meta.url), "utf8").replace(/\s+/g, " ");
}

const semantics = read("docs/semantics.md");
const readme = read("README.md");

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open("commands");
});

afterEach(() => shop.close());

describe("--target", () => {
  const flags =
    /`pulumi up --target` of a replay's own URN reaches neither of its children, and writes nothing: target them too, with `--target '(?<pattern>[^']+)'`, or the plan with `(?<dependents>--[a-z-]+)`\./.exec(
      semantics,
    )?.groups;
  const replay = "urn:pulumi:test::shop::sls:index:ConsumerGroupReplay::orders-replay";
  const plan = "**orders-replay-plan";

  /** Declares the replay from an instant, and returns how many shards an up with these flags wrote. */
  async function up(from: string, ...targets: readonly string[]): Promise<number> {
    shop.emulator.clearRequests();
    shop.declareReplay({ name: "orders-replay", from });
    const { exitCode, stdout } = await shop.pulumi.up("--skip-preview", ...targets);
    expect(exitCode, stdout).toBe(0);
    return shop.writes().length;
  }

  it("writes where it reaches the children of a replay, and nothing where it is the replay or the plan alone", async () => {
    for (const shard of [0, 1]) shop.commit(shop.cursor(1, shard), shard);
    shop.passQuietTime();
    expect(await up("2026-11-22T09:00:00Z")).toBe(2);
    expect(await up("2026-11-22T08:00:00Z", "--target", replay)).toBe(0);
    expect(await up("2026-11-22T08:00:00Z", "--target", plan)).toBe(0);
    expect(await up("2026-11-22T08:00:00Z", "--target", flags?.["pattern"] ?? "")).toBe(2);
    expect(await up("2026-11-22T07:00:00Z", "--target", plan, flags?.["dependents"] ?? "")).toBe(2);
  });
});

it("import of a resource of a TypeScript program changes nothing, and ends as the README says", async () => {
  expect(readme).toContain(
    "`pulumi import` of a resource of a TypeScript program changes nothing and ends with a stack trace of Pulumi, `code must be a string`",
  );
  const type = "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint";
  const { exitCode, stdout } = await shop.pulumi.run("import", "--yes", type, "pin", "shop/orders/billing/0");
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain("code must be a string");
  expect(shop.emulator.requests).toEqual([]);
  const state = (await shop.pulumi.exportStack()) as { readonly deployment: { readonly resources?: [] } };
  expect(JSON.stringify(state.deployment.resources ?? [])).not.toContain("ConsumerGroupCheckpoint");
});

it("shows maps in the order of their texts, outputs of a change as unknown, and a reason only where the up was told", async () => {
  const [unknown, order, message] = [
    "Pulumi shows the outputs of a replay as `[unknown]` or leaves them out",
    "shard `10` stands before shard `2`",
    '`pulumi up --message "INC-4711"`',
  ];
  for (const sentence of [unknown, order, message]) expect(semantics).toContain(sentence);

  shop.addLogstore("wide", 12);
  for (let shard = 0; shard < 12; shard += 1) {
    const end = shop.emulator.cursorAt("shop", "wide", shard, "end");
    shop.emulator.commit("shop", "wide", "billing", shard, end, { consumer: "host-a" });
  }
  shop.passQuietTime();
  const replay = { name: "wide", logstore: "wide", reason: "INC-4711: tax rate was wrong" };
  shop.declareReplay({ ...replay, from: "begin" });
  const { exitCode, stdout } = await shop.pulumi.up("--skip-preview", "--message", "INC-4711");
  expect(exitCode, stdout).toBe(0);
  const history = JSON.parse((await shop.pulumi.run("stack", "history", "--json")).stdout) as object[];
  expect(history[0]).toMatchObject({ message: "INC-4711" });
  expect(JSON.stringify(history)).not.toContain("tax rate");

  const output = (await shop.pulumi.run("stack", "output", "wide")).stdout;
  expect(output.match(/"\d+"(?=:"cursor)/g)?.slice(0, 4)).toEqual(['"0"', '"1"', '"10"', '"11"']);
  expect(stdout).toMatch(/way back: \{"0":.*"1":.*"2":.*"10":/);

  shop.declareReplay({ ...replay, from: "2026-11-22T05:00:00Z" });
  const preview = await shop.pulumi.preview();
  const [, outputs = ""] = preview.stdout.split("\nOutputs:");
  expect(outputs).toContain("~ wide:");
  expect(outputs).not.toContain("cursor:");
});
