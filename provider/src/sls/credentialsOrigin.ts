import {
  type ConfigurationKeys,
  type Environment,
  type Found,
  filled,
  firstFilled,
  found,
} from "./configured.js";
import { type Credentials, unsendablePart } from "./credentials.js";

/** Where credentials come from, as it is configured. Nothing was asked yet. */
export interface CredentialsOrigin {
  readonly base: BaseCredentials;
  /** The role that the base is used to assume. */
  readonly role?: Role;
}

export type BaseCredentials =
  | { readonly kind: "keys"; readonly credentials: Credentials }
  /** A profile of the aliyun CLI, in `~/.aliyun/config.json`. */
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "chain"; readonly chain: ChainVariables };

export interface Role {
  readonly arn: string;
  readonly sessionName: string;
}

/** What the environment names for the places that are searched when nothing else is configured. */
export interface ChainVariables {
  readonly oidc?: { readonly roleArn: string; readonly providerArn: string; readonly tokenFile: string };
  readonly ecsRoleName?: string;
  readonly credentialsUri?: string;
}

/** The names under which one place keeps a key pair and its token. */
interface PairNames {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

const ownPair: PairNames = {
  id: "sls:accessKeyId",
  secret: "sls:accessKeySecret",
  token: "sls:securityToken",
};
const officialPair: PairNames = {
  id: "alicloud:accessKey",
  secret: "alicloud:secretKey",
  token: "alicloud:securityToken",
};

/** The names that the official providers, SDKs and command lines read (docs/protocol.md 7.2). */
const variablePairs: readonly PairNames[] = [
  { id: "ALICLOUD_ACCESS_KEY", secret: "ALICLOUD_SECRET_KEY", token: "ALICLOUD_SECURITY_TOKEN" },
  { id: "ALICLOUD_ACCESS_KEY_ID", secret: "ALICLOUD_ACCESS_KEY_SECRET", token: "ALICLOUD_SECURITY_TOKEN" },
  {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABA_CLOUD_SECURITY_TOKEN",
  },
  {
    id: "ALIBABACLOUD_ACCESS_KEY_ID",
    secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABACLOUD_SECURITY_TOKEN",
  },
];

type Get = (name: string) => string | undefined;
type FoundBase = Found<BaseCredentials | undefined>;

/**
 * Reads where credentials come from. The first place that names any part of them decides, and must name the
 * whole: halves of two places are never mixed. In one place a key pair goes before a profile, as the official
 * provider has it. No value where what is named is not whole.
 */
export function readCredentialsOrigin(
  keys: ConfigurationKeys,
  environment: Environment,
): Found<CredentialsOrigin | undefined> {
  const variable: Get = (name) => environment[name];
  const configured = configuredBase(keys);
  const base = configured ?? variableBase(variable) ?? found({ kind: "chain", ...chainOf(variable) });
  // A role of the environment is meant for keys of the environment.
  const role = readRole(keys, configured === undefined ? variable : () => undefined);
  const problems = [...base.problems, ...role.problems];
  if (base.value === undefined) return { value: undefined, problems };
  return {
    value: { base: base.value, ...(role.value !== undefined && { role: role.value }) },
    problems,
  };
}

function configuredBase(keys: ConfigurationKeys): FoundBase | undefined {
  return (
    pairAt(ownPair, keys) ??
    profileAt("sls:profile", keys) ??
    tokenAlone(ownPair, keys) ??
    pairAt(officialPair, keys) ??
    profileAt("alicloud:profile", keys) ??
    tokenAlone(officialPair, keys)
  );
}

function variableBase(variable: Get): FoundBase | undefined {
  for (const names of variablePairs) {
    const pair = pairAt(names, variable);
    if (pair !== undefined) return pair;
  }
  // ALIBABA_CLOUD_PROFILE is the chain's own: it picks a profile only where the chain comes that far.
  return profileAt("ALICLOUD_PROFILE", variable);
}

function pairAt({ id, secret, token }: PairNames, get: Get): FoundBase | undefined {
  const accessKeyId = filled(get(id));
  const accessKeySecret = filled(get(secret));
  const securityToken = filled(get(token));
  if (accessKeyId === undefined && accessKeySecret === undefined) return undefined;
  if (accessKeyId === undefined) return half(secret, id);
  if (accessKeySecret === undefined) return half(id, secret);
  const credentials = { accessKeyId, accessKeySecret, ...(securityToken !== undefined && { securityToken }) };
  const part = unsendablePart(credentials);
  if (part !== undefined) return unsendable(part === "accessKeyId" ? id : token);
  return found({ kind: "keys", credentials });
}

/** The value is not repeated: it is a secret. */
function unsendable(name: string): FoundBase {
  const why = "it has a line break, another control character, or a letter outside of ASCII";
  return { value: undefined, problems: [`no HTTP header can hold ${name}: ${why}`] };
}

function profileAt(key: string, get: Get): FoundBase | undefined {
  const name = filled(get(key));
  return name === undefined ? undefined : found({ kind: "profile", name });
}

function tokenAlone({ id, secret, token }: PairNames, get: Get): FoundBase | undefined {
  if (filled(get(token)) === undefined) return undefined;
  return {
    value: undefined,
    problems: [`a token without its key pair: ${token} is set, ${id} and ${secret} are not`],
  };
}

function half(present: string, missing: string): FoundBase {
  return { value: undefined, problems: [`half a key pair: ${present} is set, ${missing} is not`] };
}

const usualSessionName = "pulumi-sls-checkpoint";

function readRole(keys: ConfigurationKeys, variable: Get): Found<Role | undefined> {
  const arn = firstFilled(keys, ["sls:roleArn"]) ?? firstFilled(variable, ["ALICLOUD_ASSUME_ROLE_ARN"]);
  const session =
    firstFilled(keys, ["sls:roleSessionName"]) ??
    firstFilled(variable, ["ALICLOUD_ASSUME_ROLE_SESSION_NAME"]);
  if (arn === undefined) {
    return {
      value: undefined,
      problems:
        session?.name === "sls:roleSessionName" ? ["sls:roleSessionName is set, sls:roleArn is not"] : [],
    };
  }
  const problems = [
    ...(/^acs:ram::\d+:role\/\S+$/.test(arn.value)
      ? []
      : [`${arn.name} "${arn.value}" is not the ARN of a role, such as acs:ram::123456789012:role/replay`]),
    ...(session === undefined || /^[\w.@=-]{2,64}$/.test(session.value)
      ? []
      : [
          `${session.name} "${session.value}" is not 2 to 64 letters, digits and characters of .@=_-, such as ci-deploy`,
        ]),
  ];
  return { value: { arn: arn.value, sessionName: session?.value ?? usualSessionName }, problems };
}

function chainOf(variable: Get): { readonly chain: ChainVariables } {
  const [roleArn, providerArn, tokenFile] = [
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
  ].map((name) => filled(variable(name)));
  const ecsRole = firstFilled(variable, ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"]);
  const uri = firstFilled(variable, ["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"]);
  return {
    chain: {
      ...(roleArn !== undefined &&
        providerArn !== undefined &&
        tokenFile !== undefined && { oidc: { roleArn, providerArn, tokenFile } }),
      ...(ecsRole !== undefined && { ecsRoleName: ecsRole.value }),
      ...(uri !== undefined && { credentialsUri: uri.value }),
    },
  };
}
