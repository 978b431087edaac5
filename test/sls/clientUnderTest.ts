import { createRequire } from "node:module";
import { inspect } from "node:util";
import { expect } from "vitest";
import { type Duration, durationOfSeconds, millisecondsOf } from "../../provider/src/model/duration.js";
import { type ClientEffects, SlsClient } from "../../provider/src/sls/client.js";
import { type Configuration, readConfiguration } from "../../provider/src/sls/configuration.js";
import { type Credentials } from "../../provider/src/sls/credentials.js";
import { SlsError } from "../../provider/src/sls/errors.js";

type Dispatcher = ReturnType<ClientEffects["dispatcher"]>;

/** The undici of the provider: another copy in the tree is an older one, with other dispatchers. */
export const undici = createRequire(new URL("../../provider/package.json", import.meta.url))("undici") as {
  readonly Agent: new (options?: object) => Dispatcher;
  readonly MockAgent: new () => MockAgent;
  readonly ProxyAgent: new (options: object) => Dispatcher;
};

export type MockAgent = Dispatcher & {
  disableNetConnect(): void;
  get(origin: string): {
    intercept(request: { path: (path: string) => boolean; method: (method: string) => boolean }): {
      reply(answer: () => MockAnswer): { persist(): void };
    };
  };
};

export interface MockAnswer {
  readonly statusCode: number;
  readonly data: string | Buffer;
  readonly responseOptions: { readonly headers: Readonly<Record<string, string>> };
}

export const secrets = {
  accessKeySecret: "an-access-key-secret",
  securityToken: "a-security-token",
  refreshedToken: "a-refreshed-token",
} as const;

export const shard = { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0 };

/** What a client under test may have otherwise. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly configuration?: Partial<Configuration>;
  readonly dispatcher?: Dispatcher;
  readonly canRefresh?: boolean;
  /** In place of the usual ones. */
  readonly credentials?: () => Credentials;
  /** Runs in place of each sleep. */
  readonly onSleep?: () => Promise<void> | void;
}

/** A client on a clock of its own that never really sleeps. */
export class ClientUnderTest {
  readonly client: SlsClient;
  /** Unix milliseconds; each sleep moves it on. */
  now = Date.parse("2026-11-22T12:00:00Z");
  readonly sleeps: Duration[] = [];
  /** How often credentials were asked for: once for each attempt, also where no server saw it. */
  attempts = 0;
  refreshes = 0;
  readonly #dispatcher: Dispatcher;

  constructor(options: ClientOptions) {
    this.#dispatcher = options.dispatcher ?? new undici.Agent();
    this.client = new SlsClient(configurationOf(options), this.#credentials(options), {
      now: () => this.now,
      monotonic: () => this.now,
      sleep: async (duration) => {
        this.sleeps.push(duration);
        this.now += millisecondsOf(duration);
        await options.onSleep?.();
      },
      random: () => 0.5,
      dispatcher: () => this.#dispatcher,
    });
  }

  async stop(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #credentials({
    canRefresh = true,
    credentials,
  }: ClientOptions): ConstructorParameters<typeof SlsClient>[1] {
    const refresh = (): Promise<void> => {
      this.refreshes += 1;
      return Promise.resolve();
    };
    const current = () => {
      this.attempts += 1;
      const securityToken = this.refreshes === 0 ? secrets.securityToken : secrets.refreshedToken;
      const usual = {
        accessKeyId: "an-access-key-id",
        accessKeySecret: secrets.accessKeySecret,
        securityToken,
      };
      return Promise.resolve(credentials?.() ?? usual);
    };
    return canRefresh ? { current, refresh } : { current };
  }
}

function configurationOf({ endpoint, configuration }: ClientOptions): Configuration {
  const keys: Readonly<Record<string, string>> = {
    "sls:endpoint": endpoint,
    "sls:accessKeyId": "an-access-key-id",
    "sls:accessKeySecret": secrets.accessKeySecret,
  };
  return {
    ...readConfiguration((key) => keys[key], {}, "1.2.3"),
    requestTimeout: durationOfSeconds(30),
    maxRetries: 4,
    retryFor: durationOfSeconds(60),
    ...configuration,
  };
}

/** How a read ended: `answered`, or the code of the error. */
export async function outcomeOfRead(read: Promise<unknown>): Promise<string> {
  try {
    await read;
    return "answered";
  } catch (error) {
    return codeOf(error);
  }
}

/** How a write ended: `acknowledged`, or `refused` or `unknown` with the code of the error. */
export async function outcomeOfWrite(write: ReturnType<SlsClient["updateCheckPoint"]>): Promise<string> {
  const outcome = await write;
  if (outcome.kind === "acknowledged" || outcome.kind === "notSent") return outcome.kind;
  const code = `${outcome.kind} ${codeOf(outcome.error)}`;
  if (outcome.kind !== "refused" || outcome.again === undefined) return code;
  return `${code}, again after ${String(millisecondsOf(outcome.again))} ms`;
}

/** The code of an error that is one of the family and gives no secret away. */
export function codeOf(error: unknown): string {
  if (!SlsError.isInstance(error)) throw new Error("not an SlsError", { cause: error });
  const everything = `${error.message}\n${inspect(error, { depth: 20, showHidden: true })}`;
  for (const secret of Object.values(secrets)) expect(everything).not.toContain(secret);
  return error.code;
}
