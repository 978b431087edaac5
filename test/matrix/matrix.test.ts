/** A part of the matrix, from the oldest to the newest; `npm run test:matrix` tries all of it. */
import { afterAll, expect, test } from "vitest";
import { type Cell, Matrix, oldestPulumi } from "./cells.mjs";

const matrix = new Matrix();

afterAll(() => matrix.remove());

test.each<Cell>([
  { node: "this", manager: "npm", pulumi: "3", format: "esm" },
  { node: "this", manager: "pnpm", pulumi: oldestPulumi, format: "cjs" },
])("the packed package serves a program: $format, $manager, Pulumi $pulumi", async (cell) => {
  expect((await matrix.try(cell)).problems).toEqual([]);
});
