import { type CheckpointRecord, parseCheckpoint } from "../model/checkpoint.js";
import { type Cursor, parseCursor } from "../model/cursor.js";
import { durationOfSeconds, secondsOf } from "../model/duration.js";
import { type DeclaredSettings, type GroupSettings } from "../model/groupSettings.js";
import { type GroupIdentity, type ShardIdentity } from "../model/identity.js";
import { type Instant, instantOfMicroseconds, instantOfSeconds } from "../model/instant.js";
import {
  type Decoder,
  FieldError,
  boolean,
  integer,
  list,
  object,
  oneOf,
  optional,
  string,
} from "./decode.js";
import { type SlsRequest } from "./request.js";

/** The calls of SLS that moving a checkpoint needs, as data: what is asked, and how the answer is read (docs/protocol.md 3). */
export interface Call<Value> {
  readonly request: SlsRequest;
  readonly decode: Decoder<Value>;
}

export interface ConsumerGroupSettings extends GroupSettings {
  readonly name: string;
}

export interface Shard {
  readonly shard: number;
  readonly status: "readwrite" | "readonly";
  readonly createdAt?: Instant;
  /** The range of hash keys that it takes, in hexadecimal; a split or merge divides or joins them. */
  readonly keys?: { readonly begin: string; readonly end: string };
}

export interface CheckpointWrite {
  readonly checkpoint: Cursor;
  readonly forceSuccess: boolean;
  readonly consumer?: string;
}

/** How long a logstore keeps its log groups, in days. */
export function getLogStore(identity: GroupIdentity): Call<{ readonly ttl: number }> {
  return {
    request: get("GetLogStore", logstorePath(identity), {}, logstoreOf(identity)),
    decode: object({ ttl: integer }),
  };
}

export function listShards(identity: GroupIdentity): Call<readonly Shard[]> {
  const decode = list(
    object({
      shardID: integer,
      status: oneOf("readwrite", "readonly"),
      createTime: optional(unixSeconds),
      inclusiveBeginKey: optional(string),
      exclusiveEndKey: optional(string),
    }),
  );
  return {
    request: get("ListShards", `${logstorePath(identity)}/shards`, {}, logstoreOf(identity)),
    decode: (value, path) => decode(value, path).map(shardOf),
  };
}

function shardOf(answered: {
  readonly shardID: number;
  readonly status: Shard["status"];
  readonly createTime: Instant | undefined;
  readonly inclusiveBeginKey: string | undefined;
  readonly exclusiveEndKey: string | undefined;
}): Shard {
  const { shardID, status, createTime, inclusiveBeginKey: begin, exclusiveEndKey: end } = answered;
  return {
    shard: shardID,
    status,
    ...(createTime !== undefined && { createdAt: createTime }),
    ...(begin !== undefined && end !== undefined && { keys: { begin, end } }),
  };
}

/** All consumer groups of the logstore: SLS has no call for one. */
export function listConsumerGroups(identity: GroupIdentity): Call<readonly ConsumerGroupSettings[]> {
  const decode = list(object({ name: string, order: boolean, timeout: integer }));
  return {
    request: get("ListConsumerGroup", `${logstorePath(identity)}/consumergroups`, {}, logstoreOf(identity)),
    decode: (value, path) =>
      decode(value, path).map(({ name, order, timeout }) => ({
        name,
        ordered: order,
        timeout: durationOfSeconds(timeout),
      })),
  };
}

/** Where the group stands, in one shard or in all. A shard that the group never touched may be missing. */
export function getCheckPoint(identity: GroupIdentity, shard?: number): Call<readonly CheckpointRecord[]> {
  const decode = list(
    object({
      shard: integer,
      checkpoint: string,
      updateTime: optional(integer),
      consumer: optional(string),
    }),
  );
  const query = shard === undefined ? {} : { shard: String(shard) };
  return {
    request: get("GetCheckPoint", groupPath(identity), query, groupOf(identity, shard)),
    decode: (value, path) => decode(value, path).map(storedCheckpoint),
  };
}

/** The cursor of the first log group received at or after `from`; SLS clamps to the shard's window. */
export function getCursor(identity: ShardIdentity, from: "begin" | "end" | Instant): Call<Cursor> {
  const query = { type: "cursor", from: typeof from === "number" ? secondsText(from) : from };
  const decode = object({ cursor });
  return {
    request: get("GetCursor", shardPath(identity), query, shardOfLogstore(identity)),
    decode: (value, path) => decode(value, path).cursor,
  };
}

/** Rounded towards reading more. SLS refuses a time before 1970, and keeps nothing that is older than its first second. */
function secondsText(instant: Instant): string {
  return String(Math.max(Math.floor(instant / 1_000_000), 0));
}

