import { logsIn } from "./logGroups.mjs";
import { SignedClient } from "./signedClient.mjs";

/** The key pair of the consumer, so that the log of requests tells it from Pulumi. */
export const billingIdentity = { accessKeyId: "billingKeyId", accessKeySecret: "billingKeySecret" };

/**
 * A consumer as any other: it joins its group, reads the shards that it is given from their checkpoints on, bills each
 * order that it reads, and saves how far it has come.
 */
export class BillingHost {
  name = "billing-host-a";
  /** The tax rate, in percent, that the release which runs here bills with. */
  taxRate = 13;
  /** What each order was billed with last. @type {Map<string, number>} */
  bills = new Map();
  /** How often it has saved a checkpoint. */
  saves = 0;
  #client;
  #logstore;
  #group;

  /**
   * @param {number} port
   * @param {{ project: string, logstore: string, consumerGroup: string }} group
   */
  constructor(port, { project, logstore, consumerGroup }) {
    this.#client = new SignedClient(port, project, billingIdentity);
    this.#logstore = `/logstores/${logstore}`;
    this.#group = `${this.#logstore}/consumergroups/${consumerGroup}`;
  }

  /**
   * Starts, and reads until nothing is left to read.
   * @returns {Promise<string[]>} the orders of the log groups that it has read, in that order
   */
  async catchUp() {
    const orders = [];
    for (const shard of await this.#join()) orders.push(...(await this.#read(shard)));
    return orders;
  }

  /** Answers the shards that are given to this consumer, and confirms that it holds them. */
  async #join() {
    /** @type {number[]} */
    const shards = await this.#heartbeat([]);
    await this.#heartbeat(shards);
    return shards;
  }

  /** @param {number[]} held */
  async #heartbeat(held) {
    return json(await this.#client.post(this.#group, { type: "heartbeat", consumer: this.name }, held));
  }

  /** @param {number} shard */
  async #read(shard) {
    const orders = [];
    let page = await this.#pull(shard, await this.#position(shard));
    while (page.orders.length > 0) {
      for (const order of page.orders) this.bills.set(order, this.taxRate);
      orders.push(...page.orders);
      await this.#save(shard, page.next);
      page = await this.#pull(shard, page.next);
    }
    return orders;
  }

  /**
   * @param {number} shard
   * @returns {Promise<string>}
   */
  async #position(shard) {
    const [saved] = json(await this.#client.get(this.#group, { shard: String(shard) }));
    if (saved?.checkpoint) return saved.checkpoint;
    const query = { type: "cursor", from: "begin" };
    return json(await this.#client.get(`${this.#logstore}/shards/${shard}`, query)).cursor;
  }

  /**
   * @param {number} shard
   * @param {string} cursor
   */
  async #pull(shard, cursor) {
    const query = { type: "log", cursor, count: "1000" };
    const { headers, bytes } = await this.#client.get(`${this.#logstore}/shards/${shard}`, query);
    const orders = logsIn(bytes).map(({ orderId = "" }) => orderId);
    return { orders, next: String(headers["x-log-cursor"]) };
  }

  /**
   * @param {number} shard
   * @param {string} checkpoint
   */
  async #save(shard, checkpoint) {
    const query = { type: "checkpoint", consumer: this.name, forceSuccess: "false" };
    await this.#client.post(this.#group, query, { shard, checkpoint });
    this.saves += 1;
  }
}

/** @param {import("./signedClient.mjs").Answer} answer */
function json({ bytes }) {
  return JSON.parse(bytes.toString());
}
