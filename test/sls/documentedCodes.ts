import { type ErrorKind } from "../../provider/src/sls/errorCodes.js";

/** An error that SLS documents, with the spellings it may come in. */
export interface DocumentedError {
  readonly code: string;
  readonly status: number;
  readonly kind: ErrorKind;
  /** Misspelt forms that the service is known to answer; the consumer libraries check for them. */
  readonly misspelt?: string;
}

function errors(kind: ErrorKind, status: number, ...codes: readonly string[]): readonly DocumentedError[] {
  return codes.map((code) => ({ code, status, kind }));
}

/** Written down from the service's pages and official clients (docs/protocol.md 3 and 5.2), not from the code. */
export const documentedErrors: readonly DocumentedError[] = [
  ...errors("throttled", 403, "ReadQuotaExceed", "WriteQuotaExceed"),
  ...errors("throttled", 403, "ShardReadQuotaExceed", "ShardWriteQuotaExceed"),
  ...errors("throttled", 403, "MetaOperationQpsLimitExceeded"),

  ...errors("clock", 400, "RequestTimeExpired", "RequestTimeTooSkewed"),

  ...errors("token", 401, "SecurityTokenExpired", "SecurityToken.Expired"),

  ...errors("denied", 401, "SignatureNotMatch", "Unauthorized"),
  ...errors("denied", 401, "InvalidAccessKeyId", "InvalidAccessKeyId.NotFound"),
  ...errors("denied", 403, "ProjectForbidden"),

  ...errors("missing", 404, "ProjectNotExist", "LogStoreNotExist", "ConsumerGroupNotExist"),
  { code: "ConsumerNotExist", status: 404, kind: "missing", misspelt: "ConsumerNotExsit" },
  { code: "ShardNotExist", status: 404, kind: "missing", misspelt: "ShardNotExsit" },

  ...errors("invalid", 400, "InvalidRequestTime", "InvalidDateFormat", "MissingDate"),
  ...errors("invalid", 400, "MissingHost", "InvalidHost", "MissingAPIVersion", "InvalidAPIVersion"),
  ...errors("invalid", 400, "MissingSignatureMethod", "InvalidSignatureMethod", "MissAccessKeyId"),
  ...errors("invalid", 400, "MissingContentType", "MissingBodyRawSize", "InvalidBodyRawSize"),
  ...errors("invalid", 400, "InvalidCompressType", "PostBodyInvalid", "ParameterInvalid"),
  ...errors("invalid", 400, "InvalidParameter", "BadRequest", "InvalidCursor", "ProjectAlreadyExist"),
  ...errors("invalid", 400, "ProjectQuotaExceed", "ConsumerGroupQuotaExceed"),
  ...errors("invalid", 411, "MissingContentLength"),
  ...errors("invalid", 415, "InvalidContentType"),
  ...errors("invalid", 413, "PostBodyTooLarge"),
  // The pages of the calls, and what the consumer libraries handle beside them.
  ...errors("invalid", 400, "InvalidShardCheckPoint", "ConsumerNotMatch", "NotExistConsumerWithBody"),
  ...errors("invalid", 400, "ConsumerGroupAlreadyExist", "JsonInfoInvalid", "LogStoreWithoutShard"),
  ...errors("invalid", 400, "LogStoreAlreadyExist", "LogstoreInfoInvalid"),

  ...errors("server", 500, "InternalServerError", "RequestTimeout"),
  ...errors("server", 503, "ServerBusy"),
];

/** Every spelling of a code that an answer may carry. */
export function spellingsOf({ code, misspelt }: DocumentedError): readonly string[] {
  return [code, code.toLowerCase(), code.toUpperCase(), ...(misspelt === undefined ? [] : [misspelt])];
}
