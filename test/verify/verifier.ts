import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { verifyCommand, type VerifyRequest } from "../../cli/src/verify/verifyCommand.ts";
import { LookError } from "../../cli/src/usageError.ts";
import { SlsEmulator, defaultIdentity, type Assumptions, type Identity } from "../../emulator/src/index.js";

export const scratchName = /^sls-checkpoint-verify-[0-9a-f]{12}$/;

const noon = Date.parse("2026-11-22T12:00:00Z");

/** A second identity, which may do nothing. */
const stranger: Identity = {
  accessKeyId: "strangerAccessKeyId",
  accessKeySecret: "strangerAccessKeySecret",
  policy: [],
};

/** What a run wrote, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly progress: string;
  /** The message of a run that could not be made. */
  readonly failure: string | undefined;
  /** What `--output` wrote. */
  readonly observed: (Partial<Assumptions> & { readonly observed: Observed }) | undefined;
}

interface Observed {
  readonly switches: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface VerifierOptions {
  readonly assumptions?: Partial<Assumptions>;
  /** What the key may do. @default everything */
  readonly policy?: Identity["policy"];
  /** Logstores of former runs that are in the project already. */
  readonly leftovers?: number;
  /** The secret that the profile `stranger` has. @default the right one */
  readonly strangerSecret?: string;
  /** How far the clock of this machine is ahead of the service's, in milliseconds. */
  readonly ahead?: number;
}

/** A person who verifies against a local service, in this process and with a clock that stands still while nobody waits. */
export class Verifier {
  readonly emulator: SlsEmulator;
  readonly interruption = new AbortController();
  readonly #clock: { now: number };
  readonly #ahead: number;
  /** What the person answers to a question; undefined where nobody can be asked. */
  answer: string | undefined;

  private constructor(emulator: SlsEmulator, clock: { now: number }, ahead: number) {
    this.emulator = emulator;
    this.#clock = clock;
    this.#ahead = ahead;
  }

  static async open({
    assumptions = {},
    policy,
    leftovers = 0,
    ahead = 0,
    strangerSecret = stranger.accessKeySecret,
  }: VerifierOptions = {}): Promise<Verifier> {
    const clock = { now: noon };
    const identities = [{ ...defaultIdentity, ...(policy && { policy }) }, stranger];
    const emulator = await SlsEmulator.start({ clock: () => clock.now, assumptions, identities });
    onTestFinished(async () => emulator.stop());
    emulator.createProject("shop");
    for (let index = 0; index < leftovers; index += 1) {
      const digits = index.toString(16).padStart(12, "0");
      emulator.createLogstore("shop", `sls-checkpoint-verify-${digits}`, { shardCount: 1 });
    }
    vi.stubEnv("HOME", homeWithProfile(strangerSecret));
    vi.stubEnv("ALICLOUD_ACCESS_KEY", defaultIdentity.accessKeyId);
    vi.stubEnv("ALICLOUD_SECRET_KEY", defaultIdentity.accessKeySecret);
    onTestFinished(() => void vi.unstubAllEnvs());
    return new Verifier(emulator, clock, ahead);
  }

  async close(): Promise<void> {
    await this.emulator.stop();
  }

  /** The scratch logstores of all runs so far that are still there. */
  left(): readonly string[] {
    const named = this.emulator.requestsOf("DeleteLogStore").flatMap(({ logstore = "" }) => logstore);
    return [...new Set(named)].filter((name) => this.exists(name));
  }

  /** Somebody else cleans up while a run is under way. */
  removeScratchLogstore(): void {
    const [named] = this.emulator.requestsOf("CreateLogStore");
    const { logstoreName = "" } = JSON.parse(named?.body ?? "{}") as { logstoreName?: string };
    this.emulator.deleteLogstore("shop", logstoreName);
  }

  exists(logstore: string): boolean {
    try {
      this.emulator.cursorAt("shop", logstore, 0, "begin");
      return true;
    } catch {
      return false;
    }
  }

  async run(given: Partial<VerifyRequest> = {}): Promise<Ended> {
    const [out, progress, files]: [string[], string[], string[]] = [[], [], []];
    const pass = async (milliseconds: number): Promise<void> => {
      this.#clock.now += milliseconds;
      // Lets whoever is waiting for something else have its turn.
      await new Promise((resolve) => setImmediate(resolve));
    };
    const request = {
      project: "shop",
      deniedProfile: undefined,
      probeLimits: false,
      keep: false,
      clean: false,
      yes: true,
      output: "observed.json",
      ...given,
    };
    const connection = { "sls:endpoint": this.emulator.endpoint, "sls:region": "cn-test" };
    const running = verifyCommand(request, connection, "0.0.0", {
      write: (text) => void out.push(text),
      writeError: (text) => void progress.push(text),
      writeFile: (_file, text) => void files.push(text),
      requireWritable: () => undefined,
      readFile: () => Promise.reject(new Error("nothing is read")),
      isTerminal: false,
      hasColors: false,
      size: () => ({ columns: 200, rows: 50 }),
      interrupted: this.interruption.signal,
      now: () => this.#clock.now + this.#ahead,
      sleep: pass,
      pause: pass,
      ask: (question) => {
        progress.push(question);
        return Promise.resolve(this.answer);
      },
    });
    const ended = await running.then(
      (code) => ({ code, failure: undefined }),
      (error: unknown) => {
        if (!(error instanceof LookError)) throw error;
        return { code: 1, failure: error.message };
      },
    );
    const [file] = files;
    return {
      ...ended,
      out: out.join(""),
      progress: progress.join(""),
      observed: file === undefined ? undefined : (JSON.parse(file) as Ended["observed"]),
    };
  }
}

/** A home whose aliyun CLI has the profile `stranger`. */
function homeWithProfile(secret: string): string {
  const home = mkdtempSync(join(tmpdir(), "verify-home-"));
  mkdirSync(join(home, ".aliyun"));
  const { accessKeyId } = stranger;
  const profile = {
    name: "stranger",
    mode: "AK",
    access_key_id: accessKeyId,
    access_key_secret: secret,
  };
  writeFileSync(
    join(home, ".aliyun", "config.json"),
    JSON.stringify({ current: "stranger", profiles: [profile] }),
  );
  return home;
}
