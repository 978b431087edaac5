import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assumptionValues,
  defaultAssumptions,
  type AssumptionName,
  type Assumptions,
} from "../../emulator/src/index.js";
import { turnedSwitches } from "../emulator/switchTable.js";
import { Verifier, type Ended } from "./verifier.js";

/**
 * What cannot be told from outside of a service that refuses to save a shard that nobody touched: the values which
 * only a save that is accepted would show.
 */
const hiddenWithoutRecords: { readonly [Name in AssumptionName]?: readonly Assumptions[Name][] } = {
  updateTimeUnit: ["microseconds", "seconds"],
  consumerAfterForcedUpdate: ["kept", "emptied"],
  rewoundShard: ["reassigned", "staysOver"],
  shardIsOver: ["whenCheckpointIsAtEnd", "whenUpdatedToEnd"],
  updateWithoutConsumerOrForce: ["applied"],
  forcedUpdateByUnknownConsumer: ["applied"],
  emptyCheckpoint: ["clears"],
  checkpointValidation: ["base64", "number"],
};

const names = Object.keys(defaultAssumptions) as AssumptionName[];

function isHidden(name: AssumptionName, world: Assumptions): boolean {
  if (world.updateOfUntouchedShard !== "refused") return false;
  return (hiddenWithoutRecords[name] as readonly unknown[] | undefined)?.includes(world[name]) ?? false;
}

/** A run with everything on, in a project that is nearly full. */
async function verifyIn(assumptions: Partial<Assumptions>): Promise<Ended> {
  const verifier = await Verifier.open({ assumptions, leftovers: 197 });
  const ended = await verifier.run({ probeLimits: true, deniedProfile: "stranger" });
  expect(verifier.left()).toEqual([]);
  await verifier.close();
  return ended;
}

/** Expects that every value is named rightly, or said to be hidden where it is. */
function expectNamed({ observed, out }: Ended, turned: Partial<Assumptions>): void {
  const world: Assumptions = { ...defaultAssumptions, ...turned };
  const expected = Object.fromEntries(
    names.map((name) => [name, isHidden(name, world) ? "hidden" : world[name]]),
  );
  const told = Object.fromEntries(
    names.map((name) => {
      const unclear = observed?.observed.switches[name]?.["unclear"];
      const isSaidHidden =
        typeof unclear === "string" && unclear.startsWith("cannot be told: a save of a shard");
      return [name, observed?.[name] ?? (isSaidHidden ? "hidden" : { unclear, out })];
    }),
  );
  expect(told).toEqual(expected);
}

describe("verify", () => {
  it("names the value of every switch where none is turned, and tries the provider", async () => {
    const ended = await verifyIn({});
    expectNamed(ended, {});
    expect(ended.out.match(/✓ passed, read back/g)).toHaveLength(5);
    expect(ended.code).toBe(0);
  });

  it.each(names.flatMap((name) => turnedSwitches[name].map((value) => ({ name, value }))))(
    "names $name where it is $value, and all others",
    async ({ name, value }) => {
      const turned = { [name]: value };
      expectNamed(await verifyIn(turned), turned);
    },
  );

  it("names every value of random combinations", { timeout: 900_000 }, async () => {
    const valueOf = (name: AssumptionName): fc.Arbitrary<unknown> =>
      name === "metadataCallsPerSecond"
        ? fc.oneof(fc.constant("unbounded"), fc.integer({ min: 2, max: 60 }))
        : fc.constantFrom<unknown>(...assumptionValues[name]);
    const worlds = fc.record(Object.fromEntries(names.map((name) => [name, valueOf(name)])));
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const turned = world as Partial<Assumptions>;
        expectNamed(await verifyIn(turned), turned);
      }),
      { numRuns: process.env["VERIFY_IN_FULL"] ? 200 : 20, seed: 14, endOnFailure: true },
    );
  });
});
