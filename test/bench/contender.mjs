/**
 * Sends checkpoint writes with one client, so many at a time, and prints how many a second and what each cost.
 * `contender.mjs CLIENT IN_FLIGHT COUNT PORT MODULES`
 */
import { createRequire } from "node:module";
import { officialClient } from "./officialClient.mjs";

const [name = "", inFlight = "1", count = "1", port = "", modules = ""] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const identity = { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0 };
const checkpoint = "MTUyNDE1NTM3OTM3MzkwODQ5Ng==";
const credentials = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };

/** @typedef {() => Promise<unknown>} Write */
/** @type {Record<string, () => Write>} */
const contenders = { ours, official, bare, bareDispatch };

const write = contenders[name]?.();
if (write === undefined) throw new Error(`There is no client ${name}`);
await send(write, Math.ceil(Number(count) / 4));
const started = performance.now();
const before = process.cpuUsage();
await send(write, Number(count));
const perSecond = (Number(count) * 1_000) / (performance.now() - started);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ perSecond, cpuMicroseconds: (user + system) / Number(count) }));
process.exit();

/**
 * @param {Write} once
 * @param {number} times
 */
async function send(once, times) {
  let left = times;
  const lane = async () => {
    while (left-- > 0) await once();
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, lane));
}

/** This package's client, put together as the provider does it. */
function ours() {
  const { SlsClient } = require("../../provider/dist/sls/client.js");
  const { readConfiguration } = require("../../provider/dist/sls/configuration.js");
  const { Connections } = require("../../provider/dist/sls/connections.js");
  const { credentialsSource } = require("../../provider/dist/sls/official/credentialsSource.js");
  /** @type {Record<string, string>} */
  const keys = {
    "sls:endpoint": `http://127.0.0.1:${port}`,
    "sls:accessKeyId": credentials.accessKeyId,
    "sls:accessKeySecret": credentials.accessKeySecret,
  };
  const configuration = readConfiguration((/** @type {string} */ key) => keys[key], {}, "0.0.0");
  const connections = new Connections();
  const client = new SlsClient(configuration, credentialsSource(configuration.credentials, configuration), {
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: () => Promise.reject(new Error("a write had to wait")),
    random: Math.random,
    dispatcher: (/** @type {string} */ origin) => connections.dispatcher(origin, configuration),
  });
  /** @type {any} */
  const cursor = checkpoint;
  const attempt = { attempt: 0, beforeSend: () => undefined };
  return async () => {
    const { kind } = await client.updateCheckPoint(
      identity,
      { checkpoint: cursor, forceSuccess: true },
      attempt,
    );
    if (kind !== "acknowledged") throw new Error(`a write was ${kind}`);
  };
}

/** The official client. */
function official() {
  const { client, model } = officialClient(port, modules);
  const { project, logstore, consumerGroup, shard } = identity;
  return () =>
    client.consumerGroupUpdateCheckPoint(
      project,
      logstore,
      consumerGroup,
      new model.ConsumerGroupUpdateCheckPointRequest({ shard, checkpoint, forceSuccess: true }),
    );
}

/** The same request without a signature, by the function that undici is usually called by. */
function bare() {
  const { Agent, request } = createRequire(require.resolve("../../provider/package.json"))("undici");
  const dispatcher = new Agent({ connections: 16, allowH2: false });
  const { logstore, consumerGroup, shard } = identity;
  const url = `http://127.0.0.1:${port}/logstores/${logstore}/consumergroups/${consumerGroup}?type=checkpoint&forceSuccess=true`;
  return async () => {
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ shard, checkpoint }),
    });
    await body.text();
    if (statusCode !== 200) throw new Error(`a write was answered with ${String(statusCode)}`);
  };
}

/** The same by the lowest layer of undici, which our client uses: the most that it could reach. */
function bareDispatch() {
  const { Agent } = createRequire(require.resolve("../../provider/package.json"))("undici");
  const dispatcher = new Agent({ connections: 16, allowH2: false });
  const { logstore, consumerGroup, shard } = identity;
  const path = `/logstores/${logstore}/consumergroups/${consumerGroup}?type=checkpoint&forceSuccess=true`;
  return () =>
    new Promise((resolve, reject) => {
      dispatcher.dispatch(
        {
          origin: `http://127.0.0.1:${port}`,
          path,
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ shard, checkpoint }),
        },
        {
          onResponseStart: (/** @type {unknown} */ _controller, /** @type {number} */ status) => {
            if (status !== 200) reject(new Error(`a write was answered with ${String(status)}`));
          },
          onRequestStart: () => undefined,
          onResponseData: () => undefined,
          onResponseEnd: resolve,
          onResponseError: (/** @type {unknown} */ _controller, /** @type {unknown} */ error) =>
            reject(error),
        },
      );
    });
}
