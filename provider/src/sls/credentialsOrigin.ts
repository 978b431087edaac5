import {
  type ConfigurationKeys,
  type Environment,
  type Found,
  filled,
  firstFilled,
  found,
} from "./configured.js";
import { type Credentials, unsendablePart } from "./credentials.js";
import {
  type Place,
  type Role,
  oidcIsNamed,
  problemsOfRoleArn,
  readBlock,
  readRole,
  readSeconds,
} from "./role.js";

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
  /** The role of the ECS instance that this runs on. */
  | { readonly kind: "ecsRole"; readonly name: string }
  | { readonly kind: "uri"; readonly uri: string }
  | { readonly kind: "oidc"; readonly oidc: OidcExchange }
  | { readonly kind: "chain"; readonly chain: ChainVariables };

/** A token of an identity provider, and the role that it is exchanged for. */
export interface OidcExchange {
  readonly roleArn: string;
  readonly providerArn: string;
  readonly tokenFile: string;
  readonly sessionName?: string;
  readonly policy?: string;
  readonly durationSeconds?: number;
}

/** What the environment names for the places that are searched when nothing else is configured. */
export interface ChainVariables {
  readonly oidc?: OidcExchange;
  /** Whether profiles are left out, as `ALIBABA_CLOUD_IGNORE_PROFILE` tells the aliyun CLI. */
  readonly ignoreProfiles?: true;
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
  const [place, base] = readBase(keys, environment);
  const role = readRole(keys, environment, place);
  const problems = [
    ...base.problems,
    ...role.problems,
    ...(place === "sls" ? [] : problemsOfFile(base.value, keys, variable)),
  ];
  if (base.value === undefined) return { value: undefined, problems };
  return {
    value: { base: base.value, ...(role.value !== undefined && { role: role.value }) },
    problems,
  };
}

function readBase(keys: ConfigurationKeys, environment: Environment): readonly [Place, FoundBase] {
  const variable: Get = (name) => environment[name];
  const tokens = tokensThatAreSet(keys, variable);
  const own = pairAt(ownPair, keys, tokens) ?? profileAt("sls:profile", keys) ?? tokenAlone(ownPair, keys);
  if (own !== undefined) return ["sls", own];
  const official = officialBase(keys, tokens);
  if (official !== undefined) return ["alicloud", official];
  return ["environment", variableBase(variable, tokens) ?? chainOf(environment)];
}

function officialBase(keys: ConfigurationKeys, tokens: readonly string[]): FoundBase | undefined {
  const pair = pairAt(officialPair, keys, tokens);
  const oidc = oidcBlock(keys);
  if (pair !== undefined && oidc !== undefined) {
    return refused(
      "alicloud:accessKey and alicloud:assumeRoleWithOidc are both set: keep the one that is to sign",
    );
  }
  return (
    pair ??
    profileAt("alicloud:profile", keys) ??
    namedAt(["alicloud:ecsRoleName"], keys, ecsRole) ??
    namedAt(["alicloud:credentialsUri"], keys, credentialsUri) ??
    oidc ??
    tokenAlone(officialPair, keys)
  );
}

function variableBase(variable: Get, tokens: readonly string[]): FoundBase | undefined {
  for (const names of variablePairs) {
    const pair = pairAt(names, variable, tokens);
    if (pair !== undefined) return pair;
  }
  for (const name of ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE"]) {
    const profile = profileAt(name, variable);
    if (profile !== undefined) return profile;
  }
  const named =
    namedAt(["ALICLOUD_ECS_ROLE_NAME"], variable, ecsRole) ??
    namedAt(["ALICLOUD_CREDENTIALS_URI"], variable, credentialsUri);
  if (named !== undefined) return named;
  for (const names of variablePairs) {
    const token = tokenAlone(names, variable);
    if (token !== undefined) return token;
  }
  return undefined;
}

const ecsRole = (name: string): BaseCredentials => ({ kind: "ecsRole", name });
const credentialsUri = (uri: string): BaseCredentials => ({ kind: "uri", uri });

function namedAt(
  names: readonly string[],
  get: Get,
  base: (value: string) => BaseCredentials,
): FoundBase | undefined {
  const named = firstFilled(get, names);
  return named === undefined ? undefined : found(base(named.value));
}

/** `alicloud:assumeRoleWithOidc`, as the official provider documents it. */
function oidcBlock(keys: ConfigurationKeys): FoundBase | undefined {
  const key = "alicloud:assumeRoleWithOidc";
  const block = readBlock(key, keys);
  if (block.problems.length > 0) return { value: undefined, problems: block.problems };
  if (block.value === undefined) return undefined;
  const { oidcProviderArn, oidcTokenFile, roleArn, roleSessionName, policy, sessionExpiration, ...unknown } =
    block.value;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) {
    return refused(
      `${key}.${stranger} is not read here: put the token into a file and set ${key}.oidcTokenFile`,
    );
  }
  const parts = { oidcProviderArn, oidcTokenFile, roleArn };
  const missing = Object.entries(parts).find(([, value]) => value === undefined);
  if (oidcProviderArn === undefined || oidcTokenFile === undefined || roleArn === undefined) {
    return refused(`${key} is set, ${key}.${missing?.[0] ?? "roleArn"} is not`);
  }
  const duration = readSeconds(`${key}.sessionExpiration`, sessionExpiration);
  const oidc = {
    roleArn,
    providerArn: oidcProviderArn,
    tokenFile: oidcTokenFile,
    ...(roleSessionName !== undefined && { sessionName: roleSessionName }),
    ...(policy !== undefined && { policy }),
    ...(duration.value !== undefined && { durationSeconds: duration.value }),
  };
  return {
    value: { kind: "oidc", oidc },
    problems: [...problemsOfRoleArn(`${key}.roleArn`, roleArn), ...duration.problems],
  };
}

