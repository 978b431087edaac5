/** What keeps a version from being published before its owner has set up what nobody else can. */
import { expect, test } from "vitest";
import { addressesOf, readPackage, repositoryUrl } from "../../tools/release/addresses.mjs";
import { releasedPackages, root } from "../../tools/release/packages.mjs";
import { missingInEnvironment, missingInRepository } from "../../tools/release/readiness.mjs";

const ready = {
  folder: "provider",
  name: "pulumi-sls-checkpoint",
  version: "0.2.0",
  repository: "git+https://example.com/team/pulumi-sls-checkpoint.git",
};
const changelog = "# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- …\n";

test("a version with its repository and its chapter is ready", () => {
  expect(missingInRepository("v0.2.0", [ready], changelog)).toEqual([]);
});

test.each([
  ["another version", { ...ready, version: "0.1.0" }, changelog, "provider/package.json has version 0.1.0"],
  [
    "no repository",
    { ...ready, repository: undefined },
    changelog,
    "provider/package.json names no repository (none)",
  ],
  [
    "the URL that stands for one",
    { ...ready, repository: "git+https://repository.invalid/set-by-the-owner.git" },
    changelog,
    "provider/package.json names no repository (git+https://repository.invalid",
  ],
  ["no URL at all", { ...ready, repository: "soon" }, changelog, "names no repository (soon)"],
  ["no chapter", ready, "# Changelog\n", 'CHANGELOG.md has no chapter "## 0.2.0"'],
  ["an unreleased chapter", ready, "## 0.2.0 (unreleased)\n", "CHANGELOG.md still calls 0.2.0 unreleased"],
])("%s is named", (_what, one, text, said) => {
  const missing = missingInRepository("v0.2.0", [one], text);
  expect(missing).toHaveLength(1);
  expect(missing[0]).toContain(said);
});

test("each package is asked", () => {
  const packages = ["provider", "cli", "emulator"].map((folder) => ({ ...ready, folder, version: "0.1.9" }));
  expect(missingInRepository("v0.2.0", packages, changelog)).toHaveLength(3);
});

test.each([
  [{}, 1],
  [{ RELEASE_ENVIRONMENT: "" }, 1],
  [{ RELEASE_ENVIRONMENT: "ready" }, 0],
])("an environment with %o misses %i thing", (environment, missing) => {
  expect(missingInEnvironment(environment)).toHaveLength(missing);
});

test("every package has the addresses of the one setting, and they are those of its folder", () => {
  for (const { folder } of releasedPackages()) {
    expect(readPackage(`${root}${folder}/package.json`)).toMatchObject(addressesOf(repositoryUrl(), folder));
  }
  expect(addressesOf("git+https://example.com/team/sls.git", "cli")).toEqual({
    homepage: "https://example.com/team/sls#readme",
    bugs: { url: "https://example.com/team/sls/issues" },
    repository: { type: "git", url: "git+https://example.com/team/sls.git", directory: "cli" },
  });
});
