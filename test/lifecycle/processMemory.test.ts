import { describe, expect, test } from "vitest";
import { type ClaimedShards, ProcessMemory } from "../../provider/src/lifecycle/processMemory.js";
import { type Checkpoint } from "../../provider/src/model/checkpoint.js";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { type Instant, instantOfSeconds } from "../../provider/src/model/instant.js";

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const shard = { ...group, shard: 0 };

function one(moved: number): ClaimedShards {
  return { others: false, moved: [moved], kept: [] };
}

describe("a claim", () => {
  const all: ClaimedShards = { others: true, moved: [], kept: [] };
  const allBut0: ClaimedShards = { others: true, moved: [], kept: [0] };
  const only1And2: ClaimedShards = { others: false, moved: [1, 2], kept: [0] };

  test.each([
    { first: one(0), second: one(0), meet: true },
    { first: one(0), second: one(1), meet: false },
    { first: one(0), second: all, meet: true },
    { first: one(0), second: allBut0, meet: false },
    { first: one(1), second: allBut0, meet: true },
    { first: one(0), second: only1And2, meet: false },
    { first: one(2), second: only1And2, meet: true },
    { first: only1And2, second: allBut0, meet: true },
    { first: allBut0, second: all, meet: true },
  ])("$first and $second meet: $meet", ({ first, second, meet }) => {
    for (const [earlier, later] of [
      [first, second],
      [second, first],
    ] as const) {
      const memory = new ProcessMemory();
      expect(memory.claim(group, "urn:earlier", earlier, "the earlier")).toBeUndefined();
      expect(memory.claim(group, "urn:later", later, "the later")).toBe(meet ? "the earlier" : undefined);
    }
  });

  test("meets none of another group, logstore or project", () => {
    const memory = new ProcessMemory();
    memory.claim(group, "urn:earlier", all, "the earlier");
    for (const other of [
      { ...group, consumerGroup: "audit" },
      { ...group, logstore: "orders2" },
      { ...group, project: "shop2" },
    ]) {
      expect(memory.claim(other, "urn:another", all, "another")).toBeUndefined();
    }
  });

  test("that met another is not made, and the first one stands", () => {
    const memory = new ProcessMemory();
    memory.claim(group, "urn:1", one(0), "the first");
    memory.claim(group, "urn:2", only1And2, "the second");
    expect(memory.claim(group, "urn:3", all, "the third")).toBe("the first");
    expect(memory.claim(group, "urn:4", one(1), "the fourth")).toBe("the second");
    expect(memory.claim(group, "urn:5", one(7), "the fifth")).toBeUndefined();
  });

  test("never meets another of the same resource, and takes its place", () => {
    const memory = new ProcessMemory();
    expect(memory.claim(group, "urn:1", one(0), "the first")).toBeUndefined();
    expect(memory.claim(group, "urn:1", all, "the first, of all")).toBeUndefined();
    expect(memory.claim(group, "urn:1", one(1), "the first, changed")).toBeUndefined();
    expect(memory.claim(group, "urn:2", one(1), "the second")).toBe("the first, changed");
    expect(memory.claim(group, "urn:2", one(0), "the second")).toBeUndefined();
  });

  test("that met another leaves in place what its resource claimed before", () => {
    const memory = new ProcessMemory();
    memory.claim(group, "urn:1", one(0), "the first");
    memory.claim(group, "urn:2", one(1), "the second");
    expect(memory.claim(group, "urn:2", one(0), "the second")).toBe("the first");
    expect(memory.claim(group, "urn:3", one(1), "the third")).toBe("the second");
  });
});

