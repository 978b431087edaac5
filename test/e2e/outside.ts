/** A folder outside of the repository, in which a page is followed as its reader does it: packed packages, and a shell. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { prepareEngine } from "../engine/engineForTests.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const practise = section(
  readFileSync(join(root, "docs/first-replay.md"), "utf8"),
  "Practise without an account",
);

/** What that section says to write instead of what only a real project has. */
const insteadOf = [...practise.matchAll(/^\| `([^`]+)`\s*\| `([^`]+)`\s*\|$/gm)].map(
  ([, real = "", local = ""]) => [real, local] as const,
);

/** What stands below a heading of a page. */
export function section(page: string, heading: string): string {
  const found = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`the page has no ${heading}`);
  return found;
}

/** What stands in the blocks of a language, one after the other. */
export function blocks(page: string, language: string): string {
  const found = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, "gms");
  return [...page.matchAll(found)].map(([, block = ""]) => block).join("\n");
}

/** Where this machine keeps what it downloaded before: the reader's HOME is empty. */
function downloads(): Record<string, string> {
  const asked = {
    npm_config_cache: ["npm", "config", "get", "cache"],
    PIP_CACHE_DIR: ["python3", "-m", "pip", "cache", "dir"],
    GOCACHE: ["go", "env", "GOCACHE"],
    GOMODCACHE: ["go", "env", "GOMODCACHE"],
  };
  return Object.fromEntries(
    Object.entries(asked).flatMap(([name, [program = "", ...args]]) => {
      const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
      return status === 0 ? [[name, stdout.trim()]] : [];
    }),
  );
}

export interface Followed {
  readonly status: number | null;
  readonly output: string;
}

export class Outside {
  readonly folder = mkdtempSync(join(tmpdir(), "outside-"));
  /** What the reader's shell has; a page may add to it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of the emulator, which the reader has started in another terminal. */
  address = "";
  #emulator: ChildProcess | undefined;

  private constructor(pulumi: string, env: Readonly<Record<string, string>>) {
    this.environment = {
      ...env,
      HOME: this.folder,
      ...downloads(),
      PATH: [dirname(process.execPath), dirname(pulumi), env["PATH"]].join(delimiter),
      PULUMI_HOME: join(this.folder, "pulumi"),
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: "secret",
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
    };
  }

  /** Packs the packages, installs the emulator's, and starts it as docs/first-replay.md says. Close it whatever happens. */
  static async open(): Promise<Outside> {
    const { pulumi, env } = await prepareEngine();
    const outside = new Outside(pulumi, env);
    mkdirSync(join(outside.folder, "packed"));
    const workspaces = ["provider", "cli", "emulator"].flatMap((name) => ["--workspace", name]);
    const into = ["--pack-destination", join(outside.folder, "packed")];
    execFileSync("npm", ["pack", ...workspaces, ...into], { cwd: root, stdio: "pipe" });
    await outside.#startEmulator();
    return outside;
  }

  /** The file of a packed package. */
  packed(name: string): string {
    const isOf = (file: string): boolean =>
      file.startsWith(`${name}-`) && /^\d/.test(file.slice(name.length + 1));
    const file = readdirSync(join(this.folder, "packed")).find(isOf);
    if (file === undefined) throw new Error(`${name} was not packed`);
    return join(this.folder, "packed", file);
  }

  /** The commands of a page, with what it says to write instead when there is no account. */
  local(commands: string): string {
    const text = insteadOf.reduce((all, [real, write]) => all.replaceAll(real, write), commands);
    return text.replaceAll("http://127.0.0.1:8077", this.address);
  }

  /** Runs commands as a reader does, in a shell that stops at the first one that fails. */
  run(commands: string, { cwd = this.folder, input = "" } = {}): Followed {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-ec", commands], {
      cwd,
      input,
      env: this.environment,
      encoding: "utf8",
    });
    return { status, output: `${stdout}${stderr}` };
  }

  /** What the emulator was asked for since it started, of one call. */
  async requests(call: string): Promise<number> {
    const answer = await fetch(`${this.address}/_emulator/requests?call=${call}`);
    return ((await answer.json()) as unknown[]).length;
  }

  close(): void {
    if (this.#emulator?.pid !== undefined) process.kill(-this.#emulator.pid, "SIGTERM");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Starts the emulator by its installed command, as the page does in another terminal. */
  async #startEmulator(): Promise<void> {
    const cwd = join(this.folder, "local");
    mkdirSync(cwd);
    const npm = ["install", "--prefer-offline", "--no-audit", "--no-fund", this.packed("sls-emulator")];
    execFileSync("npm", npm, { cwd, env: this.environment, stdio: "pipe" });
    const start = blocks(practise, "sh").replace("npx sls-emulator", "exec npx sls-emulator --port 0");
    const emulator = spawn("/bin/sh", ["-ec", start], { cwd, env: this.environment, detached: true });
    this.#emulator = emulator;
    let log = "";
    emulator.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const address = /http:\/\/127\.0\.0\.1:\d+/;
    for (let looks = 0; looks < 600 && !address.test(log); looks += 1) await sleep(50);
    this.address = address.exec(log)?.[0] ?? "";
    if (this.address === "") throw new Error(`the emulator did not start:\n${log}`);
  }
}
