import * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";
import { Command } from "./command";

const config = new pulumi.Config();

const from = config.require("from");
const again = config.get("again") ?? "";

// The same declared values for both, and no output of anything: so they run exactly when the replay acts anew.
const triggers = [from, again];

const stop = new Command("stop", {
  run: config.require("stop"),
  triggers,
  then: "The consumers are stopped. They start when the replay is done; until then, every pulumi up goes on with it.",
});

const replay = new sls.ConsumerGroupReplay(
  "replay",
  {
    project: config.require("project"),
    logstore: config.require("logstore"),
    consumerGroup: config.require("consumerGroup"),
    from,
    triggers: [again],
    onActiveConsumers: "wait",
    ...optional("waitTimeout"),
    ...optional("maxMove"),
    ...optional("reason"),
  },
  { dependsOn: stop },
);

new Command("start", { run: config.require("start"), triggers }, { dependsOn: replay });

export const totals = replay.totals;
export const previousPositions = replay.previousPositions;

function optional(input: "waitTimeout" | "maxMove" | "reason"): Record<string, string> {
  const value = config.get(input);
  return value === undefined ? {} : { [input]: value };
}
