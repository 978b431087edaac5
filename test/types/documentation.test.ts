/** Holds every public item against the rules for doc comments in CONTRIBUTING.md, as far as a machine can. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const entry = fileURLToPath(new URL("../../provider/dist/index.d.ts", import.meta.url));
const program = ts.createProgram([entry], {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
});
const checker = program.getTypeChecker();

/** One thing that a user can name: an export, or a member of one. */
interface Item {
  readonly name: string;
  readonly comment: string;
  readonly tags: readonly string[];
  readonly isInput: boolean;
  readonly isOptional: boolean;
}

const exported = exportsOf(entry).map((symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
);
const items = exported.flatMap((symbol) => [itemOf(symbol, symbol.name), ...membersOf(symbol)]);

function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is not there: npm run build`);
  return checker.getExportsOfModule(module);
}

/** What the package itself declares of a class or an interface: not what a class inherits from Pulumi. */
function membersOf(symbol: ts.Symbol): Item[] {
  const declarations = (symbol.declarations ?? []).filter(
    (declaration) => ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration),
  );
  return declarations
    .flatMap((declaration): ts.NamedDeclaration[] => [...declaration.members])
    .filter((member) => !isPrivate(member))
    .map((member) => {
      const ownSymbol = ts.isConstructorDeclaration(member)
        ? symbol.members?.get(ts.InternalSymbolName.Constructor)
        : checker.getSymbolAtLocation(member.name ?? member);
      const name = ts.isConstructorDeclaration(member) ? "constructor" : (member.name?.getText() ?? "?");
      if (ownSymbol === undefined) throw new Error(`${symbol.name}.${name} has no symbol`);
      return itemOf(ownSymbol, `${symbol.name}.${name}`);
    });
}

function isPrivate(member: ts.NamedDeclaration): boolean {
  return (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
}

function itemOf(symbol: ts.Symbol, name: string): Item {
  return {
    name,
    comment: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    tags: symbol.getJsDocTags(checker).map((tag) => tag.name),
    isInput: name.includes("Args."),
    isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
  };
}

const namesOf = (found: readonly Item[]): string[] => found.map(({ name }) => name);

describe("every public item", () => {
  test("is found by this test", () => {
    expect(namesOf(items)).toEqual(
      expect.arrayContaining([
        "ConsumerGroupCheckpoint",
        "ConsumerGroupCheckpoint.constructor",
        "ConsumerGroupCheckpoint.status",
        "ConsumerGroupReplayArgs.from",
        "Provider",
        "ReplayPosition",
        "ReplayedShard.status",
      ]),
    );
  });

  test("has a doc comment; a constructor has one for each parameter", () => {
    const bare = items.filter(({ comment, tags }) => comment === "" && !tags.includes("param"));
    expect(namesOf(bare)).toEqual([]);
  });

  test("begins with a sentence that stands alone", () => {
    const loose = items.filter(
      ({ comment }) => comment !== "" && !/^([`A-Z\d]|\{@link )[^]*?[.:?](\s|$)/.test(comment),
    );
    expect(namesOf(loose)).toEqual([]);
  });

  test("that is an input of a resource says what a change of it causes", () => {
    const silent = items.filter(
      ({ name, isInput, comment }) =>
        isInput && name.startsWith("ConsumerGroup") && !/\b[Aa] change\b/.test(comment),
    );
    expect(namesOf(silent)).toEqual([]);
  });

  test("that is a limit or a switch, and may be left out, names its default", () => {
    // What says nothing when it is absent has no default; what falls back to something has one.
    const absent = /\.(triggers|reason|consumer|endpoint|securityToken|accessKeySecret|profile|roleArn)$/;
    const silent = items.filter(
      ({ name, isInput, isOptional, tags }) =>
        isInput && isOptional && !absent.test(name) && !tags.includes("default"),
    );
    expect(namesOf(silent)).toEqual([]);
  });

  test("that is a class shows an example", () => {
    const classes = new Set(
      exported.filter(({ flags }) => flags & ts.SymbolFlags.Class).map(({ name }) => name),
    );
    const silent = items.filter(({ name, tags }) => classes.has(name) && !tags.includes("example"));
    expect(namesOf(silent)).toEqual([]);
  });
});
