import { createHash, createHmac } from "node:crypto";
import { type Credentials } from "../credentials.js";
import { type Headers, apiVersion, headerNames } from "./headers.js";

/** What signature V1 covers. */
export interface V1Request {
  readonly method: string;
  readonly path: string;
  /** Raw values; V1 signs them unencoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Headers;
}

const signatureMethod = "hmac-sha1";

/**
 * Signs a request with signature V1: `LOG <id>:base64(HMAC-SHA1(secret, string to sign))`.
 *
 * Answers all headers to send, the given ones included; the request is not touched. Each attempt is signed
 * anew, because the service refuses a `Date` that is 15 minutes off.
 */
export function signV1(
  request: Omit<V1Request, "headers"> & { readonly headers?: Headers; readonly body?: string },
  credentials: Credentials,
  date: Date,
): Headers {
  const headers = v1Headers(request, credentials, date);
  return { ...headers, [headerNames.authorization]: v1Authorization({ ...request, headers }, credentials) };
}

function v1Headers(
  request: { readonly headers?: Headers; readonly body?: string },
  credentials: Credentials,
  date: Date,
): Headers {
  return {
    ...request.headers,
    [headerNames.apiVersion]: apiVersion,
    [headerNames.bodyRawSize]: String(Buffer.byteLength(request.body ?? "")),
    [headerNames.signatureMethod]: signatureMethod,
    [headerNames.date]: date.toUTCString(),
    ...(request.body !== undefined && {
      [headerNames.contentType]: "application/json",
      [headerNames.contentMd5]: contentMd5(request.body),
    }),
    ...(credentials.securityToken !== undefined && {
      [headerNames.securityToken]: credentials.securityToken,
    }),
  };
}

/** The `Authorization` header of a request whose other headers are complete. */
export function v1Authorization(request: V1Request, credentials: Credentials): string {
  const signature = createHmac("sha1", credentials.accessKeySecret).update(stringToSign(request), "utf8");
  return `LOG ${credentials.accessKeyId}:${signature.digest("base64")}`;
}

/** The six parts that V1 signs: verb, MD5, content type, date, SLS's own headers, resource. */
export function stringToSign(request: V1Request): string {
  return [
    request.method,
    request.headers[headerNames.contentMd5] ?? "",
    request.headers[headerNames.contentType] ?? "",
    request.headers[headerNames.date] ?? "",
    `${canonicalHeaders(request.headers)}${canonicalResource(request.path, request.query)}`,
  ].join("\n");
}

/** `name:value` and a line feed for each header of SLS's own, sorted by name. */
export function canonicalHeaders(headers: Headers): string {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith("x-log-") || name.startsWith("x-acs-"))
    .sort(byName)
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join("");
}

/** The path, and the query sorted by name with its values as they are. */
export function canonicalResource(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** Upper-case hexadecimal MD5 of a body as sent. */
export function contentMd5(body: string | Uint8Array): string {
  return createHash("md5").update(body).digest("hex").toUpperCase();
}

function byName([left]: [string, string], [right]: [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
