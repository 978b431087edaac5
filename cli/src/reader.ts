import { type openReader, type Reading } from "../../provider/src/lives.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { LookError } from "./usageError.js";

export type Reader = ReturnType<typeof openReader>;

type AnswerOf<Name extends keyof Reader> =
  Awaited<ReturnType<Reader[Name]>> extends Reading<infer Answer> ? Answer : never;

export type Groups = AnswerOf<"groups">;
export type Checkpoints = AnswerOf<"checkpoints">;
export type Plan = AnswerOf<"plan">;
export type Progress = AnswerOf<"progress">;

/** The answer of a look; throws with words where there is none. */
export function answerOf<Answer>(reading: Reading<Answer>): Answer {
  if (reading.failure === undefined) return reading.answer;
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
