/** The schema is what the TypeScript declarations say, and what the plugin answers is what the schema says. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { savepointInputs } from "../../provider/src/lifecycle/savepoint.js";
import { checkpointInputs } from "../../provider/src/lifecycle/checkpoint/checkpointPin.js";
import { consumerGroupInputs } from "../../provider/src/lifecycle/consumerGroup/groupDeclaration.js";
import { kindOf } from "../../provider/src/plugin/kinds.js";
import { schemaFile, schemaText } from "../../tools/plugin/schema.mjs";

interface Described {
  readonly description: string;
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly inputProperties: Readonly<Record<string, { readonly description?: string }>>;
  readonly aliases?: readonly { readonly type: string }[];
}

const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as {
  readonly resources: Readonly<Record<string, Described>>;
  readonly provider: Pick<Described, "inputProperties">;
};

function resource(name: string): Described {
  const found = schema.resources[`sls:index:${name}`];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe("schema.json", () => {
  it("is what npm run schema makes of the TypeScript declarations of now", async () => {
    expect(readFileSync(schemaFile, "utf8")).toBe(await schemaText());
  });

  it("has the inputs that the lives read", () => {
    expect(Object.keys(resource("ConsumerGroupCheckpoint").inputProperties).sort()).toEqual(
      [...checkpointInputs].sort(),
    );
    expect(Object.keys(resource("ConsumerGroupSavepoint").inputProperties).sort()).toEqual(
      [...savepointInputs].sort(),
    );
  });

  it("has the inputs of a ConsumerGroup", () => {
    expect(Object.keys(resource("ConsumerGroup").inputProperties).sort()).toEqual(
      [...consumerGroupInputs].sort(),
    );
  });

  it.each([
    ["ConsumerGroupCheckpoint", "ConsumerGroupCheckpoint"],
    ["ConsumerGroupSavepoint", "ConsumerGroupSavepoint"],
    ["ConsumerGroup", "ConsumerGroup"],
    ["ConsumerGroupReplay", "ReplayApply"],
  ])("has the outputs of a %s that a preview does not know yet", (name, kind) => {
    const { properties, inputProperties } = resource(name);
    const outputs = Object.keys(properties).filter((property) => !(property in inputProperties));
    const { outputs: unknown } = kindOf(`urn:pulumi:dev::shop::sls:index:${kind}::it`);
    expect([...unknown].sort()).toEqual(outputs.sort());
  });

  it("documents every input and output in plain Markdown", () => {
    for (const [token, { description, properties, inputProperties }] of Object.entries(schema.resources)) {
      const all = [...Object.entries(properties), ...Object.entries(inputProperties)];
      expect(description, token).toMatch(/\.$/m);
      for (const [name, property] of all) {
        expect(property.description, `${token} ${name}`).toMatch(/\w/);
        expect(property.description, `${token} ${name}`).not.toContain("{@link");
      }
    }
  });

  it("takes over what the dynamic provider keeps, and marks what is secret", () => {
    expect(resource("ConsumerGroupCheckpoint").aliases).toEqual([
      { type: "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint" },
    ]);
    const secrets = Object.entries(schema.provider.inputProperties)
      .filter(([, setting]) => "secret" in setting)
      .map(([name]) => name);
    expect(secrets).toEqual(["accessKeySecret", "securityToken"]);
  });
});
