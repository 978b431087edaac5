/** What `npm pack` makes of the command line, installed where an operator would. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.js";
import { ctrlC, narrow, onTerminal, widest } from "../cli/pseudoTerminal.js";
import { pack, pathsOf } from "./packed.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "cli");

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "sls-checkpoint-"));
  const npm = (...args: string[]): string =>
    execFileSync("npm", [...args, "--loglevel=error"], { cwd: place, encoding: "utf8" });
  npm("pack", folder, "--pack-destination", place);
  const tarball = readdirSync(place).find((file) => file.endsWith(".tgz")) ?? "";
  writeFileSync(join(place, "package.json"), "{}");
  // Without a registry: a dependency would fail here.
  npm("install", "--offline", "--no-audit", "--no-fund", join(place, tarball));
});

afterAll(() => {
  rmSync(place, { recursive: true });
});

/** Two shards with a log group an hour; the group's consumer saved its last commit six hours ago. */
const shop = {
  project: "shop",
  logstores: {
    orders: {
      shardCount: 2,
      fill: { logGroups: 13, hours: 12 },
      consumerGroups: { billing: { checkpoints: { at: "PT6H", savedAgo: "PT6H" } } },
    },
  },
};

function installed(): string {
  return join(place, "node_modules/.bin/sls-checkpoint");
}

/** What an operator's shell holds, with the emulator's credentials. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: place,
    ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
    ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
  };
}

/** A command of the installed package. */
function operate(endpoint: string, args: readonly string[], input = "") {
  const options = { cwd: place, encoding: "utf8", input, env: environment() } as const;
  return spawnSync(installed(), [...args, "--endpoint", endpoint], options);
}

