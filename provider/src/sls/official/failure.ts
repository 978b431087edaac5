/**
 * What went wrong in `@alicloud/credentials`, told without its own words: they quote whole files, answers and
 * URLs, and with them keys and tokens. Only what is known to be harmless is taken over.
 */
export interface OfficialFailure {
  readonly what: string;
  /** Whether another try may well end otherwise. */
  readonly passing: boolean;
}

/** Messages of the library (2.4) of which nothing but the named part is taken over. */
const knownMessages: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^reading aliyun cli config from '([^']*)' failed/, (path) => `there is no ${path}`],
  [/^parse aliyun cli config from '([^']*)' failed/, (path) => `${path} is not JSON`],
  [/^no any configured profiles in '([^']*)'/, (path) => `${path} holds no profile`],
  [/^unable to get profile with '([^']*)'$/, (name) => `there is no profile "${name}"`],
  [
    /^unsupported profile mode '([^']*)'$/,
    (mode) => `the profile's mode "${mode}" is not one that can be used here`,
  ],
  [/^Can not find credential type for "([^"]*)"$/, (section) => `section [${section}] names no type`],
  [/^the CLI profile is disabled$/, () => "turned off by ALIBABA_CLOUD_CLI_PROFILE_DISABLED"],
  [/^IMDS credentials is disabled$/, () => "turned off by ALIBABA_CLOUD_ECS_METADATA_DISABLED"],
  [/^the access key secret is invalid$/, () => "STS answered that the secret does not belong to the key"],
];

const passingCodes = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Describes what the library failed with, without a secret. */
export function describeOfficialFailure(error: unknown): OfficialFailure {
  if (!(error instanceof Error)) return unknownFailure;
  return fromSystem(error) ?? fromSts(error.message) ?? fromKnownMessage(error.message) ?? unknownFailure;
}

const unknownFailure: OfficialFailure = {
  what: "it failed for a reason that is not repeated here, because it may hold secrets",
  passing: false,
};

function fromSystem(error: Error): OfficialFailure | undefined {
  if (error.name === "RequestTimeoutError") return { what: "no answer in time", passing: true };
  const code = text(error, "code");
  if (code === undefined || !/^[A-Z_]+$/.test(code)) return undefined;
  const where = text(error, "path") ?? text(error, "hostname") ?? text(error, "address");
  if (code === "ENOENT" && where !== undefined) return { what: `there is no ${where}`, passing: false };
  return { what: where === undefined ? code : `${code} ${where}`, passing: passingCodes.has(code) };
}

/** STS answers JSON, whose message may repeat what was signed, the token included; code and request id do not. */
function fromSts(message: string): OfficialFailure | undefined {
  const [, code] = /"Code"\s*:\s*"([A-Za-z.]{3,60})"/.exec(message) ?? [];
  if (code === undefined) return undefined;
  const [, requestId] = /"RequestId"\s*:\s*"([0-9A-Fa-f-]{8,40})"/.exec(message) ?? [];
  return {
    what: `STS answered ${code}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
    passing: /^(?:Throttling|InternalError|ServiceUnavailable)/.test(code),
  };
}

function fromKnownMessage(message: string): OfficialFailure | undefined {
  for (const [pattern, tell] of knownMessages) {
    const match = pattern.exec(message);
    if (match !== null) return { what: tell(match[1] ?? ""), passing: false };
  }
  return undefined;
}

function text(error: Error, property: "address" | "code" | "hostname" | "path"): string | undefined {
  const value = (error as Partial<Record<typeof property, unknown>>)[property];
  return typeof value === "string" && value.length <= 200 ? value : undefined;
}
