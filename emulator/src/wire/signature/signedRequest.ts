import type { QueryParameter } from "../incomingCall.js";

/** What a signature is computed from. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly QueryParameter[];
  /** Headers by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The parameters sorted by name, in the order of their UTF-8 bytes. */
export function sortedParameters(parameters: readonly QueryParameter[]): QueryParameter[] {
  return [...parameters].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** The `name:value` lines, each with its line feed, of the headers that a signature covers. */
export function headerLines(headers: ReadonlyMap<string, string>, covers: (name: string) => boolean): string {
  return [...headers]
    .filter(([name]) => covers(name))
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join("");
}
