import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { ProviderFailure, type Properties } from "./dynamicProviderServer.js";
import { ProviderInThisProcess } from "./providerInThisProcess.js";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.parse("2026-11-22T12:00:00Z");
const id = "shop/orders/billing/0";
const denied = { kind: "error", status: 401, code: "Unauthorized" } as const;

let now: number;
/** Where the consumers stood. */
let cursorBefore: string;
let emulator: SlsEmulator;
/** What the stack's state holds of the pin. */
let saved: { readonly inputs: Properties; readonly outs: Properties; readonly failed: boolean } | undefined;

beforeEach(async () => {
  now = noon;
  saved = undefined;
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of [0, 1]) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
    commit(1, shard);
  }
  cursorBefore = cursor(1);
  now += 10 * minute;
});

afterEach(async () => {
  await emulator.stop();
});

function config(): Readonly<Record<string, string>> {
  return {
    "sls:endpoint": emulator.endpoint,
    "sls:accessKeyId": "emulatorAccessKeyId",
    "sls:accessKeySecret": "emulatorAccessKeySecret",
  };
}

function cursor(hoursBeforeNoon: number, shard = 0): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
}

function commit(hoursBeforeNoon: number, shard = 0): void {
  emulator.commit("shop", "orders", "billing", shard, cursor(hoursBeforeNoon, shard), { consumer: "host-a" });
}

function stands(): string | undefined {
  return emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint;
}

function writes(): number {
  return emulator.requestsOf("UpdateCheckPoint").length;
}

function pinAt(hoursBeforeNoon: number, more: Properties = {}): Properties {
  const shard = Number(more["shard"] ?? 0);
  const checkpoint = cursor(hoursBeforeNoon, shard);
  return { project: "shop", logstore: "orders", consumerGroup: "billing", shard, checkpoint, ...more };
}

/** One up of a stack with this pin, as the engine makes it. Answers with why it failed. */
async function up(pin: Properties): Promise<string> {
  const process = await ProviderInThisProcess.start(config());
  const provider = await process.as("consumerGroupCheckpointProvider");
  try {
    const { inputs, failures } = await provider.check(saved?.inputs ?? {}, pin);
    if (failures.length > 0) return failures.map(({ reason }) => reason).join("\n");
    await step(provider, inputs);
    return "";
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    keep(error, pin);
    return error.message;
  } finally {
    await process.stop();
  }
}

async function step(provider: ProviderInThisProcess, inputs: Properties): Promise<void> {
  if (saved === undefined) {
    saved = { inputs, outs: (await provider.create(inputs)).outs, failed: false };
    return;
  }
  const { changes } = await provider.diff(id, saved.outs, inputs);
  if (changes === "none" && !saved.failed) return;
  saved = { inputs, outs: await provider.update(id, saved.outs, inputs), failed: false };
}

/** After an init failure in an update, the engine keeps the old inputs beside the new outputs. */
function keep({ kept }: ProviderFailure, pin: Properties): void {
  if (kept === undefined) return;
  const { __provider: _shim, ...outs } = kept.properties;
  saved = { inputs: saved?.inputs ?? pin, outs, failed: true };
}

/** Acts while the look after the first write is held. */
async function atReadBack(act: () => void): Promise<void> {
  await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
  const look = emulator.rule({ call: "GetCheckPoint", do: { kind: "hold" } });
  await look.acted();
  act();
  look.remove();
  look.release();
}

/** Looks show what was before. */
function showOld(old: ReturnType<SlsEmulator["checkpoint"]>, times: number): void {
  const { checkpoint, updateTime } = old ?? {};
  const body = JSON.stringify([{ shard: 0, checkpoint, updateTime, consumer: "host-a" }]);
  emulator.rule({
    call: "GetCheckPoint",
    times,
    do: { kind: "body", status: 200, contentType: "application/json", body },
  });
}

describe("a consumer that commits", () => {
  test("while a throttled pin waits for its next attempt is not overwritten", async () => {
    emulator.rule({ call: "UpdateCheckPoint", times: 1, do: { kind: "quota" } });
    const [message] = await Promise.all([
      up(pinAt(7)),
      atReadBack(() => {
        commit(0);
      }),
    ]);
    expect(message).toContain("left alone");
    expect([stands(), writes(), saved?.outs["status"]]).toEqual([cursor(0), 1, "uncertain"]);
  });

  test("from the pin, while a stale read still shows the old place, is not overwritten", async () => {
    const old = emulator.checkpoint("shop", "orders", "billing", 0);
    await Promise.all([
      up(pinAt(7)),
      atReadBack(() => {
        showOld(old, 2);
        commit(5);
      }),
    ]);
    expect([stands(), writes()]).toEqual([cursor(5), 1]);
  });
});

