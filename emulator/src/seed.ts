import { readFileSync } from "node:fs";
import type { Identity } from "./service/identity.js";
import type { Grant } from "./service/policy.js";
import { JsonProblem, JsonReader } from "./jsonReader.js";
import type { SlsEmulator } from "./slsEmulator.js";

/** What an emulator starts with, as a seed file describes it. */
export interface Seed {
  readonly identities?: readonly Identity[];
  readonly logstores: readonly LogstoreSeed[];
}

/** One logstore of a seed. */
export interface LogstoreSeed {
  readonly project: string;
  readonly name: string;
  readonly ttl: number;
  readonly shardCount: number;
  /** Log groups that every shard is filled with, spread evenly over the last `hours`. */
  readonly fill: { readonly logGroups: number; readonly hours: number } | undefined;
  readonly consumerGroups: readonly {
    readonly name: string;
    readonly timeout: number;
    readonly order: boolean;
  }[];
}

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
  const logstores = seed
    .required("projects")
    .entries()
    .flatMap(([project, stores]) => logstoresOf(project, stores));
  seed.done();
  return { logstores, ...(identities && { identities }) };
}

/** Puts a seed into an emulator. */
export function plant(seed: Seed, emulator: SlsEmulator): void {
  for (const { project, name, ttl, shardCount, fill, consumerGroups } of seed.logstores) {
    emulator.createLogstore(project, name, { ttl, shardCount });
    for (const group of consumerGroups) emulator.createConsumerGroup(project, name, group.name, group);
    if (fill === undefined) continue;
    const to = emulator.now();
    const series = { count: fill.logGroups, from: to - fill.hours * 3_600_000, to };
    for (let shard = 0; shard < shardCount; shard += 1)
      emulator.appendLogGroups(project, name, shard, series);
  }
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
    ...reader.some("tokenExpiresAt", (instant) => instant.number()),
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

function logstoresOf(project: string, stores: JsonReader): LogstoreSeed[] {
  return stores.entries().map(([name, store]) => {
    const logstore = {
      project,
      name,
      ttl: store.optional("ttl", (ttl) => ttl.integer(1, 36_500)) ?? 7,
      shardCount: store.optional("shardCount", (count) => count.integer(1, 256)) ?? 2,
      fill: store.optional("fill", fillOf),
      consumerGroups: store.optional("consumerGroups", groupsOf) ?? [],
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

function groupsOf(reader: JsonReader) {
  return reader.entries().map(([name, group]) => {
    const settings = {
      name,
      timeout: group.optional("timeout", (timeout) => timeout.integer(1, 1_000_000)) ?? 60,
      order: group.optional("order", (order) => order.flag()) ?? false,
    };
    group.done();
    return settings;
  });
}
