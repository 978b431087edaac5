import { createHmac } from "node:crypto";
import { headerLines, sortedParameters, type SignedRequest } from "./signedRequest.js";

/** The MAC of a V1 signature, as `x-log-signaturemethod` names it. */
export type V1Method = "hmac-sha1" | "hmac-sha256";

/** What the `Authorization` header of a V1 request says. */
export interface V1Authorization {
  readonly accessKeyId: string;
  readonly signature: string;
}

/** Reads `LOG <accessKeyId>:<signature>`. */
export function parseV1Authorization(header: string): V1Authorization | undefined {
  const match = /^LOG ([^:]*):(\S+)$/.exec(header);
  return match ? { accessKeyId: match[1] ?? "", signature: match[2] ?? "" } : undefined;
}

/** The signature of a request. */
export function signatureV1(request: SignedRequest, secret: string, method: V1Method): string {
  const algorithm = method === "hmac-sha256" ? "sha256" : "sha1";
  return createHmac(algorithm, secret).update(stringToSignV1(request)).digest("base64");
}

/** The six parts of a V1 string to sign; the values of the query go in raw. `x-log-date` is not part of it. */
export function stringToSignV1(request: SignedRequest): string {
  const { method, headers } = request;
  return [
    method,
    headers.get("content-md5") ?? "",
    headers.get("content-type") ?? "",
    headers.get("date") ?? "",
    headerLines(headers, isCovered) + resource(request),
  ].join("\n");
}

function isCovered(name: string): boolean {
  return (name.startsWith("x-log-") || name.startsWith("x-acs-")) && name !== "x-log-date";
}

function resource({ path, parameters }: SignedRequest): string {
  if (parameters.length === 0) return path;
  const pairs = sortedParameters(parameters).map(({ name, value, bare }) =>
    bare ? name : `${name}=${value}`,
  );
  return `${path}?${pairs.join("&")}`;
}
