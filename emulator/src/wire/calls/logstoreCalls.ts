import { refusals } from "../../service/refusals.js";
import { maximumShards, type Logstore, type LogstoreSettings } from "../../service/logstore.js";
import { empty, json } from "../answer.js";
import { pathName, projectName, type Handler } from "./callContext.js";
import { isInteger, jsonObject, type JsonObject } from "./jsonBody.js";
import { integerParameter } from "./queryValues.js";

const logstoreName = /^[0-9a-z][0-9a-z_-]{0,61}[0-9a-z]$/;

/** POST /logstores */
export const createLogstore: Handler = (context) => {
  const { service, call } = context;
  const project = service.project(projectName(context));
  const { logstoreName: name, ...body } = jsonObject(call);
  if (typeof name !== "string" || !logstoreName.test(name)) {
    throw refusals.logstoreInfoInvalid("logstore name is invalid");
  }
  project.createLogstore(name, settingsIn(body), service.now());
  return empty();
};

/** GET /logstores */
export const listLogstores: Handler = (context) => {
  const project = context.service.project(projectName(context));
  const { query } = context.call;
  const offset = integerParameter("offset", query["offset"], { fallback: 0, max: 1e9 });
  const size = integerParameter("size", query["size"], { fallback: 500, max: 1e9 });
  const names = [...project.logstores.keys()].filter((name) => name.includes(query["logstoreName"] ?? ""));
  const logstores = names.sort().slice(offset, offset + size);
  return json({ count: logstores.length, total: names.length, logstores });
};

/** GET /logstores/{logstore} */
export const getLogstore: Handler = (context) => {
  const store = context.service.logstore(projectName(context), pathName(context, "logstore"));
  return json(onTheWire(store));
};

/** PUT /logstores/{logstore} */
export const updateLogstore: Handler = (context) => {
  const { service, call } = context;
  const store = service.logstore(projectName(context), pathName(context, "logstore"));
  const { logstoreName: _name, shardCount: _shards, ...body } = jsonObject(call);
  store.settings = settingsIn(body, store.settings);
  store.modifiedAt = service.now();
  return empty();
};

/** DELETE /logstores/{logstore} */
export const deleteLogstore: Handler = (context) => {
  const project = context.service.project(projectName(context));
  const { name } = project.logstore(pathName(context, "logstore"));
  project.logstores.delete(name);
  return empty();
};

function settingsIn(body: JsonObject, before?: LogstoreSettings): LogstoreSettings {
  const { ttl = before?.ttl, shardCount = before?.shardCount ?? 2, ...other } = body;
  if (!isInteger(ttl) || ttl < 1 || ttl > 36_500) throw refusals.logstoreInfoInvalid("ttl is invalid");
  if (!isInteger(shardCount) || shardCount < 1 || shardCount > maximumShards) {
    throw refusals.logstoreInfoInvalid("shardCount is invalid");
  }
  return { ttl, shardCount, other: { ...before?.other, ...other } };
}

function onTheWire({ name, settings, createdAt, modifiedAt }: Logstore) {
  return {
    enable_tracking: false,
    autoSplit: false,
    maxSplitShard: 0,
    appendMeta: false,
    telemetryType: "",
    mode: "standard",
    ...settings.other,
    logstoreName: name,
    ttl: settings.ttl,
    shardCount: settings.shardCount,
    createTime: Math.floor(createdAt / 1000),
    lastModifyTime: Math.floor(modifiedAt / 1000),
  };
}
