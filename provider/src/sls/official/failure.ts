/**
 * What went wrong in `@alicloud/credentials`, told without its own words: they quote whole files, answers and
 * URLs, and with them keys and tokens. Only what is known to be harmless is taken over.
 */
export interface OfficialFailure {
  readonly what: string;
  /** Whether another try may well end otherwise. */
  readonly passing: boolean;
  /** The mode of the aliyun CLI in which logging in again helps. */
  readonly login?: "CloudSSO" | "OAuth";
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

/** Messages of the library that hold nothing but themselves, told in our words. */
const fixedMessages: ReadonlyMap<string, Omit<OfficialFailure, "passing">> = new Map([
  [
    "CloudSSO access token is empty or expired, please re-login with cli.",
    { what: "the CloudSSO login is missing or has expired", login: "CloudSSO" as const },
  ],
  [
    "CloudSSO sign in url, account id, and access config cannot be empty.",
    { what: "the profile names no sign-in URL, account or access configuration", login: "CloudSSO" as const },
  ],
  ["get session token from CloudSSO failed, fail to get credentials", { what: "CloudSSO gave no key pair" }],
  [
    "invalid OAuth site type, support CN or INTL",
    { what: "oauth_site_type is neither CN nor INTL", login: "OAuth" as const },
  ],
  ["process_command is empty", { what: "the profile names no process_command" }],
  [
    "invalid credential response: access_key_id or access_key_secret is empty",
    { what: "the program printed no access_key_id or no access_key_secret" },
  ],
  [
    "invalid StsToken credential response: sts_token is empty",
    { what: "the program printed a temporary key without sts_token" },
  ],
  ["the access key id is empty", { what: "the access key id is empty" }],
  ["the access key secret is empty", { what: "the access key secret is empty" }],
  ["the security token is empty", { what: "the security token is empty" }],
  ["the RoleArn is empty", { what: "the profile names no ram_role_arn" }],
  [
    "session duration should be in the range of 900s - max session duration",
    { what: "expired_seconds is less than 900" },
  ],
  [
    "Invalid type option, support: access_key, ecs_ram_role, ram_role_arn",
    { what: "the type in the credentials file is not one of access_key, ecs_ram_role and ram_role_arn" },
  ],
  ["cannot found home dir", { what: "there is no home directory" }],
  ["get sts token failed", { what: "the ECS instance gave no key pair" }],
  ["refresh Ecs sts token err, Code is not Success", { what: "the ECS instance gave no key pair" }],
  ["get sts token failed with OIDC", { what: "STS gave no key pair for the token" }],
  ["refresh RoleArn sts token err, fail to get credentials", { what: "STS gave no key pair for the role" }],
]);

/** Beginnings of messages that go on with what may hold a secret, told without the rest. */
const beginnings: readonly (readonly [string, Omit<OfficialFailure, "passing">])[] = [
  ["failed to execute external command: ", { what: "the profile's program could not be run or failed" }],
  ["failed to parse external command output: ", { what: "what the profile's program printed is not JSON" }],
  [
    "error retrieving credentials from credentialsURI result: ",
    { what: "what it gave is not a whole key pair with a token" },
  ],
  ["failed to refresh OAuth token", { what: "the OAuth login is missing or has expired", login: "OAuth" }],
  [
    "get session token from OAuth failed",
    { what: "the OAuth login is missing or has expired", login: "OAuth" },
  ],
  ["get session token from CloudSSO failed: ", { what: "the CloudSSO login was refused", login: "CloudSSO" }],
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
  return fromSystem(error) ?? fromMessage(error.message) ?? unknownFailure;
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

function fromMessage(message: string): OfficialFailure | undefined {
  const fixed = fixedMessages.get(message) ?? beginnings.find(([start]) => message.startsWith(start))?.[1];
  if (fixed !== undefined) return { ...fixed, passing: false };
  return fromSts(message) ?? fromKnownMessage(message);
}

/** STS answers JSON, whose message may repeat what was signed, the token included; code and request id do not. */
function fromSts(message: string): OfficialFailure | undefined {
  const [, code] = /"Code"\s*:\s*"([A-Za-z.]{3,60})"/.exec(message) ?? [];
  if (code === undefined || code === "Success") return undefined;
  const [, requestId] = /"RequestId"\s*:\s*"([0-9A-Fa-f-]{8,40})"/.exec(message) ?? [];
  return {
    what: `${/^[^:{]*credentialsURI/.test(message) ? "the URI" : "STS"} answered ${code}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
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
