// @ts-nocheck -- the clients are not installed where types are checked
// The calls that the older Node.js client shares with the emulator: projects, logstores, writing logs.
import "./loopback.mjs";
import http from "node:http";
import { createRequire } from "node:module";

const require = createRequire(process.env.CLIENT_MODULES);
const Client = require("@alicloud/log");
const [project, logstore] = ["journey", "events"];
const port = new URL(process.env.EMULATOR).port;
const client = new Client({
  accessKeyId: process.env.SLS_ACCESS_KEY_ID,
  accessKeySecret: process.env.SLS_ACCESS_KEY_SECRET,
  endpoint: `cn-hangzhou.log.aliyuncs.com:${port}`,
  use_https: false,
  httpAgent: new http.Agent(),
});
const saw = {};

await client.createProject(project, { description: "a journey" });
saw.project = (await client.getProject(project)).description;
await client.createLogStore(project, logstore, { ttl: 7, shardCount: 1 });
await client.updateLogStore(project, logstore, { ttl: 14, shardCount: 1 });
saw.ttl = (await client.getLogStore(project, logstore)).ttl;
saw.logstores = (await client.listLogStore(project)).logstores;
const timestamp = Math.floor(Date.now() / 1000);
await client.postLogStoreLogs(project, logstore, {
  logs: [{ timestamp, content: { number: "one" } }],
  tags: [{ tag: "t" }],
  topic: "topic",
  source: "source",
});
await client.deleteLogStore(project, logstore);
await client.deleteProject(project);
saw.gone = await client.getProject(project).then(
  () => "no error",
  (error) => error.code,
);
console.log(JSON.stringify(saw));
