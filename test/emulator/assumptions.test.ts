import { describe, expect, it } from "vitest";
import {
  defaultAssumptions,
  encodeCursor,
  parseAssumptions,
  SlsEmulator,
  type AssumptionName,
  type Assumptions,
  type SlsEmulatorOptions,
} from "../../emulator/src/index.js";
import { hour, paths, start, startEmulator, startShop } from "./fixture.js";
import { turnedSwitches } from "./switchTable.js";

type Shop = Awaited<ReturnType<typeof startShop>>;

/** One unknown: what is done, and what is seen by default and with the switch turned. */
interface Unknown {
  readonly name: AssumptionName;
  readonly turned: Partial<Assumptions>;
  readonly look: (shop: Shop) => Promise<unknown>;
  readonly byDefault: unknown;
  readonly otherwise: unknown;
  readonly options?: SlsEmulatorOptions;
}

const byConsumer = `${paths.group}?type=checkpoint&consumer=host-b`;
const noPermission = {
  identities: [
    { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret", policy: [] },
  ],
};

async function updated({ sls }: Shop, checkpoint: string, path = paths.update, shard = 0) {
  return (await sls.post(path, { shard, checkpoint })).outcome;
}

const unknowns: readonly Unknown[] = [
  {
    name: "consumerNotMatchStatus",
    turned: { consumerNotMatchStatus: 403 },
    look: async (shop) => {
      shop.emulator.commit("shop", "orders", "billing", 0, "MQ==", { consumer: "host-a" });
      shop.emulator.commit("shop", "orders", "billing", 1, "MQ==", { consumer: "host-b" });
      return updated(shop, "Mg==", byConsumer);
    },
    byDefault: "400 ConsumerNotMatch",
    otherwise: "403 ConsumerNotMatch",
  },
  {
    name: "updateWithoutConsumerOrForce",
    turned: { updateWithoutConsumerOrForce: "applied" },
    look: async (shop) => updated(shop, "MQ==", `${paths.group}?type=checkpoint`),
    byDefault: "400 ParameterInvalid",
    otherwise: "200",
  },
  {
    name: "forcedUpdateByUnknownConsumer",
    turned: { forcedUpdateByUnknownConsumer: "refused" },
    look: async (shop) => updated(shop, "MQ==", `${byConsumer}&forceSuccess=true`),
    byDefault: "200",
    otherwise: "404 ConsumerNotExist",
  },
  {
    name: "checkpointValidation",
    turned: { checkpointValidation: "number" },
    look: async (shop) => [await updated(shop, "YWJj"), await updated(shop, "MQ==")],
    byDefault: ["200", "200"],
    otherwise: ["400 InvalidShardCheckPoint", "200"],
  },
  {
    name: "checkpointValidation",
    turned: { checkpointValidation: "range" },
    look: async (shop) => [
      await updated(shop, "MQ=="),
      await updated(shop, shop.emulator.cursorAt("shop", "orders", 1, "end")),
      await updated(shop, shop.emulator.cursorAt("shop", "orders", 0, "end")),
    ],
    byDefault: ["200", "200", "200"],
    otherwise: ["400 InvalidShardCheckPoint", "400 InvalidShardCheckPoint", "200"],
  },
  {
    name: "emptyCheckpoint",
    turned: { emptyCheckpoint: "clears" },
    look: async (shop) => {
      await updated(shop, "MQ==");
      return [await updated(shop, ""), shop.emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint];
    },
    byDefault: ["400 InvalidShardCheckPoint", "MQ=="],
    otherwise: ["200", undefined],
  },
  {
    name: "consumerAfterForcedUpdate",
    turned: { consumerAfterForcedUpdate: "emptied" },
    look: async (shop) => {
      shop.emulator.commit("shop", "orders", "billing", 0, "MQ==", { consumer: "host-a" });
      await updated(shop, "Mg==");
      return shop.emulator.checkpoint("shop", "orders", "billing", 0)?.consumer;
    },
    byDefault: "host-a",
    otherwise: "",
  },
  {
    name: "updateOfUntouchedShard",
    turned: { updateOfUntouchedShard: "refused" },
    look: async (shop) => updated(shop, "MQ=="),
    byDefault: "200",
    otherwise: "404 ShardNotExist",
  },
  {
    name: "untouchedShards",
    turned: { untouchedShards: "absent" },
    look: async ({ sls }) => ((await sls.get(paths.group)).json as unknown[]).length,
    byDefault: 2,
    otherwise: 0,
  },
  {
    name: "rewoundShard",
    turned: { rewoundShard: "staysOver" },
    look: async (shop) => {
      shop.emulator.splitShard("shop", "orders", 0);
      await updated(shop, shop.emulator.cursorAt("shop", "orders", 0, "end"));
      await updated(shop, encodeCursor(1n));
      const heartbeat = await shop.sls.post(`${paths.group}?type=heartbeat&consumer=a`, []);
      return (heartbeat.json as number[]).includes(0);
    },
    byDefault: true,
    otherwise: false,
  },
  {
    name: "shardIsOver",
    turned: { shardIsOver: "whenUpdatedToEnd" },
    look: async (shop) => {
      await updated(shop, shop.emulator.cursorAt("shop", "orders", 0, "end"));
      shop.emulator.splitShard("shop", "orders", 0);
      const heartbeat = await shop.sls.post(`${paths.group}?type=heartbeat&consumer=a`, []);
      return (heartbeat.json as number[]).includes(0);
    },
    byDefault: false,
    otherwise: true,
  },
  {
    name: "getCheckPointPermission",
    turned: { getCheckPointPermission: "none" },
    options: noPermission,
    look: async ({ sls }) => (await sls.get(paths.group)).outcome,
    byDefault: "401 Unauthorized",
    otherwise: "200",
  },
  {
    name: "deniedStatus",
    turned: { deniedStatus: 403 },
    options: noPermission,
    look: async ({ sls }) => (await sls.get(paths.shards)).outcome,
    byDefault: "401 Unauthorized",
    otherwise: "403 Unauthorized",
  },
  {
    name: "shardNotExistStatus",
    turned: { shardNotExistStatus: 404 },
    look: async (shop) => [
      (await shop.sls.get(paths.cursor(9, "begin"))).outcome,
      await updated(shop, "MQ==", paths.update, 9),
    ],
    byDefault: ["400 ShardNotExist", "404 ShardNotExist"],
    otherwise: ["404 ShardNotExist", "404 ShardNotExist"],
  },
  {
    name: "updateTimeUnit",
    turned: { updateTimeUnit: "seconds" },
    look: async (shop) => {
      await updated(shop, "MQ==");
      return ((await shop.sls.get(`${paths.group}?shard=0`)).json as { updateTime: number }[])[0]?.updateTime;
    },
    byDefault: start * 1000,
    otherwise: start / 1000,
  },
  {
    name: "endCursorTime",
    turned: { endCursorTime: "last" },
    look: async ({ sls, emulator }) => {
      emulator.appendLogGroups("shop", "orders", 0, { count: 2, from: start - hour, to: start });
      const answer = await sls.get(paths.cursorTime(0, emulator.cursorAt("shop", "orders", 0, "end")));
      return (answer.json as { cursor_time?: number }).cursor_time ?? answer.outcome;
    },
    byDefault: "400 InvalidCursor",
    otherwise: start / 1000,
  },
  {
    name: "v4DateHeader",
    turned: { v4DateHeader: "required" },
    look: async ({ client }) => (await client({ signature: "v4" }).get(paths.shards)).outcome,
    byDefault: "200",
    otherwise: "400 MissingDate",
  },
  {
    name: "v4ContentHash",
    turned: { v4ContentHash: "compared" },
    look: async ({ client }) => {
      const v4 = client({ signature: "v4" });
      const request = { method: "POST", path: paths.update, body: '{"shard":0,"checkpoint":"MQ=="}' };
      const headers = v4.sign(request);
      return (await v4.sendRaw({ ...request, body: request.body.replace("MQ", "Mg"), headers })).outcome;
    },
    byDefault: "200",
    otherwise: "400 ParameterInvalid",
  },
  {
    name: "projectQuotaStatus",
    turned: { projectQuotaStatus: 403 },
    look: async ({ sls, emulator }) => {
      for (let index = 1; index < 200; index += 1) emulator.createLogstore("shop", `store-${index}`);
      const create = sls.post("/logstores", { logstoreName: "one-more", ttl: 1 });
      return [(await create).outcome, (await sls.get("/logstores?size=1")).json];
    },
    byDefault: ["400 ProjectQuotaExceed", { count: 1, total: 200, logstores: ["orders"] }],
    otherwise: ["403 ProjectQuotaExceed", { count: 1, total: 200, logstores: ["orders"] }],
  },
  {
    name: "deleteOfConsumedGroup",
    turned: { deleteOfConsumedGroup: "refused" },
    look: async ({ sls, emulator, clock }) => {
      const removal = { method: "DELETE", path: paths.group };
      await sls.post(`${paths.group}?type=heartbeat&consumer=host-a`, []);
      const whileAlive = (await sls.send(removal)).outcome;
      clock.now += 61_000;
      const afterwards = (await sls.send(removal)).outcome;
      return [whileAlive, afterwards, emulator.consumerGroups("shop", "orders").length];
    },
    byDefault: ["200", "404 ConsumerGroupNotExist", 0],
    otherwise: ["400 ConsumerGroupInUse", "200", 0],
  },
  {
    name: "consumerGroupQuotaStatus",
    turned: { consumerGroupQuotaStatus: 403 },
    look: async ({ sls }) => {
      const outcomes: string[] = [];
      for (let index = 2; index <= 31; index += 1) {
        outcomes.push(
          (await sls.post(paths.groups, { consumerGroup: `group-${index}`, timeout: 60 })).outcome,
        );
      }
      const groups = (await sls.get(paths.groups)).json as unknown[];
      return [outcomes.filter((outcome) => outcome === "200").length, outcomes.at(-1), groups.length];
    },
    byDefault: [29, "400 ConsumerGroupQuotaExceed", 30],
    otherwise: [29, "403 ConsumerGroupQuotaExceed", 30],
  },
  {
    name: "metadataCallsPerSecond",
    turned: { metadataCallsPerSecond: 2 },
    look: async ({ sls, clock }) => {
      const outcomes: string[] = [];
      for (let index = 0; index < 3; index += 1) outcomes.push((await sls.get(paths.shards)).outcome);
      clock.now += 1000;
      return [...outcomes, (await sls.get(paths.shards)).outcome];
    },
    byDefault: ["200", "200", "200", "200"],
    otherwise: ["200", "200", "403 MetaOperationQpsLimitExceeded", "200"],
  },
];

describe("switches from outside", () => {
  it("may have what their type says, and whoever observed them may say when and where", async () => {
    for (const [name, values] of Object.entries(turnedSwitches)) {
      for (const value of values) expect(parseAssumptions({ [name]: value })).toEqual({ [name]: value });
    }
    const observed = { at: "2026-11-27", region: "cn-hangzhou", requestIds: ["1"] };
    const { emulator } = await startEmulator({ assumptions: { deniedStatus: 403, observed } });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    [{ deniedStatu: 403 }, 'there is no switch "deniedStatu"; there are consumerNotMatchStatus, '],
    [{ deniedStatus: 404 }, "the switch deniedStatus cannot be 404; it can be 401, 403"],
    [{ metadataCallsPerSecond: 0 }, "it can be unbounded, a number from 1 on"],
    [{ metadataCallsPerSecond: "a number from 1 on" }, "it can be unbounded, a number from 1 on"],
    [{ toString: 1 }, 'there is no switch "toString"'],
    [[], "must be an object"],
  ])("%j is refused", async (assumptions, message) => {
    const started = SlsEmulator.start({ assumptions: assumptions as Partial<Assumptions> });
    await expect(started).rejects.toThrow(message);
    await expect(started).rejects.toMatchObject({ code: "InvalidAssumption" });
  });
});

describe("what is unknown about the service", () => {
  it("is all covered here", () => {
    expect([...new Set(unknowns.map(({ name }) => name))].sort()).toEqual(
      Object.keys(defaultAssumptions).sort(),
    );
  });

  it.each(unknowns)("is a switch that decides: $name $turned", async (unknown) => {
    const { name, turned, look, byDefault, otherwise, options } = unknown;
    const usual = await startShop(options);
    expect(await look(usual)).toEqual(byDefault);
    expect(usual.emulator.assumptionHits(name)).toBeGreaterThan(0);
    const other = await startShop({ ...options, assumptions: turned });
    expect(await look(other)).toEqual(otherwise);
    expect(other.emulator.assumptionHits(name)).toBeGreaterThan(0);
  });
});
