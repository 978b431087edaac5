import { type Duration, durationOfSeconds, parseDuration } from "../model/duration.js";
import {
  type ConfigurationKeys,
  type Environment,
  type Found,
  filled,
  firstFilled,
  found,
} from "./configured.js";
import { type CredentialsOrigin, readCredentialsOrigin } from "./credentialsOrigin.js";
import { type Endpoint, endpointOfRegion, parseEndpoint, parseRegion, regionOf } from "./endpoint.js";
import { type ProxySettings, readProxySettings } from "./proxy.js";
import { type Signer } from "./signing/signer.js";
import { signV1 } from "./signing/v1.js";
import { v4Signer } from "./signing/v4.js";

export { type ConfigurationKeys, type Environment } from "./configured.js";

/** All settings of the client; what is wrong or missing is kept as text, for the call that needs it to say. */
export interface Configuration {
  readonly endpoint: Endpoint | undefined;
  readonly credentials: CredentialsOrigin | undefined;
  readonly sign: Signer;
  readonly proxy: ProxySettings | undefined;
  readonly problems: readonly string[];
  readonly requestTimeout: Duration;
  readonly maxRetries: number;
  readonly retryFor: Duration;
  readonly maxConcurrency: number;
  readonly strictPreview: boolean;
  readonly userAgent: string;
}

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
  const credentials = readCredentialsOrigin(keys, environment);
  const signer = readSigner(keys, endpoint.value);
  const proxy = readProxySettings(environment);
  const requestTimeout = readRequestTimeout(keys);
  const maxRetries = readCount(keys, { key: "sls:maxRetries", least: 0, most: 20, otherwise: 4 });
  const maxConcurrency = readCount(keys, { key: "sls:maxConcurrency", least: 1, most: 256, otherwise: 16 });
  const strictPreview = readFlag(keys, "sls:strictPreview");
  return {
    endpoint: endpoint.value,
    credentials: credentials.value,
    sign: signer.value,
    proxy: proxy.value,
    problems: [
      endpoint,
      credentials,
      signer,
      proxy,
      requestTimeout,
      maxRetries,
      maxConcurrency,
      strictPreview,
    ].flatMap(({ problems }) => problems),
    requestTimeout: requestTimeout.value,
    maxRetries: maxRetries.value,
    retryFor: durationOfSeconds(60),
    maxConcurrency: maxConcurrency.value,
    strictPreview: strictPreview.value,
    userAgent: `pulumi-sls-checkpoint/${version}`,
  };
}

function readEndpoint(keys: ConfigurationKeys, environment: Environment): Found<Endpoint | undefined> {
  const endpoint = filled(keys("sls:endpoint"));
  if (endpoint !== undefined) return fromParsed("sls:endpoint", endpoint, parseEndpoint(endpoint));
  const region =
    firstFilled(keys, ["sls:region", "alicloud:region"]) ??
    firstFilled(
      (name) => environment[name],
      ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_REGION_ID"],
    );
  if (region === undefined) {
    return {
      value: undefined,
      problems: ["no region: set sls:region (or alicloud:region, or ALICLOUD_REGION), or sls:endpoint"],
    };
  }
  return fromParsed(region.name, region.value, endpointOfRegion(region.value));
}

function fromParsed(
  name: string,
  text: string,
  result: ReturnType<typeof parseEndpoint>,
): Found<Endpoint | undefined> {
  return result.ok
    ? found(result.value)
    : { value: undefined, problems: [`${name} "${withoutUser(text)}" ${result.problem}`] };
}

/** A password that was written into a URL is not repeated. */
function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, "$1…@");
}

/** Chosen once: no call asks again which signature it has. */
function readSigner(keys: ConfigurationKeys, endpoint: Endpoint | undefined): Found<Signer> {
  const version = filled(keys("sls:signatureVersion")) ?? "v1";
  if (version === "v1") return found(signV1);
  if (version !== "v4") {
    return { value: signV1, problems: [`sls:signatureVersion "${version}" is neither v1 nor v4`] };
  }
  const region = readSignedRegion(keys, endpoint);
  return { value: region.value === undefined ? signV1 : v4Signer(region.value), problems: region.problems };
}

/** The region as it is signed. Where there is no endpoint either, that was told already and is enough. */
function readSignedRegion(
  keys: ConfigurationKeys,
  endpoint: Endpoint | undefined,
): Found<string | undefined> {
  if (endpoint === undefined) return found(undefined);
  const written = filled(keys("sls:region"));
  if (written !== undefined) {
    const region = parseRegion(written);
    return region.ok
      ? found(region.value)
      : { value: undefined, problems: [`sls:region "${written}" ${region.problem}`] };
  }
  const region = regionOf(endpoint);
  if (region !== undefined) return found(region);
  return {
    value: undefined,
    problems: [
      `sls:signatureVersion v4 needs a region, and sls:endpoint "${endpoint.authority}" names none: ` +
        "set sls:region, such as cn-hangzhou",
    ],
  };
}

const shortestTimeout = durationOfSeconds(1);
const longestTimeout = durationOfSeconds(600);
const usualTimeout = durationOfSeconds(10);

function readRequestTimeout(keys: ConfigurationKeys): Found<Duration> {
  const text = filled(keys("sls:requestTimeout"));
  if (text === undefined) return found(usualTimeout);
  const duration = parseDuration(text);
  if (duration.ok && duration.value >= shortestTimeout && duration.value <= longestTimeout) {
    return found(duration.value);
  }
  return {
    value: usualTimeout,
    problems: [
      `sls:requestTimeout "${text}" is not an ISO-8601 duration from PT1S to PT10M, such as PT10S for ten seconds`,
    ],
  };
}

function readFlag(keys: ConfigurationKeys, key: string): Found<boolean> {
  const text = filled(keys(key)) ?? "false";
  if (text === "true" || text === "false") return found(text === "true");
  return { value: false, problems: [`${key} "${text}" is neither true nor false`] };
}

function readCount(
  keys: ConfigurationKeys,
  {
    key,
    least,
    most,
    otherwise,
  }: { readonly key: string; readonly least: number; readonly most: number; readonly otherwise: number },
): Found<number> {
  const text = filled(keys(key));
  if (text === undefined) return found(otherwise);
  const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return found(count);
  return {
    value: otherwise,
    problems: [
      `${key} "${text}" is not a whole number from ${String(least)} to ${String(most)}, such as ${String(otherwise)}`,
    ],
  };
}
