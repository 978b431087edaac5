/** Every header that signing reads or writes (docs/protocol.md 1 and 2). */
export const headerNames = {
  apiVersion: "x-log-apiversion",
  authorization: "authorization",
  bodyRawSize: "x-log-bodyrawsize",
  contentMd5: "content-md5",
  contentSha256: "x-log-content-sha256",
  contentType: "content-type",
  date: "date",
  host: "host",
  logDate: "x-log-date",
  securityToken: "x-acs-security-token",
  signatureMethod: "x-log-signaturemethod",
} as const;

export const apiVersion = "0.6.0";

/** What every body is. */
export const contentType = "application/json";

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string>>;
