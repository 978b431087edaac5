/** A shop whose orders a consumer group bills: the service, and a stack that pins the group's checkpoints. */
import { SlsEmulator, type LoggedRequest } from "../../emulator/src/index.ts";
import { openWorkspace, type PulumiWorkspace } from "./pulumi.ts";

export const hour = 3_600_000;
export const day = 24 * hour;

/** The inputs of one pin, as a program passes them. */
export interface DeclaredPin {
  readonly name: string;
  readonly shard: number;
  readonly checkpoint: string;
  readonly [input: string]: unknown;
}

/** The inputs of one replay, as a program passes them. */
export interface DeclaredReplay {
  readonly name: string;
  readonly from?: string | Readonly<Record<string, string>>;
  /** The name of a savepoint whose positions, or of an earlier replay whose previous positions, are where to. */
  readonly backTo?: string;
  readonly [input: string]: unknown;
}

/** What the program declares; written as data, so that a test's next step is a changed file. */
export interface Declarations {
  readonly pins?: readonly DeclaredPin[];
  readonly replays?: readonly DeclaredReplay[];
  /** The names of savepoints of the group. */
  readonly savepoints?: readonly string[];
  /** Puts all pins under a component, as a refactoring would. */
  readonly parent?: string;
  /** Uses an explicit provider with these arguments, its secret in plain text as far as the program knows. */
  readonly provider?: {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
  };
  /** Takes the project from another resource, so that a first preview does not know it. */
  readonly projectIsOutput?: boolean;
}

const program = `
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");
const { pins = [], replays = [], savepoints = [], parent, provider, projectIsOutput } = require("./declarations.json");

class Project extends pulumi.dynamic.Resource {
  constructor() {
    super({ create: async () => ({ id: "shop", outs: { project: "shop" } }) }, "project", { project: undefined });
  }
}

const options = {};
if (parent !== undefined) options.parent = new pulumi.ComponentResource("test:Parent", parent);
if (provider !== undefined) options.provider = new sls.Provider("explicit", provider);
const project = projectIsOutput ? new Project().project : "shop";
for (const { name, ...inputs } of pins) {
  const group = { project, logstore: "orders", consumerGroup: "billing" };
  const pin = new sls.ConsumerGroupCheckpoint(name, { ...group, ...inputs }, options);
  exports[name] = { status: pin.status, previousCheckpoint: pin.previousCheckpoint };
}
const ways = {};
for (const name of savepoints) {
  const group = { project, logstore: "orders", consumerGroup: "billing" };
  ways[name] = new sls.ConsumerGroupSavepoint(name, group, options).positions;
}
for (const { name, backTo, ...inputs } of replays) {
  const group = { project, logstore: "orders", consumerGroup: "billing" };
  if (backTo !== undefined) inputs.from = ways[backTo];
  const replay = new sls.ConsumerGroupReplay(name, { ...group, ...inputs }, options);
  ways[name] = replay.previousPositions;
  exports[name] = { totals: replay.totals, previousPositions: replay.previousPositions };
}
`;

export class Shop {
  now = Date.parse("2026-11-22T12:00:00Z");
  readonly pulumi: PulumiWorkspace;
  readonly emulator: SlsEmulator;

  private constructor(emulator: SlsEmulator, pulumi: PulumiWorkspace) {
    this.emulator = emulator;
    this.pulumi = pulumi;
  }

  /** Opens with thirteen log groups in each of two shards, an hour apart, the last received at noon. */
  static async open(name: string): Promise<Shop> {
    const clock: { now: () => number } = { now: () => 0 };
    const emulator = await SlsEmulator.start({ clock: () => clock.now() });
    const pulumi = await openWorkspace({
      name,
      program: {
        "Pulumi.yaml": "name: shop\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
        "index.js": program,
      },
    });
    const shop = new Shop(emulator, pulumi);
    clock.now = () => shop.now;
    shop.addLogstore("orders");
    await shop.configure();
    return shop;
  }

  /** Adds a logstore with a consumer group, and in each shard thirteen log groups of the last twelve hours. */
  addLogstore(logstore: string, shards = 2): void {
    this.emulator.createLogstore("shop", logstore, { ttl: 7, shardCount: shards });
    this.emulator.createConsumerGroup("shop", logstore, "billing", { timeout: 60 });
    for (let shard = 0; shard < shards; shard += 1) {
      this.emulator.appendLogGroups("shop", logstore, shard, {
        count: 13,
        from: this.now - 12 * hour,
        to: this.now,
      });
    }
  }

  /** Points the stack's default connection at the emulator. */
  async configure(): Promise<void> {
    const pair = ["--plaintext", "sls:accessKeyId=emulatorAccessKeyId"];
    const secret = ["--secret", "sls:accessKeySecret=emulatorAccessKeySecret"];
    await this.pulumi.run(
      ...["config", "set-all", "--plaintext", `sls:endpoint=${this.emulator.endpoint}`, ...pair, ...secret],
    );
  }

  declare(...pins: readonly DeclaredPin[]): void {
    this.declareAll({ pins });
  }

  declareReplay(...replays: readonly DeclaredReplay[]): void {
    this.declareAll({ replays });
  }

  declareAll(declarations: Declarations): void {
    this.pulumi.write({ "declarations.json": JSON.stringify(declarations) });
  }

  /** The cursor of the log group received so many hours before noon. */
  cursor(hours: number, shard = 0): string {
    return this.emulator.cursorAt("shop", "orders", shard, Date.parse("2026-11-22T12:00:00Z") - hours * hour);
  }

  commit(checkpoint: string, shard = 0): void {
    this.emulator.commit("shop", "orders", "billing", shard, checkpoint, { consumer: "host-a" });
  }

  /** Lets the consumers be gone for long enough to be quiet. */
  passQuietTime(): void {
    this.now += 10 * 60_000;
  }

  checkpoint(shard = 0): string | undefined {
    return this.emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint;
  }

  writes(): LoggedRequest[] {
    return this.emulator.requestsOf("UpdateCheckPoint");
  }

  async close(): Promise<void> {
    await this.pulumi.close();
    await this.emulator.stop();
  }
}
