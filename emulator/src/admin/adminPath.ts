import findMyWay, { type HTTPMethod } from "find-my-way";
import { JsonProblem, JsonReader } from "../jsonReader.js";
import { parseIdentities, parseSeed, plant } from "../seed.js";
import { ServiceError } from "../service/serviceError.js";
import type { SlsEmulator } from "../slsEmulator.js";
import { json, type Answer } from "../wire/answer.js";
import type { IncomingCall } from "../wire/incomingCall.js";
import { parseRule } from "./ruleJson.js";

/** Where programs in other languages steer an emulator: unsigned, on the bare host, not in the log of requests. */
export const adminPrefix = "/_emulator/";

interface AdminRequest {
  readonly emulator: SlsEmulator;
  readonly query: IncomingCall["query"];
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly body: () => JsonReader;
}

type AdminHandler = (request: AdminRequest) => unknown;

const table: readonly (readonly [HTTPMethod, string, AdminHandler])[] = [
  ["GET", "requests", ({ emulator, query }) => requestsOf(emulator, query["call"])],
  ["DELETE", "requests", ({ emulator }) => emulator.clearRequests()],
  [
    "GET",
    "rules",
    ({ emulator }) => emulator.rules.map(({ id, hits, options }) => ({ id, hits, ...options })),
  ],
  ["POST", "rules", ({ emulator, body }) => ({ id: emulator.rule(parseRule(body())).id })],
  ["DELETE", "rules", ({ emulator }) => emulator.clearRules()],
  ["POST", "rules/:id/release", (request) => ruleOf(request).release()],
  ["DELETE", "rules/:id", (request) => ruleOf(request).remove()],
  ["POST", "seed", addSeed],
  ["PUT", "identities", ({ emulator, body }) => emulator.setIdentities(parseIdentities(body()))],
  ["POST", "clock", ({ emulator, body }) => ({ now: advance(emulator, body()) })],
  ["POST", "loggroups", appendLogGroups],
  ["POST", "commits", commit],
  ["GET", "shardstates", shardStates],
];

/** Answers a request on the admin path. */
export function answerAdmin(emulator: SlsEmulator, call: IncomingCall): Answer {
  try {
    const found = router.find(call.method as HTTPMethod, call.path);
    if (found === null) throw new JsonProblem(`${call.method} ${call.path} is not on the admin path`);
    const handler = found.store as AdminHandler;
    const body = (): JsonReader => new JsonReader(JSON.parse(call.body.toString("utf8")), "");
    return json(handler({ emulator, query: call.query, path: found.params, body }) ?? {});
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ...json({ error: error.message }), status: 400 };
  }
}

const router = buildRouter();

function buildRouter() {
  const built = findMyWay();
  for (const [method, path, handler] of table) built.on(method, adminPrefix + path, () => undefined, handler);
  return built;
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof JsonProblem ||
    error instanceof ServiceError ||
    error instanceof SyntaxError ||
    error instanceof RangeError
  );
}

function requestsOf(emulator: SlsEmulator, call: string | undefined) {
  return call === undefined ? emulator.requests : emulator.requestsOf(call);
}

function ruleOf({ emulator, path }: AdminRequest) {
  const rule = emulator.rules.find(({ id }) => String(id) === path["id"]);
  if (rule === undefined) throw new JsonProblem(`there is no rule ${path["id"]}`);
  return rule;
}

function addSeed({ emulator, body }: AdminRequest): void {
  const seed = parseSeed(body().value);
  if (seed.identities !== undefined) emulator.setIdentities(seed.identities);
  plant(seed, emulator);
}

function advance(emulator: SlsEmulator, body: JsonReader): number {
  emulator.advanceClock(body.required("advance").number());
  body.done();
  return emulator.now();
}

function appendLogGroups({ emulator, body }: AdminRequest): void {
  const reader = body();
  const now = emulator.now();
  emulator.appendLogGroups(
    reader.required("project").text(),
    reader.required("logstore").text(),
    reader.required("shard").integer(0, 1e9),
    {
      count: reader.required("count").integer(1, 1_000_000),
      from: reader.optional("from", (from) => from.number()) ?? now,
      to: reader.optional("to", (to) => to.number()) ?? now,
    },
  );
  reader.done();
}

function commit({ emulator, body }: AdminRequest): void {
  const reader = body();
  emulator.commit(
    reader.required("project").text(),
    reader.required("logstore").text(),
    reader.required("consumerGroup").text(),
    reader.required("shard").integer(0, 1e9),
    reader.required("checkpoint").text(),
    { consumer: reader.required("consumer").text() },
  );
  reader.done();
}

function shardStates({ emulator, query }: AdminRequest) {
  const { project = "", logstore = "", consumerGroup = "" } = query;
  return emulator.shardStates(project, logstore, consumerGroup);
}
