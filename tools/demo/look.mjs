import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultIdentity } from "sls-emulator";
import { say } from "./stage.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const command = join(repository, "cli", "bin", "sls-checkpoint.js");
const folder = join(repository, ".work", "demo-pages");

/** Where the demo leaves what people may open when it is over. @param {string} name */
function fileOf(name) {
  mkdirSync(folder, { recursive: true });
  return relative(process.cwd(), join(folder, name));
}

/** The command line that looks: what an operator would type. */
export class Look {
  #endpoint;
  /** The pages that were written. @type {string[]} */
  pages = [];

  /** @param {string} endpoint */
  constructor(endpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Writes a page, and says so.
   * @param {string} name
   * @param {string[]} args
   */
  async page(name, args) {
    const file = fileOf(`${name}.html`);
    this.pages.push(file);
    const quoted = args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg));
    say(`   $ sls-checkpoint ${quoted.join(" ")} --format html --output ${file}`);
    await this.#run([...args, "--format", "html", "--output", file]).ended;
  }

  /**
   * Follows a replay while something happens, and shows each look.
   * @param {string} group
   * @param {unknown} shards
   * @param {() => Promise<void>} happens
   */
  async follow(group, shards, happens) {
    const file = fileOf("shards.json");
    writeFileSync(file, JSON.stringify(shards));
    say(`   $ sls-checkpoint progress ${group} --shards ${file} --watch`);
    const running = this.#run(["progress", group, "--shards", file, "--watch", "--interval", "PT1S"]);
    await Promise.race([running.looked, running.ended]);
    await happens();
    const { exitCode, output } = await running.ended;
    say(
      ...output
        .trimEnd()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => `     ${line}`),
    );
    await this.page("progress", ["progress", group, "--shards", file]);
    return exitCode;
  }

  /** @param {string[]} args */
  #run(args) {
    const child = spawn(process.execPath, [command, ...args, "--endpoint", this.#endpoint], {
      env: {
        ...process.env,
        ALICLOUD_ACCESS_KEY: defaultIdentity.accessKeyId,
        ALICLOUD_SECRET_KEY: defaultIdentity.accessKeySecret,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    const looked = new Promise((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
        resolve(undefined);
      });
    });
    /** @type {Promise<{ exitCode: number | null, output: string }>} */
    const ended = new Promise((resolve) => {
      child.on("close", (exitCode) => resolve({ exitCode, output }));
    });
    return { looked, ended };
  }
}
