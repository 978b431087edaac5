import { encodedCursor } from "../encodedCursor.js";
import { found, seenIn, unclear } from "../finding.js";
import { type Probe } from "../probe.js";
import { isDone } from "../reply.js";
import { hiddenBy, isRefusedUnlike, neverShown, touchShard, wholeShard } from "../touchedShard.js";

/** What UpdateCheckPoint accepts, and what GetCheckPoint shows of it. */

const shard = wholeShard;

export const updateOfUntouchedShard: Probe = {
  switches: ["updateOfUntouchedShard", "updateTimeUnit"],
  asks: "UpdateCheckPoint by force of a shard that nobody touched; GetCheckPoint",
  ask: async ({ bench }) => {
    const { control, record } = await touchShard(bench);
    if (!isDone(control)) {
      const isRefused = control.status >= 400 && control.status <= 499;
      const seen = seenIn([control]);
      return {
        updateOfUntouchedShard: isRefused
          ? found("refused", seen)
          : unclear("neither accepted nor refused", seen),
        updateTimeUnit: hiddenBy(control),
      };
    }
    if (record === undefined) {
      return { updateOfUntouchedShard: neverShown([control]), updateTimeUnit: neverShown([control]) };
    }
    const seen = seenIn([control], `updateTime ${String(record.updateTime)}`);
    const unit = unitOf(record.updateTime, bench.wire.serverNow);
    return {
      updateOfUntouchedShard: found("created", seenIn([control])),
      updateTimeUnit:
        unit === undefined ? unclear("neither seconds nor microseconds of now", seen) : found(unit, seen),
    };
  },
};

const aboutNow = 600_000;

/** In which unit a number is about now (Unix milliseconds). */
export function unitOf(time: number | undefined, now: number): "seconds" | "microseconds" | undefined {
  if (time === undefined) return undefined;
  if (Math.abs(time * 1_000 - now) < aboutNow) return "seconds";
  return Math.abs(time / 1_000 - now) < aboutNow ? "microseconds" : undefined;
}

export const untouchedShards: Probe = {
  switches: ["untouchedShards"],
  asks: "GetCheckPoint of a group that nobody used",
  ask: async ({ bench }) => {
    const group = await bench.openGroup();
    const { reply, rows } = await group.look();
    const seen = seenIn([reply], `${String(rows.length)} of 2 shards listed`);
    if (rows.length === 0) return { untouchedShards: found("absent", seen) };
    const isListed = rows.length === 2 && rows.every(({ checkpoint }) => checkpoint === "");
    return {
      untouchedShards: isListed ? found("listed", seen) : unclear("neither all listed empty nor none", seen),
    };
  },
};

export const updateWithoutConsumerOrForce: Probe = {
  switches: ["updateWithoutConsumerOrForce"],
  asks: "UpdateCheckPoint with forceSuccess=false and no consumer",
  ask: async ({ bench }) => {
    const { group, end, control } = await touchShard(bench);
    const reply = await group.save({ shard, checkpoint: end, force: false });
    const seen = seenIn([reply]);
    if (isRefusedUnlike(reply, control)) return { updateWithoutConsumerOrForce: found("refused", seen) };
    if (!isDone(reply)) return { updateWithoutConsumerOrForce: hiddenBy(control, [reply]) };
    const record = await group.shown(shard, end);
    return {
      updateWithoutConsumerOrForce: record === undefined ? neverShown([reply]) : found("applied", seen),
    };
  },
};

export const forcedUpdateByUnknownConsumer: Probe = {
  switches: ["forcedUpdateByUnknownConsumer"],
  asks: "UpdateCheckPoint by force for a consumer that never connected",
  ask: async ({ bench }) => {
    const { group, end, control } = await touchShard(bench);
    const reply = await group.save({ shard, checkpoint: end, force: true, consumer: "never-connected" });
    const seen = seenIn([reply]);
    if (isRefusedUnlike(reply, control)) return { forcedUpdateByUnknownConsumer: found("refused", seen) };
    if (!isDone(reply)) return { forcedUpdateByUnknownConsumer: hiddenBy(control, [reply]) };
    const record = await group.shown(shard, end);
    return {
      forcedUpdateByUnknownConsumer: record === undefined ? neverShown([reply]) : found("applied", seen),
    };
  },
};

export const checkpointValidation: Probe = {
  switches: ["checkpointValidation"],
  asks: "UpdateCheckPoint with base64 that is no number, then with a number outside of the shard",
  ask: async ({ bench }) => {
    const { group, control } = await touchShard(bench);
    const text = encodedCursor("not a number");
    const asText = await group.save({ shard, checkpoint: text, force: true });
    if (isDone(asText)) {
      const record = await group.shown(shard, text);
      return {
        checkpointValidation: record === undefined ? neverShown([asText]) : found("base64", seenIn([asText])),
      };
    }
    if (!isRefusedUnlike(asText, control)) return { checkpointValidation: hiddenBy(control, [asText]) };
    const asNumber = await group.save({ shard, checkpoint: encodedCursor("1"), force: true });
    const seen = seenIn([asText, asNumber]);
    if (isRefusedUnlike(asNumber, control)) return { checkpointValidation: found("range", seen) };
    return {
      checkpointValidation: isDone(asNumber) ? found("number", seen) : hiddenBy(control, [asText, asNumber]),
    };
  },
};

export const emptyCheckpoint: Probe = {
  switches: ["emptyCheckpoint"],
  asks: "UpdateCheckPoint with the empty checkpoint",
  ask: async ({ bench }) => {
    const { group, control } = await touchShard(bench);
    const reply = await group.save({ shard, checkpoint: "", force: true });
    const seen = seenIn([reply]);
    if (isRefusedUnlike(reply, control)) return { emptyCheckpoint: found("refused", seen) };
    if (!isDone(reply)) return { emptyCheckpoint: hiddenBy(control, [reply]) };
    return {
      emptyCheckpoint: (await group.isCleared(shard))
        ? found("clears", seen)
        : unclear("accepted, but the checkpoint is still shown", seen),
    };
  },
};
