import { type Checkpoint } from "../../model/checkpoint.js";
import { type Cursor, positionOf } from "../../model/cursor.js";
import { type Duration, between, secondsOf } from "../../model/duration.js";
import { type GroupIdentity } from "../../model/identity.js";
import { type Instant, formatInstant } from "../../model/instant.js";
import { type PositionTime } from "../../rules/observation.js";
import { type SlsClient } from "../../sls/client.js";
import { type Declared, DeclaredReader, describeProblem } from "../declared.js";
import { RefusedError } from "../failures.js";
import { nameInput } from "../inputs.js";
import { type Window, inOrder, latest, recordOf, timeOfCheckpoint } from "../observe.js";

type LogstoreIdentity = Omit<GroupIdentity, "consumerGroup">;

/** One shard, as every group of the logstore finds it. */
interface ShardWindow extends Window {
  readonly shard: number;
  /** The time of a checkpoint in this shard, asked for once however many groups stand there. */
  readonly timeOf: (checkpoint: Checkpoint) => Promise<PositionTime>;
}

/**
 * Reads where every group of a logstore stands. Two requests, two for each shard and one for each group, and one for
 * each different position, at most one for each shard of each group.
 */
export async function getGroups(client: SlsClient, declared: Declared) {
  const logstore = readLogstoreArguments(declared);
  // No call of the service needs a group's name for these; the type of an identity does.
  const anyGroup = { ...logstore, consumerGroup: "" };
  const [shards, groups] = await inOrder([client.listShards(anyGroup), client.listConsumerGroups(anyGroup)]);
  const serverTime = latest(shards.serverTime, groups.serverTime);
  const windows = await inOrder(shards.value.map(({ shard }) => lookAtWindow(client, anyGroup, shard)));
  const readings = groups.value.map(({ name }) =>
    readGroup(client, { ...logstore, consumerGroup: name }, windows, serverTime),
  );
  return { readAt: formatInstant(serverTime), ...logstore, groups: await inOrder(readings) };
}

function readLogstoreArguments(declared: Declared): LogstoreIdentity {
  const reader = new DeclaredReader("status", declared);
  const project = reader.required("project", nameInput("project"));
  const logstore = reader.required("logstore", nameInput("logstore"));
  if (project !== undefined && logstore !== undefined) return { project, logstore };
  const problems = reader.problems.map(describeProblem);
  throw new RefusedError({ kind: "arguments", name: "status", problems });
}

async function lookAtWindow(client: SlsClient, group: GroupIdentity, shard: number): Promise<ShardWindow> {
  const identity = { ...group, shard };
  const [begin, end] = await inOrder([
    client.getCursor(identity, "begin"),
    client.getCursor(identity, "end"),
  ]);
  const window = { begin: begin.value, end: end.value };
  const times = new Map<Cursor, Promise<PositionTime>>();
  return {
    ...window,
    shard,
    timeOf: async (checkpoint) => {
      if (checkpoint.kind !== "at") return { kind: "outside" };
      const known = times.get(checkpoint.cursor) ?? timeOfCheckpoint(client, identity, window, checkpoint);
      times.set(checkpoint.cursor, known);
      return known;
    },
  };
}

async function readGroup(
  client: SlsClient,
  identity: GroupIdentity,
  windows: readonly ShardWindow[],
  serverTime: Instant,
) {
  const { value: records } = await client.getCheckPoint(identity);
  const stands = await inOrder(
    windows.map(async (window) => standOf(window, recordOf(records, window.shard).checkpoint, serverTime)),
  );
  const lags = stands.flatMap(({ lag }) => lag ?? []);
  const times = stands.flatMap(({ lagTime }) => lagTime ?? []);
  const lost = stands.flatMap(({ lost: gone }) => gone ?? []);
  return {
    consumerGroup: identity.consumerGroup,
    shards: stands.length,
    ...(lags.length === stands.length && { lagLogGroups: Number(sumOf(lags)) }),
    ...(times.length === stands.length && { lagSeconds: secondsOf(Math.max(0, ...times) as Duration) }),
    ...(lost.length > 0 && { lostLogGroups: Number(sumOf(lost)) }),
    withoutCheckpoint: stands.filter(({ checkpoint }) => checkpoint.kind === "none").length,
    consumers: consumersOf(records),
  };
}

async function standOf({ begin, end, timeOf }: ShardWindow, checkpoint: Checkpoint, serverTime: Instant) {
  const unknown = { checkpoint, lag: undefined, lagTime: undefined, lost: undefined };
  const nothing = 0 as Duration;
  if (begin === end) return { ...unknown, lag: 0n, lagTime: nothing };
  if (checkpoint.kind !== "at") return unknown;
  const position = positionOf(checkpoint.cursor);
  const lost = positionOf(begin) - position;
  if (lost > 0n) return { ...unknown, lost };
  const lag = positionOf(end) - position;
  if (lag < 0n) return unknown;
  if (lag === 0n) return { ...unknown, lag, lagTime: nothing };
  const time = await timeOf(checkpoint);
  return { ...unknown, lag, lagTime: time.kind === "at" ? between(serverTime, time.instant) : undefined };
}

/** Who saved a checkpoint of the group, and when last. */
function consumersOf(
  records: readonly { readonly consumer: string | undefined; readonly updateTime: Instant | undefined }[],
) {
  const commits = new Map<string, Instant>();
  for (const { consumer, updateTime } of records) {
    if (consumer === undefined || updateTime === undefined) continue;
    commits.set(consumer, latest(updateTime, commits.get(consumer) ?? updateTime));
  }
  return [...commits].map(([consumer, committed]) => ({ consumer, committedAt: formatInstant(committed) }));
}

function sumOf(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}
