import { shardsOf } from "../answers.js";
import { type Bench, type ScratchGroup } from "../bench.js";
import { listShards, splitShard } from "../calls.js";
import { type Finding, found, seenIn, unclear } from "../finding.js";
import { type Findings, type Probe } from "../probe.js";
import { isDone, isRefused } from "../reply.js";
import { hiddenBy, neverShown, touchShard, wholeShard } from "../touchedShard.js";
import { ProbeFailure } from "../wireFailures.js";

/** What is different while consumers are alive: each probe has consumers of its own in a group of its own. */

const shard = wholeShard;
const reader = "reader-a";
/** Beats until a consumer has to have been handed what it gets: two minutes. */
const manyBeats = 60;
/** Beats after which a shard that was not handed out counts as not handed out: half a minute. */
const someBeats = 15;

export const consumerNotMatchStatus: Probe = {
  switches: ["consumerNotMatchStatus"],
  asks: "UpdateCheckPoint without force by a live consumer that does not own the shard",
  ask: async ({ bench }) => {
    const group = await bench.openGroup();
    await handedOut(group, reader);
    await group.beat("reader-b", []);
    const checkpoint = await bench.cursor(shard, "begin");
    const reply = await group.save({ shard, checkpoint, force: false, consumer: "reader-b" });
    const seen = seenIn([reply]);
    const status = ([400, 403, 404] as const).find((each) => each === reply.status);
    const isAsExpected = status !== undefined && /^ConsumerNotMatch$/i.test(reply.code ?? "");
    return {
      consumerNotMatchStatus: isAsExpected
        ? found(status, seen)
        : unclear("not refused as ConsumerNotMatch", seen),
    };
  },
};

export const consumerAfterForcedUpdate: Probe = {
  switches: ["consumerAfterForcedUpdate"],
  asks: "UpdateCheckPoint by the owner, then by force without a consumer; GetCheckPoint",
  ask: async ({ bench }) => {
    const { group, begin, end, control } = await touchShard(bench);
    if (!isDone(control)) return { consumerAfterForcedUpdate: hiddenBy(control) };
    await handedOut(group, reader);
    const owned = await group.save({ shard, checkpoint: end, force: false, consumer: reader });
    const before = await group.shown(shard, end);
    const forced = await group.save({ shard, checkpoint: begin, force: true });
    const after = await group.shown(shard, begin);
    const replies = [owned, forced];
    if (!isDone(owned) || before?.consumer !== reader) {
      return {
        consumerAfterForcedUpdate: unclear("what the owner saved is shown without its name", seenIn(replies)),
      };
    }
    if (after === undefined) return { consumerAfterForcedUpdate: neverShown(replies) };
    const seen = seenIn(replies, `consumer "${after.consumer ?? ""}" afterwards`);
    if (after.consumer === reader) return { consumerAfterForcedUpdate: found("kept", seen) };
    return {
      consumerAfterForcedUpdate:
        (after.consumer ?? "") === "" ? found("emptied", seen) : unclear("neither kept nor emptied", seen),
    };
  },
};

export const deleteOfConsumedGroup: Probe = {
  switches: ["deleteOfConsumedGroup"],
  asks: "DeleteConsumerGroup while a consumer that has its shards sends heartbeats",
  ask: async ({ bench }) => {
    const group = await bench.openGroup();
    await handedOut(group, reader);
    const reply = await group.delete();
    const seen = seenIn([reply]);
    if (isDone(reply)) return { deleteOfConsumedGroup: found("applied", seen) };
    return {
      deleteOfConsumedGroup: isRefused(reply)
        ? found("refused", seen)
        : unclear("neither done nor refused", seen),
    };
  },
};

/** The shard that this probe splits; the others are left whole. */
const splitOne = 0;

export const finishedShards: Probe = {
  switches: ["shardIsOver", "rewoundShard"],
  asks: "HeartBeat after SplitShard of a shard whose checkpoint is at its end; after a save at the end; after a rewind",
  ask: async ({ bench }) => {
    const touched = await touchShard(bench, splitOne);
    const { group, begin, end, control } = touched;
    if (!isDone(control)) return { shardIsOver: hiddenBy(control), rewoundShard: hiddenBy(control) };
    const atEnd = await group.save({ shard: splitOne, checkpoint: end, force: true });
    if (!isDone(atEnd) || (await group.shown(splitOne, end)) === undefined) {
      return { shardIsOver: neverShown([atEnd]), rewoundShard: neverShown([atEnd]) };
    }
    const open = await split(bench);
    const handed = await group.beatUntil(
      reader,
      (shards) => open.every((id) => shards.includes(id)),
      manyBeats,
    );
    return {
      shardIsOver: overAtEnd(handed, open),
      ...(await rewound(group, begin, end, open)),
    };
  },
};

