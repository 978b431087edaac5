import { readFileSync } from "node:fs";
import type { Planted } from "./admin/steered.js";
import { parseDuration } from "./duration.js";
import { lastInstant } from "./instant.js";
import { JsonProblem, JsonReader } from "./jsonReader.js";
import { isBase64 } from "./service/cursor.js";
import type { Identity } from "./service/identity.js";
import type { Grant } from "./service/policy.js";

const hour = 3_600_000;

/** What an emulator starts with, as a seed file describes it. */
export interface Seed {
  readonly identities?: readonly Identity[];
  readonly logstores: readonly LogstoreSeed[];
}

/** One logstore of a seed. */
export interface LogstoreSeed {
  /** Undefined where the seed names none: the only project there is, or `demo` where there is none. */
  readonly project: string | undefined;
  readonly name: string;
  readonly ttl: number;
  readonly shardCount: number;
  /** Log groups that every shard is filled with, spread evenly over the last `hours`. */
  readonly fill: { readonly logGroups: number; readonly hours: number } | undefined;
  readonly consumerGroups: readonly ConsumerGroupSeed[];
}

/** One consumer group of a seed. */
export interface ConsumerGroupSeed {
  readonly name: string;
  readonly timeout: number;
  readonly order: boolean;
  /** The shards that have a checkpoint. */
  readonly checkpoints: readonly { readonly shard: number; readonly checkpoint: CheckpointSeed }[];
}

/** Where a shard of a consumer group stands, and who left it there. */
export interface CheckpointSeed {
  readonly place: CheckpointPlace;
  readonly consumer: string;
  /** How long ago it was saved, in milliseconds. */
  readonly savedAgo: number;
}

type CheckpointPlace =
  | { readonly kind: "end" | "begin" }
  | { readonly kind: "before the end"; readonly ms: number }
  | { readonly kind: "cursor"; readonly cursor: string };

/** Reads a seed file. Every problem is a {@link JsonProblem} that names its place. */
export function readSeed(file: string): Seed {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new JsonProblem(`cannot be read: ${(error as Error).message}`);
  }
  try {
    return parseSeed(JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) throw new JsonProblem(`is not JSON: ${error.message}`);
    throw error;
  }
}

/** Checks a seed. */
export function parseSeed(value: unknown): Seed {
  return seedOf(new JsonReader(value, ""));
}

function seedOf(seed: JsonReader): Seed {
  const identities = seed.optional("identities", parseIdentities);
  const project = seed.optional("project", (name) => name.text());
  const logstores = [
    ...(seed.optional("projects", projectsOf) ?? []),
    ...(seed.optional("logstores", (stores) => logstoresOf(project, stores)) ?? []),
  ];
  seed.done();
  return { logstores, ...(identities && { identities }) };
}

function projectsOf(projects: JsonReader): LogstoreSeed[] {
  return projects.entries().flatMap(([project, stores]) => logstoresOf(project, stores));
}

/** Puts a seed into an emulator. */
export function plant(seed: Seed, emulator: Planted): void {
  for (const logstore of seed.logstores) {
    plantLogstore(logstore.project ?? onlyProject(emulator), logstore, emulator);
  }
}

function plantLogstore(project: string, logstore: LogstoreSeed, emulator: Planted): void {
  const { name, ttl, shardCount, fill, consumerGroups } = logstore;
  const to = emulator.now();
  // Born with their first data: retention treats a shard that is younger than an instant otherwise.
  const from = fill === undefined ? to : to - fill.hours * hour;
  emulator.createLogstore(project, name, { ttl, shardCount, bornAt: from });
  for (let shard = 0; fill !== undefined && shard < shardCount; shard += 1) {
    emulator.appendLogGroups(project, name, shard, { count: fill.logGroups, from, to });
  }
  for (const group of consumerGroups) {
    const { timeout, order } = group;
    emulator.createConsumerGroup(project, name, group.name, { timeout, order });
    for (const { shard, checkpoint } of group.checkpoints) {
      const { place, consumer, savedAgo } = checkpoint;
      const record = {
        checkpoint: cursorOf(place, { project, logstore: name, shard, now: to }, emulator),
        updateTime: (to - savedAgo) * 1000,
        consumer,
      };
      emulator.restoreCheckpoint(project, name, group.name, shard, record);
    }
  }
}

function cursorOf(
  place: CheckpointPlace,
  at: { readonly project: string; readonly logstore: string; readonly shard: number; readonly now: number },
  emulator: Planted,
): string {
  if (place.kind === "cursor") return place.cursor;
  const where = place.kind === "before the end" ? at.now - place.ms : place.kind;
  return emulator.cursorAt(at.project, at.logstore, at.shard, where);
}

