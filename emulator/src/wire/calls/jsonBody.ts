import { refusals } from "../../service/refusals.js";
import type { IncomingCall } from "../incomingCall.js";
import { httpRefusals } from "../httpRefusals.js";

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The body as a JSON object, or a refusal. */
export function jsonObject(call: IncomingCall): JsonObject {
  const value = jsonValue(call);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refusals.postBodyInvalid();
  return value as JsonObject;
}

/** The body as a JSON array of integers, or a refusal. */
export function jsonIntegers(call: IncomingCall): number[] {
  const value = jsonValue(call);
  if (!Array.isArray(value) || !value.every(isInteger)) {
    throw refusals.postBodyInvalid("The request body is not valid JSON array.");
  }
  return value;
}

/** Whether a value is an integer that a shard id or a setting can be. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function jsonValue(call: IncomingCall): unknown {
  requireJson(call);
  try {
    return JSON.parse(call.body.toString("utf8")) as unknown;
  } catch {
    throw refusals.postBodyInvalid();
  }
}

/** The content types of the service. The official Java client names protobuf even over some of its JSON. */
const contentTypes = /^application\/(json|x-protobuf)\b/i;

function requireJson({ headers, body }: IncomingCall): void {
  if (body.length === 0) return;
  const type = headers.get("content-type");
  if (type === undefined) throw httpRefusals.missingContentType();
  if (!contentTypes.test(type)) throw httpRefusals.invalidContentType(type);
}
