import { describeDuration } from "../model/duration.js";
import { type LiveConsumer } from "../rules/decide.js";

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
