import type { ServiceError } from "../service/serviceError.js";

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The `errorCode` of an error answer. */
  readonly errorCode?: string;
}

/** 200 with a JSON body. */
export function json(value: unknown): Answer {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

/** 200 without a body, and without a content type: one official client parses any body that claims to be JSON. */
export function empty(): Answer {
  return { status: 200, headers: {}, body: "" };
}

/** An error in the service's shape. */
export function errorAnswer({ status, code, message }: ServiceError): Answer {
  const body = JSON.stringify({ errorCode: code, errorMessage: message });
  return { status, headers: { "Content-Type": "application/json" }, body, errorCode: code };
}
