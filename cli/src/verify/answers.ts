import { type Decoder, integer, list, object, optional, string } from "../../../provider/src/sls/decode.js";
import { type Reply } from "./reply.js";
import { ProbeFailure } from "./wireFailures.js";

/** What GetCheckPoint lists of a shard, as it came. */
export interface CheckpointRow {
  readonly shard: number;
  readonly checkpoint: string;
  readonly updateTime: number | undefined;
  readonly consumer: string | undefined;
}

/** What ListShards has of a shard. */
export interface ShardRow {
  readonly shardID: number;
  readonly status: string;
  readonly inclusiveBeginKey: string;
  readonly exclusiveEndKey: string;
}

const checkpointRows = list(
  object({ shard: integer, checkpoint: string, updateTime: optional(integer), consumer: optional(string) }),
);
const shardRows = list(
  object({ shardID: integer, status: string, inclusiveBeginKey: string, exclusiveEndKey: string }),
);

export function checkpointRowsOf(reply: Reply): readonly CheckpointRow[] {
  return read(reply, checkpointRows);
}

export function shardRowsOf(reply: Reply): readonly ShardRow[] {
  return read(reply, shardRows);
}

export function cursorOf(reply: Reply): string {
  return read(reply, object({ cursor: string })).cursor;
}

/** Unix seconds. */
export function cursorTimeOf(reply: Reply): number {
  return read(reply, object({ cursor_time: integer })).cursor_time;
}

export function numbersOf(reply: Reply): readonly number[] {
  return read(reply, list(integer));
}

export function logstoreNamesOf(reply: Reply): readonly string[] {
  return read(reply, object({ logstores: list(string) })).logstores;
}

function read<Value>(reply: Reply, decode: Decoder<Value>): Value {
  try {
    return decode(reply.json, "answer");
  } catch (cause) {
    throw new ProbeFailure(
      `${reply.operation} was answered otherwise than documented: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
