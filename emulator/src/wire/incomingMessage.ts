import type { IncomingMessage } from "node:http";
import type { ServiceError } from "../service/serviceError.js";
import { httpRefusals } from "./httpRefusals.js";
import type { IncomingCall } from "./incomingCall.js";
import { readBody } from "./requestBody.js";
import { indexQuery, parseQuery, parseTarget } from "./requestTarget.js";
import { asServiceError } from "./unexpected.js";
import { projectOfHost } from "./virtualHost.js";

/** A request that was read, and what is wrong with it already, if anything. */
export interface ReadCall {
  readonly call: IncomingCall;
  /** The host that the client dialled. */
  readonly host: string;
  readonly refusal?: ServiceError;
}

/** Reads a request to its end. A broken one is still a call, so that it is logged and answered like any other. */
export async function readCall(message: IncomingMessage): Promise<ReadCall> {
  const target = parseTarget(message.url ?? "/");
  const headers = flatHeaders(message);
  const host = target.host ?? headers.get("host") ?? "";
  const problems: ServiceError[] = [];
  const attempt = async <T>(work: () => T | Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      problems.push(asServiceError(error));
      return otherwise;
    }
  };
  if (host === "") problems.push(httpRefusals.missingHost());
  const parameters = await attempt(() => parseQuery(target.search), []);
  const body = await attempt(() => readBody(message), Buffer.alloc(0));
  const call: IncomingCall = {
    method: message.method ?? "GET",
    path: target.path,
    parameters,
    query: indexQuery(parameters),
    headers,
    body,
    project: projectOfHost(host),
  };
  return problems[0] === undefined ? { call, host } : { call, host, refusal: problems[0] };
}

function flatHeaders(message: IncomingMessage): Map<string, string> {
  const entries = Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return new Map(entries);
}
