import { describeDuration, durationOfMilliseconds, formatDuration } from "../model/duration.js";
import { type LiveConsumer } from "../rules/decide.js";
import { type Liveness } from "../rules/events.js";
import { type LiveConsumersRefusal, timeUntilQuiet } from "../rules/nextStep.js";

const mostConsumers = 5;

/** One line for each consumer that was seen alive; of many, the first. */
export function describeConsumers(consumers: readonly LiveConsumer[]): readonly string[] {
  const more = consumers.length - mostConsumers;
  return [
    ...consumers.slice(0, mostConsumers).map(describeConsumer),
    ...(more > 0 ? [`  and ${String(more)} more`] : []),
  ];
}

export function describeConsumer(consumer: LiveConsumer): string {
  const name = consumer.consumer ?? "a consumer without a name";
  return `  shard ${String(consumer.shard)}  ${name}  committed ${describeDuration(consumer.committed)} ago`;
}

/** Says in a preview that an up writes although consumers are alive, and how long it watches then. */
export function describeOverwriting(what: "pin" | "pins", liveness: Liveness | undefined): string {
  const watched =
    liveness === undefined
      ? ""
      : `. pulumi up watches the ${what} for ${describeDuration(liveness.watchFor)}, and fails if a consumer does`;
  return `consumers are alive, and onActiveConsumers is "overwrite": their next save may overwrite the ${what}${watched}`;
}

/** Says while an up waits how long that takes: nothing more is printed until it goes on. */
export function describeUntilQuiet(live: LiveConsumersRefusal): string {
  const left = describeDuration(durationOfMilliseconds(timeUntilQuiet(live)));
  return `If they commit nothing more, the writes begin in about ${left}.`;
}

/** Says in a preview what an up will do about live consumers, and what to do before it. */
export function describeWhatUpDoes(live: LiveConsumersRefusal): string {
  const { quietAfter, waitTimeout } = live;
  const stop = `Stop them and wait ${describeDuration(quietAfter)} before you run pulumi up`;
  if (waitTimeout === undefined) return `consumers are alive, so pulumi up will refuse. ${stop}`;
  const left = durationOfMilliseconds(timeUntilQuiet(live));
  if (left <= waitTimeout) {
    return `consumers are alive. Stop them: pulumi up waits until they are quiet, at most ${describeDuration(waitTimeout)}`;
  }
  return (
    `consumers are alive, and waitTimeout ${formatDuration(waitTimeout)} is too short, so pulumi up will refuse: ` +
    `at least ${describeDuration(left)} have to pass. ${stop}, or set waitTimeout: "${formatDuration(quietAfter)}" or longer`
  );
}
