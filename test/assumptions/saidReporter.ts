import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { changesIn, reasonFor, type ExpectedChange } from "./expectedChanges.js";
import { observedAssumptions } from "./observedFile.js";

/** Says at the end what the observed answers change, so that nothing is taken for tested that was not. */
export class SaidReporter implements Reporter {
  readonly #changes = changesIn(observedAssumptions());

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const change of this.#changes) console.log(describeChange(change, modules));
  }
}

function describeChange(change: ExpectedChange, modules: readonly TestModule[]): string {
  const { when, because, files = [] } = change;
  const switches = Object.entries(when).map(([name, value]) => `${name}=${String(value)}`);
  const inverted = modules.flatMap((module) => {
    const file = relative(process.cwd(), module.moduleId);
    const names = [...module.children.allTests()].map(({ fullName }) => fullName);
    return names
      .filter((name) => reasonFor([change], file, name) !== undefined)
      .map((name) => `  otherwise: ${file} > ${name}`);
  });
  return [
    `${switches.join(", ")}: ${because}`,
    ...inverted,
    ...files.map((file) => `  not run: ${file}`),
  ].join("\n");
}
