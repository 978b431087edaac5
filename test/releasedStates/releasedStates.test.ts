import { hostname } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { ReleasedState, fixtureText, releases, statesOf, type Inputs } from "./releasedState.ts";

let left: ReleasedState;

/** How a state is gone on with. Positions are hours before the last log group, shard by shard. */
interface Continuation {
  /** Nothing is open: a preview of the same declaration asks the service for nothing. */
  readonly settled: boolean;
  readonly ups: readonly Up[];
}

interface Up {
  readonly declares: (state: ReleasedState) => Inputs;
  readonly ends: "well" | "uncertain";
  /** The shards that are written, in order. */
  readonly writes: readonly number[];
  readonly stands: readonly [number, number];
}

const same = (state: ReleasedState): Inputs => state.declared;
const moved = (inputs: Inputs) => (state: ReleasedState) => ({ ...state.declared, ...inputs });

const continuations: Readonly<Record<string, Continuation>> = {
  pin: {
    settled: true,
    ups: [
      {
        declares: (state) => ({ ...state.declared, checkpoint: state.cursor(8, 0) }),
        ends: "well",
        writes: [0],
        stands: [8, 4],
      },
    ],
  },
  pinFailed: { settled: false, ups: [{ declares: same, ends: "well", writes: [0], stands: [7, 1] }] },
  replayFinished: {
    settled: true,
    ups: [{ declares: moved({ from: "previous" }), ends: "well", writes: [0, 1], stands: [1, 1] }],
  },
  replayHalfFailed: {
    settled: false,
    ups: [
      { declares: same, ends: "well", writes: [1], stands: [7, 7] },
      { declares: moved({ from: "previous" }), ends: "well", writes: [0, 1], stands: [1, 1] },
    ],
  },
  replayUncertain: {
    settled: false,
    ups: [
      { declares: same, ends: "uncertain", writes: [], stands: [3, 7] },
      {
        declares: moved({ from: { "0": "keep", "*": "2026-11-22T05:00:00Z" } }),
        ends: "well",
        writes: [],
        stands: [3, 7],
      },
    ],
  },
  replayKilled: { settled: false, ups: [{ declares: same, ends: "well", writes: [0, 1], stands: [7, 7] }] },
  savepoint: {
    settled: true,
    ups: [{ declares: moved({ triggers: ["again"] }), ends: "well", writes: [], stands: [4, 4] }],
  },
};

const states = releases.flatMap((release) => statesOf(release).map((name) => ({ release, name })));

async function runUp(up: Up): Promise<void> {
  left.emulator.clearRequests();
  left.declare(up.declares(left));
  const { exitCode, stdout } = await left.pulumi.up("--skip-preview");
  expect([exitCode === 0, stdout.includes("uncertain")], stdout).toEqual(
    up.ends === "well" ? [true, false] : [false, true],
  );
  expect([...left.writes()].sort()).toEqual(up.writes);
  expect(left.stands()).toEqual(up.stands.map((hours, shard) => left.cursor(hours, shard)));
}

describe("a state that a released version left", { timeout: 300_000 }, () => {
  afterEach(async () => {
    await left.close();
  });

  it.each(states)(
    "$release, $name: is refreshed, previewed, updated and destroyed",
    async ({ release, name }) => {
      const { settled, ups } = continuations[name]!;
      left = await ReleasedState.open(release, name);
      const stood = left.stands();

      const refreshed = await left.pulumi.refresh();
      expect(refreshed.exitCode, refreshed.stdout + refreshed.stderr).toBe(0);
      expect(left.outputs()).toEqual(left.releasedOutputs());
      expect(left.requests()).toHaveLength(0);

      const previewed = await left.pulumi.preview(...(settled ? ["--expect-no-changes"] : []));
      if (settled) expect([previewed.exitCode, left.requests().length], previewed.stdout).toEqual([0, 0]);
      expect([left.writes(), left.stands()]).toEqual([[], stood]);

      for (const up of ups) await runUp(up);

      left.emulator.clearRequests();
      const destroyed = await left.pulumi.destroy();
      expect(destroyed.exitCode, destroyed.stdout + destroyed.stderr).toBe(0);
      expect(left.requests()).toHaveLength(0);
    },
  );
});

describe("what is kept of a released version", () => {
  it.each(states)("$release, $name: holds nothing of the machine that made it", ({ release, name }) => {
    // What is encrypted is random, and could hold anything.
    const text = fixtureText(release, name).replace(/"v1:[^"]*"/g, '""');
    expect(text.split(/[^\w.-]+/)).not.toContain(hostname());
    expect(text).not.toMatch(/\/(?:work|root|home|tmp|Users)\//);
  });
});
