/**
 * The ways of using the package that are promised, each tried as a user would have it: the packed package, installed
 * in a folder outside of this repository.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const programs = fileURLToPath(new URL("programs", import.meta.url));
const providerPackage = fileURLToPath(new URL("../../provider", import.meta.url));

/**
 * @typedef {object} Cell
 * @property {string} node a version for the npm package `node`, or "this" for the one that runs this
 * @property {"npm" | "pnpm"} manager
 * @property {string} pulumi a version of `@pulumi/pulumi`
 * @property {"cjs" | "esm"} format
 *
 * @typedef {object} Outcome
 * @property {string} [node] which version it really was
 * @property {string} [pulumi]
 * @property {string} [typescript]
 * @property {string[]} problems what did not go as promised; empty where all did
 *
 * @typedef {object} Prepared an engine, as engineForTests.mjs has it
 * @property {string} pulumi
 * @property {Record<string, string>} env
 */

/** The oldest version that the package supports: the lower end of its range. */
export const oldestPulumi = "3.216.0";

/** What TypeScript a version of Pulumi goes with: the newest that its peer range allows. */
const typescriptFor = (/** @type {string} */ pulumi) => (pulumi === oldestPulumi ? "5.9" : "6.0");

/** Every promised combination. */
export const allCells = ["npm", "pnpm"].flatMap((manager) =>
  [oldestPulumi, "3"].flatMap((pulumi) =>
    ["22.19.0", "24", "26"].flatMap((node) =>
      ["cjs", "esm"].map((format) => /** @type {Cell} */ ({ manager, pulumi, node, format })),
    ),
  ),
);

/** A folder of its own for the package, the tools and every installation. Remove it whatever happens. */
export class Matrix {
  /** @type {Map<string, Promise<string>>} */
  #made = new Map();
  #root = mkdtempSync(join(tmpdir(), "sls-matrix-"));

  remove() {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /**
   * @param {Cell} cell
   * @param {Prepared} [engine] runs the program as well, where there is one
   * @returns {Promise<Outcome>}
   */
  async try(cell, engine) {
    try {
      const folder = join(await this.#installed(cell), cell.format);
      const node = await this.#node(cell.node);
      const outcome = await journey(node, folder);
      if (engine === undefined) return outcome;
      return { ...outcome, problems: [...outcome.problems, ...(await realUps(engine, node, folder))] };
    } catch (error) {
      return { problems: [error instanceof Error ? messageOf(error) : String(error)] };
    }
  }

  /**
   * Whether a program compiles against the types, in strict mode and with the declarations checked too.
   *
   * @param {Cell} cell
   * @returns {Promise<Outcome>}
   */
  async tryTypes(cell) {
    try {
      const folder = await this.#installed(cell);
      const { version } = readJson(join(folder, "node_modules/typescript/package.json"));
      await run(process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), "-p", folder]);
      return { typescript: version, problems: [] };
    } catch (error) {
      return { problems: [error instanceof Error ? messageOf(error) : String(error)] };
    }
  }

  /** @param {Cell} cell */
  #installed({ manager, pulumi }) {
    return this.#once(`${manager}-${pulumi}`, async (folder) => {
      const tarball = await this.#tarball();
      cpSync(programs, folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifest(tarball, pulumi)));
      if (manager === "npm") await npm(folder, "install", "--ignore-scripts");
      else await this.#pnpm(folder);
    });
  }

  /** @param {string} folder */
  async #pnpm(folder) {
    const tools = await this.#once("pnpm", (own) => installTool(own, "pnpm", "12"));
    await run(
      join(tools, "node_modules/.bin/pnpm"),
      ["install", "--ignore-scripts", "--store-dir", join(this.#root, "store")],
      { cwd: folder, env: { ...process.env, CI: "true" } },
    );
  }

  /** @param {string} version */
  async #node(version) {
    if (version === "this") return process.execPath;
    const folder = await this.#once(`node-${version}`, (own) => installTool(own, "node", version));
    return join(folder, "node_modules/node/bin/node");
  }

  async #tarball() {
    const folder = await this.#once("package", async (own) => {
      await npm(providerPackage, "pack", "--pack-destination", own);
    });
    const { name, version } = readJson(join(providerPackage, "package.json"));
    return join(folder, `${name}-${version}.tgz`);
  }

  /**
   * Makes a folder, once for all cells that need it.
   *
   * @param {string} name
   * @param {(folder: string) => Promise<void>} make
   */
  #once(name, make) {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const folder = join(this.#root, name);
    mkdirSync(folder);
    const made = make(folder).then(() => folder);
    this.#made.set(name, made);
    return made;
  }
}

/**
 * @param {string} tarball
 * @param {string} pulumi
 */
function manifest(tarball, pulumi) {
  return {
    private: true,
    dependencies: {
      "@pulumi/pulumi": pulumi,
      "@types/node": "24",
      "pulumi-sls-checkpoint": `file:${tarball}`,
      typescript: typescriptFor(pulumi),
    },
  };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} version
 */
async function installTool(folder, name, version) {
  // Both fetch a binary for this machine in a script of theirs.
  const tool = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(tool));
  await npm(folder, "install");
}

/**
 * @param {string} folder
 * @param {string[]} command
 */
async function npm(folder, ...command) {
  await run("npm", [...command, "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: withoutNpmVariables(),
  });
}

