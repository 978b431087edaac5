import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type CommandResult, type PulumiWorkspace } from "../e2e/pulumi.ts";
import { installed } from "./installed.js";

/** What a reader's machine has in place of what is not to be done here. */
const commands: Readonly<Record<string, string>> = {
  // The packages were installed when the copy was made, and the clients before the tests.
  npm: "exit 0",
  pip: "exit 0",
  python: `exec ${installed.python} "$@"`,
  sleep: "exec /bin/sleep 1",
};

/** Runs the shell blocks of an example's README as they stand, with the reader's own words in place of made-up ones. */
export class ReadmeReader {
  readonly #pulumi: PulumiWorkspace;
  readonly #blocks: readonly string[];
  readonly #path: string;
  /** What was exported in a block before, as in the one shell of a reader. */
  #exports = "";

  constructor(pulumi: PulumiWorkspace, own: Readonly<Record<string, string>>) {
    this.#pulumi = pulumi;
    const readme = readFileSync(join(pulumi.project, "README.md"), "utf8");
    this.#blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) =>
      inOwnWords(block, own),
    );
    this.#path = join(pulumi.project, "commands");
    mkdirSync(this.#path);
    for (const [name, script] of Object.entries(commands)) {
      writeFileSync(join(this.#path, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(this.#path, name), 0o755);
    }
  }

  /** Runs the one block in which a text stands. */
  async run(text: string): Promise<CommandResult> {
    const [block, ...others] = this.#blocks.filter((each) => each.includes(text));
    if (block === undefined || others.length > 0) throw new Error(`Not one block of the README has ${text}`);
    const script = this.#exports + block;
    this.#exports += (block.match(/^export .*\n/gm) ?? []).join("");
    return this.#pulumi.runProgram(
      "/bin/sh",
      ["-e", "-c", `PATH="${this.#path}${delimiter}$PATH"\n${script}`],
      {
        PULUMI_SKIP_CONFIRMATIONS: "true",
        ...goCaches(),
      },
    );
  }

  /** How many blocks there are, so that a test notices one that nobody runs. */
  get blocks(): number {
    return this.#blocks.length;
  }
}

function inOwnWords(block: string, own: Readonly<Record<string, string>>): string {
  return Object.entries(own).reduce((text, [word, ownWord]) => text.replaceAll(word, ownWord), block);
}

/** Go finds its modules below HOME, which a workspace has of its own. */
function goCaches(): Readonly<Record<string, string>> {
  const names = ["GOMODCACHE", "GOCACHE"];
  const values = execFileSync("go", ["env", ...names], { encoding: "utf8" }).split("\n");
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
}
