import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "../../emulator/src");

/** The files that a file imports, for values or for types only. */
function imported(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => resolve(file, "..", name.replace(/\.js$/, ".ts")));
}

/** One circle of files that can be reached from a file, or nothing. */
function circleFrom(
  file: string,
  path: readonly string[],
  clean: Set<string>,
): readonly string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (clean.has(file)) return undefined;
  for (const next of imported(file)) {
    const circle = circleFrom(next, [...path, file], clean);
    if (circle !== undefined) return circle;
  }
  clean.add(file);
  return undefined;
}

it("no two files of the emulator import each other, by way of others or for types only", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(source, name));
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap(imported).length).toBeGreaterThan(100);
  const clean = new Set<string>();
  const circles = files.map((file) => circleFrom(file, [], clean)?.map((name) => relative(source, name)));
  expect(circles.filter((circle) => circle !== undefined)).toEqual([]);
});
