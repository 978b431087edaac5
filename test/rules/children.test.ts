import { describe, expect, test } from "vitest";
import { type ShardOrigin, childrenOf } from "../../provider/src/rules/children.js";
import { beforeNoon, hour, noon } from "./scenario.js";

const parent: ShardOrigin = {
  shard: 1,
  status: "readonly",
  createdAt: beforeNoon(hour),
  keys: { begin: "40", end: "80" },
};

function later(shard: number, begin: string, end: string, more: Partial<ShardOrigin> = {}): ShardOrigin {
  return { shard, status: "readwrite", createdAt: noon, keys: { begin, end }, ...more };
}

describe("the children of a shard", () => {
  test("of which there are none, where it was neither split nor merged", () => {
    const writable: ShardOrigin = { ...parent, status: "readwrite" };
    expect(childrenOf(writable, [writable, later(2, "40", "60")])).toEqual([]);
  });

  test("are the later shards whose keys overlap", () => {
    const shards = [
      later(0, "40", "80"),
      parent,
      later(2, "40", "60"),
      later(3, "60", "80"),
      later(4, "00", "40"),
      later(5, "80", "ff"),
    ];
    expect(childrenOf(parent, shards)).toEqual([2, 3]);
  });

  test("hold theirs in turn, and what a merge made", () => {
    expect(childrenOf(parent, [later(2, "40", "60", { status: "readonly" }), later(3, "40", "50")])).toEqual([
      2, 3,
    ]);
    expect(childrenOf(parent, [later(2, "00", "80")])).toEqual([2]);
  });

  test("are not older than it", () => {
    expect(childrenOf(parent, [later(2, "40", "60", { createdAt: beforeNoon(2 * hour) })])).toEqual([]);
    expect(childrenOf(parent, [later(2, "40", "60", { createdAt: beforeNoon(hour) })])).toEqual([2]);
  });

  test("are all later shards where the service tells neither keys nor times", () => {
    const untold: ShardOrigin = { shard: 1, status: "readonly" };
    expect(
      childrenOf(untold, [{ shard: 0, status: "readwrite" }, untold, { shard: 2, status: "readwrite" }]),
    ).toEqual([2]);
  });
});
