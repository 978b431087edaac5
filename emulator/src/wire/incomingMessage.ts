import type { IncomingMessage } from "node:http";
import type { ServiceError } from "../service/serviceError.js";
import { httpRefusals } from "./httpRefusals.js";
import type { IncomingCall } from "./incomingCall.js";
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

/** The head of a request, as HTTP has it. */
export type MessageHead = Pick<IncomingMessage, "method" | "url" | "headers">;

/** Reads a request to its end. A broken one is still a call, so that it is logged and answered like any other. */
export async function readCall(head: MessageHead, readBody: () => Promise<Buffer>): Promise<ReadCall> {
  const target = parseTarget(head.url ?? "/");
  const headers = flatHeaders(head);
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
  const body = await attempt(readBody, Buffer.alloc(0));
  const call: IncomingCall = {
    method: head.method ?? "GET",
    path: target.path,
    parameters,
    query: indexQuery(parameters),
    headers,
    body,
    project: projectOfHost(host),
  };
  return problems[0] === undefined ? { call, host } : { call, host, refusal: problems[0] };
}

function flatHeaders(head: MessageHead): Map<string, string> {
  const entries = Object.entries(head.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return new Map(entries);
}
