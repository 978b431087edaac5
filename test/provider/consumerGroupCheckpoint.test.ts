import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SlsEmulator, decodeCursor, encodeCursor } from "../../emulator/src/index.js";
import {
  DynamicProviderServer,
  ProviderFailure,
  type Properties,
  serializeShim,
  shimInState,
} from "./dynamicProviderServer.js";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.parse("2026-11-22T12:00:00Z");
const id = "shop/orders/billing/0";

let now: number;
let emulator: SlsEmulator;
let server: DynamicProviderServer;

beforeEach(async () => {
  now = noon;
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 13, from: noon - 12 * hour, to: noon });
  commit(1);
  now += 10 * minute;
  server = await start();
});

afterEach(async () => {
  await server.stop();
  await emulator.stop();
});

async function start(): Promise<DynamicProviderServer> {
  return DynamicProviderServer.start("consumerGroupCheckpointProvider", {
    config: {
      "sls:endpoint": emulator.endpoint,
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:accessKeySecret": "emulatorAccessKeySecret",
    },
  });
}

/** The next up: Pulumi starts a process for each operation. */
async function restart(): Promise<void> {
  await server.stop();
  server = await start();
}

function cursor(hoursBeforeNoon: number): string {
  return emulator.cursorAt("shop", "orders", 0, noon - hoursBeforeNoon * hour);
}

function commit(hoursBeforeNoon: number): void {
  emulator.commit("shop", "orders", "billing", 0, cursor(hoursBeforeNoon), { consumer: "host-a" });
}

function pinAt(hoursBeforeNoon: number, more: Properties = {}): Properties {
  return {
    project: "shop",
    logstore: "orders",
    consumerGroup: "billing",
    shard: 0,
    checkpoint: cursor(hoursBeforeNoon),
    ...more,
  };
}

function stands(): string | undefined {
  return emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint;
}

function writes(): number {
  return emulator.requestsOf("UpdateCheckPoint").length;
}

async function failureOf(attempt: Promise<unknown>): Promise<ProviderFailure> {
  const failure = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof ProviderFailure)) throw new Error("it did not fail");
  return failure;
}

describe("the shim", () => {
  test("is short, captures nothing but the package's name, and stays as it is", async () => {
    const text = await serializeShim("consumerGroupCheckpointProvider");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000);
    expect(text).not.toContain("require(");
    await expect(text).toMatchFileSnapshot(
      fileURLToPath(new URL("consumerGroupCheckpointShim.golden.txt", import.meta.url)),
    );
  });

  test("holds calls that come before configure is done", async () => {
    await restart();
    const pins = await Promise.all([
      server.check({}, pinAt(7)),
      server.create(pinAt(7, { shard: 1, checkpoint: emptyEnd() })),
    ]);
    expect(pins[0].failures).toEqual([]);
    expect(pins[1].outs["status"]).toBe("pinned");
  });

  test("has nothing to read or to delete, so both succeed without a request", async () => {
    const { outs } = await server.create(pinAt(7));
    emulator.clearRequests();
    await restart();
    expect(await server.read(id, outs)).toEqual({ id, outs });
    await server.delete(id, outs);
    expect(emulator.requests).toHaveLength(0);
  });
});

function emptyEnd(): string {
  return emulator.cursorAt("shop", "orders", 1, "end");
}

function beyondEnd(): string {
  const end = decodeCursor(emulator.cursorAt("shop", "orders", 0, "end")) ?? 0n;
  return encodeCursor(end + 1n);
}

