import { decodeCursor, encodeCursor } from "../../service/cursor.js";
import { isKey } from "../../service/keyRange.js";
import type { StoredLogGroup } from "../../service/logGroup.js";
import type { Logstore } from "../../service/logstore.js";
import { refusals } from "../../service/refusals.js";
import type { Shard } from "../../service/shard.js";
import { empty, type Answer } from "../answer.js";
import { compress, compressionNamed, decompress, type Compression } from "../compression.js";
import { httpRefusals } from "../httpRefusals.js";
import type { IncomingCall } from "../incomingCall.js";
import { encodeLogGroup, encodeLogGroupList, isLogGroup } from "../logGroupMessage.js";
import { maximumBody } from "../requestBody.js";
import { pathName, projectName, type CallContext, type Handler } from "./callContext.js";
import { shardOf } from "./cursorCalls.js";
import { integerParameter } from "./queryValues.js";

/** POST /logstores/{logstore}, POST …/shards/lb: to any writable shard, in turn. */
export const postLogs: Handler = (context) => store(context, (logstore, now) => logstore.nextWritable(now));

/** POST …/shards/route?key=: to the writable shard whose range the key is in. */
export const postLogsByKey: Handler = (context) => {
  const key = (context.call.query["key"] ?? "").toLowerCase();
  if (!isKey(key)) throw refusals.parameterInvalid("Parameter key is not valid");
  return store(context, (logstore, now) => logstore.writableFor(key, now));
};

/** GET …/shards/{shard}?type=log */
export const pullLogs: Handler = (context) => {
  const { query, headers } = context.call;
  if (query["query"] || query["processor"])
    throw refusals.parameterInvalid("SPL is not served by the emulator");
  const { shard, horizon } = shardOf(context);
  const count = integerParameter("count", query["count"], { fallback: 0, max: 1000 });
  if (count === 0) throw refusals.parameterInvalid("Parameter count is not valid");
  const cursor = liveCursor(shard, query["cursor"] ?? "", horizon);
  const end = query["end_cursor"] ? endCursor(shard, query["end_cursor"]) : shard.end;
  const groups = end > cursor ? shard.groupsFrom(cursor, count, end) : [];
  return pulled(shard, cursor, groups, compressionNamed(headers.get("accept-encoding") ?? ""));
};

function store(context: CallContext, choose: (logstore: Logstore, now: number) => Shard): Answer {
  const { service, call } = context;
  const logstore = service.logstore(projectName(context), pathName(context, "logstore"));
  const content = logGroupIn(call);
  const now = service.now();
  const shard = choose(logstore, now);
  logstore.append(shard, [{ receivedAt: Math.max(now, shard.lastReceivedAt), content }], now);
  return empty();
}

/** The bytes of the one log group in a body. */
function logGroupIn(call: IncomingCall): Uint8Array {
  const type = call.headers.get("content-type");
  if (type === undefined) throw httpRefusals.missingContentType();
  if (!/^application\/x-protobuf\b/i.test(type)) throw httpRefusals.invalidContentType(type);
  const raw = uncompressed(call);
  if (raw.length === 0 || !isLogGroup(raw)) {
    throw refusals.postBodyInvalid("Protobuffer content cannot be parsed.");
  }
  return raw;
}

function uncompressed({ headers, body }: IncomingCall): Uint8Array {
  const named = headers.get("x-log-compresstype") ?? "";
  if (named === "") return body;
  const compression = compressionNamed(named);
  if (compression === undefined) throw httpRefusals.invalidCompressType(named);
  const size = rawSize(headers.get("x-log-bodyrawsize"));
  try {
    return decompress(body, compression, size);
  } catch {
    throw refusals.postBodyUncompressError();
  }
}

function rawSize(text: string | undefined): number {
  if (text === undefined) throw httpRefusals.missingBodyRawSize();
  if (!/^\d{1,12}$/.test(text)) throw httpRefusals.invalidBodyRawSize();
  const size = Number(text);
  if (size > maximumBody) throw httpRefusals.postBodyTooLarge(maximumBody);
  return size;
}

function liveCursor(shard: Shard, text: string, horizon: number): bigint {
  const cursor = decodeCursor(text);
  if (cursor === undefined || !shard.covers(cursor, horizon)) throw refusals.invalidCursor(text);
  return cursor;
}

function endCursor(shard: Shard, text: string): bigint {
  const cursor = decodeCursor(text);
  if (cursor === undefined) throw refusals.invalidCursor(text);
  return cursor < shard.end ? cursor : shard.end;
}

function pulled(
  shard: Shard,
  cursor: bigint,
  groups: readonly StoredLogGroup[],
  compression: Compression | undefined,
): Answer {
  const fitting = fitInto(groups.map(encodeLogGroup), maximumBody);
  const last = groups[fitting.length - 1];
  const next = cursor + BigInt(fitting.length);
  const raw = fitting.length === 0 ? Buffer.alloc(0) : Buffer.from(encodeLogGroupList(fitting));
  const headers: Record<string, string> = {
    "Content-Type": "application/x-protobuf",
    "x-log-cursor": encodeCursor(next),
    "x-log-count": String(fitting.length),
    "x-log-bodyrawsize": String(raw.length),
    "x-log-end-of-cursor": next === shard.end ? "1" : "0",
  };
  if (last !== undefined) {
    headers["x-log-read-last-cursor"] = String(next - 1n);
    headers["x-log-cursor-time"] = String(Math.floor(last.receivedAt / 1000));
  }
  if (compression !== undefined) headers["x-log-compresstype"] = compression;
  const body = compression === undefined || raw.length === 0 ? raw : compress(raw, compression);
  return { status: 200, headers, body };
}

/** As many groups as fit into a size, at least one. */
function fitInto(groups: readonly Uint8Array[], size: number): Uint8Array[] {
  let total = 0;
  return groups.filter((group, index) => {
    total += group.length;
    return index === 0 || total <= size;
  });
}
