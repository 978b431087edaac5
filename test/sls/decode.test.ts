import { describe, expect, test } from "vitest";
import {
  type Decoder,
  FieldError,
  boolean,
  integer,
  list,
  object,
  oneOf,
  optional,
  string,
} from "../../provider/src/sls/decode.js";

function problemOf(decoder: Decoder<unknown>, value: unknown): string {
  try {
    decoder(value, "answer");
  } catch (error) {
    if (error instanceof FieldError) return error.message;
    throw error;
  }
  return "none";
}

const records = list(object({ shard: integer, checkpoint: string, consumer: optional(string) }));

describe("an answer", () => {
  test("is read field by field, and what is not asked for is left out", () => {
    const answer = [{ shard: 0, checkpoint: "NDI=", consumer: "host-a", new: { in: ["2030"] } }];
    expect(records(answer, "answer")).toEqual([{ shard: 0, checkpoint: "NDI=", consumer: "host-a" }]);
  });

  test("may leave out or null what is optional, and nothing else", () => {
    expect(records([{ shard: 0, checkpoint: "" }], "answer")[0]?.consumer).toBeUndefined();
    expect(records([{ shard: 0, checkpoint: "", consumer: null }], "answer")[0]?.consumer).toBeUndefined();
    expect(problemOf(records, [{ shard: 0, checkpoint: null }])).toBe(
      "answer[0].checkpoint is not a string but null",
    );
  });

  const one = object({ value: string });
  test.each([
    { name: "a missing field", decoder: one, value: {}, problem: "answer.value is not a string but missing" },
    {
      name: "a field that only the prototype has",
      decoder: object({ toString: string }),
      value: {},
      problem: "answer.toString is not a string but missing",
    },
    {
      name: "a number for a text",
      decoder: one,
      value: { value: 7 },
      problem: "answer.value is not a string but 7",
    },
    {
      name: "an object for a text",
      decoder: one,
      value: { value: {} },
      problem: "answer.value is not a string but an object",
    },
    {
      name: "a field deep inside",
      decoder: list(object({ shards: list(one) })),
      value: [{ shards: [] }, { shards: [{ value: "a" }, { value: true }] }],
      problem: "answer[1].shards[1].value is not a string but true",
    },
    { name: "a list for an object", decoder: one, value: [], problem: "answer is not an object but a list" },
    { name: "null for an object", decoder: one, value: null, problem: "answer is not an object but null" },
    {
      name: "an object for a list",
      decoder: records,
      value: { 0: {} },
      problem: "answer is not a list but an object",
    },
    {
      name: "a text for a number",
      decoder: integer,
      value: "7",
      problem: 'answer is not a whole number but "7"',
    },
    { name: "a fraction", decoder: integer, value: 1.5, problem: "answer is not a whole number but 1.5" },
    {
      name: "a number that JSON has rounded already",
      decoder: integer,
      value: JSON.parse("1524155379373908497"),
      problem: "answer is not a whole number but 1524155379373908500",
    },
    {
      name: "a text for a truth",
      decoder: boolean,
      value: "true",
      problem: 'answer is not true or false but "true"',
    },
    {
      name: "a word that is not one of the known ones",
      decoder: oneOf("readwrite", "readonly"),
      value: "ReadOnly",
      problem: 'answer is not readwrite or readonly but "ReadOnly"',
    },
    {
      name: "a long text, in part",
      decoder: integer,
      value: "x".repeat(1_000),
      problem: `answer is not a whole number but "${"x".repeat(59)}…`,
    },
  ])("that is wrong names the field: $name", ({ decoder, value, problem }) => {
    expect(problemOf(decoder, value)).toBe(problem);
  });
});
