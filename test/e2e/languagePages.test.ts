/** The READMEs of the examples in other languages, followed literally: outside of the repository, in a shell. */
import { copyFileSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultIdentity } from "../../emulator/src/index.ts";
import { prepareStandIn } from "../engine/standInsForTests.mjs";
import { prepareYamlHost } from "../engine/yamlHostForTests.mjs";
import { packPlugin } from "../../tools/plugin/tarballs.mjs";
import { type Followed, Outside, blocks, root } from "./outside.ts";

const examples = [
  { example: "yaml", available: await prepareYamlHost() },
  { example: "python", available: await prepareStandIn("python") },
];

let outside: Outside;
let copy: string;

/** The copy of an example, with the plugin's file in it, as its README asks for. */
async function copyExample(example: string): Promise<void> {
  outside = await Outside.open();
  copy = join(outside.folder, example);
  cpSync(join(root, "examples", example), copy, {
    recursive: true,
    filter: (file) => !file.endsWith(".work"),
  });
  const files = await packPlugin(join(outside.folder, "plugin"));
  for (const file of files) copyFileSync(join(outside.folder, "plugin", file), join(copy, file));
}

/** Runs one command of the README. A person answers what it asks for. */
function follow(command: string): Followed {
  const answered = command.replace(/^pulumi (up|destroy)\b/, "pulumi $1 --yes");
  return outside.run(answered, { cwd: copy, input: `${defaultIdentity.accessKeySecret}\n` });
}

function succeeded(command: string): string {
  const { status, output } = follow(command);
  expect(status, `${command}\n${output}`).toBe(0);
  return output;
}

/** The commands of the README, each with what it printed. */
function followReadme(): Map<string, string> {
  const readme = outside.local(blocks(readFileSync(join(copy, "README.md"), "utf8"), "sh"));
  const commands = readme.split("\n").filter((line) => line !== "");
  return new Map(commands.map((command) => [command.replace(/\s+#.*$/, ""), succeeded(command)]));
}

describe.each(examples.filter(({ available }) => available))(
  "the README of examples/$example",
  { timeout: 600_000 },
  ({ example }) => {
    beforeEach(() => copyExample(example), 300_000);

    afterEach(() => {
      outside.close();
    });

    it("leads from a copy of the folder to a replay that is done", async () => {
      const printed = followReadme();
      const plan = /shop\/orders\/billing: 2 shards: 2 back; \d+ log groups will be read again/;
      expect(printed.get("pulumi preview")).toMatch(plan);
      expect(printed.get("pulumi up")).toContain('way back: {"0":"cursor:');
      expect(await outside.requests("UpdateCheckPoint")).toBe(2);
      // What asks the reader for something has asked for all of it.
      for (const [command, output] of printed) expect(output, command).not.toMatch(/warning|error/i);

      expect(succeeded("pulumi up")).toContain("4 unchanged");
      succeeded("pulumi destroy");
      expect(await outside.requests("UpdateCheckPoint")).toBe(2);
    });
  },
);
