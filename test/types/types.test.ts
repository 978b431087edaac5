import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a compiler says of programs, with the settings of a user's project. */
function complaints(names: readonly string[], settings: ts.CompilerOptions): string[] {
  const program = ts.createProgram(names.map(file), {
    target: ts.ScriptTarget.ES2022,
    strict: true,
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
  ["Node.js", { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
  ["a bundler", { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
])("right use compiles, and wrong use does not, with the settings for %s", (_name, settings) => {
  expect(complaints(["rightUse.ts", "wrongUse.ts"], settings)).toEqual([]);
});

/** What `pulumi new typescript` writes, but for the target: it has been several. */
const template: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  ...ts.convertCompilerOptionsFromJson({ moduleResolution: "node", ignoreDeprecations: "6.0" }, ".").options,
  sourceMap: true,
  experimentalDecorators: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
  skipLibCheck: false,
};

test.each(["ES2016", "ES2017", "ES2018", "ES2019", "ES2020", "ES2021", "ES2022"] as const)(
  "a program with Pulumi's template compiles for %s, every declaration of the package included",
  (target) => {
    expect(complaints(["oldTarget.ts"], { ...template, target: ts.ScriptTarget[target] })).toEqual([]);
  },
);
