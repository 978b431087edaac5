/** The provider-server tests of the dynamic front run once more on the plugin, as a vitest project of their own. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import config from "../../vitest.config.mjs";
import { notShared } from "./notShared.js";

it("the project runs every file of test/provider on the plugin, but for those with a reason", () => {
  expect(config).toMatchObject({
    test: {
      projects: expect.arrayContaining([
        {
          test: expect.objectContaining({
            name: "plugin",
            env: { SLS_TEST_FRONT: "plugin" },
            include: ["test/provider/**/*.test.ts"],
            exclude: expect.arrayContaining(
              Object.keys(notShared).map((name) => `test/provider/${name}.test.ts`),
            ) as unknown,
          }) as unknown,
        },
      ]) as unknown,
    },
  });
});

it.each(Object.keys(notShared))("%s, which has a reason, is a file", (name) => {
  expect(existsSync(fileURLToPath(new URL(`../provider/${name}.test.ts`, import.meta.url)))).toBe(true);
});
