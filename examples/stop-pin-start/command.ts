import * as pulumi from "@pulumi/pulumi";

interface CommandArgs {
  /** What a shell runs. It ends when its work is done: a stop, when the consumers are gone. */
  readonly run: pulumi.Input<string>;
  /** Runs when it is first declared, and again when one of these changes. Another `run` alone runs nothing. */
  readonly triggers: pulumi.Input<string>[];
  /** Printed when it has run. */
  readonly then?: string;
}

type CommandInputs = pulumi.Unwrap<CommandArgs>;

const provider: pulumi.dynamic.ResourceProvider<CommandInputs, CommandInputs> = {
  async create(inputs) {
    const { spawn } = await import("node:child_process");
    const { mkdtemp, open, readFile, rm } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const folder = await mkdtemp(`${tmpdir()}/command-`);
    // A file, because consumers that a start leaves running would hold a pipe open, and be waited for.
    const output = await open(`${folder}/output`, "w");
    const shell = spawn("sh", ["-c", inputs.run], { stdio: ["ignore", output.fd, output.fd] });
    const code = await new Promise((resolve, reject) => shell.on("error", reject).on("exit", resolve));
    await output.close();
    const printed = (await readFile(`${folder}/output`, "utf8")).trim();
    await rm(folder, { recursive: true });
    if (code !== 0) throw new Error(`${inputs.run}\nfailed, so it counts as not run:\n${printed}`);
    if (printed !== "") console.log(printed);
    if (inputs.then !== undefined) console.log(inputs.then);
    return { id: "command", outs: inputs };
  },
  diff(_id, olds, news) {
    const same = olds.run === news.run && olds.triggers.join("\n") === news.triggers.join("\n");
    return Promise.resolve({ changes: !same });
  },
  async update(_id, olds, news) {
    if (olds.triggers.join("\n") !== news.triggers.join("\n")) await this.create(news);
    return { outs: news };
  },
};

/** Runs a command in the order of an up. One that fails counts as not run: the next up runs it again. */
export class Command extends pulumi.dynamic.Resource {
  constructor(name: string, args: CommandArgs, options?: pulumi.CustomResourceOptions) {
    super(provider, name, args, options);
  }
}
