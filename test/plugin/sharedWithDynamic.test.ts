/** The provider-server tests of the dynamic front, once more, on the plugin. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";

/** Files of test/provider: guards, lost answers, crashes, deadlines, the way back, quiet ups. */
const shared = [
  "aheadOfItsDate",
  "consumerGroup",
  "consumerGroupCheckpoint",
  "consumerGroupCrash",
  "goesOn",
  "looksBeforeWrites",
  "neverApplied",
  "pinInDoubt",
  "previews",
  "replay",
  "replayCrash",
  "severalResources",
  "splits",
  "takenBack",
  "wayBack",
  "wayBackPasted",
];

/** Those that say nothing of a plugin, and why. */
const notShared: Readonly<Record<string, string>> = {
  credentials: "its alicloud:* keys never reach a plugin: test/plugin/otherKeys",
  explicitProvider:
    "connections within a program are the dynamic front's own: a plugin is configured by the engine",
  replayAtScale: "it measures what both fronts share",
};

vi.stubEnv("SLS_TEST_FRONT", "plugin");

it("every file of test/provider runs here too, or has a reason not to", () => {
  const folder = fileURLToPath(new URL("../provider", import.meta.url));
  const files = readdirSync(folder).flatMap((file) => /^(.*)\.test\.ts$/.exec(file)?.slice(1) ?? []);
  expect([...shared, ...Object.keys(notShared)].sort()).toEqual(files.sort());
});

describe.each(shared)("%s", async (name) => {
  await import(`../provider/${name}.test.ts`);
});
