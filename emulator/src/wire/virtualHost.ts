import { isIP } from "node:net";

const officialEndpoint = /^(?:[a-z0-9-]+\.(?:log|sls)|log-global)\.aliyuncs\.com$/;

/**
 * The project that a Host header names with its first label; undefined for a bare endpoint: one label, an address,
 * or an official endpoint name without a project before it. The port does not matter.
 */
export function projectOfHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  if (isIP(name.replace(/^\[|\]$/g, "")) !== 0 || officialEndpoint.test(name)) return undefined;
  const [label, ...rest] = name.split(".");
  return rest.length === 0 || label === "" ? undefined : label;
}
