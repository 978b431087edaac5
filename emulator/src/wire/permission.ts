import type { AssumptionBook } from "../service/assumptions.js";
import type { Identity } from "../service/identity.js";
import { permits } from "../service/policy.js";
import { httpRefusals } from "./httpRefusals.js";
import type { IncomingCall } from "./incomingCall.js";
import type { RouteMatch } from "./routes.js";

/** Refuses a call that the policy of its identity does not cover. */
export function requirePermission(
  { policy }: Identity,
  { route, path }: RouteMatch,
  call: IncomingCall,
  assumptions: AssumptionBook,
): void {
  if (policy === undefined) return;
  const resource = `acs:log:cn-emulator:1:${resourceOf(call, path)}`;
  if (permits(policy, route.action, resource)) return;
  if (route.call === "GetCheckPoint" && assumptions.decide("getCheckPointPermission") === "none") return;
  throw httpRefusals.denied(assumptions.decide("deniedStatus"), route.action, resource);
}

function resourceOf(call: IncomingCall, { logstore, consumerGroup }: RouteMatch["path"]): string {
  const project = `project/${call.project ?? "*"}`;
  const isLogstores = call.path.startsWith("/logstores");
  if (logstore === undefined) return isLogstores ? `${project}/logstore/*` : project;
  const store = `${project}/logstore/${logstore}`;
  if (consumerGroup !== undefined) return `${store}/consumergroup/${consumerGroup}`;
  return /\/consumergroups\/?$/.test(call.path) ? `${store}/consumergroup/*` : store;
}
