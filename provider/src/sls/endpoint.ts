import { isIP } from "node:net";
import { type Parsed, parsed, unparsed } from "../model/parsed.js";

/** Where the service is reached: without the project, which goes in front of the host. */
export interface Endpoint {
  readonly scheme: "https" | "http";
  /** Host, with the port where one was written. */
  readonly authority: string;
}

/**
 * Reads an endpoint: `cn-hangzhou.log.aliyuncs.com`, with or without scheme and port. HTTPS unless `http://`
 * is written.
 */
export function parseEndpoint(text: string): Parsed<Endpoint> {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return unparsed("is not a host name, such as cn-hangzhou.log.aliyuncs.com");
  const url = new URL(withScheme);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return unparsed("has a scheme other than https and http");
  }
  const user = `${url.username}${url.password}`;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || user !== "") {
    return unparsed(
      "is more than a host: leave out path, query and user; the project goes into the resource",
    );
  }
  return parsed({ scheme: url.protocol === "https:" ? "https" : "http", authority: url.host });
}

/** Reads the id of a region. */
export function parseRegion(text: string): Parsed<string> {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)
    ? parsed(text)
    : unparsed("is not a region id, such as cn-hangzhou");
}

/** The public endpoint of a region (docs/protocol.md 6). */
export function endpointOfRegion(text: string): Parsed<Endpoint> {
  const region = parseRegion(text);
  return region.ok ? parsed({ scheme: "https", authority: `${region.value}.log.aliyuncs.com` }) : region;
}

/**
 * The region that an endpoint names, as the official clients derive it: the first label below one of the two
 * domains, without what tells the network apart. Endpoints of other domains name none.
 */
export function regionOf(endpoint: Endpoint): string | undefined {
  const { hostname } = new URL(`${endpoint.scheme}://${endpoint.authority}`);
  const [, label] = /^([a-z0-9-]+)\.(?:log|sls)\.aliyuncs\.com$/.exec(hostname) ?? [];
  const region = label?.replace(/-(?:share|intranet|internal|vpc)$/, "");
  return region === undefined || !parseRegion(region).ok ? undefined : region;
}

/** The `Host` that names a project: always the project in front of the endpoint. */
export function hostOf(endpoint: Endpoint, project: string): string {
  return `${project}.${endpoint.authority}`;
}

/** Returns what is wrong about an endpoint that a project stands in already, as it does on the console's page. */
export function projectInEndpoint(endpoint: Endpoint, project: string): string | undefined {
  const start = `${project}.`;
  // An own domain may begin with any word; a host that goes on with the service's domain below a region may not.
  if (!endpoint.authority.startsWith(start)) return undefined;
  const rest = endpoint.authority.slice(start.length);
  if (!/^(?:[a-z0-9-]+\.(?:log|sls)|log-global)\.aliyuncs\.com(?::\d+)?$/.test(rest)) return undefined;
  return `sls:endpoint "${endpoint.authority}" begins with the project: write ${rest}`;
}

/**
 * The origin to connect to. A project in front of an address or of `localhost` has no name server, so there the
 * connection goes to the endpoint itself and only the `Host` header names the project.
 */
export function originOf(endpoint: Endpoint, project: string): string {
  const { hostname } = new URL(`${endpoint.scheme}://${endpoint.authority}`);
  const local = hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
  return `${endpoint.scheme}://${local ? endpoint.authority : hostOf(endpoint, project)}`;
}

/** Whether an origin is this machine itself. */
export function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname) || /(?:^|\.)localhost$/.test(hostname);
}
