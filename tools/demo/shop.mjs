import { SlsEmulator, defaultIdentity } from "sls-emulator";
import { BillingHost, billingIdentity } from "./billingHost.mjs";

const minute = 60_000;
const hour = 60 * minute;
const betweenOrders = 5_000;

/** Whose checkpoints the story is about. */
export const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };

/** Both shards of its logstore. */
export const shards = [0, 1];

export const rates = { right: 13, wrong: 31 };

/** @typedef {{ id: string, shard: number, receivedAt: number }} Order */

/**
 * A local SLS with a story in it: orders of the last six hours, and a consumer that has billed them. A release of it
 * had a wrong tax rate, so it was stopped.
 */
export class Shop {
  emulator;
  billing;
  times;
  /** All that ever came in. @type {Order[]} */
  orders = [];
  #received;

  /**
   * @param {SlsEmulator} emulator
   * @param {number} now
   */
  constructor(emulator, now) {
    this.emulator = emulator;
    this.billing = new BillingHost(emulator.port, group);
    const opened = now - (now % minute);
    this.times = {
      firstOrder: opened - 6 * hour,
      wrongSince: opened - 4 * hour,
      thoughtWrongSince: opened - 3 * hour,
      stopped: now,
      deadline: opened + 2 * hour,
    };
    this.#received = this.times.firstOrder;
    const { project, logstore, consumerGroup } = group;
    emulator.createLogstore(project, logstore, { ttl: 7, shardCount: shards.length });
    emulator.createConsumerGroup(project, logstore, consumerGroup, { timeout: 60, order: false });
  }

  static async open() {
    // Behind, so that the times at which the story lets minutes pass in no time stay close to those on the wall.
    const clock = () => Date.now() - 10 * minute;
    const emulator = await SlsEmulator.start({ clock, identities: [defaultIdentity, billingIdentity] });
    return new Shop(emulator, emulator.now());
  }

  /** The six hours before the demo: the consumer reads on, first with the right rate and then with the wrong one. */
  async tellHistory() {
    this.#receiveUntil(this.times.wrongSince);
    await this.billing.catchUp();
    this.billing.taxRate = rates.wrong;
    this.#receiveUntil(this.times.stopped);
    await this.billing.catchUp();
    this.stopConsumer();
    this.billing.taxRate = rates.right;
  }

  /** Five minutes pass in no time without a sign of the consumer: only then does it count as stopped. */
  stopConsumer() {
    this.passTime(5 * minute);
  }

  /** Time in which orders come in. @param {number} milliseconds */
  passTime(milliseconds) {
    this.emulator.advanceClock(milliseconds);
    this.#receiveUntil(this.emulator.now());
  }

  async close() {
    await this.emulator.stop();
  }

  /**
   * @param {number} shard
   * @param {number} time
   */
  cursorAt(shard, time) {
    return this.emulator.cursorAt(group.project, group.logstore, shard, time);
  }

  /** Where the group stands, shard by shard. */
  checkpoints() {
    const { project, logstore, consumerGroup } = group;
    return shards.map(
      (shard) => this.emulator.checkpoint(project, logstore, consumerGroup, shard)?.checkpoint ?? "",
    );
  }

  wrongBills() {
    return [...this.billing.bills.values()].filter((rate) => rate === rates.wrong).length;
  }

  /** The orders that the consumer has billed at least once and that came in at or after a time. @param {number} time */
  billedSince(time) {
    const since = this.orders.filter(({ receivedAt }) => receivedAt >= time);
    return since.map(({ id }) => id).filter((id) => this.billing.bills.has(id));
  }

  /** The orders that the consumer has not billed yet. */
  unbilled() {
    return this.orders.map(({ id }) => id).filter((id) => !this.billing.bills.has(id));
  }

  /** @param {number} end */
  #receiveUntil(end) {
    const first = this.#received;
    for (; this.#received < end; this.#received += betweenOrders) {
      for (const shard of shards) this.orders.push(orderOf(shard, this.#received));
    }
    for (const shard of shards) {
      const arrived = this.orders.filter((order) => order.shard === shard && order.receivedAt >= first);
      this.emulator.appendLogGroups(group.project, group.logstore, shard, arrived.map(logGroupOf));
    }
  }
}

/**
 * @param {number} shard
 * @param {number} receivedAt
 * @returns {Order}
 */
function orderOf(shard, receivedAt) {
  const number = Math.floor(receivedAt / betweenOrders) * shards.length + shard;
  return { id: `A-${number}`, shard, receivedAt };
}

/** @param {Order} order */
function logGroupOf({ id, shard, receivedAt }) {
  const number = Number(id.slice(2));
  const contents = {
    orderId: id,
    customer: `c-${(number * 7919) % 4_999}`,
    amount: (9 + ((number * 37) % 24_000) / 100).toFixed(2),
    currency: "CNY",
    status: "paid",
  };
  return {
    receivedAt,
    topic: "checkout",
    source: `10.0.${shard}.17`,
    logs: [{ time: Math.floor(receivedAt / 1000), contents }],
  };
}
