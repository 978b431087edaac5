import { describe, expect, it } from "vitest";
import { readText, tableWith } from "./documents.js";

const semantics = readText("docs/semantics.md");

/** Where a promise is tested: a file below test/, and the name of a test in it as it is written there. */
interface Proof {
  readonly file: string;
  readonly test: string;
}

/** The sentences of docs/semantics.md that say never or always, and where each is tested. */
const sentences: Readonly<Record<string, readonly Proof[]>> = {
  "What a declaration means, what acts and what never does, and what is promised when something breaks.": [
    { file: "docs/semantics", test: "names every input either as one that acts or as one that does not" },
  ],
  "Consumers that move on are its success, never drift.": [
    { file: "e2e/quietUps", test: "sends nothing for a pin that was applied, whatever happened since" },
  ],
  "Never a guess.": [
    {
      file: "rules/run",
      test: "may be written only where the plan saw it, and is done nowhere but at the target",
    },
    {
      file: "provider/looksBeforeWrites",
      test: "while a throttled write waits for its next attempt is not overwritten",
    },
  ],
  "Always a way back.": [
    { file: "provider/replay", test: "says the plan in check, and the way back before the first write" },
    { file: "provider/wayBack", test: "of %i shards can be pasted, and puts every shard back" },
    {
      file: "provider/replayCrash",
      test: "$moment: $victim killed; a consumer commits before the retry: $commits",
    },
  ],
  "Every one of them passes both tables below first, in every run, and a shard that stands at its target already is never written.":
    [
      { file: "provider/replay", test: "adopts shards that stand there already, without a write" },
      { file: "provider/takenBack", test: "a bound that was lowered meanwhile" },
    ],
  "A time that cannot be read is further than any bound, never 0.": [
    { file: "rules/move", test: "to a target without a time spans more than any bound" },
  ],
  "They are told apart by their URN, so one resource never meets itself.": [
    {
      file: "lifecycle/processMemory",
      test: "never meets another of the same resource, and takes its place",
    },
    { file: "e2e/engineReplacements", test: "by $way pins a shard once more" },
  ],
  "Reading that ends before never gets there; the children then began at or after `until`, so that they are empty.":
    [
      {
        file: "readings/until",
        test: "does not wait for the children of a shard that an ordered group never reads to its own end",
      },
    ],
};

/** What never triggers a write, by the rows of the table of that name. */
const rows: Readonly<Record<string, readonly Proof[]>> = {
  "`pulumi preview`": [
    { file: "provider/previews", test: "of $name reads, and writes nothing" },
    { file: "provider/previews", test: "of what is done sends nothing" },
  ],
  "an up without a change, whatever the consumers did since": [
    { file: "e2e/quietUps", test: "sends nothing for a pin that was applied, whatever happened since" },
    {
      file: "e2e/replay",
      test: "moves a whole group by time, one shard elsewhere, is quiet after, and later moves that one only",
    },
  ],
  "`pulumi refresh`": [{ file: "e2e/quietUps", test: "sends nothing in a refresh of any kind" }],
  "`pulumi destroy`, or a declaration that is taken out": [
    { file: "e2e/pin", test: "is previewed, applied once, changed, replaced and destroyed" },
    { file: "e2e/pin", test: "needs neither group nor keys to refresh and destroy" },
  ],
  "a change of `reason`, `maxMove`, `onActiveConsumers`, `waitTimeout`, `watchFor`, `consumer`, `forceSuccess`, `allowTruncated`, `allowUnordered`":
    [
      { file: "lifecycle/changes", test: "$change: $effect" },
      {
        file: "provider/replay",
        test: "of state only sends nothing, in another spelling of the positions too",
      },
    ],
  "another spelling of the same position": [
    {
      file: "provider/replay",
      test: "of state only sends nothing, in another spelling of the positions too",
    },
  ],
  "a change that was never applied, taken back": [
    { file: "provider/takenBack", test: "one that was applied in part is taken back where it was applied" },
    {
      file: "provider/consumerGroupCheckpoint",
      test: "that was never applied is taken back without a write",
    },
  ],
  "a deadline that is taken away": [
    { file: "provider/takenBack", test: "that is taken away lets nothing act" },
    {
      file: "provider/takenBack",
      test: "that is taken away while skipping is allowed still bounds $name",
    },
  ],
  'shards that appeared since, in a replay whose `"*"` and `triggers` are the same': [
    {
      file: "provider/replay",
      test: "of a replay that a split followed moves new shards only when the star asks for it",
    },
  ],
  "a new version of this package": [
    {
      file: "releasedStates/releasedStates",
      test: "$release, $name: is refreshed, previewed, updated and destroyed",
    },
  ],
  "a `ConsumerGroupSavepoint`, and the functions `get…`": [
    { file: "provider/previews", test: "that is created and updated reads, and writes nothing" },
    { file: "readings/getReplayPlan", test: "plans every shard as data, and writes nothing" },
    {
      file: "e2e/readings",
      test: "reads in a preview and in an up, with the stack's configuration and with a provider",
    },
  ],
};

/** The sentences of running text: headings and tables are none. */
function sentencesOf(markdown: string): readonly string[] {
  const blocks = markdown
    .replace(/^```.*?^```/gms, "")
    .split("\n")
    .map((line) => (/^(?:#|\|)/.test(line) ? "" : line))
    .join("\n")
    .split(/\n\n+|\n(?=- |\d+\. )/);
  return blocks.flatMap((block) =>
    block
      .replace(/^(?:- |\d+\. )/, "")
      .replaceAll("**", "")
      .replace(/\s+/g, " ")
      .trim()
      .split(/(?<=[.!?])\s+(?=[A-Z`"])/),
  );
}

function isPromise(sentence: string): boolean {
  return /\b(?:never|always)\b/i.test(sentence);
}

/** The proofs whose test is not in its file. */
function missing(proofs: readonly Proof[]): readonly Proof[] {
  return proofs.filter(({ file, test }) => {
    const source = readText(`test/${file}.test.ts`);
    return !['"', "'", "`"].some((quote) => source.includes(`${quote}${test}${quote}`));
  });
}

describe("a sentence of docs/semantics.md that says never or always", () => {
  it("is in the table of those that are tested, and no other is", () => {
    expect(sentencesOf(semantics).filter(isPromise)).toEqual(Object.keys(sentences));
  });

  it.each(Object.entries(sentences))("%s", (_sentence, proofs) => {
    expect(proofs).not.toEqual([]);
    expect(missing(proofs)).toEqual([]);
  });

  it.each([
    ["It is so. Never otherwise. Fine.", ["Never otherwise."]],
    ["- **One.** It is\n  always so.\n- never that", ["It is always so.", "never that"]],
    ["# Never a heading\n\n| never | a table |\n\nNevertheless.", []],
  ])("is found in %j", (markdown, found) => {
    expect(sentencesOf(markdown).filter(isPromise)).toEqual(found);
  });
});

describe("what never triggers a write", () => {
  it("is tested, row by row", () => {
    const printed = tableWith(semantics, "What happens", "Why").map((row) => row["What happens"]);
    expect(printed).toEqual(Object.keys(rows));
  });

  it.each(Object.entries(rows))("%s", (_row, proofs) => {
    expect(proofs).not.toEqual([]);
    expect(missing(proofs)).toEqual([]);
  });
});
