import { type Reading, openReader as openReaderOf } from "../../provider/src/lives.js";
import { checkpointsAnswer } from "../../provider/src/texts/answers/checkpointsAnswer.js";
import { planAnswer } from "../../provider/src/texts/answers/planAnswer.js";
import { progressAnswer } from "../../provider/src/texts/answers/progressAnswer.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { type Connection } from "./commandArguments.js";
import { LookError } from "./usageError.js";

type Inputs = Readonly<Record<string, unknown>>;

export type Reader = ReturnType<typeof openReader>;

type AnswerOf<Name extends keyof Reader> = Awaited<ReturnType<Reader[Name]>>;

export type Groups = AnswerOf<"groups">;
export type Checkpoints = AnswerOf<"checkpoints">;
export type Plan = AnswerOf<"plan">;
export type Progress = AnswerOf<"progress">;

/** Reads with the connection of the command line; throws with words where a look fails. */
export function openReader(connection: Connection) {
  const { groups, checkpoints, plan, progress } = openReaderOf((key) => connection[key]);
  return {
    groups: async (inputs: Inputs) => seenIn(await groups(inputs)),
    checkpoints: async (inputs: Inputs) => checkpointsAnswer(seenIn(await checkpoints(inputs))),
    plan: async (inputs: Inputs) => planAnswer(seenIn(await plan(inputs))),
    progress: async (inputs: Inputs) => progressAnswer(seenIn(await progress(inputs))),
  };
}

function seenIn<Seen>(reading: Reading<Seen>): Seen {
  if (reading.failure === undefined) return reading.seen;
  const { failure } = reading;
  throw new LookError(inFlags("report" in failure ? describeReport(failure.report) : failure.message), {
    cause: failure,
  });
}

/** Texts of the core name keys of stack configuration; here, each is an option. */
export function inFlags(text: string): string {
  return text
    .replace(/\bsls:(region|endpoint|profile)\b/g, "--$1")
    .replace(/\bsls:maxConcurrency\b/g, "--concurrency");
}
