import type { JsonReader } from "../jsonReader.js";
import type { Fault } from "../wire/fault.js";
import type { RuleOptions } from "../wire/rule.js";

/** Ten years: a `Date` header that is further off says no more. */
const longestSkew = 315_360_000_000;

const faults: { readonly [Kind in Fault["kind"]]: (reader: JsonReader) => Extract<Fault, { kind: Kind }> } = {
  hold: () => ({ kind: "hold" }),
  holdAnswer: () => ({ kind: "holdAnswer" }),
  expiredToken: () => ({ kind: "expiredToken" }),
  resetBefore: () => ({ kind: "resetBefore" }),
  resetAfter: () => ({ kind: "resetAfter" }),
  truncate: () => ({ kind: "truncate" }),
  delay: (reader) => ({ kind: "delay", ms: reader.required("ms").integer(0, 3_600_000) }),
  skewDate: (reader) => ({ kind: "skewDate", ms: reader.required("ms").integer(-longestSkew, longestSkew) }),
  quota: (reader) => ({ kind: "quota", ...reader.some("code", (code) => code.text()) }),
  error: (reader) => ({
    kind: "error",
    status: reader.required("status").integer(200, 599),
    code: reader.required("code").text(),
    ...reader.some("message", (message) => message.text()),
  }),
  body: (reader) => ({
    kind: "body",
    status: reader.required("status").integer(200, 599),
    contentType: reader.required("contentType").text(),
    body: reader.required("body").anyText(),
  }),
};

/** Checks a rule that came as JSON. */
export function parseRule(reader: JsonReader): RuleOptions {
  const options = {
    ...reader.some("call", (call) => call.text()),
    ...reader.some("project", (project) => project.text()),
    ...reader.some("logstore", (logstore) => logstore.text()),
    ...reader.some("consumerGroup", (group) => group.text()),
    ...reader.some("shard", (shard) => shard.integer(0, 1e9)),
    ...reader.some("nth", (nth) => nth.integer(1, 1e9)),
    ...reader.some("times", (times) => times.integer(1, 1e9)),
    ...reader.some("probability", (probability) => probability.number(0, 1)),
    ...reader.some("seed", (seed) => seed.integer(0, 2 ** 31)),
    do: parseFault(reader.required("do")),
  };
  reader.done();
  return options;
}

function parseFault(reader: JsonReader): Fault {
  const kind = reader.required("kind").choice(Object.keys(faults) as Fault["kind"][]);
  const fault = faults[kind](reader);
  reader.done();
  return fault;
}
