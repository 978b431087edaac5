import type { SlsService } from "../../service/slsService.js";
import type { Answer } from "../answer.js";
import type { IncomingCall } from "../incomingCall.js";

/** What a call has at hand. */
export interface CallContext {
  readonly service: SlsService;
  readonly call: IncomingCall;
  /** The variables of the path. */
  readonly path: Readonly<Record<string, string | undefined>>;
  /** The host that the client dialled, for answers that name endpoints. */
  readonly host: string;
}

/** One call of the service: changes the state at once, and answers. */
export type Handler = (context: CallContext) => Answer;

/** The name of the project in the host; empty on the bare endpoint, where no project exists. */
export function projectName({ call }: CallContext): string {
  return call.project ?? "";
}

/** A variable of the path. */
export function pathName(
  { path }: CallContext,
  name: "logstore" | "consumerGroup" | "shard" | "region",
): string {
  return path[name] ?? "";
}
