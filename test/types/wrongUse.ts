/** Programs that must not compile: a line below a comment that expects an error, and has none, is an error. */
import type * as pulumi from "@pulumi/pulumi";
import * as sls from "pulumi-sls-checkpoint";

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const pin = { ...group, shard: 0, checkpoint: "MA==" };
const replay = { ...group, from: "begin" };

// @ts-expect-error -- what is pinned is missing
new sls.ConsumerGroupCheckpoint("no-args");
// @ts-expect-error -- which shard is missing
new sls.ConsumerGroupCheckpoint("no-shard", { ...group, checkpoint: "MA==" });
// @ts-expect-error -- where to is missing
new sls.ConsumerGroupCheckpoint("no-checkpoint", { ...group, shard: 0 });
// @ts-expect-error -- a shard is a number
new sls.ConsumerGroupCheckpoint("shard-as-text", { ...pin, shard: "0" });
// @ts-expect-error -- a cursor does not fit into a number
new sls.ConsumerGroupCheckpoint("cursor-as-number", { ...pin, checkpoint: 1524155379 });
// @ts-expect-error -- a checkpoint takes a cursor only; positions are a replay's
new sls.ConsumerGroupCheckpoint("position", { ...pin, from: "begin" });
// @ts-expect-error -- one of three words
new sls.ConsumerGroupCheckpoint("force", { ...pin, onActiveConsumers: "force" });
// @ts-expect-error -- a duration is a text with a unit
new sls.ConsumerGroupCheckpoint("hours", { ...pin, maxMove: 24 });
// @ts-expect-error -- yes or no
new sls.ConsumerGroupCheckpoint("yes", { ...pin, forceSuccess: "yes" });
// @ts-expect-error -- triggers are a list
new sls.ConsumerGroupCheckpoint("trigger", { ...pin, triggers: "release" });
// @ts-expect-error -- misspelt
new sls.ConsumerGroupCheckpoint("misspelt", { ...pin, applyBefor: "2026-11-22T12:00:00Z" });
// @ts-expect-error -- only a replay has a window to be truncated at
new sls.ConsumerGroupCheckpoint("truncated", { ...pin, allowTruncated: true });
// @ts-expect-error -- a connection, not its name
new sls.ConsumerGroupCheckpoint("settings", pin, { provider: "connection" });

// @ts-expect-error -- where to is missing
new sls.ConsumerGroupReplay("nowhere", group);
// @ts-expect-error -- a Date is a moment that nobody reviewed
new sls.ConsumerGroupReplay("date", { ...replay, from: new Date() });
// @ts-expect-error -- seconds or milliseconds?
new sls.ConsumerGroupReplay("number", { ...replay, from: 1795132800 });
// @ts-expect-error -- positions by shard, not in order
new sls.ConsumerGroupReplay("list", { ...replay, from: ["begin", "end"] });
// @ts-expect-error -- a position is a text
new sls.ConsumerGroupReplay("map-of-numbers", { ...replay, from: { "0": 1795132800 } });
// @ts-expect-error -- a replay moves the whole group
new sls.ConsumerGroupReplay("shard", { ...replay, shard: 0 });
// @ts-expect-error -- a deadline is a text
new sls.ConsumerGroupReplay("deadline", { ...replay, applyBefore: new Date() });
// @ts-expect-error -- a replay is adopted by declaring it
new sls.ConsumerGroupReplay("import", replay, { import: "shop/orders/billing" });

// @ts-expect-error -- a savepoint goes nowhere
new sls.ConsumerGroupSavepoint("from", { ...group, from: "begin" });
// @ts-expect-error -- which group is missing
new sls.ConsumerGroupSavepoint("no-group", { project: "shop", logstore: "orders" });

// @ts-expect-error -- there are two signatures
new sls.Provider("signature", { signatureVersion: "v2" });
// @ts-expect-error -- a number, which the class turns into a text for Pulumi
new sls.Provider("retries", { maxRetries: "4" });
// @ts-expect-error -- configuration keys are for stacks
new sls.Provider("key", { "sls:region": "cn-hangzhou" });

declare const made: sls.ConsumerGroupCheckpoint;
// @ts-expect-error -- an output that may be absent
export const time: pulumi.Output<string> = made.checkpointTime;
// @ts-expect-error -- an output is not a value yet
export const status: string = made.status;
// @ts-expect-error -- outputs are read, never set
made.status = made.checkpoint;
// @ts-expect-error -- the provider's text is Pulumi's own
export const shim: unknown = made.__provider;
