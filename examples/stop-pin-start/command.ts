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
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    const { stdout } = await promisify(execFile)("sh", ["-c", inputs.run]);
    if (stdout.trim() !== "") console.log(stdout.trim());
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
