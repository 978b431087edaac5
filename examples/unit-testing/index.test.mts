import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

const registered: pulumi.runtime.MockResourceArgs[] = [];

// Stands for Pulumi's engine, so that no stack, no credentials and no SLS are needed.
await pulumi.runtime.setMocks(
  {
    newResource(args) {
      registered.push(args);
      return { id: `${args.name}-id`, state: { ...args.inputs, ...outputsOf(args.type) } };
    },
    call: () => ({}),
  },
  "unit-testing",
);
pulumi.runtime.setAllConfig({
  "unit-testing:from": "2026-11-20T08:00:00+08:00",
  "unit-testing:until": "2026-11-20T18:00:00+08:00",
  "unit-testing:incident": "INC-4711",
});

/** What the real provider would answer. The outputs of a replay are those of its second half, ReplayApply. */
function outputsOf(type: string): object {
  if (type !== "pulumi-nodejs:dynamic/sls:ReplayApply") return {};
  return { previousPositions: { "0": "cursor:MTUyNDE1NTM3OTM3MzkwODQ5Ng==" } };
}

// After the mocks: a program acts when it is loaded.
const program = await import("./index.ts");

function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}

test("the way back is exported", async () => {
  assert.deepEqual(await valueOf(program.wayBack), { "0": "cursor:MTUyNDE1NTM3OTM3MzkwODQ5Ng==" });
});

test("the replay starts where the incident did", () => {
  // What a replay is declared with, its first half has: ReplayPlan.
  const plan = registered.find(({ type }) => type === "pulumi-nodejs:dynamic/sls:ReplayPlan");
  assert.equal(plan?.inputs.from, "2026-11-20T08:00:00+08:00");
  assert.equal(plan.inputs.reason, "INC-4711");
});

test("nothing that moves a checkpoint does so without a deadline, or over running consumers", () => {
  const moving = registered.filter(({ type }) => /:(ConsumerGroupCheckpoint|ReplayPlan)$/.test(type));
  assert.ok(moving.length > 0);
  for (const { name, inputs } of moving) {
    assert.ok(inputs.applyBefore, `${name} has no applyBefore`);
    assert.notEqual(inputs.onActiveConsumers, "overwrite", name);
  }
});
