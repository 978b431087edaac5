import { refusals } from "../service/refusals.js";
import type { QueryParameter } from "./incomingCall.js";

/** What a request line asks for. */
export interface RequestTarget {
  /** The host of an absolute-form target (a request to a proxy), else undefined. */
  readonly host: string | undefined;
  readonly path: string;
  /** The raw text after `?`. */
  readonly search: string;
}

/** Splits a request target, in origin form (`/path?query`) or in absolute form (`http://host/path?query`). */
export function parseTarget(target: string): RequestTarget {
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
  const [path = "", ...search] = (absolute?.[2] ?? target).split("?");
  return { host: absolute?.[1], path: path === "" ? "/" : path, search: search.join("?") };
}

/** Decodes a query; `+` is a space, as the form encoding of several official clients has it. */
export function parseQuery(search: string): QueryParameter[] {
  return search
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      const name = equals < 0 ? part : part.slice(0, equals);
      const value = equals < 0 ? "" : part.slice(equals + 1);
      return { name: decode(name), value: decode(value), bare: equals < 0 };
    });
}

/** The parameters by name. */
export function indexQuery(parameters: readonly QueryParameter[]): Record<string, string> {
  const query = Object.create(null) as Record<string, string>;
  for (const { name, value } of parameters) query[name] = value;
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw refusals.parameterInvalid(`The query is not percent-encoded UTF-8: ${text.slice(0, 100)}`);
  }
}
