/** The built package under Pulumi's mocks, as a user's own unit tests have it. */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

// As it was built: what a test runner makes of the sources is not what Pulumi serialises.
export const sls = createRequire(import.meta.url)(
  "pulumi-sls-checkpoint",
) as typeof import("pulumi-sls-checkpoint");

export type Registered = pulumi.runtime.MockResourceArgs;

/** Every resource that was registered, in order. */
export const registered: Registered[] = [];

/** Answers, by the name of a resource, what it shall output beside its inputs. */
export const outputs: Record<string, Readonly<Record<string, unknown>>> = {};

await pulumi.runtime.setMocks(
  {
    newResource(args) {
      registered.push(args);
      return { id: `${args.name}-id`, state: { ...args.inputs, ...outputs[args.name] } };
    },
    call: () => ({}),
  },
  "shop",
  "test",
);

/** What was registered under a name; waits until it was. */
export async function registration(name: string): Promise<Registered> {
  for (let turn = 0; turn < 500; turn += 1) {
    const found = registered.find((args) => args.name === name);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${name} was not registered`);
}

/** The value of an output; undefined where Pulumi does not know one. */
export async function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}

export const group = { project: "shop", logstore: "orders", consumerGroup: "billing" } as const;
