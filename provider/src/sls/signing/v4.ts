import { createHmac, hash } from "node:crypto";
import { type Credentials } from "../credentials.js";
import { percentEncode } from "../request.js";
import { type Headers, apiVersion, contentType, headerNames } from "./headers.js";
import {
  type CompleteRequest,
  type Signer,
  type UnsignedRequest,
  byName,
  headerLines,
  isOwnHeader,
} from "./signer.js";

const algorithm = "SLS4-HMAC-SHA256";
const service = "sls";
const terminator = "aliyun_v4_request";

/**
 * Returns a signer with signature V4 for a region:
 * `SLS4-HMAC-SHA256 Credential=<id>/<scope>,Signature=<hex of an HMAC-SHA256>`.
 */
export function v4Signer(region: string): Signer {
  return (request, credentials, date) => {
    const headers = v4Headers(request, credentials, date);
    const authorization = v4Authorization({ ...request, headers }, credentials, region);
    return { ...headers, [headerNames.authorization]: authorization };
  };
}

function v4Headers({ host, body }: UnsignedRequest, { securityToken }: Credentials, date: Date): Headers {
  return {
    [headerNames.host]: host,
    [headerNames.apiVersion]: apiVersion,
    [headerNames.bodyRawSize]: String(Buffer.byteLength(body ?? "")),
    ...(body !== undefined && { [headerNames.contentType]: contentType }),
    ...(securityToken !== undefined && { [headerNames.securityToken]: securityToken }),
    [headerNames.logDate]: compactTime(date),
    [headerNames.contentSha256]: sha256(body ?? ""),
  };
}

/** The `Authorization` header of a request whose other headers are complete. */
export function v4Authorization(request: CompleteRequest, credentials: Credentials, region: string): string {
  const time = request.headers[headerNames.logDate] ?? "";
  const scope = credentialScope(time, region);
  const signature = hmac(keyOfDay(credentials, scope), stringToSign(canonicalRequest(request), time, scope));
  return `${algorithm} Credential=${credentials.accessKeyId}/${scope},Signature=${signature.toString("hex")}`;
}

/** `<yyyyMMdd>/<region>/sls/aliyun_v4_request`. */
export function credentialScope(time: string, region: string): string {
  return [time.slice(0, 8), region, service, terminator].join("/");
}

/** What V4 covers of a request, in six parts: verb, path, query, headers, their names, hash of the body. */
export function canonicalRequest({ method, path, query, headers }: CompleteRequest): string {
  return [
    method,
    path,
    canonicalQuery(query),
    headerLines(headers, isSigned),
    signedHeaders(headers),
    headers[headerNames.contentSha256] ?? "",
  ].join("\n");
}

/** The query sorted by name, its values percent-encoded, its names not; an empty value loses its `=`. */
export function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .sort(byName)
    .map(([name, value]) => (value === "" ? name : `${name}=${percentEncode(value)}`))
    .join("&");
}

/** The names of the headers that are signed. They are not sent: the service derives them from what it receives. */
export function signedHeaders(headers: Headers): string {
  return Object.keys(headers).filter(isSigned).sort().join(";");
}

function isSigned(name: string): boolean {
  return name === headerNames.contentType || name === headerNames.host || isOwnHeader(name);
}

/** What the signature is computed of. */
export function stringToSign(canonical: string, time: string, scope: string): string {
  return [algorithm, time, scope, sha256(canonical)].join("\n");
}

const keysOfDay = new WeakMap<Credentials, { readonly scope: string; readonly key: Buffer }>();

/** The key is kept for its day: it takes four times what the signature itself does. */
function keyOfDay(credentials: Credentials, scope: string): Buffer {
  const known = keysOfDay.get(credentials);
  if (known?.scope === scope) return known.key;
  const key = signingKey(credentials.accessKeySecret, scope);
  keysOfDay.set(credentials, { scope, key });
  return key;
}

/** The key of one day, region and service: a secret that leaks from it is worth no more than that. */
export function signingKey(accessKeySecret: string, scope: string): Buffer {
  return scope.split("/").reduce<Buffer>(hmac, Buffer.from(`aliyun_v4${accessKeySecret}`, "utf8"));
}

/** A time as V4 writes it: `20220808T032330Z`. */
export function compactTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
