import { describe, expect, it, onTestFinished } from "vitest";
import {
  defaultAssumptions,
  SlsEmulator,
  type AssumptionName,
  type Assumptions,
  type Policy,
} from "../../emulator/src/index.js";
import { ProviderInThisProcess } from "../provider/providerInThisProcess.js";
import { ReplayStack } from "../provider/replayStack.js";
import { SlsClient } from "./slsClient.js";
import { consultedBy, turnedSwitches } from "./switchTable.js";

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 22, 12);
const allShards = [0, 1, 2, 3, 4];
const target = new Date(noon - 7 * hour).toISOString();
const replay = { project: "shop", logstore: "orders", consumerGroup: "billing", from: target };

interface World {
  readonly assumptions: Partial<Assumptions>;
  readonly config?: Readonly<Record<string, string>>;
  readonly policy?: Policy;
  /** Milliseconds by which the clock goes on with every look at it. */
  readonly tick?: number;
  /** Whether the end of the split shard was also saved after the split. */
  readonly isFinished?: boolean;
}

/**
 * A group as replays meet it: a shard that was split, with its end reached; one that its consumer is at; one that
 * nobody ever read; two children without data. The consumers stopped ten minutes ago.
 */
async function open({ assumptions, config = {}, policy, tick = 0, isFinished = false }: World) {
  let now = noon;
  const keys = { accessKeyId: "id", accessKeySecret: "secret" };
  const admin = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };
  const emulator = await SlsEmulator.start({
    clock: () => (now += tick),
    assumptions,
    identities: [admin, { ...keys, ...(policy && { policy }) }],
  });
  onTestFinished(async () => emulator.stop());
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 3 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of [0, 1, 2]) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
  }
  const commit = (shard: number, place: "end" | number): void => {
    const cursor = emulator.cursorAt("shop", "orders", shard, place);
    emulator.commit("shop", "orders", "billing", shard, cursor, { consumer: "host-a" });
  };
  const heartbeat = async () =>
    new SlsClient(emulator).post(
      "/logstores/orders/consumergroups/billing?type=heartbeat&consumer=host-b",
      [],
    );
  commit(0, "end");
  commit(1, noon - hour);
  emulator.splitShard("shop", "orders", 0);
  if (isFinished) commit(0, "end");
  await heartbeat();
  now += 600_000;
  const stack = new ReplayStack(async () =>
    ProviderInThisProcess.start({
      "sls:endpoint": emulator.endpoint,
      "sls:region": "cn-hangzhou",
      "sls:accessKeyId": keys.accessKeyId,
      "sls:accessKeySecret": keys.accessKeySecret,
      ...config,
    }),
  );
  const stands = () =>
    allShards.filter((shard) => {
      const saved = emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint;
      return saved === emulator.cursorAt("shop", "orders", shard, noon - 7 * hour);
    });
  const writes = () => emulator.requestsOf("UpdateCheckPoint").filter(({ status }) => status === 200).length;
  return { emulator, stack, stands, writes, commit };
}

const v4 = { "sls:signatureVersion": "v4" };
const grantAll: Policy = [{ actions: ["log:*"], resources: ["*"] }];
const grantNoLook: Policy = [
  {
    actions: [
      "log:ListConsumerGroup",
      "log:ListShards",
      "log:GetLogStore",
      "log:GetCursorOrData",
      "log:ConsumerGroupUpdateCheckPoint",
    ],
    resources: ["*"],
  },
];

/** A switch turned, and whether a replay of the group then comes true or is refused with nothing written. */
interface Case extends Omit<World, "assumptions"> {
  readonly name: AssumptionName;
  readonly turned: Partial<Assumptions>;
  readonly ends: "pinned" | "failed";
  /** An error that the provider meets on the way. */
  readonly meets?: string;
}