test("a pin that the service acknowledged and no look shows is never sent again", async () => {
  const old = emulator.checkpoint("shop", "orders", "billing", 0);
  await Promise.all([
    up(pinAt(7)),
    emulator
      .waitForRequest(({ call }) => call === "UpdateCheckPoint")
      .then(() => {
        showOld(old, 100);
      }),
  ]);
  expect([writes(), saved?.outs["status"]]).toEqual([1, "uncertain"]);
  emulator.clearRules();
  now += minute;
  expect(await up(pinAt(7))).toBe("");
  expect([writes(), saved?.outs["status"]]).toEqual([1, "pinned"]);
});

describe("one's own write is no live consumer", () => {
  /** The write is applied, and no answer of it or after it arrives. */
  async function unverified(): Promise<void> {
    emulator.rule({ call: "UpdateCheckPoint", do: { kind: "resetAfter" } });
    const [message] = await Promise.all([
      up(pinAt(7)),
      emulator
        .waitForRequest(({ call }) => call === "UpdateCheckPoint")
        .then(() => emulator.rule({ call: "GetCheckPoint", do: denied })),
    ]);
    expect(message).not.toBe("");
    expect([stands(), saved?.outs["status"]]).toEqual([cursor(7), "uncertain"]);
    emulator.clearRules();
    emulator.clearRequests();
  }

  test("where it could not be read back, and the checkpoint is corrected a minute later", async () => {
    await unverified();
    now += minute;
    expect(await up(pinAt(9))).toBe("");
    expect([stands(), saved?.outs["status"], saved?.outs["previousCheckpoint"]]).toEqual([
      cursor(9),
      "pinned",
      cursor(7),
    ]);
  });

  test("where it could not be read back, and the same is tried again", async () => {
    await unverified();
    now += 20_000;
    expect(await up(pinAt(7))).toBe("");
    expect([writes(), saved?.outs["status"], saved?.outs["previousCheckpoint"]]).toEqual([
      0,
      "pinned",
      cursor(1),
    ]);
  });
});

describe("a pin that was never applied", () => {
  const ends = [
    {
      name: "refused",
      meet: async () => {
        commit(2);
        expect(await up(pinAt(9))).toContain("consumers are alive");
      },
    },
    {
      name: "expired",
      meet: async () => {
        expect(await up(pinAt(9, { applyBefore: "2026-11-22T12:05:00Z" }))).toBe("");
      },
    },
    {
      name: "failed",
      meet: async () => {
        const rule = emulator.rule({ call: "UpdateCheckPoint", do: denied });
        expect(await up(pinAt(9))).not.toBe("");
        rule.remove();
      },
    },
  ];

  test.each(ends)("and was $name has no way back", async ({ meet }) => {
    await meet();
    expect(saved?.outs["previousCheckpoint"]).toBeUndefined();
    expect(stands()).not.toBe(cursor(9));
  });

  test.each(ends)(
    "and was $name leaves the way back of the one before it, and is taken back without a write",
    async ({ meet }) => {
      expect(await up(pinAt(7))).toBe("");
      commit(3);
      now += 10 * minute;
      await meet();
      expect(saved?.outs["previousCheckpoint"]).toBe(cursor(1));
      now += 10 * minute;
      emulator.clearRequests();
      const before = stands();
      expect(await up(pinAt(7))).toBe("");
      expect([writes(), stands(), saved?.outs["status"], saved?.outs["previousCheckpoint"]]).toEqual([
        0,
        before,
        "pinned",
        cursor(1),
      ]);
    },
  );
});

describe("a shard that is gone from its logstore", () => {
  /** A shard that was split vanishes when its data has expired. */
  function vanish(): void {
    emulator.splitShard("shop", "orders", 0);
    now += 9 * 24 * hour;
    emulator.clearRequests();
  }

  test("ends a pin that failed, and the next up sends nothing", async () => {
    const pin = pinAt(7);
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: denied });
    expect(await up(pin)).not.toBe("");
    rule.remove();
    vanish();
    expect(await up(pin)).toBe("");
    expect([writes(), saved?.outs["status"]]).toEqual([0, "gone"]);
    emulator.clearRequests();
    expect([await up(pin), emulator.requests]).toEqual(["", []]);
  });

  test.each(["triggers", "another checkpoint"])(
    "ends a pin that was done, and then changed: %s",
    async (change) => {
      const changed = change === "triggers" ? pinAt(7, { triggers: ["again"] }) : pinAt(9);
      expect(await up(pinAt(7))).toBe("");
      vanish();
      expect(await up(changed)).toBe("");
      expect([writes(), saved?.outs["status"], saved?.outs["previousCheckpoint"]]).toEqual([
        0,
        "gone",
        cursorBefore,
      ]);
    },
  );

  test("refuses a new pin, with the shards that there are", async () => {
    const pin = pinAt(7);
    vanish();
    expect(await up(pin)).toContain("the logstore has no such shard\n  its shards: 1-3");
  });
});
