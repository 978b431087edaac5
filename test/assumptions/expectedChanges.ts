import type { Assumptions } from "../../emulator/src/index.js";

/** What an answer of the service changes of what the provider's tests hold for right. */
export interface ExpectedChange {
  readonly when: Partial<Assumptions>;
  /** What is otherwise then, in a sentence. */
  readonly because: string;
  /** Files that begin with what is refused then; they are left out. */
  readonly files?: readonly string[];
  /** Tests that have to fail then, by file and full name; one that passes is a fault of this table. */
  readonly tests?: Readonly<Record<string, readonly string[]>>;
}

/** All of them. A test that fails in an observed world and is not here is a fault of the provider. */
export const expectedChanges: readonly ExpectedChange[] = [
  {
    when: { updateOfUntouchedShard: "refused" },
    because:
      "a shard that nobody touched cannot be pinned: it fails, nothing was moved, and the text says so",
    // In some histories only: whether one of them pins such a shard.
    files: ["test/modelBased/modelBased.test.ts"],
    tests: {
      "test/provider/consumerGroupCheckpoint.test.ts": [
        "the shim > holds calls that come before configure is done",
      ],
      "test/provider/credentials.test.ts": [
        "a pin > is written with a profile of the aliyun CLI",
        "a pin > is written with signature V4",
      ],
      "test/provider/goesOn.test.ts": [
        "a replay of shards without a checkpoint > goes on within maxMove of now",
        "a replay of shards without a checkpoint > is measured from now once more days later, like a new one, and has a way out",
      ],
      "test/provider/replay.test.ts": [
        "a replay > sets a shard that the group never touched, as far as maxMove from now",
        "a replay > moves read-only parents and children of a split alike",
        "an update > of identity replaces, and says that nothing is undone",
        "an update > of a replay that a split followed moves new shards only when the star asks for it",
        "a deadline > that passed before anything could be looked at expires, and a later one acts on named shards too",
        "between plan and apply > a split stops the group, and new triggers plan anew",
      ],
    },
  },
  {
    when: { untouchedShards: "absent" },
    because: "a shard that nobody touched has no record, instead of an empty one",
    tests: {
      "test/lifecycle/consumerGroup.test.ts": [
        "a delete > tells where the group stood before anything is deleted",
      ],
      "test/lifecycle/observe.test.ts": [
        "a look at a shard > sees the group, all its records, the window, and the service's time",
      ],
    },
  },
  {
    when: { forcedUpdateByUnknownConsumer: "refused" },
    because: "a pin in the name of a consumer that is gone is refused",
    files: ["test/lifecycle/changes.test.ts"],
  },
  {
    when: { updateTimeUnit: "seconds" },
    because:
      "a shard that is pinned and read up to where it stood within the second of its last save looks untouched, so a write whose answer was lost may be sent again",
    // In some histories only: whether a consumer is as fast as that.
    files: ["test/modelBased/modelBased.test.ts"],
  },
  {
    when: { deleteOfConsumedGroup: "refused" },
    because: "a group whose consumers are alive is not deleted, not even by force, and the text says so",
    tests: {
      "test/lifecycle/consumerGroup.test.ts": [
        "a delete > by force does not wait, and tells where it stood all the same",
      ],
    },
  },
  {
    when: { v4DateHeader: "required" },
    because: "requests that the provider signs with V4 are refused: sls:signatureVersion stays v1",
    tests: { "test/provider/credentials.test.ts": ["a pin > is written with signature V4"] },
  },
];

/** Those that an observed world brings. */
export function changesIn(observed: Partial<Assumptions>): readonly ExpectedChange[] {
  return expectedChanges.filter(({ when }) =>
    Object.entries(when).every(([name, value]) => observed[name as keyof Assumptions] === value),
  );
}

/** Why a test has to fail in an observed world; undefined where it has to pass. */
export function reasonFor(
  changes: readonly ExpectedChange[],
  file: string,
  fullName: string,
): string | undefined {
  return changes.find(({ tests = {} }) => tests[file]?.includes(fullName))?.because;
}
