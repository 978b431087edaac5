import { isKey } from "../../service/keyRange.js";
import { refusals } from "../../service/refusals.js";
import type { Shard } from "../../service/shard.js";
import { empty, json } from "../answer.js";
import { pathName, projectName, type CallContext, type Handler } from "./callContext.js";
import { integerParameter, shardId } from "./queryValues.js";

/** GET /logstores/{logstore}/shards */
export const listShards: Handler = (context) => {
  return json(logstoreOf(context).shards(context.service.now()).map(onTheWire));
};

/** POST /logstores/{logstore}/shards/{shard}?action=split */
export const splitShard: Handler = (context) => {
  const { key, shardCount } = context.call.query;
  const parts = integerParameter("shardCount", shardCount, { fallback: 2, max: 64 });
  if (parts < 2) throw refusals.parameterInvalid("Parameter shardCount is not valid");
  if (key !== undefined && key !== "" && !isKey(key)) throw refusals.parameterInvalid("invalid mid hash");
  const how = key === undefined || key === "" ? { parts } : { key };
  const id = shardId(pathName(context, "shard"));
  return json(logstoreOf(context).split(id, context.service.now(), how).map(onTheWire));
};

/** POST /logstores/{logstore}/shards/{shard}?action=merge */
export const mergeShards: Handler = (context) => {
  const id = shardId(pathName(context, "shard"));
  return json(logstoreOf(context).merge(id, context.service.now()).map(onTheWire));
};

/** DELETE /logstores/{logstore}/shards/{shard} */
export const deleteShard: Handler = (context) => {
  logstoreOf(context).deleteShard(shardId(pathName(context, "shard")), context.service.now());
  return empty();
};

function onTheWire(shard: Shard) {
  return {
    shardID: shard.id,
    status: shard.status,
    inclusiveBeginKey: shard.keyRange.begin,
    exclusiveEndKey: shard.keyRange.end,
    createTime: Math.floor(shard.createdAt / 1000),
  };
}

function logstoreOf(context: CallContext) {
  return context.service.logstore(projectName(context), pathName(context, "logstore"));
}