describe("the packed command line, at a service in another process,", () => {
  const group = "shop/orders/billing";
  let emulator: ChildProcess;
  let endpoint: string;

  beforeAll(async () => {
    const seed = join(place, "seed.json");
    writeFileSync(seed, JSON.stringify(shop));
    const options = ["--port", "0", "--clock", "2026-11-22T12:00:00Z", "--quiet", "--seed", seed];
    emulator = spawn(process.execPath, [join(root, "emulator/bin/sls-emulator.js"), ...options]);
    let out = "";
    endpoint = await new Promise((resolve, reject) => {
      emulator.once("exit", () => reject(new Error(`the emulator ended: ${out}`)));
      emulator.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
        const [, listens] = /listens on (\S+)/.exec(out) ?? [];
        if (listens !== undefined) resolve(listens);
      });
    });
  });

  afterAll(() => {
    emulator.kill();
  });

  const looks = [
    [["status", group]],
    [["status", "shop/orders"]],
    [["plan", group, "--from", "begin"]],
    [["plan", group, "--from", "begin", "--until", "2026-11-22T11:00:00Z"]],
    [["progress", group]],
    [["progress", group, "--until", "2026-11-22T11:00:00Z"]],
  ];
  const beginnings = [
    ["table", /^shop\/orders/],
    ["json", /^\{\n/],
    ["markdown", /^(?:\*\*shop|```)/],
    ["html", /^<!doctype html>/],
    ["prometheus", /^# HELP sls_/],
  ] as const;

  it.each(looks)("%j has every format, on the standard output and in a file", (look) => {
    for (const [format, beginning] of beginnings) {
      const shown = operate(endpoint, [...look, "--format", format]);
      expect([shown.stderr, shown.stdout]).toEqual(["", expect.stringMatching(beginning)]);
      const file = join(place, `answer.${format}`);
      const written = operate(endpoint, [...look, "--format", format, "--output", file]);
      expect([written.status, written.stdout, written.stderr]).toEqual([shown.status, "", ""]);
      expect(readFileSync(file, "utf8")).toMatch(beginning);
    }
  });

  it("ends with each of the documented exit codes", () => {
    const { shards } = JSON.parse(operate(endpoint, ["status", group, "--format", "json"]).stdout) as {
      readonly shards: readonly {
        readonly shard: number;
        readonly begin: string;
        readonly end: string;
        readonly checkpoint: string;
      }[];
    };
    const follow = (place: "begin" | "end" | "checkpoint", ...options: string[]): number | null => {
      const pinned = shards.map((each) => ({
        shard: each.shard,
        status: "pinned",
        checkpoint: each[place],
        previousCheckpoint: place === "begin" ? each.checkpoint : each.end,
      }));
      const args = ["progress", group, "--shards", "-", ...options];
      return operate(endpoint, args, JSON.stringify(pinned)).status;
    };
    expect(follow("begin")).toBe(0);
    expect(operate(endpoint, ["status", "shop/orders/nobody"]).status).toBe(1);
    expect(follow("checkpoint", "--fail-on", "lost")).toBe(2);
    expect(follow("end")).toBe(3);
    expect(follow("checkpoint", "--fail-on", "stalled")).toBe(4);
  });

  it.each([
    [["status"], "status needs PROJECT/LOGSTORE[/GROUP], such as shop/orders/billing"],
    [["status", "shop"], "shop is not of the form PROJECT/LOGSTORE[/GROUP]"],
    [["status", "shop/orders", "--form", "json"], "Unknown option '--form'"],
    [
      ["status", "shop/orders", "--format", "yaml"],
      "--format yaml is not one of table, json, markdown, html",
    ],
    [["plan", "shop/orders/billing"], "--from"],
    [["progress", "shop/orders/billing", "--fail-on", "late"], "--fail-on"],
    [["verify", "shop"], "verify takes no shop; name the project with --project"],
    [["verify", "--project", "shop"], "Nobody can be asked here: say --yes"],
    [["look"], "look"],
  ])("says what is right instead of %j", (args, message) => {
    const { status, stdout, stderr } = operate(endpoint, args);
    expect([status, stdout, stderr]).toEqual([1, "", expect.stringContaining(message)]);
  });

  it("is read by a pipe that has seen enough", () => {
    const piped = `"$COMMAND" status ${group} --format json --endpoint ${endpoint} | head -c 1`;
    const env = { ...environment(), COMMAND: installed() };
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", piped], { encoding: "utf8", env });
    expect([status, stdout, stderr]).toEqual([0, "{", ""]);
  });

  it("fits a terminal of 60 columns, and has colours there", async () => {
    const command = [installed(), "status", group, "--endpoint", endpoint];
    const { code, received } = await onTerminal(narrow, [], command, environment());
    expect(code).toBe(0);
    expect(received).toContain("billing");
    expect(widest(received)).toBeLessThanOrEqual(60);
  });

  it("ends a watch at Ctrl-C with the last table", async () => {
    const watch = ["progress", group, "--watch", "--interval", "PT1S"];
    const command = [installed(), ...watch, "--endpoint", endpoint];
    // What draws a second time.
    const { code, received } = await onTerminal(narrow, [["[J", ctrlC]], command, environment());
    expect([code, received]).toEqual([130, expect.stringMatching(/\[J[^]*shards? /)]);
  });

  /** The names of the logstores that were made and of those that were removed, by the answers. */
  async function balance() {
    const answered = async (call: string) => {
      const response = await fetch(`${endpoint}/_emulator/requests?call=${call}`);
      const requests = (await response.json()) as { readonly status: number; readonly logstore?: string }[];
      return requests.filter(({ status }) => status === 200).length;
    };
    return { made: await answered("CreateLogStore"), removed: await answered("DeleteLogStore") };
  }

  const atShop = ["--project", "shop", "--region", "cn-test"];

  it("verifies, leaves nothing, and writes what the emulator takes", async () => {
    const before = await balance();
    const { status, stdout } = operate(endpoint, ["verify", ...atShop, "--yes", "--output", "observed.json"]);
    expect(stdout).toContain("17 found, 0 unclear, 0 failed, 4 not asked");
    expect(stdout.match(/✓ passed, read back/g)).toHaveLength(5);
    expect(status).toBe(0);
    expect(await balance()).toEqual({ made: before.made + 1, removed: before.removed + 1 });
    const program = join(root, "emulator/bin/sls-emulator.js");
    const told = spawn(process.execPath, [program, "--port", "0", "--assumptions", "observed.json"], {
      cwd: place,
    });
    const [line] = (await once(told.stdout, "data")) as [Buffer];
    told.kill();
    expect(line.toString()).toContain("listens on http://127.0.0.1:");
  });

  it("verifies on a terminal: asks, is interrupted, and leaves nothing", async () => {
    const before = await balance();
    const command = [installed(), "verify", ...atShop, "--endpoint", endpoint];
    const typing = [
      ["Create it now? [y/N] ", "y\r"],
      ["1 of ", ctrlC],
    ] as const;
    const { code, received } = await onTerminal(narrow, typing, command, environment());
    expect([code, received]).toEqual([130, expect.stringContaining(" is removed.")]);
    expect(await balance()).toEqual({ made: before.made + 1, removed: before.removed + 1 });
  });
});

describe("the packed command line", () => {
  it("holds the command, its bundle, and three more files", () => {
    const more = ["LICENSE", "README.md", "package.json"];
    expect(pathsOf(pack(folder))).toEqual(
      [...more, "bin/sls-checkpoint.js", "dist/sls-checkpoint.js"].sort(),
    );
  });

  it("is one package without dependencies, without Pulumi, and runs outside of the repository", () => {
    expect(readdirSync(join(place, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "sls-checkpoint",
    ]);
    const env = { PATH: process.env["PATH"], HOME: place };
    const options = { cwd: place, encoding: "utf8", env } as const;
    const { status, stdout } = spawnSync(installed(), ["--help"], options);
    expect([status, stdout]).toEqual([0, expect.stringContaining("Never writes a checkpoint")]);
    const look = spawnSync(installed(), ["status", "shop/orders"], options);
    expect([look.status, look.stderr]).toEqual([1, expect.stringContaining("no region: set --region")]);
    const bundle = readFileSync(join(place, "node_modules/sls-checkpoint/dist/sls-checkpoint.js"), "utf8");
    expect(bundle).not.toMatch(/@pulumi\/pulumi/);
    expect(bundle).not.toContain(root);
  });

  it("has the repository's license, and the version of the provider", () => {
    const [own, provider] = ["cli", "provider"].map(
      (name) => JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as Record<string, unknown>,
    );
    expect(own?.["version"]).toBe(provider?.["version"]);
    expect(own).not.toHaveProperty("dependencies");
    expect(own).not.toHaveProperty("scripts");
    expect(readFileSync(join(folder, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
    expect(existsSync(join(place, "node_modules/sls-checkpoint/README.md"))).toBe(true);
  });
});
