import { type WireCall } from "./wire.js";

/** The calls that a run makes, as data. */

export interface Save {
  readonly shard: number;
  readonly checkpoint: string;
  readonly force: boolean;
  readonly consumer?: string;
}

export function listLogstores(nameContains: string): WireCall {
  return get("ListLogStores", "/logstores", { logstoreName: nameContains, offset: "0", size: "500" });
}

export function createLogstore(name: string, shardCount: number): WireCall {
  // Not repeatable: whoever lost the answer has to find out.
  return {
    ...write("CreateLogStore", "POST", "/logstores"),
    json: { logstoreName: name, ttl: 1, shardCount },
  };
}

export function getLogstore(name: string): WireCall {
  return get("GetLogStore", `/logstores/${name}`);
}

export function deleteLogstore(name: string): WireCall {
  return { ...write("DeleteLogStore", "DELETE", `/logstores/${name}`), repeatable: true };
}

export function listShards(logstore: string): WireCall {
  return get("ListShards", `/logstores/${logstore}/shards`);
}

export function splitShard(logstore: string, shard: number, key: string): WireCall {
  return {
    ...write("SplitShard", "POST", `/logstores/${logstore}/shards/${String(shard)}`),
    query: { action: "split", key },
  };
}

/** One log group, to the shard whose range the key is in. */
export function postLogs(logstore: string, key: string, message: Uint8Array): WireCall {
  return {
    ...write("PostLogStoreLogs", "POST", `/logstores/${logstore}/shards/route`),
    query: { key },
    message,
  };
}

export function getCursor(logstore: string, shard: number, from: string): WireCall {
  return get("GetCursor", `/logstores/${logstore}/shards/${String(shard)}`, { type: "cursor", from });
}

export function getCursorTime(logstore: string, shard: number, cursor: string): WireCall {
  return get("GetCursorTime", `/logstores/${logstore}/shards/${String(shard)}`, {
    type: "cursor_time",
    cursor,
  });
}

export function createGroup(logstore: string, group: string): WireCall {
  return {
    ...write("CreateConsumerGroup", "POST", `/logstores/${logstore}/consumergroups`),
    json: { consumerGroup: group, timeout: 60, order: false },
  };
}

export function deleteGroup(logstore: string, group: string): WireCall {
  return { ...write("DeleteConsumerGroup", "DELETE", pathOf(logstore, group)), repeatable: true };
}

export function getCheckPoint(logstore: string, group: string): WireCall {
  return get("GetCheckPoint", pathOf(logstore, group));
}

export function updateCheckPoint(logstore: string, group: string, save: Save): WireCall {
  const { shard, checkpoint, force, consumer } = save;
  return {
    ...write("UpdateCheckPoint", "POST", pathOf(logstore, group)),
    query: {
      type: "checkpoint",
      forceSuccess: String(force),
      ...(consumer !== undefined && { consumer }),
    },
    json: { shard, checkpoint },
  };
}

export function heartBeat(
  logstore: string,
  group: string,
  consumer: string,
  held: readonly number[],
): WireCall {
  return {
    ...write("HeartBeat", "POST", pathOf(logstore, group)),
    query: { type: "heartbeat", consumer },
    json: held,
    repeatable: true,
  };
}

function pathOf(logstore: string, group: string): string {
  return `/logstores/${logstore}/consumergroups/${group}`;
}

function get(operation: string, path: string, query: Readonly<Record<string, string>> = {}): WireCall {
  return { operation, method: "GET", path, query, repeatable: true };
}

function write(operation: string, method: "POST" | "DELETE", path: string): WireCall {
  return { operation, method, path, repeatable: false };
}