/** What npm tells its scripts about this repository would reach the npm that a script starts. */
function withoutNpmVariables() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|command|config_local)/.test(name),
    ),
  );
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @param {Error & { stderr?: string, stdout?: string }} error */
export function messageOf(error) {
  return [error.message, error.stdout, error.stderr]
    .filter((text) => text !== undefined && text !== "")
    .join("\n");
}

/** @typedef {Awaited<ReturnType<typeof openShop>>} Shop */

const hour = 3_600_000;

/** A service of its own for each attempt: what another cell wrote would look like a pin that stands already. */
export async function openShop() {
  const { SlsEmulator } = await import("../../emulator/dist/index.js");
  const emulator = await SlsEmulator.start();
  const now = Date.now();
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  for (const shard of [0, 1]) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: now - 12 * hour, to: now });
  }
  for (const group of ["billing", "audit"]) emulator.createConsumerGroup("shop", "orders", group);
  return {
    emulator,
    program: {
      "matrix:checkpoint": emulator.cursorAt("shop", "orders", 0, now - 3 * hour),
      "matrix:from": new Date(now - 3 * hour).toISOString(),
    },
    provider: {
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
    },
  };
}

const registeredTypes = [
  "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint",
  "pulumi-nodejs:dynamic/sls:ConsumerGroupSavepoint",
  "pulumi-nodejs:dynamic/sls:ReplayApply",
  "pulumi-nodejs:dynamic/sls:ReplayPlan",
  "sls:index:ConsumerGroupReplay",
];

/** What Pulumi's protocol says of a diff. */
const [noChange, someChange] = [1, 2];

/**
 * The program under mocks, and its pin through Pulumi's own server for dynamic providers.
 *
 * @param {string} node
 * @param {string} folder
 */
async function journey(node, folder) {
  const shop = await openShop();
  try {
    const { stdout } = await run(node, [join(dirname(folder), "journey.mjs"), folder], {
      env: {
        PATH: process.env["PATH"],
        PROGRAM_CONFIG: JSON.stringify(shop.program),
        PROVIDER_CONFIG: JSON.stringify(shop.provider),
      },
    });
    const saw = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
    const expected = {
      types: registeredTypes,
      served: {
        failures: 0,
        id: "shop/orders/billing/0",
        status: "pinned",
        changesWhenSame: noChange,
        changesWhenOther: someChange,
      },
    };
    return {
      node: saw.node,
      pulumi: saw.pulumi,
      problems: [
        ...differences(saw, expected),
        ...(saw.shimBytes > 2_000 ? [`the provider's text has ${saw.shimBytes} bytes`] : []),
        ...standsWhereDeclared(shop, 1),
      ],
    };
  } finally {
    await shop.emulator.stop();
  }
}

/**
 * @param {Record<string, unknown>} saw
 * @param {Record<string, unknown>} expected
 */
function differences(saw, expected) {
  return Object.entries(expected)
    .filter(([name, value]) => JSON.stringify(saw[name]) !== JSON.stringify(value))
    .map(([name, value]) => `${name} is ${JSON.stringify(saw[name])}, not ${JSON.stringify(value)}`);
}

/**
 * @param {Shop} shop
 * @param {number} expectedWrites
 */
function standsWhereDeclared({ emulator, program }, expectedWrites) {
  const problems = [];
  const writes = emulator.requestsOf("UpdateCheckPoint").length;
  if (writes !== expectedWrites) problems.push(`${writes} checkpoints were written, not ${expectedWrites}`);
  const { checkpoint } = emulator.checkpoint("shop", "orders", "billing", 0) ?? {};
  if (checkpoint !== program["matrix:checkpoint"]) problems.push(`the shard stands at ${checkpoint}`);
  return problems;
}

/**
 * What a command of the real engine runs with.
 *
 * @param {string} home a folder with nothing of the person's in it
 * @param {Prepared} engine
 * @param {string} node
 */
export function environmentIn(home, engine, node) {
  mkdirSync(join(home, "state"));
  return {
    ...engine.env,
    PATH: [dirname(engine.pulumi), dirname(node), engine.env["PATH"]].join(delimiter),
    HOME: home,
    PULUMI_HOME: join(home, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "correct horse",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
  };
}

/**
 * The program on the real engine: an up, a second one that changes nothing, a destroy.
 *
 * @param {Prepared} engine
 * @param {string} node
 * @param {string} folder
 */
async function realUps(engine, node, folder) {
  const shop = await openShop();
  const home = mkdtempSync(join(tmpdir(), "sls-matrix-home-"));
  const env = environmentIn(home, engine, node);
  const pulumi = (/** @type {string[]} */ ...command) =>
    run(engine.pulumi, [...command, "--non-interactive", "--color", "never"], { cwd: folder, env });
  try {
    await pulumi("stack", "init", "test");
    const config = Object.entries({ ...shop.program, ...shop.provider });
    await pulumi(
      "config",
      "set-all",
      ...config.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
    );
    await pulumi("up", "--yes", "--skip-preview");
    const { stdout } = await pulumi("stack", "output", "--json");
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await pulumi("destroy", "--yes", "--skip-preview");
    const { status, totals } = JSON.parse(stdout);
    return [
      ...differences({ status, totals }, { status: "pinned", totals: { pinned: 2 } }),
      ...standsWhereDeclared(shop, 3),
    ].map((problem) => `on the engine: ${problem}`);
  } finally {
    await shop.emulator.stop();
    rmSync(home, { recursive: true, force: true });
    rmSync(join(folder, "Pulumi.test.yaml"), { force: true });
  }
}
