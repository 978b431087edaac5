import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const example = fileURLToPath(new URL("../../examples/unit-testing", import.meta.url));

test("the tests that an example shows to users pass", () => {
  const { scripts } = JSON.parse(readFileSync(`${example}/package.json`, "utf8")) as {
    scripts: { test: string };
  };
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync("npm", ["test"], { cwd: example, env, encoding: "utf8" });
  expect(scripts.test).toContain("--test");
  expect(`${stdout}${stderr}`).toMatch(/pass 3\n/);
  expect(stderr).not.toContain("Warning:");
  expect(status).toBe(0);
});
