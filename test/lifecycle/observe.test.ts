import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { observeShard } from "../../provider/src/lifecycle/observe.js";
import { cursorAt, parseCursor, positionOf } from "../../provider/src/model/cursor.js";
import { formatInstant } from "../../provider/src/model/instant.js";
import {
  type Observation,
  type PositionTime,
  type Seen,
  type ShardObservation,
} from "../../provider/src/rules/observation.js";
import { SlsError } from "../../provider/src/sls/errors.js";
import { Shop, declaredPin, hour } from "./shop.js";

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  await shop.close();
});

async function look(target: string, shard = 0): Promise<Observation> {
  const parsed = parseCursor(target);
  if (!parsed.ok) throw new Error(parsed.problem);
  const identity = { project: "shop", logstore: "orders", consumerGroup: "billing", shard };
  return observeShard(shop.context.client, identity, parsed.value);
}

async function see(target: string, shard = 0): Promise<Seen> {
  const observation = await look(target, shard);
  if (observation.kind === "unseen") throw observation.failure;
  return observation;
}

async function seeShard(target: string, shard = 0): Promise<ShardObservation> {
  const { shard: observed } = await see(target, shard);
  if (observed === undefined) throw new Error("no such shard");
  return observed;
}

function timeText(time: PositionTime): string {
  return time.kind === "at" ? formatInstant(time.instant) : time.kind;
}

function end(shard = 0): string {
  return shop.emulator.cursorAt("shop", "orders", shard, "end");
}

function beside(cursor: string, by: bigint): string {
  const parsed = parseCursor(cursor);
  return parsed.ok ? cursorAt(positionOf(parsed.value) + by) : cursor;
}

describe("a look at a shard", () => {
  test("sees the group, all its records, the window, and the service's time", async () => {
    shop.commit(shop.cursor(1));
    shop.pass(hour);
    const seen = await see(shop.cursor(7));
    expect(seen).toMatchObject({
      kind: "seen",
      group: { name: "billing", ordered: false, timeout: 60_000_000 },
      knownShards: [0, 1],
      shard: { shard: 0, status: "readwrite", begin: shop.cursor(12), end: end() },
    });
    expect(formatInstant(seen.serverTime)).toBe("2026-11-22T13:00:00Z");
    expect(seen.records.map(({ shard, consumer }) => [shard, consumer])).toEqual([
      [0, "host-a"],
      [1, undefined],
    ]);
  });

  test.each([
    { name: "begin", target: () => shop.cursor(12), time: "2026-11-22T00:00:00Z" },
    { name: "a log group", target: () => shop.cursor(7), time: "2026-11-22T05:00:00Z" },
    { name: "the last log group", target: () => shop.cursor(0), time: "2026-11-22T12:00:00Z" },
    {
      name: "the end, where it is that of the log group before",
      target: () => end(),
      time: "2026-11-22T12:00:00Z",
    },
    { name: "a position before begin", target: () => beside(shop.cursor(12), -1n), time: "outside" },
    { name: "a position after the end", target: () => beside(end(), 1n), time: "outside" },
  ])("finds the time of $name: $time", async ({ target, time }) => {
    expect(timeText((await seeShard(target())).targetTime)).toBe(time);
    shop.commit(target());
    expect(timeText((await seeShard(shop.cursor(7))).currentTime)).toBe(time);
  });

  test("finds a shard without data empty, and no time for what is elsewhere", async () => {
    const observed = await seeShard(end(1), 1);
    expect(observed.begin).toBe(observed.end);
    expect([observed.targetTime, observed.currentTime]).toEqual([{ kind: "empty" }, { kind: "outside" }]);
    expect((await seeShard(beside(end(1), 1n), 1)).targetTime).toEqual({ kind: "outside" });
  });

  test("finds no checkpoint of a shard that the group never touched", async () => {
    const { record, currentTime } = await seeShard(shop.cursor(7));
    expect([record.checkpoint, record.updateTime, record.consumer]).toEqual([
      { kind: "none" },
      undefined,
      undefined,
    ]);
    expect(currentTime).toEqual({ kind: "outside" });
  });

  test("finds a checkpoint whose data has expired outside", async () => {
    shop.commit(shop.cursor(12));
    shop.pass(7 * 24 * hour - 6 * hour);
    expect(timeText((await seeShard(shop.cursor(1))).currentTime)).toBe("outside");
  });

  test("finds no shard where there is none, and asks no further", async () => {
    const seen = await see(String(declaredPin["checkpoint"]), 9);
    expect([seen.shard, seen.knownShards]).toEqual([undefined, [0, 1]]);
    expect(shop.takeCalls()).not.toContain("GetCursor");
  });

  test("sends seven requests and writes nothing", async () => {
    shop.commit(shop.cursor(1));
    shop.takeCalls();
    await see(shop.cursor(7));
    expect([...shop.takeCalls()].sort()).toEqual([
      "GetCheckPoint",
      "GetCursor",
      "GetCursor",
      "GetCursorTime",
      "GetCursorTime",
      "ListConsumerGroup",
      "ListShards",
    ]);
  });
});

describe("a look that fails", () => {
  test.each(["ListShards", "ListConsumerGroup", "GetCheckPoint", "GetCursor", "GetCursorTime"])(
    "in %s is part of the answer, with the service's time",
    async (call) => {
      shop.emulator.rule({ call, do: { kind: "error", status: 401, code: "Unauthorized" } });
      const observation = await look(shop.cursor(7));
      if (observation.kind === "seen") throw new Error("it did not fail");
      expect(SlsError.isInstance(observation.failure)).toBe(true);
      expect(observation.failure.message).toContain(`${call} was answered 401 Unauthorized`);
      expect(observation.serverTime && formatInstant(observation.serverTime)).toBe("2026-11-22T12:00:00Z");
    },
  );

  test("without an answer has no time", async () => {
    shop.emulator.rule({ do: { kind: "resetBefore" } });
    expect(await look(shop.cursor(7))).toMatchObject({ kind: "unseen", serverTime: undefined });
  });

  test("in several calls at once tells of the first in order, whichever came first", async () => {
    // Cut connections are tried again some times, so the refusal of the call behind is long there by then.
    shop.emulator.rule({ call: "ListConsumerGroup", do: { kind: "resetBefore" } });
    shop.emulator.rule({ call: "GetCheckPoint", do: { kind: "error", status: 401, code: "Unauthorized" } });
    const observation = await look(shop.cursor(7));
    expect(observation).toMatchObject({ failure: { operation: "ListConsumerGroup" } });
  });

  test("because the group is not in the list says which are", async () => {
    shop.emulator.createConsumerGroup("shop", "orders", "audit", { timeout: 60 });
    const body = '[{"name":"audit","timeout":60,"order":false}]';
    const list = { kind: "body", status: 200, contentType: "application/json", body } as const;
    shop.emulator.rule({ call: "ListConsumerGroup", do: list });
    const observation = await look(shop.cursor(7));
    expect(observation).toMatchObject({
      kind: "unseen",
      failure: { code: "ConsumerGroupNotExist", message: expect.stringContaining("the list holds audit") },
    });
  });
});
