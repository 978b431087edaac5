/** One call of the SLS API, as plain data. Nothing in it depends on when or by whom it is sent. */
export interface SlsRequest {
  /** The API's name for the call, as documentation and errors have it. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Raw values: signed as they are (V1) and percent-encoded on the wire. */
  readonly query: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly about: RequestSubject;
}

/** What a call is about; errors carry it. */
export interface RequestSubject {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup?: string;
  readonly shard?: number;
}

/** Unreserved characters of RFC 3986 stay; `encodeURIComponent` leaves five more. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The path and query of a request as they go over the wire. */
export function requestTarget(request: Pick<SlsRequest, "path" | "query">): string {
  const query = Object.entries(request.query)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
  return query === "" ? request.path : `${request.path}?${query}`;
}
