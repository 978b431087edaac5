import type { SlsService } from "../../service/slsService.js";
import type { CheckpointRecord } from "../../service/checkpointRecord.js";
import { refusals } from "../../service/refusals.js";
import { empty, json } from "../answer.js";
import { pathName, projectName, type CallContext, type Handler } from "./callContext.js";
import { isInteger, jsonIntegers, jsonObject } from "./jsonBody.js";
import { booleanParameter, shardId } from "./queryValues.js";

/** POST …/consumergroups/{group}?type=checkpoint */
export const updateCheckPoint: Handler = (context) => {
  const { service, call } = context;
  const { store, group } = groupOf(context);
  const { shard, checkpoint } = jsonObject(call);
  if (!isInteger(shard) || typeof checkpoint !== "string") throw refusals.postBodyInvalid();
  const force = booleanParameter("forceSuccess", call.query["forceSuccess"]);
  const consumer = call.query["consumer"] === "" ? undefined : call.query["consumer"];
  const now = service.now();
  group.update({ shard, checkpoint, consumer, force }, store.view(now), now);
  return empty();
};

/** GET …/consumergroups/{group} */
export const getCheckPoint: Handler = (context) => {
  const { service, call } = context;
  const { store, group } = groupOf(context);
  const asked = call.query["shard"];
  const only = asked === undefined || asked === "" ? undefined : shardId(asked);
  const records = group.records(store.view(service.now()));
  return json(
    records
      .filter(({ shard }) => only === undefined || shard === only)
      .map(({ shard, record }) => ({ shard, ...onTheWire(record, service) })),
  );
};

/** POST …/consumergroups/{group}?type=heartbeat */
export const heartBeat: Handler = (context) => {
  const { service, call } = context;
  const { store, group } = groupOf(context);
  const consumer = call.query["consumer"] ?? "";
  if (consumer === "") throw refusals.parameterInvalid("Parameter consumer is not valid");
  const reported = call.body.length === 0 ? [] : jsonIntegers(call);
  const now = service.now();
  return json(group.heartbeat(consumer, reported, store.view(now), now));
};

function onTheWire(record: CheckpointRecord, { assumptions }: SlsService): CheckpointRecord {
  if (assumptions.decide("updateTimeUnit") === "microseconds") return record;
  return { ...record, updateTime: Math.floor(record.updateTime / 1_000_000) };
}

function groupOf(context: CallContext) {
  return context.service.consumerGroup(
    projectName(context),
    pathName(context, "logstore"),
    pathName(context, "consumerGroup"),
  );
}