function onlyProject({ projects }: Planted): string {
  const [only = "demo", ...more] = projects;
  if (more.length === 0) return only;
  throw new JsonProblem(`the document misses "project": there are ${projects.join(", ")}`);
}

/** Checks a list of key pairs. */
export function parseIdentities(reader: JsonReader): Identity[] {
  return reader.items().map(identityOf);
}

function identityOf(reader: JsonReader): Identity {
  const identity = {
    accessKeyId: reader.required("accessKeyId").text(),
    accessKeySecret: reader.required("accessKeySecret").text(),
    ...reader.some("securityToken", (token) => token.text()),
    ...reader.some("tokenExpiresAt", (instant) => instant.integer(0, lastInstant)),
    ...reader.some("disabled", (disabled) => disabled.flag()),
    ...reader.some("policy", (policy) => policy.items().map(grantOf)),
  };
  reader.done();
  return identity;
}

function grantOf(reader: JsonReader): Grant {
  const texts = (list: JsonReader): string[] => list.items().map((item) => item.text());
  const grant = {
    actions: texts(reader.required("actions")),
    resources: texts(reader.required("resources")),
  };
  reader.done();
  return grant;
}

function logstoresOf(project: string | undefined, stores: JsonReader): LogstoreSeed[] {
  return stores.entries().map(([name, store]) => {
    const shardCount = store.optional("shardCount", (count) => count.integer(1, 256)) ?? 2;
    const logstore = {
      project,
      name,
      ttl: store.optional("ttl", (ttl) => ttl.integer(1, 36_500)) ?? 7,
      shardCount,
      fill: store.optional("fill", fillOf),
      consumerGroups: store.optional("consumerGroups", (groups) => groupsOf(groups, shardCount)) ?? [],
    };
    store.done();
    return logstore;
  });
}

function fillOf(reader: JsonReader) {
  const fill = {
    logGroups: reader.required("logGroups").integer(1, 1_000_000),
    hours: reader.required("hours").integer(1, 87_600),
  };
  reader.done();
  return fill;
}

function groupsOf(reader: JsonReader, shardCount: number): ConsumerGroupSeed[] {
  return reader.entries().map(([name, group]) => {
    const settings = {
      name,
      timeout: group.optional("timeout", (timeout) => timeout.integer(1, 1_000_000)) ?? 60,
      order: group.optional("order", (order) => order.flag()) ?? false,
      checkpoints: group.optional("checkpoints", (list) => checkpointsOf(list, shardCount)) ?? [],
    };
    group.done();
    return settings;
  });
}

/** Checkpoints by shard id, or one for every shard. */
function checkpointsOf(reader: JsonReader, shardCount: number): ConsumerGroupSeed["checkpoints"] {
  const isByShard = reader.entries().every(([name]) => /^\d+$/.test(name));
  if (!isByShard) {
    const checkpoint = checkpointOf(reader);
    return Array.from({ length: shardCount }, (_, shard) => ({ shard, checkpoint }));
  }
  return reader.entries().map(([name, entry]) => {
    if (Number(name) >= shardCount) throw entry.problem(`is no shard: there are 0 to ${shardCount - 1}`);
    return { shard: Number(name), checkpoint: checkpointOf(entry) };
  });
}

function checkpointOf(reader: JsonReader): CheckpointSeed {
  const cursor = reader.optional("cursor", cursorTextOf);
  const at = reader.optional("at", placeOf);
  const checkpoint = {
    consumer: reader.optional("consumer", (consumer) => consumer.text()) ?? "seed",
    savedAgo: reader.optional("savedAgo", durationOf) ?? hour,
  };
  reader.done();
  const place = at ?? cursor;
  if (place === undefined || (at && cursor)) throw reader.problem('needs either "at" or "cursor"');
  return { place, ...checkpoint };
}

function cursorTextOf(reader: JsonReader): CheckpointPlace {
  const cursor = reader.text();
  if (isBase64(cursor)) return { kind: "cursor", cursor };
  throw reader.problem("must be a cursor (base64)");
}

function placeOf(reader: JsonReader): CheckpointPlace {
  const text = reader.text();
  if (text === "begin") return { kind: "begin" };
  if (text === "end") return { kind: "end" };
  return { kind: "before the end", ms: durationOf(reader) };
}

function durationOf(reader: JsonReader): number {
  const ms = parseDuration(reader.text());
  if (ms === undefined) throw reader.problem('must be a duration such as "PT3H"');
  return ms;
}
