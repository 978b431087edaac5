/** The rules: each takes a declared move and its settings, and returns what is wrong, or nothing. */
import { secondsOf } from "./duration";
import { type Move } from "./move";

/** What the provider takes where a program declares no `maxMove`. */
const defaultMaxMove = "PT24H";

export function hasDeadline({ applyBefore }: Move): string | undefined {
  if (applyBefore !== undefined) return undefined;
  return 'applyBefore is missing: without a deadline an old declaration moves checkpoints again in a new stack. Add one, such as applyBefore: "2026-11-20T20:00:00+08:00".';
}

/** The reason may be a secret: it is not repeated. */
export function namesTicket({ reason }: Move, ticket: string): string | undefined {
  if (reason !== undefined && new RegExp(ticket).test(reason)) return undefined;
  const what = reason === undefined ? "reason is missing" : "reason names no ticket";
  return `${what}: it has to match ${ticket}, such as "INC-4711: tax rate was wrong until 08:00".`;
}

export function isCapped({ maxMove = defaultMaxMove }: Move, cap: string): string | undefined {
  const asked = secondsOf(maxMove);
  const most = secondsOf(cap);
  if (asked !== undefined && most !== undefined && asked <= most) return undefined;
  return `maxMove is ${maxMove}, and at most ${cap} is allowed. Move less far, or ask the platform team for an exception.`;
}

export function sparesConsumers(move: Move, production: string): string | undefined {
  if (!isProduction(move, production) || move.onActiveConsumers !== "overwrite") return undefined;
  return `onActiveConsumers is "overwrite" in the production stack ${move.stack}: running consumers save over the pin. Stop them, or use "wait".`;
}

export function skipsNoGroup(move: Move, production: string): string | undefined {
  if (!isProduction(move, production) || !move.allowSkip || !move.everyShard) return undefined;
  return `allowSkip together with every shard in the production stack ${move.stack}: a whole group would skip log groups that nobody has read. Name the shards one by one in from.`;
}

function isProduction({ stack }: Move, production: string): boolean {
  return new RegExp(production).test(stack);
}
