import {
  type ConfigurationKeys,
  type Environment,
  type Found,
  filled,
  firstFilled,
  found,
} from "./configured.js";

/** A RAM role that credentials are used to assume. */
export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  readonly policy?: string;
  readonly externalId?: string;
  readonly durationSeconds?: number;
}

/** Who gives the credentials that a role is assumed with. */
export type Place = "sls" | "alicloud" | "environment";

/** One role as it is written, with the name of what wrote each part. */
interface WrittenRole {
  readonly arn: { readonly name: string; readonly value: string };
  readonly session?: { readonly name: string; readonly value: string } | undefined;
  readonly policy?: string | undefined;
  readonly externalId?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

const usualSessionName = "pulumi-sls-checkpoint";

/** What `sls:roleArn` says where the credentials are to sign themselves. */
const noRole = "none";

/**
 * Reads the role: `sls:roleArn`, then `alicloud:assumeRole`, then the environment. The last two are the official
 * provider's; beside credentials of `sls:*` they are refused, because there nobody can tell which of the two is meant.
 */
export function readRole(
  keys: ConfigurationKeys,
  environment: Environment,
  place: Place,
): Found<Role | undefined> {
  const own = firstFilled(keys, ["sls:roleArn"]);
  const session = firstFilled(keys, ["sls:roleSessionName"]);
  if (own?.value === noRole) return found(undefined);
  if (own !== undefined) return checked({ arn: own, session });
  if (session !== undefined) return refused(`${session.name} is set, sls:roleArn is not`);
  const official = configuredRole(keys);
  if (official.problems.length > 0) return { value: undefined, problems: official.problems };
  const other = official.value ?? variableRole(environment);
  if (other === undefined) return found(undefined);
  if (place !== "sls") return checked(other);
  return refused(
    `${other.arn.name} names a role, and the credentials are those of sls:*: set sls:roleArn to the role to ` +
      `assume with them, or to "${noRole}" to sign as they are`,
  );
}

/** `alicloud:assumeRole`, as the official provider documents it. */
function configuredRole(keys: ConfigurationKeys): Found<WrittenRole | undefined> {
  const key = "alicloud:assumeRole";
  const block = readBlock(key, keys);
  if (block.value === undefined) return { value: undefined, problems: block.problems };
  const { roleArn, sessionName, policy, externalId, sessionExpiration, ...unknown } = block.value;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) return refused(`${key}.${stranger} is not read here: set sls:roleArn instead`);
  if (roleArn === undefined) return refused(`${key} is set, ${key}.roleArn is not`);
  const duration = readSeconds(`${key}.sessionExpiration`, sessionExpiration);
  const session = sessionName === undefined ? undefined : { name: `${key}.sessionName`, value: sessionName };
  return {
    value: {
      arn: { name: `${key}.roleArn`, value: roleArn },
      session,
      policy,
      externalId,
      durationSeconds: duration.value,
    },
    problems: duration.problems,
  };
}

function variableRole(environment: Environment): WrittenRole | undefined {
  const variable = (name: string) => environment[name];
  const arn = firstFilled(variable, [
    "ALICLOUD_ASSUME_ROLE_ARN",
    // Beside the variables of OIDC this is the role that the token is exchanged for, not one to assume after it.
    ...(oidcIsNamed(environment) ? [] : ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUD_ROLE_ARN"]),
  ]);
  if (arn === undefined) return undefined;
  return {
    arn,
    session: firstFilled(variable, ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"]),
    externalId: firstFilled(variable, ["ALIBABA_CLOUD_EXTERNAL_ID", "ALIBABACLOUD_EXTERNAL_ID"])?.value,
  };
}

/** Whether the environment names an identity provider or a token of one. */
export function oidcIsNamed(environment: Environment): boolean {
  return (
    firstFilled(
      (name) => environment[name],
      [
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABACLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        "ALIBABACLOUD_OIDC_TOKEN_FILE",
      ],
    ) !== undefined
  );
}

function checked({
  arn,
  session,
  policy,
  externalId,
  durationSeconds,
}: WrittenRole): Found<Role | undefined> {
  const problems = [
    ...problemsOfRoleArn(arn.name, arn.value),
    ...(session === undefined || /^[\w.@=-]{2,64}$/.test(session.value)
      ? []
      : [
          `${session.name} "${session.value}" is not 2 to 64 letters, digits and characters of .@=_-, such as ci-deploy`,
        ]),
  ];
  return {
    value: {
      arn: arn.value,
      sessionName: session?.value ?? usualSessionName,
      ...(policy !== undefined && { policy }),
      ...(externalId !== undefined && { externalId }),
      ...(durationSeconds !== undefined && { durationSeconds }),
    },
    problems,
  };
}

export function problemsOfRoleArn(name: string, arn: string): readonly string[] {
  return /^acs:ram::\d+:role\/\S+$/.test(arn)
    ? []
    : [`${name} "${arn}" is not the ARN of a role, such as acs:ram::123456789012:role/replay`];
}

/** A block of the official provider's configuration: an object, or a list of one. Empty fields count as not set. */
export function readBlock(
  key: string,
  keys: ConfigurationKeys,
): Found<Readonly<Record<string, string>> | undefined> {
  const text = filled(keys(key));
  if (text === undefined) return found(undefined);
  const parsed = parseJson(text);
  const block: unknown = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  if (typeof block !== "object" || block === null || Array.isArray(block)) {
    return refused(`${key} is not an object: set it with pulumi config set --path ${key}.roleArn`);
  }
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(block as Record<string, unknown>)) {
    if (value === null || value === "") continue;
    if (typeof value !== "string" && typeof value !== "number")
      return refused(`${key}.${name} is not a string`);
    fields[name] = String(value);
  }
  return found(Object.keys(fields).length === 0 ? undefined : fields);
}

export function readSeconds(name: string, text: string | undefined): Found<number | undefined> {
  if (text === undefined) return found(undefined);
  const seconds = /^\d{3,5}$/.test(text) ? Number(text) : Number.NaN;
  return seconds >= 900 && seconds <= 43_200
    ? found(seconds)
    : refused(`${name} "${text}" is not a number of seconds from 900 to 43200`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(problem: string): { readonly value: undefined; readonly problems: readonly string[] } {
  return { value: undefined, problems: [problem] };
}