function overAtEnd(
  handed: readonly number[],
  open: readonly number[],
): Finding<"whenCheckpointIsAtEnd" | "whenUpdatedToEnd"> {
  const seen = { answered: `handed out: ${handed.join(", ")}`, requestIds: [] };
  if (handed.includes(splitOne)) return found("whenUpdatedToEnd", seen);
  return open.every((id) => handed.includes(id))
    ? found("whenCheckpointIsAtEnd", seen)
    : unclear("the open shards were not all handed out within two minutes", seen);
}

/** Finishes the split shard in every reading, puts it back to its begin, and sees whether it is handed out again. */
async function rewound(
  group: ScratchGroup,
  begin: string,
  end: string,
  open: readonly number[],
): Promise<Pick<Findings, "rewoundShard">> {
  const finished = await group.save({ shard: splitOne, checkpoint: end, force: true });
  // Lets go of the shard, where it was handed out.
  await group.beat(reader, open);
  const back = await group.save({ shard: splitOne, checkpoint: begin, force: true });
  const replies = [finished, back];
  if (!isDone(finished) || !isDone(back))
    return { rewoundShard: unclear("a save was refused", seenIn(replies)) };
  if ((await group.shown(splitOne, begin)) === undefined) return { rewoundShard: neverShown(replies) };
  const handed = await group.beatUntil(reader, (shards) => shards.includes(splitOne), someBeats);
  const seen = seenIn(replies, `handed out after the rewind: ${handed.join(", ")}`);
  if (handed.includes(splitOne)) return { rewoundShard: found("reassigned", seen) };
  return {
    rewoundShard: open.every((id) => handed.includes(id))
      ? found("staysOver", seen)
      : unclear("the open shards were not all handed out within half a minute", seen),
  };
}

const forSplit = { total: 120_000, step: 2_000 };

/** Splits the shard and waits until it is read-only; the ids of the shards that are open then. */
async function split(bench: Bench): Promise<readonly number[]> {
  const keys = (await bench.shards()).find(({ shard }) => shard === splitOne)?.keys;
  if (keys === undefined)
    throw new ProbeFailure(`ListShards does not show the keys of shard ${String(splitOne)}`);
  await bench.done(splitShard(bench.logstore, splitOne, middleOf(keys.begin, keys.end)));
  await bench.until("the split", forSplit, async () => {
    const reply = await bench.done(listShards(bench.logstore));
    const isSplit = shardsOf(reply).some(({ shard, status }) => shard === splitOne && status === "readonly");
    return isSplit ? "so" : reply;
  });
  const shards = await bench.shards();
  return shards.filter(({ status }) => status === "readwrite").map(({ shard }) => shard);
}

/** The key in the middle of a range of keys, in 32 hexadecimal digits. */
export function middleOf(begin: string, end: string): string {
  return ((BigInt(`0x${begin}`) + BigInt(`0x${end}`)) / 2n).toString(16).padStart(32, "0");
}

/** Lets a consumer beat until it is handed every shard. */
async function handedOut(group: ScratchGroup, consumer: string): Promise<void> {
  const handed = await group.beatUntil(consumer, (shards) => shards.includes(shard), manyBeats);
  if (!handed.includes(shard))
    throw new ProbeFailure(`shard ${String(shard)} was not handed out within two minutes`);
}

export const consumerGroupQuotaStatus: Probe = {
  switches: ["consumerGroupQuotaStatus"],
  asks: "CreateConsumerGroup until it is refused, 60 times at most",
  ask: async ({ bench }) => {
    for (let made = 1; made <= 60; made += 1) {
      const reply = await bench.tryGroup(`quota-${String(made)}`);
      if (isDone(reply)) continue;
      const seen = seenIn([reply]);
      const status = ([400, 403] as const).find((each) => each === reply.status);
      const isQuota = /quota/i.test(reply.code ?? "");
      return {
        consumerGroupQuotaStatus:
          status !== undefined && isQuota ? found(status, seen) : unclear("not refused by a quota", seen),
      };
    }
    return { consumerGroupQuotaStatus: unclear("60 more groups were not refused", seenIn([])) };
  },
};