describe("a write of this process", () => {
  const [then, later] = [instantOfSeconds(1_000), instantOfSeconds(1_001)];
  const pin: Checkpoint = { kind: "at", cursor: cursorAt(42n) };
  const elsewhere: Checkpoint = { kind: "at", cursor: cursorAt(43n) };

  function record(more: { checkpoint?: Checkpoint; updateTime?: Instant | undefined; shard?: number } = {}) {
    return { shard: 0, checkpoint: pin, updateTime: then, consumer: undefined, ...more };
  }

  test("is not known before it is noted", () => {
    expect(new ProcessMemory().wrote(shard, record())).toBe(false);
  });

  test("may be any record of its position until the service has said when it was made", () => {
    const memory = new ProcessMemory();
    memory.noteWrite(shard, pin);
    expect(memory.wrote(shard, record())).toBe(true);
    expect(memory.wrote(shard, record({ updateTime: later }))).toBe(true);
    expect(memory.wrote(shard, record({ checkpoint: elsewhere }))).toBe(false);
    expect(memory.wrote(shard, record({ shard: 1 }))).toBe(false);
  });

  test("is one record only once the service has said when it was made", () => {
    const memory = new ProcessMemory();
    memory.noteWrite(shard, pin);
    memory.noteWritten(shard, record());
    expect(memory.wrote(shard, record())).toBe(true);
    expect(memory.wrote(shard, record({ updateTime: later }))).toBe(false);
    expect(memory.wrote(shard, record({ updateTime: undefined }))).toBe(false);
  });

  test("is not dated by a record of another position", () => {
    const memory = new ProcessMemory();
    memory.noteWrite(shard, pin);
    memory.noteWritten(shard, record({ checkpoint: elsewhere, updateTime: later }));
    expect(memory.wrote(shard, record({ updateTime: then }))).toBe(true);
  });

  test("that was never noted is not dated either", () => {
    const memory = new ProcessMemory();
    memory.noteWritten(shard, record());
    expect(memory.wrote(shard, record())).toBe(false);
  });

  test("gives way to the next one", () => {
    const memory = new ProcessMemory();
    memory.noteWrite(shard, pin);
    memory.noteWritten(shard, record());
    memory.noteWrite(shard, elsewhere);
    expect(memory.wrote(shard, record())).toBe(false);
    expect(memory.wrote(shard, record({ checkpoint: elsewhere, updateTime: later }))).toBe(true);
  });

  test("that was never sent is forgotten", () => {
    const memory = new ProcessMemory();
    memory.noteWrite(shard, pin);
    memory.forgetWrite(shard);
    expect(memory.wrote(shard, record())).toBe(false);
  });

  test("is found from any shard of the group, and from no other group", () => {
    const memory = new ProcessMemory();
    memory.noteWrite({ ...shard, shard: 1 }, pin);
    expect(memory.wrote(shard, record({ shard: 1 }))).toBe(true);
    expect(memory.wrote({ ...shard, consumerGroup: "audit" }, record({ shard: 1 }))).toBe(false);
  });
});

test("a first time is one only once", () => {
  const memory = new ProcessMemory();
  expect([memory.firstTime("a"), memory.firstTime("b"), memory.firstTime("a")]).toEqual([true, true, false]);
  expect(new ProcessMemory().firstTime("a")).toBe(true);
});

test("a resource was checked only once it was noted, by its kind and its URN", () => {
  const memory = new ProcessMemory();
  memory.noteChecked("checkpoint", "urn:1");
  expect(memory.wasChecked("checkpoint", "urn:1")).toBe(true);
  expect(memory.wasChecked("checkpoint", "urn:2")).toBe(false);
  expect(memory.wasChecked("replayApply", "urn:1")).toBe(false);
});

test("the state that a diff saw is kept for the same resource of the same id", () => {
  const memory = new ProcessMemory();
  memory.keepState("checkpoint", "urn:1", "a", { status: "pinned" });
  expect(memory.keptState("checkpoint", "urn:1", "a")).toEqual({ status: "pinned" });
  expect(memory.keptState("checkpoint", "urn:1", "b")).toBeUndefined();
  expect(memory.keptState("checkpoint", "urn:2", "a")).toBeUndefined();
  expect(memory.keptState("replayApply", "urn:1", "a")).toBeUndefined();
});

test("the end of a shard is known for the round that planned it in this process", () => {
  const memory = new ProcessMemory();
  const round = {
    id: "round-1",
    plannedAt: instantOfSeconds(1_000),
    knownShards: [0],
    triggers: "none",
    generation: "g",
    deadline: undefined,
  };
  memory.notePlanned("round-1", 0, cursorAt(42n));
  expect(memory.endOfPlanned({ round, shard: 0 })).toBe(cursorAt(42n));
  expect(memory.endOfPlanned({ round, shard: 1 })).toBeUndefined();
  expect(memory.endOfPlanned({ round: { ...round, id: "round-2" }, shard: 0 })).toBeUndefined();
});
