import { connect } from "node:net";

/** How the engine's address behaves. */
type Reachability = "answers" | "refuses" | "unclear";

/**
 * Watches whether the engine that started this process is still there.
 *
 * A provider outlives an engine that was killed and goes on with what it was told (docs/protocol.md 8.3).
 * An address that never answered proves nothing, so only one that did and now refuses stops a write.
 */
export class EngineProbe {
  readonly #address: string;
  readonly #reach: (address: string) => Promise<Reachability>;
  readonly #first: Promise<Reachability>;

  constructor(address: string, reach: (address: string) => Promise<Reachability> = reachability) {
    this.#address = address;
    this.#reach = reach;
    this.#first = reach(address);
  }

  /** Throws when the engine is gone. */
  async check(): Promise<void> {
    if ((await this.#first) !== "answers") return;
    if ((await this.#reach(this.#address)) !== "refuses") return;
    throw new Error(
      `The Pulumi engine at ${this.#address} is gone, so nothing more is written\n` +
        "Run pulumi cancel, then pulumi up: it finds out where the shard stands before it writes.",
    );
  }
}

const patience = 1_000;

function reachability(address: string): Promise<Reachability> {
  const match = /^(.+):(\d+)$/.exec(address);
  if (match === null) return Promise.resolve("unclear");
  const [, host = "", port = ""] = match;
  if (Number(port) > 65_535) return Promise.resolve("unclear");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: patience });
    const settle = (reached: Reachability): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.once("connect", () => {
      settle("answers");
    });
    socket.once("timeout", () => {
      settle("unclear");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      settle(error.code === "ECONNREFUSED" ? "refuses" : "unclear");
    });
  });
}
