import { SlsEmulator } from "sls-emulator";

const minute = 60_000;
const hour = 60 * minute;

/** What the pin of the story is about. */
export const subject = { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0 };

const { project, logstore, consumerGroup, shard } = subject;
const shards = 2;
const consumer = "billing-host-a";

/** @typedef {Awaited<ReturnType<typeof openShop>>} Shop */

/**
 * A local SLS with a story in it: orders of the last six hours, and a consumer group that billed them until it was
 * stopped, because their tax rate had been wrong for a while.
 */
export async function openShop() {
  let behind = 10 * minute;
  const now = Date.now();
  const times = {
    firstOrder: now - 6 * hour,
    wrongSince: now - 4 * hour,
    thoughtWrongSince: now - 3 * hour,
    stopped: now - behind,
  };
  const emulator = await SlsEmulator.start({ clock: () => Date.now() - behind });
  const cursorAt = (/** @type {number} */ time) => emulator.cursorAt(project, logstore, shard, time);
  const commit = (/** @type {number} */ time) =>
    emulator.commit(project, logstore, consumerGroup, shard, cursorAt(time), { consumer });

  emulator.createLogstore(project, logstore, { ttl: 7, shardCount: shards });
  emulator.createConsumerGroup(project, logstore, consumerGroup, { timeout: 60, order: false });
  receiveOrders(emulator, times.firstOrder, times.stopped, times.wrongSince);
  commit(times.stopped - minute);
  // Ten minutes pass in no time: from here on the consumer counts as stopped.
  behind = 0;
  receiveOrders(emulator, times.stopped, now, times.wrongSince);

  return {
    emulator,
    times,
    consumer,
    cursorAt,
    /** The consumer is started again and saves how far it has come: it is alive. */
    consumeUntil: commit,
  };
}

/**
 * @param {SlsEmulator} emulator
 * @param {number} from
 * @param {number} to
 * @param {number} wrongSince
 */
function receiveOrders(emulator, from, to, wrongSince) {
  for (let id = 0; id < shards; id += 1) {
    const groups = [];
    for (let time = from; time < to; time += 5_000) groups.push(order(time, id, time >= wrongSince));
    emulator.appendLogGroups(project, logstore, id, groups);
  }
}

/**
 * @param {number} receivedAt
 * @param {number} shardOfOrder
 * @param {boolean} isWrong
 */
function order(receivedAt, shardOfOrder, isWrong) {
  const number = Math.floor(receivedAt / 5_000) * shards + shardOfOrder;
  const contents = {
    orderId: `A-${number % 1_000_000}`,
    customer: `c-${(number * 7919) % 4_999}`,
    amount: (9 + ((number * 37) % 24_000) / 100).toFixed(2),
    currency: "CNY",
    taxRate: isWrong ? "0.31" : "0.13",
    status: "paid",
  };
  return {
    receivedAt,
    topic: "checkout",
    source: `10.0.${shardOfOrder}.17`,
    logs: [{ time: Math.floor(receivedAt / 1000), contents }],
  };
}
