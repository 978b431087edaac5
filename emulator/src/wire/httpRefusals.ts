import { ServiceError } from "../service/serviceError.js";

/** The errors that concern the request as such: its headers, its signature, its size, how often it comes. */
export const httpRefusals = {
  missAccessKeyId: () =>
    new ServiceError(400, "MissAccessKeyId", "x-log-accesskeyid does not exist in header."),
  authorizationInvalid: (header: string) =>
    new ServiceError(
      400,
      "ParameterInvalid",
      `Http extend authorization : ${header.slice(0, 200)} pair is invalid.`,
    ),
  missingApiVersion: () =>
    new ServiceError(400, "MissingAPIVersion", "x-log-apiversion does not exist in http header."),
  invalidApiVersion: (version: string) =>
    new ServiceError(400, "InvalidAPIVersion", `x-log-apiversion ${version} is unsupported.`),
  missingSignatureMethod: () =>
    new ServiceError(400, "MissingSignatureMethod", "x-log-signaturemethod does not exist in http header."),
  invalidSignatureMethod: (method: string) =>
    new ServiceError(400, "InvalidSignatureMethod", `signature method ${method} is unsupported.`),
  missingHost: () => new ServiceError(400, "MissingHost", "Host does not exist in http header."),
  missingDate: (name = "Date") =>
    new ServiceError(400, "MissingDate", `${name} does not exist in http header.`),
  invalidRequestTime: (time: string) =>
    new ServiceError(400, "InvalidRequestTime", `Request time ${time} not follow RFC822 spec.`),
  requestTimeExpired: (time: string, now: number) =>
    new ServiceError(
      400,
      "RequestTimeExpired",
      `Request time ${time} has been expired while server time is ${new Date(now).toUTCString()}.`,
    ),
  missingContentHash: () =>
    new ServiceError(400, "ParameterInvalid", "x-log-content-sha256 does not exist in http header."),
  invalidContentHash: () =>
    new ServiceError(400, "ParameterInvalid", "x-log-content-sha256 does not match the request body."),
  invalidContentMd5: (md5: string) =>
    new ServiceError(400, "InvalidContentMD5", `Content-MD5 ${md5} does not match the request body.`),
  accessKeyNotFound: (id: string) => new ServiceError(401, "Unauthorized", `AccessKeyId not found: ${id}`),
  accessKeyDisabled: (id: string) => new ServiceError(401, "Unauthorized", `AccessKeyId is disabled: ${id}`),
  tokenInvalid: () => new ServiceError(401, "Unauthorized", "The security token you provided is invalid"),
  tokenExpired: () => new ServiceError(401, "Unauthorized", "The security token you provided has expired"),
  signatureNotMatch: (signature: string) =>
    new ServiceError(401, "SignatureNotMatch", `signature ${signature} not match`),
  missingContentType: () =>
    new ServiceError(
      400,
      "MissingContentType",
      "Content-Type does not exist in http header when body is not empty.",
    ),
  invalidContentType: (type: string) =>
    new ServiceError(415, "InvalidContentType", `Content-Type ${type} is unsupported.`),
  missingBodyRawSize: () =>
    new ServiceError(
      400,
      "MissingBodyRawSize",
      "x-log-bodyrawsize does not exist in header when it is necessary.",
    ),
  invalidBodyRawSize: () => new ServiceError(400, "InvalidBodyRawSize", "x-log-bodyrawsize is invalid."),
  invalidCompressType: (type: string) =>
    new ServiceError(400, "InvalidCompressType", `x-log-compresstype ${type} is unsupported.`),
  denied: (status: number, action: string, resource: string) =>
    new ServiceError(
      status,
      "Unauthorized",
      `denied by sts or ram, action: ${action}, resource: ${resource}`,
    ),
  postBodyTooLarge: (limit: number) =>
    new ServiceError(413, "PostBodyTooLarge", `body size must little than ${limit}`),
  quotaExceeded: (code: string) => new ServiceError(403, code, "Quota is exceeded, please try again later."),
  notServed: (method: string, path: string) =>
    new ServiceError(400, "BadRequest", `${method} ${path.slice(0, 200)} is not served by the emulator`),
} as const;
