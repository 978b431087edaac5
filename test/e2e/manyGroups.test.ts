/** The example for many groups, with a hundred of them, on the real engine. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { ExampleProject } from "./exampleProject.ts";

const asked = "2026-11-20T00:00:00Z";
const logstores = ["orders", "returns", "invoices", "events", "audit"];
const groups = logstores.flatMap((logstore) =>
  Array.from({ length: 20 }, (_, index) => ({ logstore, group: `group-${String(index)}` })),
);
const names = groups.map(({ logstore, group }) => `shop/${logstore}/${group}`);

/** The two groups of the README, and a hundred. */
const declared = `config:
  many-groups:from: "2026-11-20T08:00:00+08:00"
  many-groups:applyBefore: "2026-11-20T20:00:00+08:00"
  many-groups:reason: "INC-4711: tax rate was wrong until 08:00"
  many-groups:groups:
`;
const listed = (group: string): string => `    - ${group}\n`;
const ofReadme = `${declared}${["shop/orders/billing", "shop/orders/shipping"].map(listed).join("")}`;

let example: ExampleProject;

beforeEach(async () => {
  example = await ExampleProject.open("many-groups", {
    [ofReadme]: `${declared}${names.map(listed).join("")}`,
  });
  for (const logstore of logstores.slice(1)) example.addLogstore(logstore);
  for (const { logstore, group } of groups) {
    example.emulator.createConsumerGroup("shop", logstore, group, { timeout: 60 });
    for (const shard of [0, 1]) example.commit("2026-11-20T09:00:00Z", shard, { logstore, group });
  }
  example.passQuietTime();
});

afterEach(() => example.close());

function standing(instant: string, shard: number): number {
  return groups.filter(({ logstore, group }) => {
    const cursor = example.emulator.cursorAt("shop", logstore, shard, Date.parse(instant));
    return example.emulator.checkpoint("shop", logstore, group, shard)?.checkpoint === cursor;
  }).length;
}

it("moves one shard of each first, then the others, and none twice", { timeout: 600_000 }, async () => {
  // One group has a consumer alive: the others do not wait for it.
  example.commit("2026-11-20T09:00:00Z", 0, groups[25]);
  const refused = await example.through("pulumi up");
  expect([refused.exitCode === 0, example.writes()]).toEqual([false, 99]);
  expect(refused.stdout).toContain("shop/returns/group-5: refused, because consumers are alive");
  example.passQuietTime();
  const canary = await example.pulumi.up("--skip-preview");
  expect(canary.exitCode, canary.stdout).toBe(0);
  expect([standing(asked, 0), standing(asked, 1), example.writes()]).toEqual([100, 0, 100]);

  // The canary's consumers have read on by the time that the others follow.
  for (const { logstore, group } of groups) example.commit("2026-11-20T06:00:00Z", 0, { logstore, group });
  example.passQuietTime();
  const rest = await example.through("pulumi up");
  expect(rest.exitCode, rest.stdout).toBe(0);
  expect([standing("2026-11-20T06:00:00Z", 0), standing(asked, 1), example.writes()]).toEqual([
    100, 100, 200,
  ]);

  const summary = await example.pulumi.run("stack", "output", "summary", "--json");
  expect(JSON.parse(summary.stdout)).toEqual({ groups: 100, shards: { pinned: 200 }, toLookAt: {} });
  expect(example.rest()).toEqual([]);
});
