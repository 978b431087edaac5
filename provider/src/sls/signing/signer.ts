import { type Credentials } from "../credentials.js";
import { type Headers } from "./headers.js";

/** What is signed: all of a request but when, and by whom. */
export interface UnsignedRequest {
  readonly method: string;
  readonly path: string;
  /** Raw values; each signature encodes them as it wants them. */
  readonly query: Readonly<Record<string, string>>;
  /** The `Host` as it is sent: V4 signs it. */
  readonly host: string;
  readonly body?: string;
}

/**
 * Returns all headers to send; the request is not touched. Each attempt is signed anew, because the service refuses a
 * date that is 15 minutes off.
 */
export type Signer = (request: UnsignedRequest, credentials: Credentials, date: Date) => Headers;

/** What a signature covers: a request whose headers are complete but for `authorization`. */
export interface CompleteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
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
