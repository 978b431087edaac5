import { cursorTimeOf } from "../answers.js";
import { getCursor, getCursorTime } from "../calls.js";
import { shiftedCursor } from "../encodedCursor.js";
import { found, seenIn, unclear } from "../finding.js";
import { type Probe } from "../probe.js";
import { isDone, isRefused } from "../reply.js";
import { wholeShard } from "../touchedShard.js";

/** An id that no shard of a new logstore has. */
const noShard = 99_999;

export const endCursorTime: Probe = {
  switches: ["endCursorTime"],
  asks: "GetCursorTime of the end cursor of a shard with log groups, and of the log group before it",
  ask: async ({ bench }) => {
    const end = await bench.cursor(wholeShard, "end");
    const last = await bench.done(getCursorTime(bench.logstore, wholeShard, shiftedCursor(end, -1n)));
    const reply = await bench.ask(getCursorTime(bench.logstore, wholeShard, end));
    if (isRefused(reply)) return { endCursorTime: found("error", seenIn([reply])) };
    if (!isDone(reply)) return { endCursorTime: unclear("neither a time nor a refusal", seenIn([reply])) };
    const times = `${String(cursorTimeOf(reply))}; before it ${String(cursorTimeOf(last))}`;
    const seen = seenIn([reply, last], times);
    return {
      endCursorTime:
        cursorTimeOf(reply) === cursorTimeOf(last)
          ? found("last", seen)
          : unclear("a time other than that of the last log group", seen),
    };
  },
};

export const shardNotExistStatus: Probe = {
  switches: ["shardNotExistStatus"],
  asks: "GetCursor and UpdateCheckPoint of a shard that is not there",
  ask: async ({ bench }) => {
    const group = await bench.openGroup();
    const checkpoint = await bench.cursor(wholeShard, "begin");
    const asCursor = await bench.ask(getCursor(bench.logstore, noShard, "begin"));
    const asSave = await group.save({ shard: noShard, checkpoint, force: true });
    const seen = seenIn([asCursor, asSave]);
    const isNamed = [asCursor, asSave].every(({ code = "" }) => /^ShardNot(?:Exist|Exsit)$/i.test(code));
    const value = isNamed ? readings[`${String(asCursor.status)} ${String(asSave.status)}`] : undefined;
    return {
      shardNotExistStatus:
        value === undefined
          ? unclear("no status that the switch has, or another code", seen)
          : found(value, seen),
    };
  },
};

/** By the status for a cursor and the status for a checkpoint. */
const readings: Readonly<Record<string, "perCall" | 400 | 404>> = {
  "400 404": "perCall",
  "400 400": 400,
  "404 404": 404,
};
