#!/usr/bin/env node
/**
 * Tries every promised way of using the package and prints a table. `--only TEXT` tries the cells whose description
 * holds all the words of the text (`--only go`: the plugin from Go), `--no-engine` leaves the real engine out.
 */
import { parseArgs } from "node:util";
import { prepareEngine } from "../engine/engineForTests.mjs";
import { Matrix, allCells } from "./cells.mjs";
import { tryGo } from "./goProgram.mjs";

/** @typedef {import("./cells.mjs").Cell} Cell */

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, engine: { type: "boolean", default: true } },
  allowNegative: true,
});
const words = values.only.split(" ").filter((word) => word !== "");
const cells = allCells.filter((cell) => words.every((word) => describe(cell).split(" ").includes(word)));
const matrix = new Matrix();
let failed = 0;
try {
  const engine = values.engine ? await prepareEngine({ log: (line) => console.error(line) }) : undefined;
  console.log(row("Node.js", "installed with", "@pulumi/pulumi", "program", "result"));
  console.log(row("---", "---", "---", "---", "---"));
  for (const cell of cells) {
    const { node, pulumi, problems } = await matrix.try(cell, engine);
    print([node ?? cell.node, cell.manager, pulumi ?? cell.pulumi, cell.format], problems);
  }
  for (const cell of firstOfEachInstallation()) {
    const { typescript, problems } = await matrix.tryTypes(cell);
    print(["", cell.manager, cell.pulumi, `types, TypeScript ${typescript ?? "?"}`], problems);
  }
  if (engine !== undefined && words.every((word) => word === "go")) {
    const { pulumi, problems } = await tryGo(engine);
    print(["", "pulumi package add", pulumi ?? "?", "Go"], problems);
  }
} finally {
  matrix.remove();
}
process.exitCode = failed === 0 ? 0 : 1;

/** @param {Cell} cell */
function describe({ node, manager, pulumi, format }) {
  return `${node} ${manager} ${pulumi} ${format}`;
}

function firstOfEachInstallation() {
  return cells.filter(
    (cell, at) =>
      at === cells.findIndex((other) => other.manager === cell.manager && other.pulumi === cell.pulumi),
  );
}

/**
 * @param {string[]} about
 * @param {string[]} problems
 */
function print(about, problems) {
  if (problems.length > 0) failed += 1;
  console.log(row(...about, problems.length === 0 ? "works" : "FAILS"));
  for (const problem of problems) console.error(problem);
}

/** @param {string[]} texts */
function row(...texts) {
  return `| ${texts.join(" | ")} |`;
}
