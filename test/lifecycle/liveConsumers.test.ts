import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createCheckpoint,
  updateCheckpoint,
} from "../../provider/src/lifecycle/checkpoint/consumerGroupCheckpoint.js";
import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { UnfinishedError } from "../../provider/src/lifecycle/failures.js";
import { millisecondsOf } from "../../provider/src/model/duration.js";
import { instantOfMilliseconds } from "../../provider/src/model/instant.js";
import { describeReport } from "../../provider/src/texts/describeReport.js";
import { Shop, declaredPin, wordsOf } from "./shop.js";

const id = "shop/orders/billing/0";

let shop: Shop;
let context: LifecycleContext;
/** What happens while the provider sleeps: called after each step with the seconds that have passed in all. */
let whileAsleep: (seconds: number) => void;
let engineAlive: () => void;

beforeEach(async () => {
  shop = await Shop.open();
  commit(1);
  whileAsleep = () => undefined;
  engineAlive = () => undefined;
  context = {
    ...shop.context,
    engineAlive: () => {
      engineAlive();
    },
    now: () => instantOfMilliseconds(shop.now),
    monotonic: () => shop.now,
    // Sleeping is what makes time pass.
    sleep: (duration) => {
      shop.pass(millisecondsOf(duration));
      whileAsleep(passed());
      return Promise.resolve();
    },
  };
});

afterEach(async () => {
  await shop.close();
});

function passed(): number {
  return (shop.now - Shop.noon) / 1_000;
}

function cursor(hoursBeforeNoon: number): string {
  return shop.cursor(hoursBeforeNoon);
}

function commit(hoursBeforeNoon: number): void {
  shop.commit(cursor(hoursBeforeNoon));
}

function pin(more: Declared): Declared {
  return { ...declaredPin, checkpoint: cursor(7), ...more };
}

function stands(): string | undefined {
  return shop.emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint;
}

function writes(): number {
  return shop.emulator.requestsOf("UpdateCheckPoint").length;
}

describe('onActiveConsumers: "wait"', () => {
  const waiting = { onActiveConsumers: "wait" };

  test("waits exactly until the consumers are quiet, observes again, and then pins", async () => {
    const { outs } = await createCheckpoint(pin(waiting), context);
    expect(outs["status"]).toBe("pinned");
    expect(passed()).toBe(75);
    // Two looks to plan by, before and after the wait, and that of the writes.
    expect(shop.emulator.requestsOf("ListShards")).toHaveLength(3);
  });

  test("says what it waits for and how to stop it, once", async () => {
    await createCheckpoint(pin(waiting), context);
    const said = shop.lines.filter((text) => text.includes("waiting until"));
    expect(said).toEqual([
      `${id}: waiting until the consumers are quiet, at most 5 min\n` +
        "  shard 0  host-a  committed 0 s ago\n" +
        "  If they commit nothing more, the writes begin in about 1 min 15 s.\n" +
        "  Nothing has been written yet. To stop waiting, press Ctrl-C twice.",
    ]);
  });

  test("decides again by what it sees afterwards", async () => {
    whileAsleep = (seconds) => {
      if (seconds === 30) commit(0);
    };
    const { outs } = await createCheckpoint(pin(waiting), context);
    expect(outs["previousCheckpoint"]).toBe(cursor(0));
    expect(passed()).toBe(105);
  });

  test("gives up where they will not be quiet in time, with nothing written", async () => {
    whileAsleep = () => {
      commit(1);
    };
    expect(await wordsOf(createCheckpoint(pin({ ...waiting, waitTimeout: "PT3M" }), context))).toContain(
      `${id}: refused, because consumers are alive and would overwrite the pin`,
    );
    expect(passed()).toBeLessThanOrEqual(180);
    expect(writes()).toBe(0);
  });

  test("stops at the next step when the engine is gone", async () => {
    engineAlive = () => {
      if (passed() > 20) throw new Error("the engine is gone");
    };
    await expect(createCheckpoint(pin(waiting), context)).rejects.toThrow("the engine is gone");
    expect(passed()).toBe(25);
    expect(writes()).toBe(0);
  });
});

describe('the watch after onActiveConsumers: "overwrite"', () => {
  const overwriting = { onActiveConsumers: "overwrite" };

  test("lets a pin that stays untouched succeed after watchFor", async () => {
    const { outs } = await createCheckpoint(pin({ ...overwriting, watchFor: "PT20S" }), context);
    expect(outs["status"]).toBe("pinned");
    expect(passed()).toBe(20);
  });

  test("notices a consumer that saves over the pin, fails once, and never writes the shard again", async () => {
    whileAsleep = (seconds) => {
      if (seconds === 10) commit(0);
    };
    const failure = await createCheckpoint(pin(overwriting), context).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof UnfinishedError)) throw new Error("it did not fail");
    expect(describeReport(failure.report)).toContain(
      `${id}: was pinned, and a consumer has overwritten the pin`,
    );
    expect(failure.outs["status"]).toBe("overwritten");
    const again = await updateCheckpoint(failure.outs, pin(overwriting), context);
    expect(again["status"]).toBe("overwritten");
    expect(writes()).toBe(1);
    expect(stands()).toBe(cursor(0));
  });

  test("takes a consumer that reads on from the pin for what it is", async () => {
    whileAsleep = (seconds) => {
      if (seconds === 10) commit(5);
    };
    const { outs } = await createCheckpoint(pin(overwriting), context);
    expect(outs["status"]).toBe("pinned");
    expect(passed()).toBe(10);
  });

  test("that can no longer look says so, and the pin stands", async () => {
    whileAsleep = () => {
      shop.emulator.setIdentities([]);
    };
    const { outs } = await createCheckpoint(pin(overwriting), context);
    expect(outs["status"]).toBe("pinned");
    expect(shop.lines.at(-1)).toContain(
      `warning: ${id}: the pins are written, but can no longer be watched: GetCheckPoint`,
    );
  });
});
