import { afterEach, describe, expect, it } from "vitest";
import { ReleasedState } from "./releasedState.ts";

let left: ReleasedState;

afterEach(async () => {
  await left.close();
});

/** What a released version wrote, and what it only meant to write and can have left behind. */
const cases = [
  { name: "replayHalfFailed", applied: [0], stands: [1, 0] },
  { name: "replayKilled", applied: [], stands: [0, 0] },
];

describe("previous, asked of a replay of 0.1.0 that was not finished,", { timeout: 300_000 }, () => {
  it.each(cases)(
    "$name: leads back the shards that were moved, and no other",
    async ({ name, applied, stands }) => {
      left = await ReleasedState.open("0.1.0", name);
      for (const shard of [0, 1]) left.commit(0, shard);
      left.declare({ ...left.declared, from: "previous" });
      const { stdout } = await left.pulumi.up("--skip-preview");
      expect(left.writes(), stdout).toEqual(applied);
      expect(left.stands()).toEqual(stands.map((hours, shard) => left.cursor(hours, shard)));
    },
  );
});
