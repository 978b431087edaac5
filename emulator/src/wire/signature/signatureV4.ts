import { createHash, createHmac } from "node:crypto";
import { headerLines, sortedParameters, type SignedRequest } from "./signedRequest.js";

const algorithm = "SLS4-HMAC-SHA256";
const terminator = "aliyun_v4_request";

/** What the `Authorization` header of a V4 request says. */
export interface V4Authorization {
  readonly accessKeyId: string;
  /** `yyyyMMdd`. */
  readonly date: string;
  readonly region: string;
  readonly signature: string;
}

/** Reads `SLS4-HMAC-SHA256 Credential=<id>/<date>/<region>/sls/aliyun_v4_request,Signature=<hex>`. */
export function parseV4Authorization(header: string): V4Authorization | undefined {
  const match =
    /^SLS4-HMAC-SHA256 Credential=([^/]*)\/(\d{8})\/([^/]+)\/sls\/aliyun_v4_request, ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) return undefined;
  const [, accessKeyId = "", date = "", region = "", signature = ""] = match;
  return { accessKeyId, date, region, signature };
}

/** The signature of a request whose headers hold `x-log-date` and `x-log-content-sha256`. */
export function signatureV4(request: SignedRequest, secret: string, region: string): string {
  const time = request.headers.get("x-log-date") ?? "";
  const date = time.slice(0, 8);
  const scope = `${date}/${region}/sls/${terminator}`;
  const hash = createHash("sha256").update(canonicalRequestV4(request)).digest("hex");
  const steps = [date, region, "sls", terminator];
  const key = steps.reduce<Buffer>(
    (previous, step) => mac(previous, step),
    Buffer.from(`aliyun_v4${secret}`, "utf8"),
  );
  return mac(key, [algorithm, time, scope, hash].join("\n")).toString("hex");
}

/** The canonical request of V4. */
export function canonicalRequestV4(request: SignedRequest): string {
  const { method, path, parameters, headers } = request;
  const names = [...headers.keys()].filter(isCovered).sort();
  const query = sortedParameters(parameters).map(({ name, value }) =>
    value === "" ? name : `${name}=${percentEncode(value)}`,
  );
  return [
    method,
    path,
    query.join("&"),
    headerLines(headers, isCovered),
    names.join(";"),
    headers.get("x-log-content-sha256") ?? "",
  ].join("\n");
}

/** Percent-encodes everything but letters, digits and `-_.~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isCovered(name: string): boolean {
  return name === "content-type" || name === "host" || name.startsWith("x-log-") || name.startsWith("x-acs-");
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
