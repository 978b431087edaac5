import { createHash } from "node:crypto";
import { type Credentials } from "../../../provider/src/sls/credentials.js";
import { type Headers, apiVersion, headerNames } from "../../../provider/src/sls/signing/headers.js";
import { contentMd5, v1Authorization } from "../../../provider/src/sls/signing/v1.js";
import { compactTime, v4Authorization } from "../../../provider/src/sls/signing/v4.js";

/** A request before it is signed. */
export interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly host: string;
  readonly body?: string | Uint8Array;
  /** The type of the body. */
  readonly contentType: string;
}

/** How a request is signed, where that is what is asked about. */
export type Signing =
  | { readonly version: "v1"; readonly dateShift?: number }
  | {
      readonly version: "v4";
      readonly region: string;
      /** Whether `Date` and `x-log-signaturemethod` are sent, which V4 does not sign by. */
      readonly datedTwice: boolean;
      /** The hash of another body than is sent. */
      readonly wrongHash?: boolean;
    };

/** Returns all headers of a request that is signed at a moment. */
export function signedHeaders(
  request: Unsigned,
  credentials: Credentials,
  now: number,
  signing: Signing,
): Headers {
  return signing.version === "v1"
    ? signedV1(request, credentials, new Date(now + (signing.dateShift ?? 0)))
    : signedV4(request, credentials, new Date(now), signing);
}

function signedV1(request: Unsigned, credentials: Credentials, date: Date): Headers {
  const { body } = request;
  const headers = {
    ...commonHeaders(request, credentials),
    ...(body !== undefined && { [headerNames.contentMd5]: contentMd5(body) }),
    [headerNames.signatureMethod]: "hmac-sha1",
    [headerNames.date]: date.toUTCString(),
  };
  return { ...headers, [headerNames.authorization]: v1Authorization({ ...request, headers }, credentials) };
}

function signedV4(
  request: Unsigned,
  credentials: Credentials,
  date: Date,
  { region, datedTwice, wrongHash = false }: Extract<Signing, { version: "v4" }>,
): Headers {
  const hashed = wrongHash ? "another body" : (request.body ?? "");
  const headers = {
    ...commonHeaders(request, credentials),
    ...(datedTwice && {
      [headerNames.date]: date.toUTCString(),
      [headerNames.signatureMethod]: "hmac-sha256",
    }),
    [headerNames.logDate]: compactTime(date),
    [headerNames.contentSha256]: createHash("sha256").update(hashed).digest("hex"),
  };
  const authorization = v4Authorization({ ...request, headers }, credentials, region);
  return { ...headers, [headerNames.authorization]: authorization };
}

function commonHeaders({ host, body, contentType }: Unsigned, { securityToken }: Credentials): Headers {
  return {
    [headerNames.host]: host,
    [headerNames.apiVersion]: apiVersion,
    [headerNames.bodyRawSize]: String(Buffer.byteLength(body ?? "")),
    ...(securityToken !== undefined && { [headerNames.securityToken]: securityToken }),
    ...(body !== undefined && { [headerNames.contentType]: contentType }),
  };
}
