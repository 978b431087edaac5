import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
  sameCheckpoint,
} from "../../provider/src/model/checkpoint.js";
import { cursorAt } from "../../provider/src/model/cursor.js";

const at: Checkpoint = { kind: "at", cursor: cursorAt(42n) };
const none: Checkpoint = { kind: "none" };
const undecodable: Checkpoint = { kind: "undecodable", text: "YmVnaW4=" };

describe("a checkpoint", () => {
  test.each([
    { text: "NDI=", checkpoint: at },
    { text: "NDI", checkpoint: at },
    { text: "", checkpoint: none },
    { text: "none", checkpoint: none },
    { text: "YmVnaW4=", checkpoint: undecodable },
    { text: "?", checkpoint: { kind: "undecodable", text: "?" } },
    { text: " ", checkpoint: { kind: "undecodable", text: " " } },
  ] as const)('"$text" is $checkpoint.kind', ({ text, checkpoint }) => {
    expect(parseCheckpoint(text)).toEqual(checkpoint);
  });

  test("is the same as itself only", () => {
    const all = [at, none, undecodable, { kind: "at", cursor: cursorAt(43n) } as const];
    const same = all.map((left) => all.map((right) => sameCheckpoint(left, { ...right })));
    expect(same).toEqual(all.map((_, row) => all.map((_, column) => row === column)));
  });

  test("returns unchanged through text, whatever the service keeps", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.constant("none")), (text) => {
        const checkpoint = parseCheckpoint(text);
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
      }),
    );
  });
});
