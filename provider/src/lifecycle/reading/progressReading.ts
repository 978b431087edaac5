import { type Report } from "../../rules/events.js";
import { type ReplayProgress, judgeReplay } from "../../rules/replayProgress.js";
import { type ReplayedShard } from "../../rules/replayedShard.js";
import { type SlsClient } from "../../sls/client.js";
import { type Declared } from "../declared.js";
import { RefusedError } from "../failures.js";
import { readCheckpoints } from "./checkpointsReading.js";
import { type EarlierLook, decodeEarlierLook } from "./earlierLook.js";
import { readGroupArguments } from "./readingArguments.js";
import { decodeReplayedShards } from "./replayedShards.js";

/** Reads what `getReplayProgress` is asked for. */
export async function getProgress(client: SlsClient, declared: Declared): Promise<ReplayProgress> {
  const identity = readGroupArguments("getReplayProgress", declared, ["shards", "since"]);
  const applied = readShards(declared["shards"]);
  const earlier = readEarlier(declared["since"]);
  const reading = await readCheckpoints(client, identity);
  return judgeReplay(applied, reading, (shard) => earlier?.milestoneOf(shard));
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
