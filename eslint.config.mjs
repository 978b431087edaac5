import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { arrowsRule } from "./tools/lint/arrowsRule.mjs";

export default defineConfig(
  {
    ignores: [
      "**/dist/",
      "**/.work/",
      "**/coverage/",
      // Programs in other languages and for other packages, each with its own ways.
      "test/conformance/*/",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // process.env["NAME"] says that the name may be missing, process.env.NAME looks like a property.
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      // `return done();` is a fine way to end a function early.
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["**/*.{js,mjs,mts}"],
    extends: [tseslint.configs.disableTypeChecked],
    // tsc checks these files, and knows what Node.js has.
    rules: { "no-undef": "off" },
  },
  {
    files: ["provider/src/**/*.ts", "cli/src/**/*.ts"],
    plugins: { house: { rules: { arrows: arrowsRule } } },
    rules: { "house/arrows": "error" },
  },
  {
    // Whoever judges the provider must not share its mistakes.
    files: ["test/modelBased/oracle/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: "provider|\\.\\./(?!oracle/)", message: "The oracle knows nothing of the provider." },
          ],
        },
      ],
    },
  },
  {
    // The text of this file is stored with every resource, so it spells out as little as it can.
    files: ["provider/src/dynamicProvider.ts"],
    rules: {
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // vi.importActual is told its type so.
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      // Vitest's matchers (expect.any, expect.stringContaining) are of type any.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
