/** The provider-server tests of the dynamic front, once more, on the plugin. */
import { describe, vi } from "vitest";

/**
 * Files of test/provider. Not among them: `credentials` and `explicitProvider`, whose `alicloud:*` keys and connections within a
 * program a plugin does not have; `replayAtScale`, which measures what both fronts share.
 */
const shared = [
  "consumerGroupCheckpoint",
  "goesOn",
  "looksBeforeWrites",
  "neverApplied",
  "pinInDoubt",
  "replay",
  "replayCrash",
  "splits",
  "takenBack",
  "wayBack",
];

vi.stubEnv("SLS_TEST_FRONT", "plugin");

describe.each(shared)("%s", async (name) => {
  await import(`../provider/${name}.test.ts`);
});
