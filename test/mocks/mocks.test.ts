import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { group, outputs, registered, registration, sls, valueOf } from "./program.js";

const pinned = { ...group, shard: 0, checkpoint: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==" };
const moved = { ...group, from: "2026-11-20T08:00:00+08:00" };

type Options = pulumi.CustomResourceOptions;

/** Every resource with args that are enough for it. */
const resources = [
  {
    type: "ConsumerGroupCheckpoint",
    declared: "checkpoint",
    args: pinned,
    make: (name: string, options?: Options) => new sls.ConsumerGroupCheckpoint(name, pinned, options),
    outputs: [
      ...Object.keys(pinned),
      "checkpointTime",
      "previousCheckpoint",
      "previousCheckpointTime",
      "previousConsumer",
      "pinnedAt",
      "requestId",
      "status",
    ],
    token: "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint",
  },
  {
    type: "ConsumerGroupReplay",
    declared: "replay",
    args: moved,
    make: (name: string, options?: Options) => new sls.ConsumerGroupReplay(name, moved, options),
    outputs: ["shards", "positions", "previousPositions", "plannedAt", "pinnedAt", "totals"],
    token: "sls:index:ConsumerGroupReplay",
  },
  {
    type: "ConsumerGroupSavepoint",
    declared: "savepoint",
    args: group,
    make: (name: string, options?: Options) => new sls.ConsumerGroupSavepoint(name, group, options),
    outputs: [...Object.keys(group), "positions", "times", "takenAt"],
    token: "pulumi-nodejs:dynamic/sls:ConsumerGroupSavepoint",
  },
];

describe.each(resources)("$type", ({ type, declared, args, make, outputs: declaredOutputs, token }) => {
  test("registers under a type of its own", async () => {
    make(`${declared}-typed`);
    expect((await registration(`${declared}-typed`)).type).toBe(token);
  });

  test("leaves its arguments as they were given", async () => {
    const before = structuredClone(args);
    make(`${declared}-copied`);
    await registration(`${declared}-copied`);
    expect(args).toEqual(before);
  });

  test("has every output that it documents", () => {
    const resource = make(`${declared}-outputs`) as unknown as Record<string, unknown>;
    const missing = declaredOutputs.filter((name) => !pulumi.Output.isInstance(resource[name]));
    expect(missing).toEqual([]);
  });

  test.each([{ import: "shop/orders/billing/0" }, { id: "shop/orders/billing/0" }])(
    "refuses %o and says how to adopt instead",
    (option) => {
      const [name] = Object.keys(option);
      expect(() => make(`${declared}-adopted`, option)).toThrow(
        `${type} "${declared}-adopted": the option ${name} does nothing for a pin\nDeclare the resource without it: the first up adopts`,
      );
    },
  );
});

describe("a replay", () => {
  const args = {
    ...moved,
    triggers: [1],
    applyBefore: "2026-11-20T12:00:00Z",
    maxMove: "P7D",
    allowTruncated: true,
    reason: "INC-4711",
  };

  test("hands what decides to its plan, and the bounds to both halves", async () => {
    new sls.ConsumerGroupReplay("halves", args);
    const { __provider: _plan, self, ...plan } = (await registration("halves-plan")).inputs;
    expect(self).toMatch(/ConsumerGroupReplay::halves$/);
    expect(plan).toEqual(args);
    const { __provider: _apply, self: _self, ...apply } = (await registration("halves-apply")).inputs;
    const { from: _from, triggers: _triggers, ...bounds } = args;
    expect(apply).toEqual(bounds);
  });

  test("outputs what its apply does", async () => {
    const positions = { "0": "cursor:MTA=", "1": "cursor:MjA=" };
    outputs["answered-apply"] = { positions, totals: { pinned: 2 } };
    const replay = new sls.ConsumerGroupReplay("answered", args);
    expect(await valueOf(replay.positions)).toEqual(positions);
    expect(await valueOf(replay.totals)).toEqual({ pinned: 2 });
  });
});

describe("an explicit provider", () => {
  const secrets = { accessKeySecret: "the secret", securityToken: pulumi.output("the token") };
  const connection = new sls.Provider("connection", {
    region: "cn-hangzhou",
    accessKeyId: "the id",
    maxRetries: pulumi.output(3),
    ...secrets,
  });

  test("marks what is secret, although it was given in the clear", async () => {
    const { inputs } = await registration("connection");
    const marked = Object.entries(inputs as object)
      .filter(([, value]) => pulumi.runtime.isRpcSecret(value))
      .map(([name]) => name);
    expect(marked.sort()).toEqual(["sls:accessKeySecret", "sls:securityToken"]);
  });

  test("is given every setting as a text, under its configuration key", async () => {
    const { inputs, type } = await registration("connection");
    expect(type).toBe("pulumi:providers:pulumi-nodejs");
    expect(inputs).toMatchObject({
      "sls:region": "cn-hangzhou",
      "sls:accessKeyId": "the id",
      "sls:maxRetries": "3",
    });
  });

  test("serves every resource that is declared with it, the halves of a replay included", async () => {
    for (const { make, declared } of resources) make(`${declared}-elsewhere`, { provider: connection });
    const names = ["checkpoint", "savepoint", "replay"].map((name) => `${name}-elsewhere`);
    const dynamic = [...names.slice(0, 2), "replay-elsewhere-plan", "replay-elsewhere-apply"];
    for (const name of dynamic) expect((await registration(name)).provider, name).toContain("::connection::");
  });
});

test("nothing that was registered stores more of a provider than its short text", () => {
  const texts = registered.map(({ inputs }) => (inputs as { __provider?: string }).__provider ?? "");
  expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(2_000);
});
