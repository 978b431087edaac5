import { getLogstore } from "../calls.js";
import { found, seenIn, unclear } from "../finding.js";
import { type Probe } from "../probe.js";
import { type Reply, isDone, isThrottled } from "../reply.js";

/** What fills a quota of the project, or slows down whatever runs in it: asked with --probe-limits only. */

const mostLogstores = 250;

export const projectQuotaStatus: Probe = {
  switches: ["projectQuotaStatus"],
  need: "probeLimits",
  asks: `CreateLogStore until it is refused, ${String(mostLogstores)} times at most`,
  ask: async ({ createLogstore }) => {
    for (let made = 1; made <= mostLogstores; made += 1) {
      const reply = await createLogstore();
      if (isDone(reply)) continue;
      const seen = seenIn([reply]);
      const status = ([400, 403] as const).find((each) => each === reply.status);
      const isQuota = /quota/i.test(reply.code ?? "");
      return {
        projectQuotaStatus:
          status !== undefined && isQuota ? found(status, seen) : unclear("not refused by a quota", seen),
      };
    }
    return {
      projectQuotaStatus: unclear(`${String(mostLogstores)} more logstores were not refused`, seenIn([])),
    };
  },
};

const mostCalls = 600;
const callsAtOnce = 20;

export const metadataCallsPerSecond: Probe = {
  switches: ["metadataCallsPerSecond"],
  need: "probeLimits",
  asks: `GetLogStore as fast as it is answered, ${String(mostCalls)} times at most`,
  ask: async ({ bench }) => {
    // What was asked before counts in its own second.
    await bench.wire.wait(1_500);
    const replies: Reply[] = [];
    while (replies.length < mostCalls && !isBounded(replies)) {
      const burst = Array.from({ length: callsAtOnce }, () =>
        bench.wire.askOnce(getLogstore(bench.logstore)),
      );
      replies.push(...(await Promise.all(burst)));
    }
    const throttled = replies.filter(isThrottled);
    const [first] = throttled;
    const most = Math.max(0, ...[...acceptedBySecond(replies).values()]);
    if (first === undefined) {
      const answered = `${String(replies.length)} calls, none refused, ${String(most)} in one second at most`;
      return { metadataCallsPerSecond: found("unbounded", seenIn([], answered)) };
    }
    const accepted = mostWhereThrottled(replies);
    const seen = seenIn([first], `${String(accepted)} in the second in which others were refused`);
    return {
      metadataCallsPerSecond:
        accepted > 0 ? found(accepted, seen) : unclear("refused before any was answered", seen),
    };
  },
};

/** A second with refusals shows the bound. */
function isBounded(replies: readonly Reply[]): boolean {
  return replies.some(isThrottled);
}

/** The calls that were answered in each second of the service. */
function acceptedBySecond(replies: readonly Reply[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const { date } of replies.filter(isDone)) counts.set(date, (counts.get(date) ?? 0) + 1);
  return counts;
}

function mostWhereThrottled(replies: readonly Reply[]): number {
  const counts = acceptedBySecond(replies);
  const seconds = replies.filter(isThrottled).map(({ date }) => date);
  return Math.max(...seconds.map((second) => counts.get(second) ?? 0));
}
