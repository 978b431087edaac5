/** A state that a released version left behind, opened with the code of today in the world that it was made in. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SlsEmulator, type LoggedRequest } from "../../emulator/src/index.ts";
import { openWorkspace, type PulumiWorkspace } from "../e2e/pulumi.ts";
import { program } from "./program.mjs";

interface Fixture {
  readonly declaration: Declaration;
  readonly world: World;
  readonly state: DeploymentFile;
}

interface Declaration {
  readonly resource: string;
  readonly inputs: Inputs;
}

/** The inputs of the one resource that the program declares, beside whose checkpoints. */
export type Inputs = Readonly<Record<string, unknown>>;

interface World {
  readonly now: string;
  readonly seed: {
    readonly ttl: number;
    readonly shardCount: number;
    readonly logGroups: { readonly count: number; readonly from: number; readonly to: number };
  };
  readonly checkpoints: readonly SavedCheckpoint[];
}

interface SavedCheckpoint {
  readonly shard: number;
  readonly checkpoint: string;
  /** In Unix microseconds. */
  readonly updateTime: number;
  readonly consumer: string;
}

interface DeploymentFile {
  readonly checkpoint: {
    readonly latest: {
      readonly secrets_providers: { readonly state: { readonly salt: string } };
      readonly resources: readonly {
        readonly urn: string;
        readonly outputs?: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const minute = 60_000;
const hour = 60 * minute;

/** Every version whose states are kept. */
export const releases = readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

/** The names of the states of a version. */
export function statesOf(release: string): readonly string[] {
  return readdirSync(`${folder}${release}`).map((file) => file.replace(/\.json$/, ""));
}

/** The text of a kept state, with what stands beside it. */
export function fixtureText(release: string, name: string): string {
  return readFileSync(`${folder}${release}/${name}.json`, "utf8");
}

export class ReleasedState {
  readonly emulator: SlsEmulator;
  readonly pulumi: PulumiWorkspace;
  /** What was declared when the state was made. */
  readonly declared: Inputs;
  readonly #fixture: Fixture;

  private constructor(fixture: Fixture, emulator: SlsEmulator, pulumi: PulumiWorkspace) {
    this.#fixture = fixture;
    this.declared = fixture.declaration.inputs;
    this.emulator = emulator;
    this.pulumi = pulumi;
    this.declare(this.declared);
  }

  static async open(release: string, name: string): Promise<ReleasedState> {
    const fixture = JSON.parse(fixtureText(release, name)) as Fixture;
    const emulator = await rebuild(fixture.world);
    const { state } = fixture;
    const pulumi = await openWorkspace({ name, program, state });
    pulumi.write({ "Pulumi.test.yaml": stackSettings(state, emulator.endpoint) });
    return new ReleasedState(fixture, emulator, pulumi);
  }

  declare(inputs: Inputs): void {
    const { resource } = this.#fixture.declaration;
    this.pulumi.write({ "declaration.json": JSON.stringify({ resource, inputs }) });
  }

  /** The cursor of the log group received so many hours before the last one. */
  cursor(hours: number, shard: number): string {
    const { to } = this.#fixture.world.seed.logGroups;
    return this.emulator.cursorAt("shop", "orders", shard, to - hours * hour);
  }

  /** Saves as a consumer does that is gone again when this returns. */
  commit(hours: number, shard: number): void {
    const consumer = { consumer: "host-a" };
    this.emulator.commit("shop", "orders", "billing", shard, this.cursor(hours, shard), consumer);
    this.emulator.advanceClock(10 * minute);
  }

  /** Where the shards stand now. */
  stands(): readonly (string | undefined)[] {
    return this.#fixture.world.checkpoints.map(
      ({ shard }) => this.emulator.checkpoint("shop", "orders", "billing", shard)?.checkpoint,
    );
  }

  writes(): readonly (number | undefined)[] {
    return this.emulator.requestsOf("UpdateCheckPoint").map(({ shard }) => shard);
  }

  requests(): readonly LoggedRequest[] {
    return this.emulator.requests;
  }

  /** The outputs of our resources, as the state file has them now. */
  outputs(): Readonly<Record<string, unknown>> {
    return outputsOf(JSON.parse(readFileSync(this.pulumi.stateFile, "utf8")) as DeploymentFile);
  }

  /** The outputs of our resources, as the released version left them. */
  releasedOutputs(): Readonly<Record<string, unknown>> {
    return outputsOf(this.#fixture.state);
  }

  async close(): Promise<void> {
    await this.pulumi.close();
    await this.emulator.stop();
  }
}

async function rebuild({ now, seed, checkpoints }: World): Promise<SlsEmulator> {
  let time = seed.logGroups.to;
  const emulator = await SlsEmulator.start({ clock: () => time });
  emulator.createLogstore("shop", "orders", seed);
  emulator.createConsumerGroup("shop", "orders", "billing", { timeout: 60 });
  for (const { shard } of checkpoints) emulator.appendLogGroups("shop", "orders", shard, seed.logGroups);
  for (const saved of checkpoints) {
    time = saved.updateTime / 1_000;
    save(emulator, saved);
  }
  // Whoever saved is gone by now.
  time = Date.parse(now) + 10 * minute;
  return emulator;
}

function save(emulator: SlsEmulator, { shard, checkpoint, consumer }: SavedCheckpoint): void {
  if (consumer === "") emulator.pin("shop", "orders", "billing", shard, checkpoint);
  else emulator.commit("shop", "orders", "billing", shard, checkpoint, { consumer });
}

function stackSettings(state: DeploymentFile, endpoint: string): string {
  return [
    `encryptionsalt: ${state.checkpoint.latest.secrets_providers.state.salt}`,
    "config:",
    `  sls:endpoint: ${endpoint}`,
    "  sls:accessKeyId: emulatorAccessKeyId",
    "  sls:accessKeySecret: emulatorAccessKeySecret",
    "",
  ].join("\n");
}

function outputsOf({ checkpoint }: DeploymentFile): Readonly<Record<string, unknown>> {
  // A provider's secrets are encrypted anew each time.
  const ours = checkpoint.latest.resources.filter(({ urn }) => !urn.includes("pulumi:providers:"));
  return Object.fromEntries(ours.map(({ urn, outputs }) => [urn, outputs]));
}
