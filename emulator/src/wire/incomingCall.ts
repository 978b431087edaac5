/** One query parameter, decoded. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
  /** Whether the request had no `=` after the name. */
  readonly bare: boolean;
}

/** A request as it came over the wire, decoded as far as HTTP goes. */
export interface IncomingCall {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly path: string;
  readonly parameters: readonly QueryParameter[];
  /** The parameters by name; of a repeated one the last. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The project that the host names; undefined on the bare endpoint. */
  readonly project: string | undefined;
}
