import { type Credentials } from "../credentials.js";
import { type Headers, apiVersion, headerNames } from "./headers.js";

/** What is signed: all of a request but when, and by whom. */
export interface UnsignedRequest {
  readonly method: string;
  readonly path: string;
  /** Raw values; each signature encodes them as it wants them. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers that go along. `host` as it is sent: V4 signs it. */
  readonly headers?: Headers;
  readonly body?: string;
}

/**
 * Answers all headers to send, the given ones included; the request is not touched. Each attempt is signed
 * anew, because the service refuses a date that is 15 minutes off.
 */
export type Signer = (request: UnsignedRequest, credentials: Credentials, date: Date) => Headers;

/** What a signature covers: a request whose headers are complete but for `authorization`. */
export interface CompleteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
}

/** The headers that do not depend on how a request is signed. */
export function commonHeaders(request: UnsignedRequest, credentials: Credentials): Headers {
  return {
    ...request.headers,
    [headerNames.apiVersion]: apiVersion,
    [headerNames.bodyRawSize]: String(Buffer.byteLength(request.body ?? "")),
    ...(request.body !== undefined && { [headerNames.contentType]: "application/json" }),
    ...(credentials.securityToken !== undefined && {
      [headerNames.securityToken]: credentials.securityToken,
    }),
  };
}

/** Whether a header is one of SLS's own, which both signatures cover. */
export function isOwnHeader(name: string): boolean {
  return name.startsWith("x-log-") || name.startsWith("x-acs-");
}

/** `name:value` and a line feed for each header that counts, sorted by name. */
export function headerLines(headers: Headers, counts: (name: string) => boolean): string {
  return Object.entries(headers)
    .filter(([name]) => counts(name))
    .sort(byName)
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join("");
}

/** The order of names in both signatures. */
export function byName([left]: [string, string], [right]: [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
