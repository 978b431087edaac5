import { createHash } from "node:crypto";
import { linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GroupIdentity, formatGroupId } from "../model/identity.js";
import { unknownValue } from "../marks.js";
import { PluginRefusal } from "./pluginRefusal.js";
import { type Properties } from "./values.js";

/** Who asks, and of which service. */
export interface ServingProcess {
  readonly version: string;
  /** The engine's address, which no other engine has as long as it lives. */
  readonly engine: string;
  /** The endpoint or region as it is set: projects of one name in two regions are two. */
  readonly service: string;
}

/** Which version of the plugin moves a group in the stack of one engine, and for which resource. */
interface GroupVersion {
  readonly version: string;
  readonly resource: string;
  readonly pid: number;
}

/** The resources that move shards. */
const movers: ReadonlySet<string> = new Set([
  "sls:index:ConsumerGroupCheckpoint",
  "sls:index:ReplayPlan",
  "sls:index:ReplayApply",
]);

/**
 * Notices that two versions of the plugin move one consumer group in one stack.
 *
 * Pulumi runs each version as a process of its own, and tells neither of the other. Two resources of one shard would not be
 * noticed, and the writes of one would be live consumers to the other: one that waits until they are quiet, or overwrites,
 * would move the shard once more. So the processes of one engine leave a file for each group that they move, where all look.
 */
export class GroupVersions {
  #swept = false;

  constructor(
    private readonly folder = join(tmpdir(), `pulumi-resource-sls-${String(process.getuid?.() ?? "all")}`),
    private readonly pid = process.pid,
    private readonly isAlive: (pid: number) => boolean = processIsAlive,
  ) {}

  /** @throws PluginRefusal `SecondVersion` */
  refuseSecondVersion(urn: string, inputs: Properties, serving: ServingProcess): void {
    const group = groupMovedBy(urn, inputs);
    if (group === undefined) return;
    const mine = { version: serving.version, resource: urn.split("::").at(-1) ?? "", pid: this.pid };
    const first = this.#firstOf(fileNameOf(group, serving), mine);
    if (first.version === mine.version) return;
    throw new PluginRefusal(
      "SecondVersion",
      `two versions of the plugin sls move ${group} in this stack: ${first.version} for ${first.resource}, ${mine.version} for ${mine.resource}`,
      "Neither sees what the other moves, so this one writes nothing. Let one version serve both: one version of the SDK in the whole program, or the same option version.",
    );
  }

  /** Returns who moves the group first in the stack of this engine. */
  #firstOf(name: string, mine: GroupVersion): GroupVersion {
    try {
      this.#begin();
      return this.#claimed(join(this.folder, name), mine);
    } catch {
      // Without a place that is our own, versions do not see each other. That is no reason to move nothing.
      return mine;
    }
  }

  #claimed(file: string, mine: GroupVersion): GroupVersion {
    const first = this.#living(file);
    if (first !== undefined) return first;
    rmSync(file, { force: true });
    const whole = `${file}.${String(this.pid)}`;
    writeFileSync(whole, JSON.stringify(mine), { mode: 0o600 });
    try {
      // At once and whole, or not at all: another process may look at the same moment.
      linkSync(whole, file);
      return mine;
    } catch {
      return this.#living(file) ?? mine;
    } finally {
      rmSync(whole, { force: true });
    }
  }

  #living(file: string): GroupVersion | undefined {
    const claim = readClaim(file);
    return claim !== undefined && this.isAlive(claim.pid) ? claim : undefined;
  }

  /** Pulumi kills its plugins, so what earlier ones left is tidied up by the next. */
  #begin(): void {
    if (this.#swept) return;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    refuseUnlessOwn(this.folder);
    this.#swept = true;
    const claims = readdirSync(this.folder).filter((name) => claimName.test(name));
    for (const name of claims.slice(0, mostSwept)) {
      const file = join(this.folder, name);
      if (this.#living(file) === undefined) rmSync(file, { force: true });
    }
  }
}

const mostSwept = 10_000;

/** The name of a claim, or of one that is about to be made. */
const claimName = /^[0-9a-f]{64}(\.\d+)?$/;

/** Where anybody may write, somebody else may have put a link to files that are none of ours. */
function refuseUnlessOwn(folder: string): void {
  const found = lstatSync(folder);
  const owner = process.getuid?.();
  if (found.isDirectory() && (owner === undefined || found.uid === owner)) return;
  throw new Error(`${folder} is no folder of this user`);
}

function groupMovedBy(urn: string, inputs: Properties): string | undefined {
  if (!movers.has(urn.split("::")[2]?.split("$").at(-1) ?? "")) return undefined;
  const { project, logstore, consumerGroup } = inputs;
  const names = [project, logstore, consumerGroup];
  if (!names.every((name) => typeof name === "string" && name !== unknownValue)) return undefined;
  return formatGroupId({ project, logstore, consumerGroup } as GroupIdentity);
}

function fileNameOf(group: string, { engine, service }: ServingProcess): string {
  return createHash("sha256").update([engine, service, group].join("\n")).digest("hex");
}

function readClaim(file: string): GroupVersion | undefined {
  try {
    const { version, resource, pid } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    if (typeof version !== "string" || typeof resource !== "string" || typeof pid !== "number")
      return undefined;
    return { version, resource, pid };
  } catch {
    return undefined;
  }
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
