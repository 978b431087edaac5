/** What the service answered to one call, whatever it means. */
export interface Reply {
  readonly operation: string;
  readonly status: number;
  /** The service's code of an error; absent where it is a success, or an answer that is none of SLS. */
  readonly code: string | undefined;
  /** The service's words for an error. */
  readonly message: string | undefined;
  /** The body where it is JSON, else undefined. */
  readonly json: unknown;
  /** Whether the body is none that SLS sends, such as a proxy's page. */
  readonly isForeign: boolean;
  readonly requestId: string | undefined;
  /** The `Date` header as it came. */
  readonly date: string | undefined;
}

/** Whether the service did what it was asked. */
export function isDone({ status, isForeign }: Reply): boolean {
  return status >= 200 && status <= 299 && !isForeign;
}

/** Whether the service refused for a reason in the request: no fault of its own, no throttling, no missing permission. */
export function isRefused(reply: Reply): boolean {
  return reply.status >= 400 && reply.status <= 499 && !isThrottled(reply) && !isDenied(reply);
}

/** Whether the key may not do this. */
export function isDenied({ status, code = "" }: Reply): boolean {
  return (
    (status === 401 || status === 403) && /unauthorized|denied|forbidden|signature|accesskey/i.test(code)
  );
}

/** Whether the key itself is not accepted, whatever its policy. */
export function isKeyRefused(reply: Reply): boolean {
  const { code = "", message = "" } = reply;
  const isNamed = /^(?:SignatureNotMatch|InvalidAccessKeyId)/i.test(code);
  return isDenied(reply) && (isNamed || /access\s?key\s?id|security token/i.test(message));
}

/** Whether the logstore that was asked about is not there. */
export function isLogstoreMissing({ code = "" }: Reply): boolean {
  return /^LogStoreNotExist$/i.test(code);
}

/** Whether the logstore or consumer group that was asked about is not there. */
export function isMissing(reply: Reply): boolean {
  return isLogstoreMissing(reply) || /^ConsumerGroupNotExist$/i.test(reply.code ?? "");
}

/** Whether the service asks to slow down; the quota of a resource is another matter. */
export function isThrottled({ status, code = "" }: Reply): boolean {
  return (
    status === 429 || (status === 403 && /^(?:(?:Shard)?(?:Read|Write)Quota|MetaOperationQps)/i.test(code))
  );
}

/** Returns `200`, or `400 InvalidCursor`. */
export function outcomeOf({ status, code, isForeign }: Reply): string {
  if (code !== undefined) return `${String(status)} ${code}`;
  return isForeign ? `${String(status)} with what is no answer of SLS` : String(status);
}

/** Unix milliseconds of the `Date` header. */
export function serverTimeOf({ date = "" }: Reply): number | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}
