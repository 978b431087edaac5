import { type ClientHttp2Session, connect } from "node:http2";

/** How a connection to the engine is made, and what it tells. */
export type Watch = (address: string, heard: EngineSigns) => void;

/**
 * How a connection to the engine ended. `refused`: nobody listens at its address. `ended`: it was there, or what
 * failed says nothing of who listens.
 */
export type WatchEnd = "refused" | "ended";

/** What a connection to the engine can show. */
export interface EngineSigns {
  /** The engine answered. */
  readonly answers: () => void;
  /** The connection ended, or could not be made. */
  readonly ends: (how: WatchEnd) => void;
}

/** Connections that end this often, each within a second, come from no engine that works. */
const mostShortInARow = 5;
const short = 1_000;

/**
 * Watches whether the engine that started this process is still there, by an idle connection to its address.
 *
 * A provider outlives an engine that was killed and goes on with what it was told (docs/protocol.md 8.3). An address
 * that never answered proves nothing, so only one that did, and whose connection ended and cannot be made again, stops
 * a write.
 */
export class EngineWatch {
  readonly #address: string;
  readonly #watch: Watch;
  readonly #monotonic: () => number;
  #answered = false;
  #gone = false;
  #tellGone: () => void = () => undefined;
  /** Resolves once the engine is gone for good: a process that only serves it can end. */
  readonly gone: Promise<void>;
  #shortInARow = 0;

  /** `monotonic`: milliseconds of a clock that never goes back. */
  constructor(
    address: string,
    watch: Watch = watchOverHttp2,
    monotonic: () => number = () => performance.now(),
  ) {
    this.#address = address;
    this.#watch = watch;
    this.gone = new Promise((resolve) => {
      this.#tellGone = resolve;
    });
    this.#monotonic = monotonic;
    this.#begin();
  }

  #begin(): void {
    const began = this.#monotonic();
    this.#watch(this.#address, {
      answers: () => {
        this.#answered = true;
        this.#gone = false;
      },
      ends: (how) => {
        if (!this.#answered) return;
        this.#gone = true;
        this.#shortInARow = this.#monotonic() - began < short ? this.#shortInARow + 1 : 0;
        // An engine that only closed or reset a connection answers again; one that is gone refuses.
        if (how === "ended" && this.#shortInARow < mostShortInARow) this.#begin();
        else this.#tellGone();
      },
    });
  }

  /** Throws when the engine is gone. Synchronous, so that it can be asked right before bytes leave. */
  assertAlive(): void {
    if (!this.#gone) return;
    throw new EngineGoneError(this.#address);
  }
}

/** Nobody waits for the answer any more. */
export class EngineGoneError extends Error {
  override readonly name = "EngineGoneError";

  constructor(address: string) {
    super(
      `The Pulumi engine at ${address} is gone, so nothing more is written\n` +
        "Run pulumi cancel --yes, then pulumi refresh --yes --clear-pending-creates, then pulumi up: it looks where each shard stands before it writes.",
    );
  }
}

function watchOverHttp2(address: string, { answers, ends }: EngineSigns): void {
  const match = /^(.+):(\d+)$/.exec(address);
  if (match === null || Number(match[2]) > 65_535) return;
  let session: ClientHttp2Session;
  try {
    session = connect(`http://${address}`);
  } catch {
    return;
  }
  let how: WatchEnd = "ended";
  session.once("connect", answers);
  session.on("error", (error: NodeJS.ErrnoException) => {
    // Only a connection that nobody took is refused: one that was made and then failed was taken.
    if (error.syscall === "connect" && error.code === "ECONNREFUSED") how = "refused";
  });
  session.once("close", () => {
    ends(how);
  });
  // The watch must not keep the process alive.
  session.unref();
}
