import type { ReadCall } from "./incomingMessage.js";
import type { ArrivedRequest } from "./requestLog.js";
import type { RouteMatch } from "./routes.js";

/** How much of a body the log of requests keeps, so that its memory is bounded. */
const loggedBody = 65_536;

/** What the log of requests keeps of a request. */
export function describeRequest(
  { call }: ReadCall,
  match: RouteMatch | undefined,
  requestId: string,
  receivedAt: number,
): ArrivedRequest {
  const { logstore, consumerGroup } = match?.path ?? {};
  const shard = shardOf(call.query["shard"] ?? match?.path["shard"], call.body, match?.route.call);
  const cursor = call.query["cursor"] ?? checkpointOf(call.body, match?.route.call);
  return {
    call: match?.route.call ?? "Unknown",
    method: call.method,
    path: call.path,
    query: call.query,
    headers: Object.fromEntries(call.headers),
    body: call.body.subarray(0, loggedBody).toString("utf8"),
    receivedAt,
    requestId,
    ...(call.project !== undefined && { project: call.project }),
    ...(logstore !== undefined && { logstore }),
    ...(consumerGroup !== undefined && { consumerGroup }),
    ...(shard !== undefined && { shard }),
    ...(cursor !== undefined && { cursor }),
  };
}

/** The shard that a request is about: in its path or query, or in the body of UpdateCheckPoint. */
function shardOf(text: string | undefined, body: Buffer, call: string | undefined): number | undefined {
  if (text !== undefined) return /^\d+$/.test(text) ? Number(text) : undefined;
  if (call !== "UpdateCheckPoint") return undefined;
  const match = /"shard"\s*:\s*(\d+)/.exec(body.toString("utf8"));
  return match === null ? undefined : Number(match[1]);
}

function checkpointOf(body: Buffer, call: string | undefined): string | undefined {
  if (call !== "UpdateCheckPoint") return undefined;
  return /"checkpoint"\s*:\s*"([^"\\]*)"/.exec(body.toString("utf8"))?.[1];
}
