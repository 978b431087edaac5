import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { decodeCursor, SlsEmulator } from "../../../emulator/src/index.js";
import { SlsClient, type TestAnswer, type TestClientOptions } from "../slsClient.js";
import { realPlace, type RealPlace } from "./realPlace.js";

/** Every logstore that these tests make begins so. */
export const prefix = "sls-checkpoint-test-";

/** How often, and how many milliseconds apart, a real service is asked for what it does not show at once: a minute and a half. */
const tries = 45;
const betweenTries = 2_000;

/**
 * The service that the tests of a file talk to, over the wire alone: an emulator of their own, or the project that
 * `SLS_TEST_ENDPOINT` and `SLS_TEST_PROJECT` name. The file shares one logstore; what a test changes it makes itself.
 */
export function useWireShop(): WireShop {
  const shop = new WireShop();
  beforeAll(async () => shop.open());
  afterAll(async () => shop.close());
  return shop;
}

/** A logstore on the wire: two shards, a ttl of one day. */
export interface WireLogstore {
  readonly name: string;
  readonly path: string;
  readonly shards: string;
  readonly groups: string;
  readonly cursor: (shard: number, from: string) => string;
  readonly cursorTime: (shard: number, cursor: string) => string;
}

/** A consumer group on the wire, which nobody has used. */
export interface WireGroup {
  readonly name: string;
  readonly path: string;
  /** Of UpdateCheckPoint by force, without a consumer. */
  readonly update: string;
}

export class WireShop {
  #emulator: SlsEmulator | undefined;
  #real: RealPlace | undefined;
  #shared: WireLogstore | undefined;

  async open(): Promise<void> {
    this.#real = await realPlace();
    if (this.#real === undefined) {
      this.#emulator = await SlsEmulator.start();
      this.#emulator.createProject("shop");
    }
    // Known before it is asked for: the answer may be lost.
    this.#shared = onTheWire(newName());
    await this.#make(this.#shared);
  }

  async close(): Promise<void> {
    if (this.#shared !== undefined) await this.remove(this.#shared.name);
    await this.#emulator?.stop();
  }

  /** The logstore that the tests of a file share. */
  get logstore(): WireLogstore {
    if (this.#shared === undefined) throw new Error("The logstore is there once the tests run.");
    return this.#shared;
  }

  /** With the rights to do everything in the project. */
  get sls(): SlsClient {
    return this.client();
  }

  client(how: TestClientOptions = {}): SlsClient {
    const place = this.#real?.place ?? this.#emulator;
    if (place === undefined) throw new Error("The service is there once the tests run.");
    return new SlsClient(place, { ...this.#real?.keys, ...how });
  }

  /** A consumer group of the shared logstore, deleted when the test ends. */
  async openGroup({ order = false } = {}): Promise<WireGroup> {
    const name = `group-${randomBytes(4).toString("hex")}`;
    const path = `${this.logstore.groups}/${name}`;
    onTestFinished(async () => {
      await this.sls.send({ method: "DELETE", path });
    });
    const made = await this.sls.post(this.logstore.groups, { consumerGroup: name, timeout: 60, order });
    if (made.outcome !== "200") throw new Error(`The consumer group was not made: ${made.text}`);
    await this.until(path, ({ outcome }) => outcome === "200");
    return { name, path, update: `${path}?type=checkpoint&forceSuccess=true` };
  }

  /** A logstore for one test alone, removed when it ends. */
  async openLogstore(): Promise<WireLogstore> {
    const logstore = onTheWire(this.nameForTest());
    await this.#make(logstore);
    return logstore;
  }

  /** The name of a logstore that a test makes itself, or is refused; it is removed when the test ends. */
  nameForTest(): string {
    const name = newName();
    onTestFinished(async () => this.remove(name));
    return name;
  }

  /** Asks until the answer is as it should be, or for the last time. */
  async until(path: string, isSo: (answer: TestAnswer) => boolean): Promise<TestAnswer> {
    return this.eventually(async () => this.sls.get(path), isSo);
  }

  /** Asks until the answer is as it should be, or for the last time: once where the service is an emulator of ours. */
  async eventually(
    ask: () => Promise<TestAnswer>,
    isSo: (answer: TestAnswer) => boolean,
  ): Promise<TestAnswer> {
    const most = this.#emulator === undefined ? tries : 1;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask();
      if (isSo(answer) || attempt === most) return answer;
      await new Promise((resolve) => setTimeout(resolve, betweenTries));
    }
  }

  /** The number that the cursor of a place has. */
  async position(logstore: WireLogstore, shard: number, from: string): Promise<bigint> {
    const { json, text } = await this.sls.get(logstore.cursor(shard, from));
    const position = decodeCursor((json as { readonly cursor?: string }).cursor ?? "");
    if (position === undefined) throw new Error(`This is no cursor: ${text}`);
    return position;
  }

  async remove(name: string): Promise<void> {
    const { outcome } = await this.sls.send({ method: "DELETE", path: `/logstores/${name}` });
    if (outcome !== "200" && outcome !== "404 LogStoreNotExist")
      throw new Error(`The logstore ${name} is left: ${outcome}. Delete it by hand.`);
  }

  async #make(logstore: WireLogstore): Promise<void> {
    const body = { logstoreName: logstore.name, ttl: 1, shardCount: 2 };
    const made = await this.sls.post("/logstores", body);
    if (made.outcome !== "200") throw new Error(`The logstore ${logstore.name} was not made: ${made.text}`);
    await this.until(logstore.shards, ({ json }) => Array.isArray(json) && json.length === 2);
    for (const shard of [0, 1])
      await this.until(logstore.cursor(shard, "end"), ({ outcome }) => outcome === "200");
  }
}

function newName(): string {
  return `${prefix}${randomBytes(6).toString("hex")}`;
}

function onTheWire(name: string): WireLogstore {
  const path = `/logstores/${name}`;
  const shard = (id: number): string => `${path}/shards/${String(id)}`;
  return {
    name,
    path,
    shards: `${path}/shards`,
    groups: `${path}/consumergroups`,
    cursor: (id, from) => `${shard(id)}?type=cursor&from=${from}`,
    cursorTime: (id, cursor) => `${shard(id)}?type=cursor_time&cursor=${encodeURIComponent(cursor)}`,
  };
}
