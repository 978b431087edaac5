import findMyWay, { type HTTPMethod } from "find-my-way";
import { lastInstant } from "../instant.js";
import { JsonProblem, JsonReader } from "../jsonReader.js";
import { parseIdentities, parseSeed, plant } from "../seed.js";
import { ServiceError } from "../service/serviceError.js";
import { json, type Answer } from "../wire/answer.js";
import type { IncomingCall } from "../wire/incomingCall.js";
import { AdminRefusal } from "./adminRefusal.js";
import { refuseForeign } from "./foreignRequest.js";
import { parseRule } from "./ruleJson.js";
import type { Steered } from "./steered.js";

/** Where programs in other languages steer an emulator: unsigned, on the bare host, not in the log of requests. */
export const adminPrefix = "/_emulator/";

interface AdminRequest {
  readonly emulator: Steered;
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
export function answerAdmin(emulator: Steered, call: IncomingCall): Answer {
  try {
    refuseForeign(call);
    const found = router.find(call.method as HTTPMethod, call.path);
    if (found === null)
      throw new AdminRefusal(
        400,
        "UnknownPath",
        `there is no ${call.method} ${call.path} on the admin path; docs/emulator.md lists what there is`,
      );
    const handler = found.store as AdminHandler;
    const body = (): JsonReader => new JsonReader(JSON.parse(call.body.toString("utf8")), "");
    return json(handler({ emulator, query: call.query, path: found.params, body }) ?? {});
  } catch (error) {
    const { status, code, message } = refusalOf(error);
    return { ...json({ code, error: message }), status };
  }
}

const router = buildRouter();

function buildRouter() {
  const built = findMyWay();
  for (const [method, path, handler] of table) built.on(method, adminPrefix + path, () => undefined, handler);
  return built;
}

/** What an error is told as; one that is a fault of the emulator itself is thrown on. */
function refusalOf(error: unknown): AdminRefusal {
  if (error instanceof AdminRefusal) return error;
  if (error instanceof SyntaxError) return new AdminRefusal(400, "InvalidJson", error.message);
  if (error instanceof ServiceError) return new AdminRefusal(400, error.code, error.message);
  if (error instanceof JsonProblem || error instanceof RangeError)
    return new AdminRefusal(400, "InvalidValue", error.message);
  throw error;
}

function requestsOf(emulator: Steered, call: string | undefined) {
  return call === undefined ? emulator.requests : emulator.requestsOf(call);
}

function ruleOf({ emulator, path }: AdminRequest) {
  const rule = emulator.rules.find(({ id }) => String(id) === path["id"]);
  if (rule === undefined) throw new AdminRefusal(400, "UnknownRule", `there is no rule ${path["id"]}`);
  return rule;
}

function addSeed({ emulator, body }: AdminRequest): void {
  const seed = parseSeed(body().value);
  if (seed.identities !== undefined) emulator.setIdentities(seed.identities);
  plant(seed, emulator);
}

function advance(emulator: Steered, body: JsonReader): number {
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
      from: reader.optional("from", (from) => from.integer(0, lastInstant)) ?? now,
      to: reader.optional("to", (to) => to.integer(0, lastInstant)) ?? now,
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
