/**
 * Sends one signed call again and again, 16 at a time, and prints how many were answered a second and how long they
 * took, in JSON. `emulatorClient.mjs CALL PORT SECONDS`
 */
import { createRequire } from "node:module";
import { logsIn } from "../../tools/demo/logGroups.mjs";

const [call = "", port = "", seconds = ""] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const { signV1 } = require("../../provider/dist/sls/signing/v1.js");
const { requestTarget } = require("../../provider/dist/sls/request.js");
const { Agent, request } = createRequire(require.resolve("../../provider/package.json"))("undici");
const dispatcher = new Agent({ connections: 16, allowH2: false });
const credentials = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };
const logstore = "/logstores/orders";

const cursor = JSON.parse(
  (
    await send({ method: "GET", path: `${logstore}/shards/0`, query: { type: "cursor", from: "begin" } })
  ).toString(),
).cursor;
/** @type {Readonly<Record<string, { method: string, path: string, query: Record<string, string>, body?: string }>>} */
const calls = {
  UpdateCheckPoint: {
    method: "POST",
    path: `${logstore}/consumergroups/billing`,
    query: { type: "checkpoint", forceSuccess: "true" },
    body: JSON.stringify({ shard: 0, checkpoint: cursor }),
  },
  PullLogs: {
    method: "GET",
    path: `${logstore}/shards/0`,
    query: { type: "log", cursor, count: "10" },
  },
};
const sent = calls[call];
if (sent === undefined) throw new Error(`There is no call ${call}`);
if (call === "PullLogs" && logsIn(await send(sent)).length !== 10) throw new Error("10 logs were to be read");

/** @type {number[]} */
const took = [];
const started = performance.now();
const lane = async () => {
  for (let at = performance.now(); at - started < Number(seconds) * 1_000; at = performance.now()) {
    await send(sent);
    took.push(performance.now() - at);
  }
};
await Promise.all(Array.from({ length: 16 }, lane));
const perSecond = (took.length * 1_000) / (performance.now() - started);
took.sort((left, right) => left - right);
const share = (/** @type {number} */ part) => took[Math.floor(took.length * part)];
console.log(JSON.stringify({ perSecond, p50: share(0.5), p99: share(0.99) }));
process.exit();

/**
 * @param {{ method: string, path: string, query: Record<string, string>, body?: string }} call
 * @returns {Promise<Buffer>}
 */
async function send(call) {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${requestTarget(call)}`, {
    dispatcher,
    method: call.method,
    headers: signV1({ ...call, host: "shop.127.0.0.1" }, credentials, new Date()),
    body: call.body,
  });
  const bytes = Buffer.from(await body.arrayBuffer());
  if (statusCode !== 200) throw new Error(`it was answered ${String(statusCode)}: ${String(bytes)}`);
  return bytes;
}
