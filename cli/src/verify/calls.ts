import { type Cursor } from "../../../provider/src/model/cursor.js";
import { durationOfSeconds } from "../../../provider/src/model/duration.js";
import { type Instant } from "../../../provider/src/model/instant.js";
import * as sls from "../../../provider/src/sls/calls.js";
import { type SlsRequest } from "../../../provider/src/sls/request.js";
import { type WireCall } from "./wire.js";

/** The calls that a run makes, as data: those of the provider as it sends them, and what only a scratch logstore needs. */

export interface Save {
  readonly shard: number;
  /** Whatever is to be sent, also what is no cursor. */
  readonly checkpoint: string;
  readonly force: boolean;
  readonly consumer?: string;
}

export function getLogstore(name: string): WireCall {
  return repeatable(sls.getLogStore(of(name)).request);
}

export function listShards(logstore: string): WireCall {
  return repeatable(sls.listShards(of(logstore)).request);
}

export function getCursor(logstore: string, shard: number, from: "begin" | "end" | Instant): WireCall {
  return repeatable(sls.getCursor({ ...of(logstore), shard }, from).request);
}

export function getCursorTime(logstore: string, shard: number, cursor: string): WireCall {
  return repeatable(sls.getCursorTime({ ...of(logstore), shard }, cursor as Cursor).request);
}

export function createGroup(logstore: string, group: string): WireCall {
  const settings = { timeout: durationOfSeconds(60), ordered: false };
  return once(sls.createConsumerGroup(of(logstore, group), settings));
}

/** Not repeatable: whoever lost the answer has to find out. */
export function deleteGroup(logstore: string, group: string): WireCall {
  return once(sls.deleteConsumerGroup(of(logstore, group)));
}

export function getCheckPoint(logstore: string, group: string): WireCall {
  return repeatable(sls.getCheckPoint(of(logstore, group)).request);
}

export function updateCheckPoint(logstore: string, group: string, save: Save): WireCall {
  const { shard, checkpoint, force, consumer } = save;
  const write = {
    checkpoint: checkpoint as Cursor,
    forceSuccess: force,
    ...(consumer !== undefined && { consumer }),
  };
  return once(sls.updateCheckPoint({ ...of(logstore, group), shard }, write));
}

/** The provider sends none: it would register a consumer. */
export function heartBeat(
  logstore: string,
  group: string,
  consumer: string,
  held: readonly number[],
): WireCall {
  return repeatable({
    ...call("HeartBeat", "POST", `/logstores/${logstore}/consumergroups/${group}`, logstore),
    query: { type: "heartbeat", consumer },
    body: JSON.stringify(held),
  });
}

/** The logstores of the project; only those whose names contain a text, where one is given. */
export function listLogstores(nameContains?: string): WireCall {
  const filter = nameContains === undefined ? {} : { logstoreName: nameContains };
  return repeatable({
    ...call("ListLogStores", "GET", "/logstores"),
    query: { ...filter, offset: "0", size: "500" },
  });
}

/** Not repeatable: whoever lost the answer has to find out. */
export function createLogstore(name: string, shardCount: number): WireCall {
  const body = JSON.stringify({ logstoreName: name, ttl: 1, shardCount });
  return once({ ...call("CreateLogStore", "POST", "/logstores", name), body });
}

export function deleteLogstore(name: string): WireCall {
  return repeatable(call("DeleteLogStore", "DELETE", `/logstores/${name}`, name));
}

export function splitShard(logstore: string, shard: number, key: string): WireCall {
  const path = `/logstores/${logstore}/shards/${String(shard)}`;
  return once({ ...call("SplitShard", "POST", path, logstore), query: { action: "split", key } });
}

/** One log group, to the shard whose range the key is in. */
export function postLogs(logstore: string, key: string, message: Uint8Array): WireCall {
  const path = `/logstores/${logstore}/shards/route`;
  const request = { ...call("PostLogStoreLogs", "POST", path, logstore), query: { key } };
  return { ...request, body: message, repeatable: false };
}

/** The project is the wire's. */
function of(logstore: string, consumerGroup = "") {
  return { project: "", logstore, consumerGroup };
}

function call(operation: string, method: SlsRequest["method"], path: string, logstore = ""): SlsRequest {
  return { operation, method, path, query: {}, about: { project: "", logstore } };
}

function repeatable(request: SlsRequest): WireCall {
  return { ...request, repeatable: true };
}

function once(request: SlsRequest): WireCall {
  return { ...request, repeatable: false };
}
