import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a compiler says of a program, with the settings of a user's project. */
function complaints(name: string, settings: ts.CompilerOptions): string[] {
  const program = ts.createProgram([file(name)], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    noEmit: true,
    skipLibCheck: true,
    ...settings,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test.each([
  ["strict", { strict: true }],
  ["strict with exact optional properties", { strict: true, exactOptionalPropertyTypes: true }],
  [
    "strict for a bundler",
    { strict: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  ],
])("right use compiles, and wrong use does not, with settings that are %s", (_name, settings) => {
  expect(complaints("rightUse.ts", settings)).toEqual([]);
  expect(complaints("wrongUse.ts", settings)).toEqual([]);
});
