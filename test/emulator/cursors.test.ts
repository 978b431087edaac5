import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../emulator/src/index.js";
import { day, hour, paths, start, startShop } from "./fixture.js";

const seconds = (instant: number) => String(Math.floor(instant / 1000));

/** Ten log groups in shard 0, one an hour, the last an hour ago. */
async function startFilled() {
  const started = await startShop();
  started.emulator.appendLogGroups("shop", "orders", 0, {
    count: 10,
    from: start - 10 * hour,
    to: start - hour,
  });
  const begin = decodeCursor(started.emulator.cursorAt("shop", "orders", 0, "begin")) ?? 0n;
  const cursor = async (from: string) => {
    const answer = await started.sls.get(paths.cursor(0, from));
    return decodeCursor((answer.json as { cursor: string }).cursor);
  };
  const time = async (position: bigint) => {
    const answer = await started.sls.get(paths.cursorTime(0, encodeCursor(position)));
    return (answer.json as { cursor_time?: number }).cursor_time ?? answer.outcome;
  };
  return { ...started, begin, cursor, time };
}

describe("cursors", () => {
  it("lie beyond what a number holds, differ from shard to shard, and are the same in every run", async () => {
    const [first, second] = [await startShop(), await startShop()];
    const cursors = [0, 1].map((shard) => first.emulator.cursorAt("shop", "orders", shard, "begin"));
    expect(new Set(cursors).size).toBe(2);
    for (const cursor of cursors) expect(decodeCursor(cursor)).toBeGreaterThan(2n ** 53n);
    expect([0, 1].map((shard) => second.emulator.cursorAt("shop", "orders", shard, "begin"))).toEqual(
      cursors,
    );
  });
});

describe("GetCursor", () => {
  it("finds the first log group received at or after an instant", async () => {
    const { begin, cursor } = await startFilled();
    expect(await cursor(seconds(start - 10 * hour))).toBe(begin);
    expect(await cursor(seconds(start - 9 * hour))).toBe(begin + 1n);
    expect(await cursor(seconds(start - 9 * hour + 1000))).toBe(begin + 2n);
  });

  it("clamps to the window", async () => {
    const { begin, cursor } = await startFilled();
    expect(await cursor(seconds(start - day))).toBe(begin);
    expect(await cursor(seconds(start))).toBe(begin + 10n);
    expect(await cursor("0")).toBe(begin);
  });

  it("refuses a shard that does not exist with 400", async () => {
    const { sls } = await startShop();
    const answer = await sls.get(paths.cursor(5, "begin"));
    expect([answer.outcome, answer.text.includes("Shard 5 does not exist")]).toEqual([
      "400 ShardNotExist",
      true,
    ]);
  });
});

describe("GetCursorTime", () => {
  it("tells when a log group was received", async () => {
    const { begin, time } = await startFilled();
    expect(await time(begin)).toBe((start - 10 * hour) / 1000);
    expect(await time(begin + 9n)).toBe((start - hour) / 1000);
  });

  it("refuses the end cursor, one outside the window, and what is no cursor", async () => {
    const { begin, time, sls } = await startFilled();
    for (const position of [begin + 10n, begin - 1n, begin + 11n, 1n]) {
      expect(await time(position)).toBe("400 InvalidCursor");
    }
    expect((await sls.get(paths.cursorTime(0, "###"))).outcome).toBe("400 InvalidCursor");
  });
});

describe("retention", () => {
  it("moves the begin cursor by the clock, and leaves the end", async () => {
    const { clock, begin, cursor, time } = await startFilled();
    clock.now = start - 10 * hour + 7 * day;
    expect(await cursor("begin")).toBe(begin);
    clock.now += 1;
    expect(await cursor("begin")).toBe(begin + 1n);
    expect(await time(begin)).toBe("400 InvalidCursor");
    clock.now = start + 30 * day;
    expect([await cursor("begin"), await cursor("end")]).toEqual([begin + 10n, begin + 10n]);
  });

  it("keeps cursors stable when expired log groups are forgotten", async () => {
    const { clock, emulator, begin, cursor, time } = await startFilled();
    clock.now = start + 30 * day;
    emulator.appendLogGroups("shop", "orders", 0, [{ receivedAt: clock.now, logs: [] }]);
    expect([await cursor("begin"), await cursor("end")]).toEqual([begin + 10n, begin + 11n]);
    expect(await time(begin + 10n)).toBe(clock.now / 1000);
  });
});

describe("log groups in code", () => {
  it("must not be received before those already there", async () => {
    const { emulator } = await startFilled();
    const append = (receivedAt: number) =>
      emulator.appendLogGroups("shop", "orders", 0, [{ receivedAt, logs: [] }]);
    expect(() => append(start - 2 * hour)).toThrow(RangeError);
    expect(() => append(start - hour)).not.toThrow();
  });
});
