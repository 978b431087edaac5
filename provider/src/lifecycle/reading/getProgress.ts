import { formatGroupId } from "../../model/identity.js";
import { type Instant } from "../../model/instant.js";
import { type Positions } from "../../model/positions.js";
import { type Report } from "../../rules/events.js";
import { type GroupReading } from "../../rules/groupReading.js";
import { type ReplayProgress, judgeReplay } from "../../rules/replayProgress.js";
import { type ReplayedShard } from "../../rules/replayedShard.js";
import { type Until, untilProblems } from "../../rules/until.js";
import { type SlsClient } from "../../sls/client.js";
import { type Declared } from "../declared.js";
import { RefusedError } from "../failures.js";
import { readCheckpoints } from "./getCheckpoints.js";
import { type EarlierLook, decodeEarlierLook } from "./earlierLook.js";
import { readGroupArguments } from "./readingArguments.js";
import { decodeReplayedShards } from "./replayedShards.js";
import { findUntil, readUntil } from "./until.js";

/** Reads what `getReplayProgress` is asked for. */
export async function getProgress(
  client: SlsClient,
  declared: Declared,
  now: Instant,
): Promise<ReplayProgress> {
  const identity = readGroupArguments("getReplayProgress", declared, ["shards", "since", "until"]);
  const applied = readShards(declared["shards"]);
  const earlier = readEarlier(declared["since"]);
  const positions = readUntilArgument(declared["until"], now);
  const reading = await readCheckpoints(client, identity);
  const until = positions && (await lookForUntil(client, reading, positions, applied));
  return judgeReplay(applied, reading, (shard) => earlier?.milestoneOf(shard), until);
}

function readUntilArgument(value: unknown, now: Instant): Positions | undefined {
  const { positions, problems } = readUntil(value, now);
  if (problems.length > 0) throw new RefusedError({ kind: "arguments", name: "getReplayProgress", problems });
  return positions;
}

async function lookForUntil(
  client: SlsClient,
  { identity, serverTime, shards }: GroupReading,
  positions: Positions,
  applied: readonly ReplayedShard[],
): Promise<Until> {
  const id = formatGroupId(identity);
  const windows = new Map(shards.map((shard) => [shard.record.shard, () => Promise.resolve(shard)] as const));
  const known = [...windows.keys()];
  const replayed = applied.map(({ shard }) => shard);
  const problems = untilProblems(positions, serverTime, known, replayed);
  if (problems.length > 0) throw new RefusedError({ kind: "until", id, problems });
  const look = await findUntil(client, identity, positions, windows);
  if (look.kind === "refused") throw new RefusedError({ kind: "until", id, problems: look.problems });
  return look.until;
}

function readEarlier(since: unknown): EarlierLook | undefined {
  if (since === undefined) return undefined;
  try {
    return decodeEarlierLook(since);
  } catch (cause) {
    throw new RefusedError(wrongEarlier, { cause });
  }
}

const wrongEarlier: Report = {
  kind: "arguments",
  name: "getReplayProgress",
  problems: ["since is not an earlier answer of getReplayProgress"],
};

function readShards(shards: unknown): readonly ReplayedShard[] {
  try {
    return decodeReplayedShards(shards);
  } catch (cause) {
    throw new RefusedError(wrongShards, { cause });
  }
}

const wrongShards: Report = {
  kind: "arguments",
  name: "getReplayProgress",
  problems: [
    "shards is not the output of a ConsumerGroupReplay; pass replay.shards, " +
      "to getReplayProgressOutput where the replay is declared in the same program",
  ],
};
