import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../../emulator/src/index.js";
import { postSample, keyOfShard0 } from "./sampleLogGroup.js";
import { useWireShop } from "./wireShop.js";

const shop = useWireShop();

/** A logstore of the test's own, with three log groups in shard 0. */
async function openFilled() {
  const logstore = await shop.openLogstore();
  const before = await shop.position(logstore, 0, "begin");
  const posted = Date.now();
  for (let index = 0; index < 3; index += 1) await postSample(shop, logstore, keyOfShard0);
  await shop.until(logstore.cursor(0, "end"), ({ json }) => {
    const { cursor } = json as { readonly cursor: string };
    return cursor === encodeCursor(before + 3n);
  });
  const begin = await shop.position(logstore, 0, "begin");
  const time = async (cursor: string) => shop.sls.get(logstore.cursorTime(0, cursor));
  return { logstore, begin, time, posted };
}

describe("GetCursor", () => {
  it("steps by one from log group to log group", async () => {
    const { logstore, begin } = await openFilled();
    expect(await shop.position(logstore, 0, "end")).toBe(begin + 3n);
  });

  it("clamps to the window", async () => {
    const { logstore, begin, posted } = await openFilled();
    expect(await shop.position(logstore, 0, "0")).toBe(begin);
    const tomorrow = Math.floor(posted / 1_000) + 86_400;
    expect(await shop.position(logstore, 0, String(tomorrow))).toBe(begin + 3n);
  });

  it.each(["yesterday", "-1", "1.5", ""])("refuses from=%j", async (from) => {
    expect((await shop.sls.get(shop.logstore.cursor(0, from))).outcome).toBe("400 ParameterInvalid");
  });
});

describe("GetCursorTime", () => {
  it("tells when a log group was received, to the second", async () => {
    const { begin, time, posted } = await openFilled();
    const { json } = await time(encodeCursor(begin + 1n));
    const { cursor_time: received } = json as { readonly cursor_time: number };
    expect(Number.isInteger(received)).toBe(true);
    expect(Math.abs(received * 1_000 - posted)).toBeLessThan(300_000);
  });

  it("refuses what is no cursor, and one outside of the window", async () => {
    const { begin, time } = await openFilled();
    const outside = [begin - 1n, begin + 4n, 1n].map((position) => encodeCursor(position));
    for (const cursor of ["###", ...outside]) expect((await time(cursor)).outcome).toBe("400 InvalidCursor");
  });

  it("takes cursors without padding and with a line feed, as official clients send them", async () => {
    const { begin, time } = await openFilled();
    const cursor = encodeCursor(begin);
    for (const text of [cursor.replace(/=+$/, ""), `${cursor}\n`])
      expect((await time(text)).outcome).toBe("200");
  });
});
