import { type Environment, type Found, filled, firstFilled, found } from "./configured.js";

/** The proxies that connections go through, by the scheme of what they connect to. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly except: string;
}

/** Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; the lower-case spelling wins, as it does everywhere else. */
export function readProxySettings(environment: Environment): Found<ProxySettings | undefined> {
  const get = (name: string): string | undefined => environment[name];
  const http = firstFilled(get, ["http_proxy", "HTTP_PROXY"]);
  const https = firstFilled(get, ["https_proxy", "HTTPS_PROXY"]);
  if (http === undefined && https === undefined) return found(undefined);
  const except = filled(get("no_proxy")) ?? filled(get("NO_PROXY")) ?? "";
  return {
    value: { http: http?.value, https: https?.value, except },
    problems: [http, https].flatMap((proxy) => (proxy === undefined ? [] : problemsOf(proxy))),
  };
}

/** The value is not repeated: it may hold a password. */
function problemsOf({ name, value }: { readonly name: string; readonly value: string }): string[] {
  return URL.canParse(value) && /^(?:https?|socks5?):$/.test(new URL(value).protocol)
    ? []
    : [`${name} is not the URL of a proxy, such as http://proxy.example.com:3128`];
}
