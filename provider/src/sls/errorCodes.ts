import { ramActions } from "./ramActions.js";

/**
 * What a documented error code means for the request that got it.
 *
 * `throttled`, `clock` and `token` prove that nothing was done and that the same request may be sent again;
 * `server` proves nothing; all others are final and prove that nothing was done.
 */
export type ErrorKind = "throttled" | "clock" | "token" | "denied" | "missing" | "invalid" | "server";

export interface DocumentedCode {
  readonly kind: ErrorKind;
  /** What the reader can do about it. */
  readonly remedy: string;
}

const slowDown = "The service asks to slow down. Lower sls:maxConcurrency, or run again later.";
const ourFault =
  "The request was built wrongly, which is a fault of this provider: please report it with the request id.";
const runAgain = "Run pulumi up again.";
const newToken = "Get a new security token and set sls:securityToken with its key pair.";
const checkClock = "Set this machine's clock: the service accepts 15 minutes either way.";
const checkKeys = "Check sls:accessKeyId and sls:accessKeySecret, and that both belong to one key.";
const checkPolicy = "Let the key's RAM policy allow the call, or use a key that may.";

/** What to do about a refusal, with the RAM action that the call needs where that is what is missing. */
export function remedyFor(operation: string, { remedy }: DocumentedCode): string {
  const action = ramActions[operation];
  if (remedy !== checkPolicy || action === undefined) return remedy;
  return `Let the key's RAM policy allow ${action}, or use a key that may.`;
}

/** Every code that docs/protocol.md 5 and the calls' own pages name, in its usual spelling. */
export const documentedCodes: Readonly<Record<string, DocumentedCode>> = {
  ReadQuotaExceed: { kind: "throttled", remedy: slowDown },
  WriteQuotaExceed: { kind: "throttled", remedy: slowDown },
  ShardReadQuotaExceed: { kind: "throttled", remedy: slowDown },
  ShardWriteQuotaExceed: { kind: "throttled", remedy: slowDown },
  MetaOperationQpsLimitExceeded: { kind: "throttled", remedy: slowDown },

  RequestTimeExpired: { kind: "clock", remedy: checkClock },
  RequestTimeTooSkewed: { kind: "clock", remedy: checkClock },

  SecurityTokenExpired: { kind: "token", remedy: newToken },
  "SecurityToken.Expired": { kind: "token", remedy: newToken },

  SignatureNotMatch: { kind: "denied", remedy: checkKeys },
  Unauthorized: { kind: "denied", remedy: checkPolicy },
  InvalidAccessKeyId: {
    kind: "denied",
    remedy: `${checkKeys} The service must also be opened for the account.`,
  },
  "InvalidAccessKeyId.NotFound": { kind: "denied", remedy: checkKeys },
  ProjectForbidden: { kind: "denied", remedy: "The project is disabled: see its state in the SLS console." },

  ProjectNotExist: {
    kind: "missing",
    remedy: "Check the project's name, and that sls:region or sls:endpoint is the region the project is in.",
  },
  LogStoreNotExist: { kind: "missing", remedy: "Check the logstore's name." },
  ConsumerGroupNotExist: {
    kind: "missing",
    remedy: "Check the consumer group's name, or create the group first: a pin does not create it.",
  },
  ConsumerNotExist: {
    kind: "missing",
    remedy:
      "No such consumer is alive in the group. Leave out consumer and forceSuccess, or start that consumer.",
  },
  ShardNotExist: { kind: "missing", remedy: "Declare one of the logstore's shards." },

  ConsumerNotMatch: {
    kind: "invalid",
    remedy:
      "Another consumer owns the shard. Leave out forceSuccess: false, or name the consumer that owns it.",
  },
  InvalidShardCheckPoint: {
    kind: "invalid",
    remedy: "Declare a cursor that GetCursor or GetCheckPoint answered.",
  },
  InvalidCursor: {
    kind: "invalid",
    remedy: "The cursor is outside what the shard still holds: declare a newer one.",
  },
  NotExistConsumerWithBody: { kind: "invalid", remedy: ourFault },
  LogStoreWithoutShard: {
    kind: "invalid",
    remedy: "The logstore has no shards yet: try again when it is ready.",
  },
  ParameterInvalid: { kind: "invalid", remedy: ourFault },
  InvalidParameter: { kind: "invalid", remedy: ourFault },
  BadRequest: { kind: "invalid", remedy: ourFault },
  PostBodyInvalid: { kind: "invalid", remedy: ourFault },
  PostBodyTooLarge: { kind: "invalid", remedy: ourFault },
  JsonInfoInvalid: { kind: "invalid", remedy: ourFault },
  InvalidRequestTime: { kind: "invalid", remedy: ourFault },
  InvalidDateFormat: { kind: "invalid", remedy: ourFault },
  MissingDate: { kind: "invalid", remedy: ourFault },
  MissingHost: { kind: "invalid", remedy: ourFault },
  InvalidHost: { kind: "invalid", remedy: "Check sls:endpoint." },
  MissingAPIVersion: { kind: "invalid", remedy: ourFault },
  InvalidAPIVersion: { kind: "invalid", remedy: ourFault },
  MissingSignatureMethod: { kind: "invalid", remedy: ourFault },
  InvalidSignatureMethod: { kind: "invalid", remedy: ourFault },
  MissAccessKeyId: { kind: "invalid", remedy: ourFault },
  MissingContentType: { kind: "invalid", remedy: ourFault },
  InvalidContentType: { kind: "invalid", remedy: ourFault },
  MissingContentLength: { kind: "invalid", remedy: ourFault },
  MissingBodyRawSize: { kind: "invalid", remedy: ourFault },
  InvalidBodyRawSize: { kind: "invalid", remedy: ourFault },
  InvalidCompressType: { kind: "invalid", remedy: ourFault },
  ProjectQuotaExceed: {
    kind: "invalid",
    remedy: "The account's quota of resources is used up: ask for more in the SLS console.",
  },
  ProjectAlreadyExist: { kind: "invalid", remedy: ourFault },
  LogStoreAlreadyExist: { kind: "invalid", remedy: ourFault },
  LogstoreInfoInvalid: { kind: "invalid", remedy: ourFault },
  ConsumerGroupAlreadyExist: {
    kind: "invalid",
    remedy:
      "Somebody else created the group in the meantime. Set adopt: true to take it over, or choose another name.",
  },
  ConsumerGroupQuotaExceed: {
    kind: "invalid",
    remedy: "A logstore takes 30 consumer groups. Delete one that nobody uses, or use another logstore.",
  },

  InternalServerError: { kind: "server", remedy: runAgain },
  RequestTimeout: { kind: "server", remedy: runAgain },
  ServerBusy: { kind: "server", remedy: runAgain },
};