/** The library reads profiles from one file only, so that another one would be another account. */
function problemsOfFile(
  base: BaseCredentials | undefined,
  keys: ConfigurationKeys,
  variable: Get,
): readonly string[] {
  if (base?.kind !== "profile" && base?.kind !== "chain") return [];
  const file =
    firstFilled(keys, ["alicloud:sharedCredentialsFile"]) ??
    firstFilled(variable, [
      "ALICLOUD_SHARED_CREDENTIALS_FILE",
      // For the chain it is another file, of the SDKs, and the library reads it.
      ...(base.kind === "profile" ? ["ALIBABA_CLOUD_CREDENTIALS_FILE"] : []),
    ]);
  const usual = ["~/.aliyun/config.json", `${variable("HOME") ?? "~"}/.aliyun/config.json`];
  if (file === undefined || usual.includes(file.value)) return [];
  return [
    `${file.name} is set and not read here: profiles are read from ~/.aliyun/config.json; ` +
      "set sls:profile to one of that file, or leave it out",
  ];
}

/** The names of all tokens that are set anywhere, to tell a key without one where its token may be. */
function tokensThatAreSet(keys: ConfigurationKeys, variable: Get): readonly string[] {
  const configured = [ownPair, officialPair].map(({ token }) => token);
  const variables = [...new Set(variablePairs.map(({ token }) => token)), "SECURITY_TOKEN"];
  return [
    ...configured.filter((name) => filled(keys(name)) !== undefined),
    ...variables.filter((name) => filled(variable(name)) !== undefined),
  ];
}

function pairAt(
  { id, secret, token }: PairNames,
  get: Get,
  tokens: readonly string[],
): FoundBase | undefined {
  const accessKeyId = filled(get(id));
  const accessKeySecret = filled(get(secret));
  const securityToken = filled(get(token));
  if (accessKeyId === undefined && accessKeySecret === undefined) return undefined;
  if (accessKeyId === undefined) return half(secret, id);
  if (accessKeySecret === undefined) return half(id, secret);
  if (securityToken === undefined && accessKeyId.startsWith("STS.")) return temporary(id, token, tokens);
  const credentials = { accessKeyId, accessKeySecret, ...(securityToken !== undefined && { securityToken }) };
  const part = unsendablePart(credentials);
  if (part !== undefined) return unsendable(part === "accessKeyId" ? id : token);
  return found({ kind: "keys", credentials });
}

/** STS gives such a key with a token, and the service refuses it without. */
function temporary(id: string, token: string, tokens: readonly string[]): FoundBase {
  const elsewhere = tokens.length === 0 ? "" : ` (${tokens.join(", ")} is)`;
  return refused(`${id} begins with STS. and has no token: ${token} is not set${elsewhere}`);
}

/** The value is not repeated: it is a secret. */
function unsendable(name: string): FoundBase {
  const why = "it has a line break, another control character, or a letter outside of ASCII";
  return refused(`no HTTP header can hold ${name}: ${why}`);
}

function profileAt(key: string, get: Get): FoundBase | undefined {
  const name = filled(get(key));
  return name === undefined ? undefined : found({ kind: "profile", name });
}

function tokenAlone({ id, secret, token }: PairNames, get: Get): FoundBase | undefined {
  if (filled(get(token)) === undefined) return undefined;
  return refused(`a token without its key pair: ${token} is set, ${id} and ${secret} are not`);
}

function half(present: string, missing: string): FoundBase {
  return refused(`half a key pair: ${present} is set, ${missing} is not`);
}

function refused(problem: string): FoundBase {
  return { value: undefined, problems: [problem] };
}

/** The names of the parts of an exchange, in each spelling. */
const oidcVariables = {
  roleArn: ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUD_ROLE_ARN"],
  providerArn: ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABACLOUD_OIDC_PROVIDER_ARN"],
  tokenFile: ["ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABACLOUD_OIDC_TOKEN_FILE"],
} as const;

function chainOf(environment: Environment): FoundBase {
  const variable: Get = (name) => environment[name];
  const oidc = oidcOf(environment);
  if (oidc.problems.length > 0) return { value: undefined, problems: oidc.problems };
  const ignored = firstFilled(variable, ["ALIBABA_CLOUD_IGNORE_PROFILE", "ALIBABACLOUD_IGNORE_PROFILE"]);
  const ecs = filled(variable("ALIBABA_CLOUD_ECS_METADATA"));
  const uri = filled(variable("ALIBABA_CLOUD_CREDENTIALS_URI"));
  const chain = {
    ...(oidc.value !== undefined && { oidc: oidc.value }),
    ...(ignored?.value === "TRUE" && { ignoreProfiles: true as const }),
    ...(ecs !== undefined && { ecsRoleName: ecs }),
    ...(uri !== undefined && { credentialsUri: uri }),
  };
  return found({ kind: "chain", chain });
}

function oidcOf(environment: Environment): Found<OidcExchange | undefined> {
  if (!oidcIsNamed(environment)) return found(undefined);
  const part = (names: readonly string[]) => firstFilled((name) => environment[name], names)?.value;
  const roleArn = part(oidcVariables.roleArn);
  const providerArn = part(oidcVariables.providerArn);
  const tokenFile = part(oidcVariables.tokenFile);
  if (roleArn !== undefined && providerArn !== undefined && tokenFile !== undefined) {
    return found({ roleArn, providerArn, tokenFile });
  }
  const missing = Object.values(oidcVariables).filter((names) => part(names) === undefined);
  const are = missing.length === 1 ? "is" : "are";
  return {
    value: undefined,
    problems: [`OIDC: ${missing.map(([name]) => name).join(" and ")} ${are} not set`],
  };
}
