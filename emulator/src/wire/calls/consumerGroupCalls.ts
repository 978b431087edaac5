import type { ConsumerGroupSettings } from "../../service/consumerGroup.js";
import { refusals } from "../../service/refusals.js";
import { empty, json } from "../answer.js";
import { pathName, projectName, type CallContext, type Handler } from "./callContext.js";
import { isInteger, jsonObject } from "./jsonBody.js";

const groupName = /^[0-9a-zA-Z_-]{1,128}$/;

/** POST /logstores/{logstore}/consumergroups */
export const createConsumerGroup: Handler = (context) => {
  const store = logstoreOf(context);
  const body = jsonObject(context.call);
  const { consumerGroup: name } = body;
  const { timeout, order = false } = settingsIn(body);
  if (typeof name !== "string" || !groupName.test(name) || timeout === undefined) throw badFormat();
  store.admitConsumerGroup(name);
  store.createConsumerGroup(name, { timeout, order });
  return empty();
};

/** GET /logstores/{logstore}/consumergroups */
export const listConsumerGroup: Handler = (context) => {
  const groups = [...logstoreOf(context).consumerGroups.values()];
  return json(groups.map(({ name, settings }) => ({ name, ...settings })));
};

/** PUT /logstores/{logstore}/consumergroups/{group} */
export const updateConsumerGroup: Handler = (context) => {
  const store = logstoreOf(context);
  const group = store.consumerGroup(pathName(context, "consumerGroup"));
  group.change(settingsIn(jsonObject(context.call)), store.nextShard);
  return empty();
};

/** DELETE /logstores/{logstore}/consumergroups/{group} */
export const deleteConsumerGroup: Handler = (context) => {
  const store = logstoreOf(context);
  const group = store.consumerGroup(pathName(context, "consumerGroup"));
  group.admitDeletion(context.service.now());
  store.consumerGroups.delete(group.name);
  return empty();
};

function settingsIn({ timeout, order }: Readonly<Record<string, unknown>>): Partial<ConsumerGroupSettings> {
  if (timeout !== undefined && (!isInteger(timeout) || timeout <= 0)) throw badFormat();
  if (order !== undefined && typeof order !== "boolean") throw badFormat();
  return { ...(timeout !== undefined && { timeout }), ...(order !== undefined && { order }) };
}

function badFormat() {
  return refusals.jsonInfoInvalid("consumerGroup or timeout is of error format");
}

function logstoreOf(context: CallContext) {
  return context.service.logstore(projectName(context), pathName(context, "logstore"));
}
