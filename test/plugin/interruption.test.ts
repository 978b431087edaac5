/** What ends an act before its next write, with clocks that are handed in. */
import { describe, expect, it } from "vitest";
import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { pause } from "../../provider/src/lifecycle/pause.js";
import { durationOfSeconds, millisecondsOf } from "../../provider/src/model/duration.js";
import { Interruption } from "../../provider/src/plugin/interruption.js";

/** A context whose clock goes on by what is slept, and only then. */
function contextAt(clock: { now: number }): LifecycleContext {
  const context: Partial<LifecycleContext> = {
    monotonic: () => clock.now,
    engineAlive: () => undefined,
    sleep: (duration) => {
      clock.now += millisecondsOf(duration);
      return Promise.resolve();
    },
  };
  return context as LifecycleContext;
}

const minutes = (count: number): ReturnType<typeof durationOfSeconds> => durationOfSeconds(count * 60);

describe("customTimeouts", () => {
  it("end a wait and a watch as soon as their time is over, and say so", async () => {
    const clock = { now: 0 };
    const guarded = new Interruption().guard(contextAt(clock), 62);
    await expect(pause(minutes(5), guarded)).rejects.toThrow(
      "The time that customTimeouts gives this resource, 1 min 2 s, is over, so nothing more is written",
    );
    expect(clock.now).toBe(62_000);
  });

  it("count from the call, whatever passed before it", () => {
    const clock = { now: 3_600_000 };
    const guarded = new Interruption().guard(contextAt(clock), 60);
    clock.now += 59_999;
    expect(() => guarded.engineAlive()).not.toThrow();
    clock.now += 1;
    expect(() => guarded.engineAlive()).toThrow("customTimeouts");
  });

  it("that are not given end nothing", async () => {
    const clock = { now: 0 };
    await pause(minutes(5), new Interruption().guard(contextAt(clock), 0));
    expect(clock.now).toBe(300_000);
  });
});

describe("one Ctrl-C", () => {
  it("ends a sleep at once, and everything after it", async () => {
    const interruption = new Interruption();
    const never = new Promise<void>(() => undefined);
    const guarded = interruption.guard({ ...contextAt({ now: 0 }), sleep: () => never });
    const paused = pause(minutes(5), guarded);
    interruption.interrupt();
    await expect(paused).rejects.toThrow("Pulumi was told to stop, so nothing more is written");
    expect(() => guarded.engineAlive()).toThrow("Run pulumi up again to go on.");
  });

  it("still asks whether the engine is there", () => {
    const gone = (): never => {
      throw new Error("the engine is gone");
    };
    const guarded = new Interruption().guard({ ...contextAt({ now: 0 }), engineAlive: gone });
    expect(() => guarded.engineAlive()).toThrow("the engine is gone");
  });
});
