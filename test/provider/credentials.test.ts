import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { DynamicProviderServer, ProviderFailure } from "./dynamicProviderServer.js";

const secret = "emulatorAccessKeySecret";

let home: string;
let emulator: SlsEmulator;
let server: DynamicProviderServer | undefined;

beforeEach(async () => {
  emulator = await SlsEmulator.start({ clock: () => Date.now() });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 1 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  emulator.appendLogGroups("shop", "orders", 0, { count: 10, from: Date.now() - 3_600_000, to: Date.now() });
  // Below it the library looks for files, and the machine's own home may have some.
  home = await mkdtemp(join(tmpdir(), "sls-home-"));
  vi.stubEnv("HOME", home);
});

afterEach(async () => {
  await server?.stop();
  await emulator.stop();
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

async function pinWith(config: Readonly<Record<string, string>>): Promise<unknown> {
  server = await DynamicProviderServer.start("consumerGroupCheckpointProvider", {
    config: { "sls:endpoint": emulator.endpoint, ...config },
  });
  const identity = { project: "shop", logstore: "orders", consumerGroup: "billing", shard: 0 };
  const checkpoint = emulator.cursorAt("shop", "orders", 0, Date.now() - 1_800_000);
  return (await server.create({ ...identity, checkpoint })).outs["status"];
}

async function failureOf(pinning: Promise<unknown>): Promise<string> {
  const failure: unknown = await pinning.catch((error: unknown) => error);
  if (!(failure instanceof ProviderFailure)) throw new Error("not a ProviderFailure", { cause: failure });
  return failure.message;
}

const pair = { "sls:accessKeyId": "emulatorAccessKeyId", "sls:accessKeySecret": secret };

describe("a pin", () => {
  test("is written with a profile of the aliyun CLI", async () => {
    const profile = {
      name: "ci",
      mode: "AK",
      access_key_id: "emulatorAccessKeyId",
      access_key_secret: secret,
    };
    await mkdir(join(home, ".aliyun"));
    await writeFile(
      join(home, ".aliyun", "config.json"),
      JSON.stringify({ current: "ci", profiles: [profile] }),
    );
    expect(await pinWith({ "sls:profile": "ci" })).toBe("pinned");
  });

  test("is written with signature V4", async () => {
    expect(await pinWith({ ...pair, "sls:signatureVersion": "v4", "sls:region": "cn-hangzhou" })).toBe(
      "pinned",
    );
  });

  test("without any credentials says where they were looked for", async () => {
    const message = await failureOf(pinWith({}));
    expect(message.replaceAll(home, "~")).toMatchInlineSnapshot(`
      "shop/orders/billing/0: SLS could not be read, so nothing is written
        ListShards cannot be signed: no credentials were found
          project shop, logstore orders
          the aliyun CLI's profile: there is no ~/.aliyun/config.json
          the credentials file: there is no ~/.alibabacloud/credentials
        Set sls:accessKeyId and sls:accessKeySecret (or alicloud:accessKey and alicloud:secretKey, or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY), or sls:profile. On an ECS instance name its role in ALICLOUD_ECS_ROLE_NAME."
    `);
    expect(emulator.requestsOf("UpdateCheckPoint")).toEqual([]);
  });

  test("says everything that is wrong with its configuration", async () => {
    const wrong = {
      "sls:accessKeyId": "emulatorAccessKeyId",
      "sls:signatureVersion": "v4",
      "sls:requestTimeout": "10",
      "sls:maxConcurrency": "none",
    };
    expect((await failureOf(pinWith(wrong))).replace(emulator.endpoint.slice(7), "emulator"))
      .toMatchInlineSnapshot(`
      "shop/orders/billing/0: SLS could not be read, so nothing is written
        ListShards cannot be called: the configuration is not complete
          half a key pair: sls:accessKeyId is set, sls:accessKeySecret is not
          sls:signatureVersion v4 needs a region, and sls:endpoint "emulator" names none: set sls:region, such as cn-hangzhou
          sls:requestTimeout "10" is not an ISO-8601 duration from PT1S to PT10M, such as PT10S for ten seconds
          sls:maxConcurrency "none" is not a whole number from 1 to 256, such as 16
        Set it with pulumi config set (secrets with --secret), in an sls.Provider, or in the environment."
    `);
  });
});
