import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { millisecondsOf } from "../model/duration.js";
import { type Configuration } from "./configuration.js";
import { isLoopback } from "./endpoint.js";

type ConnectionSettings = Pick<Configuration, "maxConcurrency" | "proxy" | "requestTimeout">;

/** The connections of this process: one dispatcher for all requests to an origin, which keeps them open. */
export class Connections {
  readonly #dispatchers = new Map<string, Dispatcher>();

  /** The dispatcher of an origin, the same one for the same settings. */
  dispatcher(origin: string, { maxConcurrency, proxy, requestTimeout }: ConnectionSettings): Dispatcher {
    const key = JSON.stringify([origin, maxConcurrency, proxy, requestTimeout]);
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const made = makeDispatcher(origin, { maxConcurrency, proxy, requestTimeout });
    this.#dispatchers.set(key, made);
    return made;
  }
}

/** What runs on this machine is reached directly: a proxy elsewhere would look for it on its own. */
function makeDispatcher(origin: string, settings: ConnectionSettings): Dispatcher {
  const { proxy } = settings;
  const options = optionsOf(settings);
  if (proxy === undefined || isLoopback(origin)) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    // The empty text means none; undefined would make undici read the environment of this process.
    httpProxy: proxy.http ?? "",
    httpsProxy: proxy.https ?? "",
    noProxy: proxy.except,
  });
}

function optionsOf({ maxConcurrency, requestTimeout }: ConnectionSettings): Agent.Options {
  return {
    connections: maxConcurrency,
    // Ends before the request's own time does: that a connection was not made proves that nothing was sent.
    connectTimeout: millisecondsOf(requestTimeout) / 2,
    // The request's own time covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
    // As every official client has it; HTTP/2 has no Host header to name the project with.
    allowH2: false,
  };
}
