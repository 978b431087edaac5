import { type Shard, getCursor, listShards } from "../../../provider/src/sls/calls.js";
import { type Decoder, integer, list, object, optional, string } from "../../../provider/src/sls/decode.js";
import { type Reply } from "./reply.js";
import { ProbeFailure } from "./wireFailures.js";

/** What GetCheckPoint lists of a shard, as it came: in which unit, and whether empty or absent, is what is asked. */
export interface CheckpointRow {
  readonly shard: number;
  readonly checkpoint: string;
  readonly updateTime: number | undefined;
  readonly consumer: string | undefined;
}

const checkpointRows = list(
  object({ shard: integer, checkpoint: string, updateTime: optional(integer), consumer: optional(string) }),
);
const anywhere = { project: "", logstore: "", consumerGroup: "", shard: 0 };

export function checkpointRowsOf(reply: Reply): readonly CheckpointRow[] {
  return read(reply, checkpointRows);
}

export function shardsOf(reply: Reply): readonly Shard[] {
  return read(reply, listShards(anywhere).decode);
}

export function cursorOf(reply: Reply): string {
  return read(reply, getCursor(anywhere, "begin").decode);
}

/** Unix seconds, as they came. */
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
