import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { type LiveConsumer } from "../../provider/src/rules/decide.js";
import { type Subject } from "../../provider/src/rules/events.js";
import { moveOf } from "../../provider/src/rules/move.js";
import { cursor, noon, shard } from "../rules/scenario.js";

/** What the tests of texts tell about. */

export const subject: Subject = { id: "shop/orders/billing/0", reason: undefined };
export const group: Subject = { id: "shop/orders/billing", reason: undefined };
export const back = moveOf(shard, cursor(50), noon);

/** Two consumers that were seen alive. */
export const live: readonly LiveConsumer[] = [
  { shard: 0, consumer: "host-a", committed: durationOfSeconds(7) },
  { shard: 12, consumer: undefined, committed: durationOfSeconds(61) },
];

export const alive = {
  kind: "liveConsumers",
  move: back,
  consumers: live,
  quietAfter: durationOfSeconds(75),
  waitTimeout: undefined,
} as const;

/** So many consumers that a text must not name each. */
export const crowd = {
  ...alive,
  consumers: Array.from({ length: 200 }, (_, index) => ({
    shard: index,
    consumer: `host-${String(index)}`,
    committed: durationOfSeconds(7),
  })),
};
