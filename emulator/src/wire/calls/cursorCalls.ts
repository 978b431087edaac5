import { encodeCursor } from "../../service/cursor.js";
import { findCursor, findCursorTime, type CursorPlace } from "../../service/cursorLookup.js";
import { refusals } from "../../service/refusals.js";
import { json } from "../answer.js";
import { pathName, projectName, type CallContext, type Handler } from "./callContext.js";
import { shardId } from "./queryValues.js";

/** GET /logstores/{logstore}/shards/{shard}?type=cursor */
export const getCursor: Handler = (context) => {
  const { shard, horizon } = shardOf(context);
  return json({
    cursor: encodeCursor(findCursor(shard, placeOf(context.call.query["from"] ?? ""), horizon)),
  });
};

/** GET /logstores/{logstore}/shards/{shard}?type=cursor_time */
export const getCursorTime: Handler = (context) => {
  const { shard, horizon } = shardOf(context);
  const cursor = context.call.query["cursor"] ?? "";
  return json({ cursor_time: findCursorTime(shard, cursor, horizon, context.service.assumptions) });
};

/** The shard that a call reads, with what retention has left of it. */
export function shardOf(context: CallContext) {
  const { service } = context;
  const store = service.logstore(projectName(context), pathName(context, "logstore"));
  const id = shardId(pathName(context, "shard"));
  const now = service.now();
  const shard = store.shard(id, now);
  if (shard === undefined) {
    const status = service.assumptions.decide("shardNotExistStatus");
    throw refusals.shardNotExist(status === "perCall" ? 400 : status, id);
  }
  return { shard, horizon: store.horizon(now), now, store };
}

function placeOf(from: string): CursorPlace {
  const text = from.toLowerCase();
  if (text === "begin" || text === "end") return text;
  if (!/^\d{1,11}$/.test(from)) throw refusals.parameterInvalid("Parameter From is not valid");
  return Number(from) * 1000;
}
