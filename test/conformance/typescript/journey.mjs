// @ts-nocheck -- the clients are not installed where types are checked
// The journey of the TypeScript client: prints what it saw as one JSON object. The client cannot write or pull
// logs (see ../README.md), so log groups are put in over the emulator's admin path.
import "./loopback.mjs";
import { createRequire } from "node:module";

const require = createRequire(process.env.CLIENT_MODULES);
const { default: Client, ...model } = require("@alicloud/sls20201230");
const { $OpenApiUtil } = require("@alicloud/openapi-core");

const [project, logstore, group] = ["journey", "events", "readers"];
const port = new URL(process.env.EMULATOR).port;

function clientWith(accessKeyId, accessKeySecret) {
  const config = new $OpenApiUtil.Config({
    accessKeyId,
    accessKeySecret,
    protocol: "http",
    endpoint: `cn-hangzhou.log.aliyuncs.com:${port}`,
    regionId: "cn-hangzhou",
    ...(process.env.SLS_SIGNATURE === "v4" && { signatureVersion: "v4" }),
  });
  return new Client(config);
}

async function codeOf(call) {
  try {
    await call();
    return "no error";
  } catch (error) {
    return error.code;
  }
}

const shardsOf = (shards) => shards.map(({ shardID, status }) => [shardID, status]);
const { SLS_ACCESS_KEY_ID: id, SLS_ACCESS_KEY_SECRET: secret } = process.env;
const client = clientWith(id, secret);
const saw = {};

await client.createProject(
  new model.CreateProjectRequest({ projectName: project, description: "a journey" }),
);
await client.updateProject(project, new model.UpdateProjectRequest({ description: "a longer journey" }));
saw.project = (await client.getProject(project)).body.description;
const { projects } = (await client.listProject(new model.ListProjectRequest({}))).body;
saw.projects = projects.map(({ projectName }) => projectName);
saw.regions = (await client.describeRegions(new model.DescribeRegionsRequest({}))).body.regions.length;
await client.createLogStore(
  project,
  new model.CreateLogStoreRequest({ logstoreName: logstore, ttl: 7, shardCount: 2 }),
);
await client.updateLogStore(
  project,
  logstore,
  new model.UpdateLogStoreRequest({ logstoreName: logstore, ttl: 14 }),
);
const { ttl, shardCount } = (await client.getLogStore(project, logstore)).body;
saw.logstore = [ttl, shardCount];
saw.logstores = (await client.listLogStores(project, new model.ListLogStoresRequest({}))).body.logstores;
await client.createConsumerGroup(
  project,
  logstore,
  new model.CreateConsumerGroupRequest({ consumerGroup: group, timeout: 60, order: false }),
);
await client.updateConsumerGroup(
  project,
  logstore,
  group,
  new model.UpdateConsumerGroupRequest({ timeout: 90, order: true }),
);
const groups = (await client.listConsumerGroup(project, logstore)).body;
saw.consumerGroups = groups.map(({ name, timeout, order }) => [name, timeout, order]);
saw.shards = shardsOf((await client.listShards(project, logstore)).body);

const filled = await fetch(`${process.env.EMULATOR}/_emulator/loggroups`, {
  headers: { "content-type": "application/json" },
  method: "POST",
  body: JSON.stringify({ project, logstore, shard: 0, count: 3 }),
});
if (!filled.ok) throw new Error(await filled.text());

const cursorAt = async (from) =>
  (await client.getCursor(project, logstore, "0", new model.GetCursorRequest({ from }))).body.cursor;
const [begin, end] = [await cursorAt("begin"), await cursorAt("end")];
const time = await client.getCursorTime(
  project,
  logstore,
  "0",
  new model.GetCursorTimeRequest({ cursor: begin }),
);
saw.cursorTimeIsNow = Math.abs(time.body.cursorTime - Date.now() / 1000) < 60;
saw.counted = Number(decoded(end) - decoded(begin));

const update = async (fields) =>
  client.consumerGroupUpdateCheckPoint(
    project,
    logstore,
    group,
    new model.ConsumerGroupUpdateCheckPointRequest({ shard: 0, checkpoint: begin, ...fields }),
  );
await update({ forceSuccess: true });
const points = (await client.getCheckPoint(project, logstore, group, new model.GetCheckPointRequest({})))
  .body;
saw.checkpoints = points.map(({ shard, checkpoint, consumer }) => [
  shard,
  checkpoint === begin ? "begin" : checkpoint,
  consumer,
]);
const heartbeat = new model.ConsumerGroupHeartBeatRequest({ consumer: "traveller", body: [] });
saw.held = (await client.consumerGroupHeartBeat(project, logstore, group, heartbeat)).body;
await update({ consumer: "traveller", forceSuccess: false });

const split = new model.SplitShardRequest({ key: "c0000000000000000000000000000000" });
saw.split = shardsOf((await client.splitShard(project, logstore, "1", split)).body);
saw.merged = shardsOf((await client.mergeShard(project, logstore, "2")).body);

const atEnd = new model.GetCursorTimeRequest({ cursor: end });
const nobody = clientWith("nobody", secret);
saw.errors = {
  "missing logstore": await codeOf(() => client.getLogStore(project, "nothing")),
  "bad checkpoint": await codeOf(() => update({ checkpoint: "check_point_1", forceSuccess: true })),
  "not the owner": await codeOf(() => update({ consumer: "other", forceSuccess: false })),
  "end cursor": await codeOf(() => client.getCursorTime(project, logstore, "0", atEnd)),
  "wrong secret": await codeOf(() => clientWith(id, "wrong").getProject(project)),
  "unknown key": await codeOf(() => nobody.getProject(project)),
};
const pull = new model.PullLogsRequest({ cursor: begin, count: 1 });
saw.pullLogs = await codeOf(() => client.pullLogs(project, logstore, "0", pull));

await client.deleteConsumerGroup(project, logstore, group);
await client.deleteLogStore(project, logstore);
await client.deleteProject(project, new model.DeleteProjectRequest({}));
saw.gone = await codeOf(() => client.getProject(project));
console.log(JSON.stringify(saw));

function decoded(cursor) {
  return BigInt(Buffer.from(cursor, "base64").toString());
}
