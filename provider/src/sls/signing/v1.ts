import { createHash, createHmac } from "node:crypto";
import { type Credentials } from "../credentials.js";
import { type Headers, headerNames } from "./headers.js";
import {
  type CompleteRequest,
  type Signer,
  type UnsignedRequest,
  byName,
  commonHeaders,
  headerLines,
  isOwnHeader,
} from "./signer.js";

const signatureMethod = "hmac-sha1";

/** Signs a request with signature V1: `LOG <id>:base64(HMAC-SHA1(secret, string to sign))`. */
export const signV1: Signer = (request, credentials, date) => {
  const headers = v1Headers(request, credentials, date);
  return { ...headers, [headerNames.authorization]: v1Authorization({ ...request, headers }, credentials) };
};

function v1Headers(request: UnsignedRequest, credentials: Credentials, date: Date): Headers {
  return {
    ...commonHeaders(request, credentials),
    [headerNames.signatureMethod]: signatureMethod,
    [headerNames.date]: date.toUTCString(),
    ...(request.body !== undefined && { [headerNames.contentMd5]: contentMd5(request.body) }),
  };
}

/** The `Authorization` header of a request whose other headers are complete. */
export function v1Authorization(request: CompleteRequest, credentials: Credentials): string {
  const signature = createHmac("sha1", credentials.accessKeySecret).update(stringToSign(request), "utf8");
  return `LOG ${credentials.accessKeyId}:${signature.digest("base64")}`;
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
  return createHash("md5").update(body).digest("hex").toUpperCase();
}