describe("a new pin", () => {
  test("moves the shard once, reads it back, and keeps where it stood", async () => {
    const checked = await server.check({}, pinAt(7, { reason: "tax" }));
    expect(checked.failures).toEqual([]);
    const created = await server.create(checked.inputs);
    expect(stands()).toBe(cursor(7));
    expect(writes()).toBe(1);
    expect(created).toMatchObject({
      id,
      outs: {
        ...pinAt(7, { reason: "tax" }),
        schemaVersion: 2,
        status: "pinned",
        checkpointTime: "2026-11-22T05:00:00Z",
        previousCheckpoint: cursor(1),
        previousCheckpointTime: "2026-11-22T11:00:00Z",
        previousSavedAt: "2026-11-22T12:00:00Z",
        previousConsumer: "host-a",
        pinnedAt: "2026-11-22T12:10:00Z",
        requestId: emulator.requestsOf("UpdateCheckPoint")[0]?.requestId,
      },
    });
  });

  test("says the plan in check and the way back in create", async () => {
    await server.check({}, pinAt(7, { reason: "tax" }));
    await server.create(pinAt(7, { reason: "tax" }));
    expect(server.lines).toEqual([
      `${id}: moves back 6 h; 6 log groups will be read again`,
      `  from  2026-11-22T11:00:00Z  ${cursor(1)}`,
      `  to    2026-11-22T05:00:00Z  ${cursor(7)}`,
      "  reason: tax",
      `way back: "${cursor(1)}"`,
      `  of ${id}, to be pasted as checkpoint`,
      "  it stood at 2026-11-22T11:00:00Z",
    ]);
  });

  test("sends exactly what the API asks for", async () => {
    await server.create(pinAt(7));
    const [write] = emulator.requestsOf("UpdateCheckPoint");
    expect(write?.query).toEqual({ type: "checkpoint", forceSuccess: "true" });
    expect(JSON.parse(write?.body ?? "")).toEqual({ shard: 0, checkpoint: cursor(7) });
  });

  test("adopts a shard that stands there already, without a write", async () => {
    const { outs } = await server.create(pinAt(1));
    expect(outs).toMatchObject({ status: "alreadyThere" });
    expect(outs).not.toHaveProperty("previousCheckpoint");
    expect(writes()).toBe(0);
  });

  test("is expired after its deadline by server time, even where nothing could be looked at", async () => {
    emulator.deleteConsumerGroup("shop", "orders", "billing");
    const { outs } = await server.create(pinAt(7, { applyBefore: "2026-11-22T20:00:00+08:00" }));
    expect(outs["status"]).toBe("expired");
    expect(server.lines[0]).toBe(`warning: ${id}: expired; nothing is written`);
    expect(writes()).toBe(0);
  });

  test("acts again when an expired one gets a later deadline, and only then", async () => {
    const expired = await server.create(pinAt(7, { applyBefore: "2026-11-22T12:00:00Z" }));
    const tidied = await server.update(id, expired.outs, pinAt(7));
    expect(tidied["status"]).toBe("expired");
    expect(writes()).toBe(0);
    const later = await server.update(id, expired.outs, pinAt(7, { applyBefore: "2026-11-22T14:00:00Z" }));
    expect(later["status"]).toBe("pinned");
    expect(writes()).toBe(1);
  });

  test("passes consumer and forceSuccess on as the API has them", async () => {
    commit(1);
    await server.create(
      pinAt(7, { consumer: "host-a", forceSuccess: false, onActiveConsumers: "overwrite", watchFor: "PT0S" }),
    );
    expect(emulator.requestsOf("UpdateCheckPoint")[0]?.query).toEqual({
      type: "checkpoint",
      forceSuccess: "false",
      consumer: "host-a",
    });
    expect(stands()).toBe(cursor(7));
  });
});

describe("a refused pin", () => {
  const cases: readonly {
    name: string;
    arrange?: () => void;
    pin: () => Properties;
    message: () => string;
    inCheck: boolean;
  }[] = [
    {
      name: "a shard that the logstore has not",
      pin: () => pinAt(7, { shard: 9 }),
      message: () => "shop/orders/billing/9: the logstore has no such shard\n  its shards: 0, 1",
      inCheck: true,
    },
    {
      name: "a cursor beyond the end",
      pin: () => pinAt(7, { checkpoint: beyondEnd() }),
      message: () => `${id}: refused, because the checkpoint is after what the shard holds`,
      inCheck: true,
    },
    {
      name: "a cursor whose data has expired",
      arrange: () => {
        now += 6 * 24 * hour + 23 * hour;
      },
      pin: () => pinAt(12),
      message: () => `${id}: refused, because the checkpoint is before what the shard holds`,
      inCheck: true,
    },
    {
      name: "a move further than maxMove",
      pin: () => pinAt(7, { maxMove: "PT5H59M59S" }),
      message: () =>
        `${id}: refused, because it would move further than maxMove allows\n  it moves back 6 h; 6 log groups will be read again`,
      inCheck: true,
    },
    {
      name: "consumers that are alive",
      arrange: () => {
        commit(1);
      },
      pin: () => pinAt(7),
      message: () =>
        `${id}: refused, because consumers are alive and would overwrite the pin\n  shard 0  host-a  committed 0 s ago`,
      inCheck: false,
    },
    {
      name: "a group that is missing",
      arrange: () => {
        emulator.deleteConsumerGroup("shop", "orders", "billing");
      },
      pin: () => pinAt(7),
      message: () =>
        `${id}: SLS could not be read, so nothing is written\n  GetCheckPoint was answered 404 ConsumerGroupNotExist`,
      inCheck: false,
    },
  ];

  test.each(cases)(
    "$name: nothing is written and no state is kept",
    async ({ arrange, pin, message, inCheck }) => {
      const inputs = pin();
      arrange?.();
      const checked = await server.check({}, inputs);
      expect(checked.failures.map(({ property }) => property)).toEqual(inCheck ? [""] : []);
      if (inCheck) expect(checked.failures[0]?.reason).toContain(message());
      const failure = await failureOf(server.create(inputs));
      expect(failure.message).toContain(message());
      expect(failure.kept).toBeUndefined();
      expect(writes()).toBe(0);
    },
  );

  test("is allowed by its named escape", async () => {
    commit(1);
    const { outs } = await server.create(pinAt(7, { onActiveConsumers: "overwrite", watchFor: "PT0S" }));
    expect(outs["status"]).toBe("pinned");
  });

  test("of an ordered group past a split names allowUnordered", async () => {
    emulator.createConsumerGroup("shop", "orders", "ordered", { timeout: 60, order: true });
    const end = emulator.cursorAt("shop", "orders", 0, "end");
    emulator.splitShard("shop", "orders", 0);
    emulator.commit("shop", "orders", "ordered", 0, end, { consumer: "host-a" });
    now += 10 * minute;
    const rewind = { ...pinAt(7), consumerGroup: "ordered" };
    const failure = await failureOf(server.create(rewind));
    expect(failure.message).toContain(
      "refused, because the group reads in order, and would read this shard again after or beside its children",
    );
    const { outs } = await server.create({ ...rewind, allowUnordered: true });
    expect(outs["status"]).toBe("pinned");
  });
});

