import { type KeyObject, createHmac, createSecretKey, hash } from "node:crypto";
import { type Credentials } from "../credentials.js";
import { type Headers, apiVersion, contentType, headerNames } from "./headers.js";
import { type CompleteRequest, type Signer, byName, headerLines, isOwnHeader } from "./signer.js";

const signatureMethod = "hmac-sha1";

/**
 * Signs a request with signature V1: `LOG <id>:base64(HMAC-SHA1(secret, string to sign))`.
 *
 * It sends always the same of SLS's own headers, so their order is written down here. {@link v1Authorization} finds
 * it for any headers, which takes longer than all the rest.
 */
export const signV1: Signer = ({ method, path, query, host, body }, credentials, date) => {
  const { securityToken } = credentials;
  const time = date.toUTCString();
  const size = String(Buffer.byteLength(body ?? ""));
  const md5 = body === undefined ? "" : contentMd5(body);
  const type = body === undefined ? "" : contentType;
  const tokenLine = securityToken === undefined ? "" : line(headerNames.securityToken, securityToken.trim());
  const ownLines = `${tokenLine}${versionLine}${line(headerNames.bodyRawSize, size)}${methodLine}`;
  const text = `${method}\n${md5}\n${type}\n${time}\n${ownLines}${canonicalResource(path, query)}`;
  const headers: Record<string, string> = {
    [headerNames.host]: host,
    [headerNames.apiVersion]: apiVersion,
    [headerNames.bodyRawSize]: size,
    [headerNames.signatureMethod]: signatureMethod,
    [headerNames.date]: time,
    [headerNames.authorization]: authorization(credentials, keyOf(credentials), text),
  };
  if (securityToken !== undefined) headers[headerNames.securityToken] = securityToken;
  if (body !== undefined) {
    headers[headerNames.contentType] = type;
    headers[headerNames.contentMd5] = md5;
  }
  return headers;
};

const versionLine = line(headerNames.apiVersion, apiVersion);
const methodLine = line(headerNames.signatureMethod, signatureMethod);

function line(name: string, value: string): string {
  return `${name}:${value}\n`;
}

/** To make a key takes longer than to sign with it. */
const keys = new WeakMap<Credentials, KeyObject>();

function keyOf(credentials: Credentials): KeyObject {
  const known = keys.get(credentials);
  if (known !== undefined) return known;
  const key = createSecretKey(credentials.accessKeySecret, "utf8");
  keys.set(credentials, key);
  return key;
}

function authorization({ accessKeyId }: Credentials, key: KeyObject | string, text: string): string {
  return `LOG ${accessKeyId}:${createHmac("sha1", key).update(text, "utf8").digest("base64")}`;
}

/** The `Authorization` header of a request whose other headers are complete. */
export function v1Authorization(request: CompleteRequest, credentials: Credentials): string {
  return authorization(credentials, credentials.accessKeySecret, stringToSign(request));
}

/** The six parts that V1 signs: verb, MD5, content type, date, SLS's own headers, resource. */
export function stringToSign(request: CompleteRequest): string {
  return [
    request.method,
    request.headers[headerNames.contentMd5] ?? "",
    request.headers[headerNames.contentType] ?? "",
    request.headers[headerNames.date] ?? "",
    `${canonicalHeaders(request.headers)}${canonicalResource(request.path, request.query)}`,
  ].join("\n");
}

/** The lines of SLS's own headers. */
export function canonicalHeaders(headers: Headers): string {
  return headerLines(headers, isOwnHeader);
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
  return hash("md5", body, "hex").toUpperCase();
}
