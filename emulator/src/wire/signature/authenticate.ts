import { createHash, timingSafeEqual } from "node:crypto";
import type { AssumptionBook } from "../../service/assumptions.js";
import type { Identity } from "../../service/identity.js";
import type { IncomingCall } from "../incomingCall.js";
import { httpRefusals } from "../httpRefusals.js";
import { parseRequestTime } from "./requestTime.js";
import { parseV1Authorization, signatureV1, type V1Method } from "./signatureV1.js";
import { parseV4Authorization, signatureV4, type V4Authorization } from "./signatureV4.js";
import type { SignedRequest } from "./signedRequest.js";

const window = 15 * 60_000;

/** What a signature is checked against. */
export interface Authority {
  readonly identities: readonly Identity[];
  /** The server's time in Unix milliseconds. */
  readonly now: number;
  readonly assumptions: AssumptionBook;
}

/** The identity that signed a request, or a refusal. Both V1 methods and V4 are accepted. */
export function authenticate(call: IncomingCall, authority: Authority): Identity {
  const header = call.headers.get("authorization");
  if (header === undefined) throw httpRefusals.missAccessKeyId();
  requireVersion(call);
  return header.startsWith("SLS4-")
    ? authenticateV4(call, header, authority)
    : authenticateV1(call, header, authority);
}

function authenticateV1(call: IncomingCall, header: string, authority: Authority): Identity {
  const authorization = parseV1Authorization(header);
  if (authorization === undefined) throw httpRefusals.authorizationInvalid(header);
  const method = requireMethod(call);
  if (!call.headers.has("date")) throw httpRefusals.missingDate();
  requireFresh(call.headers.get("x-log-date") ?? call.headers.get("date") ?? "", authority.now);
  const identity = findIdentity(authorization.accessKeyId, call, authority);
  const { signature } = authorization;
  const fits = variants(call).some((request) =>
    equal(signatureV1(request, identity.accessKeySecret, method), signature),
  );
  if (!fits) throw httpRefusals.signatureNotMatch(signature);
  requireIntactBody(call);
  return identity;
}

function authenticateV4(call: IncomingCall, header: string, authority: Authority): Identity {
  const authorization = parseV4Authorization(header);
  if (authorization === undefined) throw httpRefusals.authorizationInvalid(header);
  const time = call.headers.get("x-log-date");
  if (time === undefined) throw httpRefusals.missingDate("x-log-date");
  requireV4Headers(call, authority.assumptions);
  requireFresh(time, authority.now);
  const identity = findIdentity(authorization.accessKeyId, call, authority);
  if (!fitsV4(call, authorization, time, identity))
    throw httpRefusals.signatureNotMatch(authorization.signature);
  requireContentHash(call, authority.assumptions);
  return identity;
}

function fitsV4(
  call: IncomingCall,
  authorization: V4Authorization,
  time: string,
  identity: Identity,
): boolean {
  const { date, region, signature } = authorization;
  if (!time.startsWith(date)) return false;
  return variants(call).some((request) =>
    equal(signatureV4(request, identity.accessKeySecret, region), signature),
  );
}

/** Official clients disagree on `x-log-meta-*` headers, and on encoded paths: either reading is accepted. */
function variants(call: IncomingCall): SignedRequest[] {
  const paths = new Set([call.path, decodedPath(call.path)]);
  const withoutMeta = new Map([...call.headers].filter(([name]) => !name.startsWith("x-log-meta-")));
  const headerSets = withoutMeta.size === call.headers.size ? [call.headers] : [call.headers, withoutMeta];
  return [...paths].flatMap((path) => headerSets.map((headers) => ({ ...call, path, headers })));
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function requireVersion(call: IncomingCall): void {
  const version = call.headers.get("x-log-apiversion");
  if (version === undefined) throw httpRefusals.missingApiVersion();
  if (!/^0\.[46]\.0$/.test(version)) throw httpRefusals.invalidApiVersion(version);
}

function requireMethod(call: IncomingCall): V1Method {
  const method = call.headers.get("x-log-signaturemethod");
  if (method === undefined) throw httpRefusals.missingSignatureMethod();
  if (method === "hmac-sha1" || method === "hmac-sha256") return method;
  throw httpRefusals.invalidSignatureMethod(method);
}

function requireFresh(text: string, now: number): void {
  const time = parseRequestTime(text);
  if (time === undefined) throw httpRefusals.invalidRequestTime(text);
  if (Math.abs(time - now) > window) throw httpRefusals.requestTimeExpired(text, now);
}

function findIdentity(accessKeyId: string, call: IncomingCall, { identities, now }: Authority): Identity {
  const identity = identities.find((known) => known.accessKeyId === accessKeyId);
  if (identity === undefined) throw httpRefusals.accessKeyNotFound(accessKeyId);
  if (identity.disabled === true) throw httpRefusals.accessKeyDisabled(accessKeyId);
  if (call.headers.get("x-acs-security-token") !== identity.securityToken) throw httpRefusals.tokenInvalid();
  if ((identity.tokenExpiresAt ?? Infinity) <= now) throw httpRefusals.tokenExpired();
  return identity;
}

function requireIntactBody(call: IncomingCall): void {
  const stated = call.headers.get("content-md5") ?? "";
  if (stated === "") return;
  const actual = createHash("md5").update(call.body).digest("hex").toUpperCase();
  if (stated.toUpperCase() !== actual) throw httpRefusals.invalidContentMd5(stated);
}

function requireV4Headers(call: IncomingCall, assumptions: AssumptionBook): void {
  if (!call.headers.has("x-log-content-sha256")) throw httpRefusals.missingContentHash();
  if (call.headers.has("date") && call.headers.has("x-log-signaturemethod")) return;
  if (assumptions.decide("v4DateHeader") === "required") throw httpRefusals.missingDate();
}

function requireContentHash(call: IncomingCall, assumptions: AssumptionBook): void {
  const stated = call.headers.get("x-log-content-sha256");
  const actual = createHash("sha256").update(call.body).digest("hex");
  if (stated === actual) return;
  if (assumptions.decide("v4ContentHash") === "compared") throw httpRefusals.invalidContentHash();
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
