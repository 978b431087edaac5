/** What docs/languages.md lists as different between the fronts: each line of the list, shown on both. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ErrorHook } from "@pulumi/pulumi";
import { SlsEmulator, defaultIdentity } from "../../emulator/src/index.js";
import { sortOptions } from "../../provider/src/resources/componentOptions.js";
import { type Properties } from "../provider/dynamicProviderServer.js";
import { type Front, FrontProcess, protocol } from "./frontProcess.js";

const hour = 3_600_000;
const noon = Date.parse("2026-11-22T12:00:00Z");
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const isBuilt = createRequire(import.meta.url);

let emulator: SlsEmulator;
let process: FrontProcess;

/** A line of the list, word for word, and what shows it. */
interface Difference {
  readonly what: string;
  readonly dynamic: string;
  readonly plugin: string;
  readonly show: Readonly<Record<Front, () => Promise<void> | void>>;
}

const differences: readonly Difference[] = [
  {
    what: "one Ctrl-C",
    dynamic: "not noticed; a second one kills",
    plugin: "nothing more is written, state is saved, the text says what is left",
    show: {
      dynamic: async () => {
        expect(await replayInterrupted()).toBeUndefined();
        expect(writes()).toBe(2);
      },
      plugin: async () => {
        expect(await replayInterrupted()).toContain("nothing more is written");
        expect(writes()).toBe(1);
      },
    },
  },
  {
    what: 'progress, "12 of 64 shards"',
    dynamic: "a line each",
    plugin: "live on the row of the resource",
    show: {
      dynamic: async () => {
        await replay();
        expect(progressLines()).toContainEqual({
          text: "shop/orders/billing: wrote 1 of 2 shards",
          stays: true,
        });
      },
      plugin: async () => {
        await replay();
        expect(progressLines()).toContainEqual({
          text: "shop/orders/billing: wrote 1 of 2 shards",
          stays: false,
        });
      },
    },
  },
  {
    what: "`customTimeouts`",
    dynamic: "not enforced",
    plugin: "bound waits and watches too",
    show: {
      dynamic: async () => {
        await process.create("ConsumerGroupCheckpoint", await checkedPin(), 0.001);
        expect(writes()).toBe(1);
      },
      plugin: async () => {
        await expect(process.create("ConsumerGroupCheckpoint", await checkedPin(), 0.001)).rejects.toThrow(
          "The time that customTimeouts gives this resource",
        );
        expect(writes()).toBe(0);
      },
    },
  },
  {
    what: "`pulumi import`",
    dynamic: "not possible: declare, and the first up adopts",
    plugin: "a pin, a savepoint, a group; with the code for the program",
    show: {
      dynamic: () => {
        const { ConsumerGroupCheckpoint } = isBuilt(
          "pulumi-sls-checkpoint",
        ) as typeof import("pulumi-sls-checkpoint");
        const declare = (): unknown =>
          new ConsumerGroupCheckpoint("pin", pin(3), { import: "shop/orders/billing/0" });
        expect(declare).toThrow("Declare the resource without it: the first up adopts");
      },
      plugin: async () => {
        const { checkpoint, ...named } = await process.read(
          "ConsumerGroupCheckpoint",
          "shop/orders/billing/0",
        );
        expect([named, checkpoint]).toEqual([{ ...group, shard: 0 }, cursor(1, 0)]);
      },
    },
  },
  {
    what: "changed inputs in a preview",
    dynamic: "shown by Pulumi",
    plugin: "shown one by one",
    show: {
      dynamic: async () => {
        expect(await changedInputs()).toBeUndefined();
      },
      plugin: async () => {
        expect(await changedInputs()).toEqual(["checkpoint"]);
      },
    },
  },
  {
    what: "`onError` hooks of a replay",
    dynamic: "run for the plan and for the writes",
    plugin: "refused where no other hook is given; Pulumi hands over none",
    show: {
      dynamic: () => {
        // One of its own would be registered with an engine.
        const hooks = { onError: [{ name: "again" } as unknown as ErrorHook] };
        const { plan, apply } = sortOptions("replay", { hooks });
        expect([plan, apply]).toEqual([{ hooks }, { hooks }]);
      },
      plugin: async () => {
        const request = new protocol.ConstructRequest();
        request.setType("sls:index:ConsumerGroupReplay");
        request.setName("replay");
        request.setResourceHooks(new protocol.ConstructRequest.ResourceHooksBinding());
        await expect(process.construct(request)).rejects.toThrow("the option hooks.onError is not supported");
      },
    },
  },
  {
    what: "`hideDiffs` of a replay",
    dynamic: "hides what it names, in both children",
    plugin: "no effect: Pulumi does not hand it over",
    show: {
      dynamic: () => {
        const { plan, apply } = sortOptions("replay", { hideDiffs: ["reason"] });
        expect([plan, apply]).toEqual([{ hideDiffs: ["reason"] }, { hideDiffs: ["reason"] }]);
      },
      plugin: () => {
        const handedOver = Object.keys(new protocol.ConstructRequest().toObject());
        expect(handedOver).toContain("ignorechangesList");
        expect(handedOver.filter((name) => /hidediff/i.test(name))).toEqual([]);
      },
    },
  },
  {
    what: "state of a pin",
    dynamic: "with the provider's text in it",
    plugin: "without",
    show: {
      dynamic: async () => {
        expect(await process.create("ConsumerGroupCheckpoint", await checkedPin())).toHaveProperty(
          "__provider",
        );
      },
      plugin: async () => {
        const kept = await process.create("ConsumerGroupCheckpoint", await checkedPin());
        expect(kept).toHaveProperty("status", "pinned");
        expect(kept).not.toHaveProperty("__provider");
      },
    },
  },
  {
    what: "`alicloud:*` keys of a stack",
    dynamic: "read where there is none of `sls:*`",
    plugin: "never handed over",
    show: {
      dynamic: async () => {
        await restart(otherKeys());
        await process.create("ConsumerGroupCheckpoint", await checkedPin());
        expect(writes()).toBe(1);
      },
      plugin: async () => {
        await restart(otherKeys());
        await expect(process.create("ConsumerGroupCheckpoint", pin(3))).rejects.toThrow(
          "Pulumi hands a plugin no alicloud:* settings of a stack",
        );
      },
    },
  },
];

