/** The examples as a reader gets them: copied out of the repository, with the packages as they are packed. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ours = { "pulumi-sls-checkpoint": "provider", "sls-checkpoint": "cli" } as const;

/** The examples that bring their own package.json; the others are programs in another language. */
const names = readdirSync(join(root, "examples"), { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() && readdirSync(join(entry.parentPath, entry.name)).includes("package.json"),
  )
  .map(({ name }) => name);

type Dependencies = Readonly<Record<string, string>>;
interface Description {
  readonly dependencies: Dependencies;
  readonly devDependencies: Dependencies;
}

let folder: string;

function describing(name: string): Description {
  return JSON.parse(readFileSync(join(root, "examples", name, "package.json"), "utf8")) as Description;
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
): { status: number | null; output: string } {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

/** One installation serves all examples: below it, each finds what it asks for, and nothing of the repository. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "copied-examples-"));
  const tarballs = Object.fromEntries(
    Object.entries(ours).map(([name, place]) => {
      const destination = join(folder, "packed", place);
      mkdirSync(destination, { recursive: true });
      execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", destination], {
        cwd: join(root, place),
      });
      return [name, `file:${join(destination, readdirSync(destination)[0] ?? "")}`];
    }),
  );
  const asked = names
    .map(describing)
    .map(({ dependencies, devDependencies }) => ({ ...dependencies, ...devDependencies }));
  const dependencies = { ...(Object.assign({}, ...asked) as Dependencies), ...tarballs };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "reader", private: true, dependencies }),
  );
  const installed = run(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
    folder,
  );
  expect(installed).toMatchObject({ status: 0 });
  for (const name of names) {
    cpSync(join(root, "examples", name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
  }
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(names)(
  "%s compiles there, and asks for every package that it uses",
  (name) => {
    const compiler = join(folder, "node_modules", "typescript", "bin", "tsc");
    expect(run(process.execPath, [compiler, "--noEmit", "-p", "."], join(folder, name))).toEqual({
      status: 0,
      output: "",
    });
    const { dependencies } = describing(name);
    const sources = readdirSync(join(folder, name), { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.m?ts$/.test(file),
    );
    const used = sources.flatMap((file) => {
      const text = readFileSync(join(folder, name, file), "utf8");
      return [...text.matchAll(/from "(?<module>[^".][^"]*)"/g)].map(
        ({ groups }) => groups?.["module"] ?? "",
      );
    });
    const packages = used.filter((module) => !module.startsWith("node:"));
    expect(packages.filter((module) => !Object.hasOwn(dependencies, module))).toEqual([]);
  },
  60_000,
);
