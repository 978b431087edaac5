import findMyWay, { type HTTPMethod } from "find-my-way";
import type { Handler } from "./calls/callContext.js";
import { getCheckPoint, heartBeat, updateCheckPoint } from "./calls/checkpointCalls.js";
import {
  createConsumerGroup,
  deleteConsumerGroup,
  listConsumerGroup,
  updateConsumerGroup,
} from "./calls/consumerGroupCalls.js";
import { getCursor, getCursorTime } from "./calls/cursorCalls.js";
import {
  createLogstore,
  deleteLogstore,
  getLogstore,
  listLogstores,
  updateLogstore,
} from "./calls/logstoreCalls.js";
import { postLogs, postLogsByKey, pullLogs } from "./calls/logCalls.js";
import {
  createProject,
  deleteProject,
  describeRegions,
  getProject,
  listProject,
  updateProject,
} from "./calls/projectCalls.js";
import { deleteShard, listShards, mergeShards, splitShard } from "./calls/shardCalls.js";
import type { IncomingCall } from "./incomingCall.js";

/** One line of the table of calls. */
export interface Route {
  /** The name that the API documentation gives the call. */
  readonly call: string;
  readonly method: HTTPMethod;
  readonly path: string;
  readonly handler: Handler;
  /** The permission it needs. */
  readonly action: string;
  /** Tells calls on one path apart. */
  readonly when?: (call: IncomingCall) => boolean;
}

const logstore = "/logstores/:logstore";
const groups = `${logstore}/consumergroups`;
const group = `${groups}/:consumerGroup`;
const shard = `${logstore}/shards/:shard`;

/** Every call that the emulator serves. */
export const routes: readonly Route[] = [
  { call: "CreateProject", action: "log:CreateProject", method: "POST", path: "/", handler: createProject },
  {
    call: "GetProject",
    action: "log:GetProject",
    method: "GET",
    path: "/",
    handler: getProject,
    when: hasProject,
  },
  { call: "ListProject", action: "log:ListProject", method: "GET", path: "/", handler: listProject },
  { call: "UpdateProject", action: "log:UpdateProject", method: "PUT", path: "/", handler: updateProject },
  { call: "DeleteProject", action: "log:DeleteProject", method: "DELETE", path: "/", handler: deleteProject },
  {
    call: "DescribeRegions",
    action: "log:DescribeRegions",
    method: "GET",
    path: "/regions",
    handler: describeRegions,
  },
  {
    call: "CreateLogStore",
    action: "log:CreateLogStore",
    method: "POST",
    path: "/logstores",
    handler: createLogstore,
  },
  {
    call: "ListLogStores",
    action: "log:ListLogStores",
    method: "GET",
    path: "/logstores",
    handler: listLogstores,
  },
  { call: "GetLogStore", action: "log:GetLogStore", method: "GET", path: logstore, handler: getLogstore },
  {
    call: "UpdateLogStore",
    action: "log:UpdateLogStore",
    method: "PUT",
    path: logstore,
    handler: updateLogstore,
  },
  {
    call: "DeleteLogStore",
    action: "log:DeleteLogStore",
    method: "DELETE",
    path: logstore,
    handler: deleteLogstore,
  },
  {
    call: "CreateConsumerGroup",
    action: "log:CreateConsumerGroup",
    method: "POST",
    path: groups,
    handler: createConsumerGroup,
  },
  {
    call: "ListConsumerGroup",
    action: "log:ListConsumerGroup",
    method: "GET",
    path: groups,
    handler: listConsumerGroup,
  },
  {
    call: "UpdateConsumerGroup",
    action: "log:UpdateConsumerGroup",
    method: "PUT",
    path: group,
    handler: updateConsumerGroup,
  },
  {
    call: "DeleteConsumerGroup",
    action: "log:DeleteConsumerGroup",
    method: "DELETE",
    path: group,
    handler: deleteConsumerGroup,
  },
  {
    call: "UpdateCheckPoint",
    action: "log:ConsumerGroupUpdateCheckPoint",
    method: "POST",
    path: group,
    handler: updateCheckPoint,
    when: type("checkpoint"),
  },
  {
    call: "HeartBeat",
    action: "log:ConsumerGroupHeartBeat",
    method: "POST",
    path: group,
    handler: heartBeat,
    when: type("heartbeat"),
  },
  {
    call: "GetCheckPoint",
    action: "log:GetConsumerGroupCheckPoint",
    method: "GET",
    path: group,
    handler: getCheckPoint,
  },
  {
    call: "ListShards",
    action: "log:ListShards",
    method: "GET",
    path: `${logstore}/shards`,
    handler: listShards,
  },
  {
    call: "SplitShard",
    action: "log:SplitShard",
    method: "POST",
    path: shard,
    handler: splitShard,
    when: action("split"),
  },
  {
    call: "MergeShards",
    action: "log:MergeShards",
    method: "POST",
    path: shard,
    handler: mergeShards,
    when: action("merge"),
  },
  { call: "DeleteShard", action: "log:DeleteShard", method: "DELETE", path: shard, handler: deleteShard },
  {
    call: "GetCursor",
    action: "log:GetCursorOrData",
    method: "GET",
    path: shard,
    handler: getCursor,
    when: type("cursor"),
  },
  {
    call: "PostLogStoreLogs",
    action: "log:PostLogStoreLogs",
    method: "POST",
    path: logstore,
    handler: postLogs,
  },
  {
    call: "PostLogStoreLogs",
    action: "log:PostLogStoreLogs",
    method: "POST",
    path: `${logstore}/shards/lb`,
    handler: postLogs,
  },
  {
    call: "PostLogStoreLogs",
    action: "log:PostLogStoreLogs",
    method: "POST",
    path: `${logstore}/shards/route`,
    handler: postLogsByKey,
  },
  {
    call: "PullLogs",
    action: "log:GetCursorOrData",
    method: "GET",
    path: shard,
    handler: pullLogs,
    when: type("log", "logs"),
  },
  {
    call: "GetCursorTime",
    action: "log:GetCursorOrData",
    method: "GET",
    path: shard,
    handler: getCursorTime,
    when: type("cursor_time"),
  },
];

/** A route that fits a request, with the variables of its path. */
export interface RouteMatch {
  readonly route: Route;
  readonly path: Readonly<Record<string, string | undefined>>;
}

const router = buildRouter(routes);

/** The route of a request, or undefined when it asks for nothing that is served. */
export function findRoute(call: IncomingCall): RouteMatch | undefined {
  const found = router.find(call.method as HTTPMethod, call.path);
  if (found === null) return undefined;
  const candidates = found.store as readonly Route[] | null;
  const route = candidates?.find(({ when }) => when === undefined || when(call));
  return route && { route, path: found.params };
}

function buildRouter(table: readonly Route[]) {
  const built = findMyWay({ maxParamLength: 1000 });
  const places = new Map<string, Route[]>();
  for (const route of table) {
    const place = `${route.method} ${route.path}`;
    const known = places.get(place);
    if (known !== undefined) {
      known.push(route);
      continue;
    }
    const candidates = [route];
    places.set(place, candidates);
    built.on(route.method, route.path, () => undefined, candidates);
  }
  return built;
}

function hasProject(call: IncomingCall): boolean {
  return call.project !== undefined;
}

function type(...expected: readonly string[]) {
  return (call: IncomingCall): boolean => expected.includes(call.query["type"] ?? "");
}

function action(expected: string) {
  return (call: IncomingCall): boolean => call.query["action"] === expected;
}