beforeEach(async () => {
  let now = noon;
  emulator = await SlsEmulator.start({ clock: () => now });
  emulator.createLogstore("shop", "orders", { ttl: 7, shardCount: 2 });
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const shard of [0, 1]) {
    emulator.appendLogGroups("shop", "orders", shard, { count: 13, from: noon - 12 * hour, to: noon });
    emulator.commit("shop", "orders", "billing", shard, cursor(1, shard), { consumer: "host-a" });
  }
  now += 10 * 60_000;
});

afterEach(async () => {
  await process.stop();
  await emulator.stop();
});

function open(front: Front, settings: Properties = ownKeys()): Promise<void> {
  return FrontProcess.start(front, settings).then((started) => void (process = started));
}

async function restart(settings: Properties): Promise<void> {
  await process.stop();
  await open(process.front, settings);
}

function ownKeys(): Properties {
  const { accessKeyId, accessKeySecret } = defaultIdentity;
  return {
    "sls:endpoint": emulator.endpoint,
    "sls:accessKeyId": accessKeyId,
    "sls:accessKeySecret": accessKeySecret,
    "sls:maxConcurrency": "1",
  };
}

/** The key is the official provider's. */
function otherKeys(): Properties {
  const { accessKeyId, accessKeySecret } = defaultIdentity;
  return {
    "sls:endpoint": emulator.endpoint,
    "alicloud:accessKey": accessKeyId,
    "alicloud:secretKey": accessKeySecret,
  };
}

function cursor(hoursBeforeNoon: number, shard: number): string {
  return emulator.cursorAt("shop", "orders", shard, noon - hoursBeforeNoon * hour);
}

function writes(): number {
  return emulator.requestsOf("UpdateCheckPoint").length;
}

function pin(hoursBeforeNoon: number): Properties & { shard: number; checkpoint: string } & typeof group {
  return { ...group, shard: 0, checkpoint: cursor(hoursBeforeNoon, 0) };
}

function checkedPin(): Promise<Properties> {
  return process.check("ConsumerGroupCheckpoint", pin(3));
}

/** Moves both shards, by the two children of a replay. */
async function replay(): Promise<void> {
  const declared = {
    ...group,
    from: new Date(noon - 3 * hour).toISOString(),
    self: "urn:pulumi:test::shop::sls:index:ConsumerGroupReplay::replay",
  };
  const { plan } = await process.create("ReplayPlan", await process.check("ReplayPlan", declared));
  const { from: _from, ...bounds } = declared;
  await process.create("ReplayApply", await process.check("ReplayApply", { ...bounds, plan }));
}

/** The replay, with a Ctrl-C while its first shard is written. Returns what it fails with. */
async function replayInterrupted(): Promise<string | undefined> {
  const held = emulator.rule({ call: "UpdateCheckPoint", nth: 1, do: { kind: "holdAnswer" } });
  const ended = replay().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
  await process.cancel();
  held.release();
  return ended;
}

function progressLines(): readonly object[] {
  return process.lines.filter(({ text }) => text.endsWith(" of 2 shards"));
}

/** The inputs that a diff names, or nothing where Pulumi has to find out. */
async function changedInputs(): Promise<string[] | undefined> {
  const inputs = await checkedPin();
  const outs = await process.create("ConsumerGroupCheckpoint", inputs);
  const answer = await process.diff(
    "ConsumerGroupCheckpoint",
    { inputs, outs },
    { ...inputs, checkpoint: cursor(5, 0) },
  );
  return answer.getHasdetaileddiff() ? [...answer.getDetaileddiffMap().keys()] : undefined;
}

describe.each(differences)("$what", ({ dynamic, plugin, show }) => {
  it(`in TypeScript: ${dynamic}`, async () => {
    await open("dynamic");
    await show.dynamic();
  });

  it(`through the plugin: ${plugin}`, async () => {
    await open("plugin");
    await show.plugin();
  });
});

it("docs/languages.md lists these, and no others", async () => {
  await open("plugin");
  const page = readFileSync(new URL("../../docs/languages.md", import.meta.url), "utf8");
  const [, list = ""] = /^## What differs from TypeScript\n+(.*?)\n\n/ms.exec(page) ?? [];
  const [, , ...rows] = list.split("\n");
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual(differences.map(({ what, dynamic, plugin }) => [what, dynamic, plugin]));
});
