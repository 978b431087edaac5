/**
 * Replays a group once and prints how long it took, in JSON. `replay.mjs library PORT SHARDS FROM` plans, applies and
 * reads back as the provider does; `replay.mjs official PORT IN_FLIGHT MODULES` sends the requests that it reads from
 * its input, a JSON list, with the official client.
 */
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { officialClient } from "./officialClient.mjs";

const [name = "", port = "", ...rest] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

/** @type {Readonly<Record<string, () => Promise<() => Promise<unknown>>>>} */
const ways = { library, official };
const replay = await ways[name]?.();
if (replay === undefined) throw new Error(`There is no way ${name}`);
// What the provider tells the user is not what is measured.
const { log } = console;
console.log = () => undefined;
const memory = process.memoryUsage().rss;
const before = process.cpuUsage();
const started = performance.now();
await replay();
const milliseconds = performance.now() - started;
const { user, system } = process.cpuUsage(before);
const mostMemory = process.resourceUsage().maxRSS * 1024;
log(
  JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1_000, grownBytes: mostMemory - memory }),
);
process.exit();

/** Both children of a replay, one after the other, as the engine calls them in a first up. */
async function library() {
  const [shards = "1", from = ""] = rest;
  const { configure } = require("../../provider/dist/provider.js");
  /** @type {Record<string, string>} */
  const config = {
    "sls:endpoint": `http://127.0.0.1:${port}`,
    "sls:accessKeyId": "emulatorAccessKeyId",
    "sls:accessKeySecret": "emulatorAccessKeySecret",
  };
  /** @type {any} */
  const request = { config: { get: (/** @type {string} */ key) => config[key] } };
  const [plan, apply] = [configure("replayPlan", request), configure("replayApply", request)];
  const self = "urn:pulumi:bench::shop::sls:index:ConsumerGroupReplay::replay";
  return async () => {
    const planned = await plan.create(await checked(plan, { ...group, from, self }));
    const { outs } = await apply.create(await checked(apply, { ...group, self, plan: planned.outs.plan }));
    const pinned = outs.shards.filter((/** @type {any} */ { status }) => status === "pinned").length;
    if (pinned !== Number(shards)) throw new Error(`${pinned} of ${shards} shards were pinned`);
  };
}

/**
 * @param {any} life
 * @param {object} inputs
 */
async function checked(life, inputs) {
  const result = await life.check({}, inputs);
  if (result.failures?.length > 0) throw new Error(JSON.stringify(result.failures));
  return result.inputs;
}

async function official() {
  const [inFlight = "1", modules = ""] = rest;
  const requests = JSON.parse(await text(process.stdin));
  const { client, model } = officialClient(port, modules);
  const { project, logstore, consumerGroup } = group;
  /** @type {Readonly<Record<string, (request: any) => Promise<unknown>>>} */
  const calls = {
    GetLogStore: () => client.getLogStore(project, logstore),
    ListShards: () => client.listShards(project, logstore),
    ListConsumerGroup: () => client.listConsumerGroup(project, logstore),
    GetCheckPoint: () =>
      client.getCheckPoint(project, logstore, consumerGroup, new model.GetCheckPointRequest({})),
    GetCursor: ({ shard, query }) =>
      client.getCursor(project, logstore, shard, new model.GetCursorRequest({ from: query.from })),
    GetCursorTime: ({ shard, cursor }) =>
      client.getCursorTime(project, logstore, shard, new model.GetCursorTimeRequest({ cursor })),
    UpdateCheckPoint: ({ shard, cursor: checkpoint }) =>
      client.consumerGroupUpdateCheckPoint(
        project,
        logstore,
        consumerGroup,
        new model.ConsumerGroupUpdateCheckPointRequest({ shard, checkpoint, forceSuccess: true }),
      ),
  };
  return async () => {
    const left = [...requests];
    const lane = async () => {
      for (let request = left.shift(); request !== undefined; request = left.shift()) {
        const call = calls[request.call];
        if (call === undefined)
          throw new Error(`The official client is not told how to send ${request.call}`);
        await call(request);
      }
    };
    await Promise.all(Array.from({ length: Number(inFlight) }, lane));
  };
}
