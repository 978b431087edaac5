import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { harmless, harmlessData } from "../../provider/src/model/harmless.js";
import { table } from "../../cli/src/table.js";
import { readReplayDeclaration } from "../../provider/src/lifecycle/replay/replayDeclaration.js";
import { type Instant } from "../../provider/src/model/instant.js";
import { SlsConfigurationError, SlsServiceError } from "../../provider/src/sls/errors.js";
import { describeEvent } from "../../provider/src/texts/describeEvent.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { shardTable } from "../../provider/src/texts/markdown.js";
import { html } from "../../provider/src/texts/pages/html.js";

/** What check says of a replay with these inputs beside its group. */
function problemsOf(inputs: object): string {
  const group = { project: "shop", logstore: "orders", consumerGroup: "billing", from: "begin" };
  const declaration = readReplayDeclaration({ ...group, ...inputs }, 0 as Instant);
  return declaration.kind === "wrong" ? declaration.problems.map(({ reason }) => reason).join(" ") : "right";
}

const about = { project: "shop", logstore: "orders", consumerGroup: "billing" };

/** Texts as someone writes them who wants to be read as something else. */
const hostile = fc
  .array(
    fc.constantFrom(
      ..."\n|\r|\r\n|\u001b[2J|\u001b]0;title\u0007|\u009b31m|\u2028|\u2029|\u202e|\u2066|\u0000|\b|::warning title=x::|##[group]|##vso[task.setvariable]|##teamcity[x]|%0A| |name".split(
        "|",
      ),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** Everything that puts a text of others into what is printed. */
const printed: Readonly<Record<string, (text: string) => string>> = {
  "a reason": (reason) =>
    describeEvent({
      kind: "notEvaluated",
      subject: { id: "shop/orders/billing", reason },
      failure: new Error("x"),
    }),
  "an id": (id) => describeEvent({ kind: "looking", subject: { id, reason: undefined }, done: 1, total: 2 }),
  "the name of a resource": (self) =>
    describeEvent({ kind: "notYetKnown", resource: "ConsumerGroupReplay", self, inputs: ["from"] }),
  "a declaration": (text) => describeReport({ kind: "duplicate", declarations: [text, text] }),
  "an argument": (text) => describeReport({ kind: "arguments", name: "getReplayPlan", problems: [text] }),
  "an answer": (text) =>
    new SlsServiceError({
      operation: "ListShards",
      about,
      httpStatus: 400,
      code: text,
      serviceMessage: text,
      requestId: text,
      serverTime: undefined,
    }).message,
  "a setting": (text) =>
    new SlsConfigurationError({ operation: "ListShards", about, problems: [text] }).message,
  "a cell": (text) => shardTable(["Consumer"], [[text]]),
  "a cell of a terminal": (text) => table([{ name: "Consumer" }], [[`${text}x`]], 2_000),
  "a page": (text) => html`<p>${text.replaceAll("\n", " ")}</p>`.markup,
  "the name of an input that is wrong": (text) => problemsOf({ [`${text}x`]: 1 }),
  "a shard that is none": (text) => problemsOf({ from: { [text]: "begin" } }),
  "a position that is none": (text) => problemsOf({ from: text }),
};

describe.each(Object.entries(printed))("%s", (_what, print) => {
  const usual = print("name").split("\n").length;

  test("stays on its line, and is no command to a terminal or a build server", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = print(text).split("\n");
        expect(lines).toHaveLength(usual);
        for (const line of lines) {
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
          expect(line.trim()).not.toMatch(/^::/);
          expect(line).not.toMatch(/##[\w-]*\[/);
        }
      }),
    );
  });
});

test("what is harmless stays as it is, at any depth", () => {
  const text = "INC-4711: tax rate was wrong until 08:00 :: see #12, 账单";
  expect(harmless(text)).toBe(text);
  const data = { a: [text, 1n, undefined, { b: null }], c: new Map([["k", text]]) };
  expect(harmlessData(data)).toEqual(data);
});