const met: readonly Case[] = [
  { name: "consumerAfterForcedUpdate", turned: { consumerAfterForcedUpdate: "emptied" }, ends: "pinned" },
  { name: "untouchedShards", turned: { untouchedShards: "absent" }, ends: "pinned" },
  { name: "updateOfUntouchedShard", turned: { updateOfUntouchedShard: "refused" }, ends: "failed" },
  { name: "rewoundShard", turned: { rewoundShard: "staysOver" }, isFinished: true, ends: "pinned" },
  { name: "updateTimeUnit", turned: { updateTimeUnit: "seconds" }, ends: "pinned" },
  { name: "v4DateHeader", turned: { v4DateHeader: "optional" }, config: v4, ends: "pinned" },
  { name: "v4DateHeader", turned: { v4DateHeader: "required" }, config: v4, ends: "failed" },
  { name: "getCheckPointPermission", turned: {}, policy: grantNoLook, ends: "failed" },
  {
    name: "getCheckPointPermission",
    turned: { getCheckPointPermission: "none" },
    policy: grantNoLook,
    ends: "pinned",
  },
  { name: "deniedStatus", turned: { deniedStatus: 403 }, policy: grantNoLook, ends: "failed" },
  {
    name: "metadataCallsPerSecond",
    turned: { metadataCallsPerSecond: 8 },
    tick: 20,
    config: { "sls:maxConcurrency": "1" },
    meets: "MetaOperationQpsLimitExceeded",
    ends: "pinned",
  },
];

/** Unknowns that the provider does not depend on: no replay ever comes to where they decide. */
const neverMet = (Object.keys(defaultAssumptions) as AssumptionName[]).filter(
  (name) => !consultedBy[name].replay,
);

describe("a replay by the provider", () => {
  it("is tried with every switch", () => {
    const names = new Set([...met.map(({ name }) => name), ...neverMet]);
    expect(names).toEqual(new Set(Object.keys(defaultAssumptions)));
    expect(met.filter(({ name }) => !consultedBy[name].replay)).toEqual([]);
  });

  it.each(met)(
    "ends well or says why not with $name $turned: $ends",
    async ({ name, turned, ends, meets, ...world }) => {
      const { emulator, stack, stands, writes } = await open({ ...world, assumptions: turned });
      const before = emulator.assumptionHits(name);
      const { problems, failure } = await stack.up(replay);
      const hits = emulator.assumptionHits(name) - before;
      if (ends === "pinned") {
        expect([problems, failure?.message]).toEqual([[], undefined]);
        expect(stands()).toEqual(allShards);
        emulator.clearRequests();
        const again = await stack.up(replay);
        expect([again.failure, again.plan, again.apply]).toEqual([undefined, "same", "same"]);
        expect(emulator.requests).toEqual([]);
      } else {
        expect([...problems, failure?.message ?? ""].join("")).not.toBe("");
        expect(writes()).toBeLessThan(allShards.length);
      }
      expect(hits).toBeGreaterThan(0);
    },
  );

  it.each([
    ["v1", {}],
    ["v4", v4],
  ] as const)("never asks what is unknown, signed with %s", async (_name, config) => {
    const { emulator, stack, stands } = await open({ assumptions: {}, config, policy: grantAll });
    const before = new Map(neverMet.map((name) => [name, emulator.assumptionHits(name)]));
    const { failure } = await stack.up(replay);
    expect(failure).toBeUndefined();
    expect(stands()).toEqual(allShards);
    expect(neverMet.filter((name) => emulator.assumptionHits(name) !== before.get(name))).toEqual([]);
  });

  it.each(neverMet.flatMap((name) => turnedSwitches[name].map((value) => ({ name, value }))))(
    "does not notice that $name is $value",
    async ({ name, value }) => {
      const { emulator, stack, stands } = await open({ assumptions: { [name]: value }, policy: grantAll });
      const before = emulator.assumptionHits(name);
      const { failure } = await stack.up(replay);
      expect(failure).toBeUndefined();
      expect(stands()).toEqual(allShards);
      expect(emulator.assumptionHits(name)).toBe(before);
    },
  );

  it.each(met.filter(({ ends }) => ends === "pinned"))(
    "is refused while a consumer is alive, also with $name $turned",
    async ({ turned, ...world }) => {
      const { stack, writes, commit } = await open({ ...world, assumptions: turned });
      commit(1, noon);
      const { problems, failure } = await stack.up(replay);
      expect([problems, failure?.message ?? ""]).toEqual([[], expect.stringContaining("host-a")]);
      expect(writes()).toBe(0);
    },
  );
});
