/** Collects every text that people are shown, from the code that holds it, so that a change of wording shows in a review. */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The sources of everything that is printed. Styles and scripts of pages are code, not texts. */
const sources = ["provider/src", "cli/src", "emulator/src"];
const without = /(?:pages\/document|pages\/windowChart|pages\/timeAxis|pages\/html|wire\/signature\/.*)\.ts$/;

/**
 * Returns each text with what is put into it as `${…}`, below the file that holds it.
 *
 * @returns {ReadonlyMap<string, readonly string[]>}
 */
export function printedLines() {
  /** @type {Map<string, readonly string[]>} */
  const lines = new Map();
  for (const file of sources.flatMap((folder) => filesBelow(join(root, folder))).sort()) {
    const name = relative(root, file);
    const texts = without.test(name) ? [] : textsOf(file);
    if (texts.length > 0) lines.set(name, texts);
  }
  return lines;
}

/** @param {string} folder */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * @param {string} file
 * @returns {readonly string[]}
 */
function textsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  /** @type {Set<string>} */
  const texts = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    const text = textOf(node, source);
    if (text === undefined) {
      ts.forEachChild(node, visit);
      return;
    }
    for (const line of text.split("\n")) if (isForPeople(line)) texts.add(line.trimEnd());
    if (ts.isTemplateExpression(node)) node.templateSpans.forEach(({ expression }) => visit(expression));
  };
  visit(source);
  return [...texts];
}

/**
 * The text of a literal; of one that is put together over several lines of code, the whole.
 *
 * @param {ts.Node} node
 * @param {ts.SourceFile} source
 * @returns {string | undefined}
 */
function textOf(node, source) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(
      ({ expression, literal }) => `\${${expression.getText(source).replace(/\s+/g, " ")}}${literal.text}`,
    );
    return node.head.text + spans.join("");
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left, source), textOf(node.right, source)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/**
 * Words with a blank between them, as a sentence has and a code has not.
 *
 * @param {string} line
 */
function isForPeople(line) {
  return /[a-z]{2,},? +(?:[a-z]|\$\{)|\} +[a-z]{2,}/i.test(line.replace(/\$\{[^}]*\}/g, "${}"));
}
