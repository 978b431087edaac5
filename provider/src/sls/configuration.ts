import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type Credentials } from "./credentials.js";
import { type Endpoint, endpointOfRegion, parseEndpoint } from "./endpoint.js";

/** All settings of the client; what is wrong or missing is kept as text, for the call that needs it to say. */
export interface Configuration {
  readonly endpoint: Endpoint | undefined;
  readonly credentials: Credentials | undefined;
  readonly problems: readonly string[];
  readonly requestTimeout: Duration;
  readonly maxRetries: number;
  readonly retryFor: Duration;
  readonly maxConcurrency: number;
  readonly userAgent: string;
}

/** Answers a configuration value by its full key, such as `sls:region`. */
export type ConfigurationKeys = (key: string) => string | undefined;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: `sls:*` first, then the `alicloud:*` keys of the official provider, then the
 * environment. Never throws: refresh and destroy run without any.
 */
export function readConfiguration(
  keys: ConfigurationKeys,
  environment: Environment,
  version: string,
): Configuration {
  const endpoint = readEndpoint(keys, environment);
  const credentials = readCredentials(keys, environment);
  return {
    endpoint: endpoint.value,
    credentials: credentials.value,
    problems: [...endpoint.problems, ...credentials.problems],
    requestTimeout: durationOfSeconds(10),
    maxRetries: 4,
    retryFor: durationOfSeconds(60),
    maxConcurrency: 16,
    userAgent: `pulumi-sls-checkpoint/${version}`,
  };
}

interface Found<Value> {
  readonly value: Value | undefined;
  readonly problems: readonly string[];
}

function readEndpoint(keys: ConfigurationKeys, environment: Environment): Found<Endpoint> {
  const endpoint = filled(keys("sls:endpoint"));
  if (endpoint !== undefined) return fromParsed("sls:endpoint", endpoint, parseEndpoint(endpoint));
  const region = firstFilled([
    ["sls:region", keys("sls:region")],
    ["alicloud:region", keys("alicloud:region")],
    ...fromEnvironment(environment, "ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_REGION_ID"),
  ]);
  if (region === undefined) {
    return {
      value: undefined,
      problems: ["no region: set sls:region (or alicloud:region, or ALICLOUD_REGION), or sls:endpoint"],
    };
  }
  return fromParsed(region.name, region.value, endpointOfRegion(region.value));
}

function fromParsed(name: string, text: string, result: ReturnType<typeof parseEndpoint>): Found<Endpoint> {
  return result.ok
    ? { value: result.value, problems: [] }
    : { value: undefined, problems: [`${name} "${withoutUser(text)}" ${result.problem}`] };
}

/** Someone may have put a key into the address, where it must not be quoted. */
function withoutUser(text: string): string {
  return text.replace(/(?<=^|\/)[^/]*@/, "…@");
}

/** The names under which one place keeps a key pair and its token. */
interface PairNames {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

const configuredPairs: readonly PairNames[] = [
  { id: "sls:accessKeyId", secret: "sls:accessKeySecret", token: "sls:securityToken" },
  { id: "alicloud:accessKey", secret: "alicloud:secretKey", token: "alicloud:securityToken" },
];

const environmentPairs: readonly PairNames[] = [
  { id: "ALICLOUD_ACCESS_KEY", secret: "ALICLOUD_SECRET_KEY", token: "ALICLOUD_SECURITY_TOKEN" },
  {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABA_CLOUD_SECURITY_TOKEN",
  },
];

/** The first place that names any part of a pair must name the whole pair: halves are never mixed. */
function readCredentials(keys: ConfigurationKeys, environment: Environment): Found<Credentials> {
  const places = [
    ...configuredPairs.map((names) => ({ names, get: keys })),
    ...environmentPairs.map((names) => ({ names, get: (name: string) => environment[name] })),
  ];
  for (const { names, get } of places) {
    const accessKeyId = filled(get(names.id));
    const accessKeySecret = filled(get(names.secret));
    const securityToken = filled(get(names.token));
    if (accessKeyId === undefined && accessKeySecret === undefined) continue;
    if (accessKeyId === undefined) return half(names.secret, names.id);
    if (accessKeySecret === undefined) return half(names.id, names.secret);
    return {
      value: { accessKeyId, accessKeySecret, ...(securityToken !== undefined && { securityToken }) },
      problems: [],
    };
  }
  return {
    value: undefined,
    problems: [
      "no credentials: set sls:accessKeyId and sls:accessKeySecret (or alicloud:accessKey and alicloud:secretKey, " +
        "or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY)",
    ],
  };
}

function half(present: string, missing: string): Found<Credentials> {
  return { value: undefined, problems: [`half a key pair: ${present} is set, ${missing} is not`] };
}

function fromEnvironment(
  environment: Environment,
  ...names: readonly string[]
): [string, string | undefined][] {
  return names.map((name) => [name, environment[name]]);
}

function firstFilled(
  candidates: readonly (readonly [string, string | undefined])[],
): { readonly name: string; readonly value: string } | undefined {
  for (const [name, candidate] of candidates) {
    const value = filled(candidate);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}