describe("two resources on one shard", () => {
  test("are refused in check, and a resource that is replaced is not its own twin", async () => {
    const first = await server.check({}, pinAt(7, { self: "first" }));
    const second = await server.check({}, pinAt(6, { self: "second" }));
    expect([first.failures.length, second.failures.length]).toEqual([0, 1]);
    await restart();
    const old = pinAt(7, { self: "first" });
    const moved = pinAt(7, { self: "first", shard: 1, checkpoint: emptyEnd() });
    await server.check(old, moved);
    expect((await server.diff(id, old, moved)).replaces).toEqual(["shard"]);
    expect((await server.check({}, moved)).failures).toEqual([]);
  });
});

describe("a write whose answer is lost", () => {
  test("is found applied by reading back, and not sent again", async () => {
    emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    const { outs } = await server.create(pinAt(7));
    expect(outs["status"]).toBe("pinned");
    expect(writes()).toBe(1);
  });

  test("is sent again where it is found not applied", async () => {
    emulator.rule({ call: "UpdateCheckPoint", times: 1, do: { kind: "resetBefore" } });
    const { outs } = await server.create(pinAt(7));
    expect(outs["status"]).toBe("pinned");
    expect(writes()).toBe(2);
  });

  test("is sent three times at the most, then kept as failed, and goes on from there", async () => {
    emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetBefore" } });
    const failure = await failureOf(server.create(pinAt(7)));
    expect(writes()).toBe(3);
    expect(failure.kept?.properties).toMatchObject({ status: "failed" });
    expect(failure.kept?.properties).not.toHaveProperty("previousCheckpoint");
    expect(failure.kept?.properties["__provider"]).toBe(await shimInState("consumerGroupCheckpointProvider"));
    emulator.clearRules();
    emulator.clearRequests();
    await restart();
    const kept = withoutShim(failure.kept?.properties);
    expect((await server.diff(id, kept, pinAt(7))).changes).toBe("some");
    const outs = await server.update(id, kept, pinAt(7));
    expect(outs).toMatchObject({ status: "pinned", previousCheckpoint: cursor(1) });
    expect(writes()).toBe(1);
  });

  test("is uncertain where a consumer has moved on, and no retry ever writes the shard again", async () => {
    const held = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    // First come the look that plans and that of the write; this one reads it back.
    const look = emulator.rule({ call: "GetCheckPoint", nth: 3, do: { kind: "hold" } });
    const creating = failureOf(server.create(pinAt(7)));
    await look.acted();
    commit(3);
    look.release();
    const failure = await creating;
    expect(failure.message).toContain(
      `${id}: is uncertain: it stands neither at the pin nor where it stood before`,
    );
    expect(failure.kept?.properties["status"]).toBe("uncertain");
    expect(held.hits).toBe(1);

    emulator.clearRules();
    emulator.clearRequests();
    now += 10 * minute;
    await restart();
    const kept = withoutShim(failure.kept?.properties);
    const again = await failureOf(server.update(id, kept, pinAt(7)));
    expect(again.message).toContain(
      "remove this resource from the program. If not, change triggers to pin the shard again.",
    );
    expect(writes()).toBe(0);
    const triggered = await server.update(id, kept, pinAt(7, { triggers: ["again"] }));
    // The same move, begun earlier: its way back is where that one began.
    expect(triggered).toMatchObject({ status: "pinned", previousCheckpoint: cursor(1) });
    expect(writes()).toBe(1);
  });

  test("is uncertain where a consumer read from the pin to where it stood, and is not written again", async () => {
    emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    emulator.rule({
      call: "GetCheckPoint",
      nth: 3,
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    const failure = await failureOf(server.create(pinAt(7)));
    expect(failure.message).toContain("may have been written, and could not be read back");
    emulator.clearRules();
    emulator.clearRequests();
    commit(1);
    now += 10 * minute;
    await restart();
    const again = await failureOf(server.update(id, withoutShim(failure.kept?.properties), pinAt(7)));
    expect(again.message).toContain(`${id}: is uncertain`);
    expect(writes()).toBe(0);
  });

  test("is sent again after a quota refusal, which proves that it was not applied", async () => {
    emulator.rule({ call: "UpdateCheckPoint", times: 2, do: { kind: "quota" } });
    const { outs } = await server.create(pinAt(7));
    expect(outs["status"]).toBe("pinned");
    expect(writes()).toBe(3);
  });
});

describe("an update", () => {
  test("of anything but position and triggers sends nothing", async () => {
    const { outs } = await server.create(pinAt(7));
    emulator.clearRequests();
    const changed = pinAt(7, {
      maxMove: "PT1H",
      reason: "another",
      applyBefore: "2026-12-24T00:00:00Z",
      onActiveConsumers: "overwrite",
      allowUnordered: true,
      consumer: "host-b",
    });
    const unpadded = { ...changed, checkpoint: cursor(7).replace(/=+$/, "") };
    const checked = await server.check(pinAt(7), unpadded);
    const updated = await server.update(id, outs, checked.inputs);
    expect(updated).toEqual({ ...outs, ...unpadded });
    expect(emulator.requests.filter(({ call }) => call === "UpdateCheckPoint")).toHaveLength(0);
  });

  test.each([
    {
      name: "other triggers where it stands at the pin",
      more: { triggers: ["x"] },
      hours: 7,
      status: "alreadyThere",
    },
    {
      name: "another checkpoint past its deadline",
      more: { applyBefore: "2026-11-22T12:05:00Z" },
      hours: 5,
      status: "expired",
    },
  ])("keeps the way back where nothing is written: $name", async ({ more, hours, status }) => {
    const { outs } = await server.create(pinAt(7));
    now += 10 * minute;
    await restart();
    const updated = await server.update(id, outs, pinAt(hours, more));
    expect(updated).toMatchObject({ status, previousCheckpoint: cursor(1) });
    expect(writes()).toBe(1);
  });

  test("that was never applied is taken back without a write", async () => {
    const { outs } = await server.create(pinAt(7));
    commit(3);
    now += 10 * minute;
    await restart();
    emulator.rule({ call: "UpdateCheckPoint", do: { kind: "error", status: 401, code: "Unauthorized" } });
    const failure = await failureOf(server.update(id, outs, pinAt(9)));
    emulator.clearRules();
    emulator.clearRequests();
    await restart();
    const updated = await server.update(id, withoutShim(failure.kept?.properties), pinAt(7));
    expect(updated).toMatchObject({ status: "pinned", previousCheckpoint: cursor(1) });
    expect([writes(), stands()]).toEqual([0, cursor(3)]);
  });

  test("does not take its own pin for a live consumer", async () => {
    const { outs } = await server.create(pinAt(7));
    now += 5_000;
    await restart();
    const updated = await server.update(id, outs, pinAt(6));
    expect(updated["status"]).toBe("pinned");
  });

  test("of an unchanged pin is no change, in state written by another spelling of the default too", async () => {
    const { outs } = await server.create(pinAt(7));
    expect(await server.diff(id, outs, pinAt(7))).toEqual({ changes: "none", replaces: [] });
  });
});

function withoutShim(properties: Properties | undefined): Properties {
  const { __provider: _shim, ...rest } = properties ?? {};
  return rest;
}