/** When the log group at a cursor was received, to the second. SLS refuses the end cursor. */
export function getCursorTime(identity: ShardIdentity, at: Cursor): Call<Instant> {
  const decode = object({ cursor_time: unixSeconds });
  return {
    request: get(
      "GetCursorTime",
      shardPath(identity),
      { type: "cursor_time", cursor: at },
      shardOfLogstore(identity),
    ),
    decode: (value, path) => decode(value, path).cursor_time,
  };
}

/** Moves the checkpoint of one shard. */
export function updateCheckPoint(identity: ShardIdentity, write: CheckpointWrite): SlsRequest {
  return {
    operation: "UpdateCheckPoint",
    method: "POST",
    path: groupPath(identity),
    query: {
      type: "checkpoint",
      forceSuccess: String(write.forceSuccess),
      ...(write.consumer !== undefined && { consumer: write.consumer }),
    },
    body: JSON.stringify({ shard: identity.shard, checkpoint: write.checkpoint }),
    about: groupOf(identity, identity.shard),
  };
}

export function createConsumerGroup(identity: GroupIdentity, settings: GroupSettings): SlsRequest {
  const body = { consumerGroup: identity.consumerGroup, ...settingsBody(settings) };
  return write("CreateConsumerGroup", "POST", `${logstorePath(identity)}/consumergroups`, identity, body);
}

/** Changes what is named, and leaves the rest as it is. */
export function updateConsumerGroup(identity: GroupIdentity, settings: DeclaredSettings): SlsRequest {
  return write("UpdateConsumerGroup", "PUT", groupPath(identity), identity, settingsBody(settings));
}

/** Deletes a group with all of its checkpoints. */
export function deleteConsumerGroup(identity: GroupIdentity): SlsRequest {
  return write("DeleteConsumerGroup", "DELETE", groupPath(identity), identity);
}

function settingsBody({ timeout, ordered }: DeclaredSettings): object {
  return {
    ...(ordered !== undefined && { order: ordered }),
    ...(timeout !== undefined && { timeout: secondsOf(timeout) }),
  };
}

function write(
  operation: SlsRequest["operation"],
  method: SlsRequest["method"],
  path: string,
  identity: GroupIdentity,
  body?: object,
): SlsRequest {
  const about = groupOf(identity);
  return {
    operation,
    method,
    path,
    query: {},
    about,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function get(
  operation: SlsRequest["operation"],
  path: string,
  query: SlsRequest["query"],
  about: SlsRequest["about"],
): SlsRequest {
  return { operation, method: "GET", path, query, about };
}

function shardOfLogstore(identity: ShardIdentity): SlsRequest["about"] {
  return { ...logstoreOf(identity), shard: identity.shard };
}

const cursor: Decoder<Cursor> = (value, path) => {
  const result = parseCursor(string(value, path));
  if (!result.ok) throw new FieldError(`${path} ${result.problem}`);
  return result.value;
};

/** The last second that an Instant holds. */
const lastSecond = Math.floor(Number.MAX_SAFE_INTEGER / 1_000_000);

const unixSeconds: Decoder<Instant> = (value, path) => {
  const seconds = integer(value, path);
  if (seconds >= 0 && seconds <= lastSecond) return instantOfSeconds(seconds);
  throw new FieldError(`${path} is not a time in Unix seconds but ${String(seconds)}`);
};

function storedCheckpoint(record: {
  readonly shard: number;
  readonly checkpoint: string;
  readonly updateTime: number | undefined;
  readonly consumer: string | undefined;
}): CheckpointRecord {
  return {
    shard: record.shard,
    checkpoint: parseCheckpoint(record.checkpoint),
    updateTime: updateTimeOf(record.updateTime),
    consumer: record.consumer === "" ? undefined : record.consumer,
  };
}

/** Documentation says seconds, every example is microseconds; the two are a million apart, so both can be read. */
function updateTimeOf(value: number | undefined): Instant | undefined {
  if (value === undefined || value <= 0) return undefined;
  return value <= lastSecond ? instantOfSeconds(value) : instantOfMicroseconds(value);
}

function logstorePath(identity: GroupIdentity): string {
  return `/logstores/${identity.logstore}`;
}

function groupPath(identity: GroupIdentity): string {
  return `${logstorePath(identity)}/consumergroups/${identity.consumerGroup}`;
}

function shardPath(identity: ShardIdentity): string {
  return `${logstorePath(identity)}/shards/${String(identity.shard)}`;
}

function logstoreOf({ project, logstore }: GroupIdentity): SlsRequest["about"] {
  return { project, logstore };
}

function groupOf({ project, logstore, consumerGroup }: GroupIdentity, shard?: number): SlsRequest["about"] {
  return { project, logstore, consumerGroup, ...(shard !== undefined && { shard }) };
}
