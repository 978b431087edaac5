import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { EngineProbe } from "../../provider/src/engineProbe.js";

type Reachability = "answers" | "refuses" | "unclear";

/** A probe whose engine behaves as listed, once for each time it is reached; the last one lasts. */
function probing(...course: readonly Reachability[]): { probe: EngineProbe; reached: string[] } {
  const reached: string[] = [];
  const probe = new EngineProbe("127.0.0.1:40000", (address) => {
    reached.push(address);
    return Promise.resolve(course[reached.length - 1] ?? course.at(-1) ?? "unclear");
  });
  return { probe, reached };
}

async function outcome(probe: EngineProbe): Promise<"goes on" | "stops"> {
  return probe.check().then(
    () => "goes on",
    () => "stops",
  );
}

describe("an engine that", () => {
  test.each([
    { first: "answers", then: "answers", result: "goes on" },
    { first: "answers", then: "refuses", result: "stops" },
    { first: "answers", then: "unclear", result: "goes on" },
    { first: "refuses", then: "refuses", result: "goes on" },
    { first: "refuses", then: "answers", result: "goes on" },
    { first: "unclear", then: "refuses", result: "goes on" },
    { first: "unclear", then: "unclear", result: "goes on" },
  ] as const)("$first at first and $then later: the write $result", async ({ first, then, result }) => {
    expect(await outcome(probing(first, then).probe)).toBe(result);
  });

  test("is gone stops every write from then on, and is asked each time", async () => {
    const { probe, reached } = probing("answers", "answers", "refuses");
    expect([await outcome(probe), await outcome(probe), await outcome(probe)]).toEqual([
      "goes on",
      "stops",
      "stops",
    ]);
    expect(reached).toHaveLength(4);
  });

  test("never answered is not asked again", async () => {
    const { probe, reached } = probing("refuses");
    await probe.check();
    await probe.check();
    expect(reached).toEqual(["127.0.0.1:40000"]);
  });

  test("is gone is named, with what to do", async () => {
    await expect(probing("answers", "refuses").probe.check()).rejects.toThrow(
      "The Pulumi engine at 127.0.0.1:40000 is gone, so nothing more is written\n" +
        "Run pulumi cancel, then pulumi up: it finds out where the shard stands before it writes.",
    );
  });
});

describe("a real address", () => {
  test("is noticed when nothing listens there any more", async () => {
    const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(engine, "listening");
    const probe = new EngineProbe(`127.0.0.1:${String((engine.address() as AddressInfo).port)}`);
    expect(await outcome(probe)).toBe("goes on");
    engine.close();
    await once(engine, "close");
    expect(await outcome(probe)).toBe("stops");
  });

  test.each(["", "no address", "127.0.0.1", "--watch", "nobody.invalid:1"])(
    'proves nothing where it is none: "%s"',
    async (address) => {
      expect(await outcome(new EngineProbe(address))).toBe("goes on");
    },
  );
});