/** Spellings that the service is known to answer beside the documented ones. */
const otherSpellings: Readonly<Record<string, string>> = {
  consumernotexsit: "ConsumerNotExist",
  shardnotexsit: "ShardNotExist",
};

const usualSpellings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(documentedCodes).map((code) => [code.toLowerCase(), code])),
  ...otherSpellings,
};

/** The usual spelling of a code, or the code as it came if no document names it. Codes differ in case between calls. */
export function usualSpelling(code: string): string {
  return Object.hasOwn(usualSpellings, code.toLowerCase())
    ? (usualSpellings[code.toLowerCase()] ?? code)
    : code;
}

/**
 * What an error answer means. An undocumented code counts by its status. `Unauthorized` has many meanings, and
 * only the message tells an expired token and an unknown key from a missing permission.
 */
export function classify(code: string, status: number, message: string): DocumentedCode {
  if (code === "Unauthorized" && /security token/i.test(message) && /expired|invalid/i.test(message)) {
    return { kind: "token", remedy: newToken };
  }
  if (code === "Unauthorized" && /access\s?key\s?id/i.test(message)) {
    return { kind: "denied", remedy: checkKeys };
  }
  if (Object.hasOwn(documentedCodes, code)) {
    const documented = documentedCodes[code];
    if (documented !== undefined) return documented;
  }
  return classifyStatus(status);
}

function classifyStatus(status: number): DocumentedCode {
  if (status >= 500) return { kind: "server", remedy: runAgain };
  if (status === 401 || status === 403) return { kind: "denied", remedy: checkPolicy };
  if (status === 404)
    return { kind: "missing", remedy: "Check project, logstore, consumer group and shard." };
  return { kind: "invalid", remedy: "See the code in the SLS documentation." };
}
