import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { arrows, forbiddenPackages } from "./arrows.mjs";

const house = fileURLToPath(new URL("../../provider/src", import.meta.url));

/** The command line is a room of its own that stands beside the house, with one more inside. */
const annexe = fileURLToPath(new URL("../../cli/src", import.meta.url));
const annexeRooms = ["verify"];

/** What of the emulator is not its own alone, by file. */
const lentRooms = ["service/assumptions", "wire/logGroupEncoder"];
const emulator = fileURLToPath(new URL("../../emulator/src", import.meta.url));

/** The name under which the provider imports itself, where its text runs away from home. */
const ownName = "pulumi-sls-checkpoint";

/** @typedef {"static" | "type" | "dynamic"} Way */

/** @type {import("eslint").Rule.RuleModule} */
export const arrowsRule = {
  meta: {
    type: "problem",
    schema: [],
    docs: { description: "Keep the rooms of the provider to the arrows in tools/lint/arrows.mjs" },
    messages: {
      arrow: "{{from}} must not know {{to}} by a {{way}} import (see tools/lint/arrows.mjs)",
      outside: "{{from}} must not know what lies outside of provider/src and cli/src",
      package: "{{from}} must not know {{to}} (see tools/lint/arrows.mjs)",
    },
  },
  create(context) {
    const from = roomOf(context.filename);
    if (from === undefined) return {};

    /**
     * @param {any} node
     * @param {any} source
     * @param {Way} way
     */
    function judge(node, source, way) {
      const specifier = textOf(source);
      if (specifier === undefined) return;
      const problem = problemOf(from ?? "", specifier, way, context.filename);
      if (problem !== undefined) context.report({ node, ...problem });
    }

    // Other rules forbid require() and a type's import() altogether.
    return {
      ImportDeclaration: (/** @type {any} */ node) => judge(node, node.source, wayOf(node)),
      ExportNamedDeclaration: (/** @type {any} */ node) => judge(node, node.source, wayOf(node)),
      ExportAllDeclaration: (/** @type {any} */ node) => judge(node, node.source, wayOf(node)),
      ImportExpression: (/** @type {any} */ node) => judge(node, node.source, "dynamic"),
    };
  },
};

/** @param {string} file */
function roomOf(file) {
  const inAnnexe = relative(annexe, file);
  if (!inAnnexe.startsWith(".."))
    return annexeRooms.find((room) => inAnnexe.startsWith(`${room}${sep}`)) ?? "cli";
  const lent = relative(emulator, file).replace(/\.[jt]s$/, "");
  if (lentRooms.includes(lent.split(sep).join("/"))) return lent.split(sep).at(-1);
  const path = relative(house, file);
  if (path.startsWith("..")) return undefined;
  return path.split(sep)[0]?.replace(/\.[jt]s$/, "");
}

/** @param {any} source */
function textOf(source) {
  if (source?.type === "Literal" && typeof source.value === "string") return source.value;
  if (source?.type === "TemplateLiteral" && source.quasis.length === 1) return source.quasis[0].value.cooked;
  return undefined;
}

/**
 * @param {any} node
 * @returns {Way}
 */
function wayOf({ importKind, exportKind, specifiers = [] }) {
  if (importKind === "type" || exportKind === "type") return "type";
  const kinds = specifiers.map((/** @type {any} */ each) => each.importKind ?? each.exportKind);
  return kinds.length > 0 && kinds.every((/** @type {string} */ kind) => kind === "type") ? "type" : "static";
}

/**
 * @param {string} from
 * @param {string} specifier
 * @param {Way} way
 * @param {string} file
 */
function problemOf(from, specifier, way, file) {
  const target = fileMeant(specifier, file);
  if (target === undefined) return problemOfPackage(from, specifier);
  const to = roomOf(target);
  if (to === undefined) return { messageId: "outside", data: { from } };
  if (to === from || arrows[from]?.[to]?.includes(way)) return undefined;
  return { messageId: "arrow", data: { from, to, way } };
}

/**
 * @param {string} specifier
 * @param {string} file
 */
function fileMeant(specifier, file) {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  if (specifier === ownName) return join(house, "index.ts");
  if (specifier.startsWith(`${ownName}/`)) return join(house, `${specifier.slice(ownName.length + 1)}.ts`);
  return undefined;
}

/**
 * @param {string} from
 * @param {string} specifier
 */
function problemOfPackage(from, specifier) {
  const isMeant = (/** @type {string} */ name) =>
    [specifier, `node:${specifier}`].some((given) => given === name || given.startsWith(`${name}/`));
  const to = forbiddenPackages[from]?.find(isMeant);
  return to === undefined ? undefined : { messageId: "package", data: { from, to } };
}
