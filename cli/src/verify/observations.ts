import {
  type Instant,
  instantOfMilliseconds,
  instantOfSeconds,
} from "../../../provider/src/model/instant.js";
import { cursorOf, cursorTimeOf } from "./answers.js";
import { type Bench } from "./bench.js";
import { getCursor, getCursorTime, getLogstore } from "./calls.js";
import { shiftedCursor } from "./encodedCursor.js";
import { type Seen, seenIn } from "./finding.js";
import { unitOf } from "./probes/saves.js";
import { type Reply, isDone } from "./reply.js";
import { touchShard, wholeShard } from "./touchedShard.js";
import { ProbeFailure } from "./wireFailures.js";

/** Something that the documents of the provider rely on, and that no switch of the emulator decides. */
export interface Observation {
  readonly name: string;
  readonly asks: string;
  readonly seen: Seen;
}

interface Question {
  readonly name: string;
  readonly asks: string;
  readonly ask: (bench: Bench) => Promise<Seen>;
}

const shard = wholeShard;
const day = 86_400_000;

/** Asks everything that is observed. A question that fails costs its own row. */
export async function observe(bench: Bench, usableAfter: number): Promise<readonly Observation[]> {
  const usable = {
    name: "logstore usable",
    asks: "CreateLogStore, and how soon it takes logs and shows them",
    seen: { answered: `after ${seconds(usableAfter)}`, requestIds: [] },
  };
  const observations: Observation[] = [usable];
  for (const { name, asks, ask } of questions) {
    observations.push({ name, asks, seen: await orFailure(() => ask(bench)) });
  }
  return observations;
}

async function orFailure(ask: () => Promise<Seen>): Promise<Seen> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    return { answered: `failed: ${error.message}`, requestIds: [] };
  }
}

const questions: readonly Question[] = [
  {
    name: "write shown",
    asks: "GetCheckPoint right after UpdateCheckPoint",
    ask: async (bench) => {
      const group = await bench.openGroup();
      const checkpoint = await bench.cursor(shard, "begin");
      const started = bench.wire.monotonic;
      const reply = await group.save({ shard, checkpoint, force: true });
      if (!isDone(reply)) return seenIn([reply]);
      const record = await group.shown(shard, checkpoint);
      const after = seconds(bench.wire.monotonic - started);
      return seenIn([reply], record === undefined ? "not within 30 s" : `within ${after}`);
    },
  },
  {
    name: "save time",
    asks: "updateTime after UpdateCheckPoint by force, against the Date of its answer",
    ask: async (bench) => {
      const { control, record } = await touchShard(bench);
      if (!isDone(control)) return seenIn([control]);
      if (record === undefined) return seenIn([control], "not shown within 30 s");
      return seenIn([control], timeAgainst(record.updateTime, control));
    },
  },
  {
    name: "cursor before the first",
    asks: "GetCursor for 1970, against begin",
    ask: (bench) => clamped(bench, instantOfSeconds(0), "begin"),
  },
  {
    name: "cursor after the last",
    asks: "GetCursor for tomorrow, against end",
    ask: (bench) => clamped(bench, instantOfMilliseconds(bench.wire.serverNow + day), "end"),
  },
  {
    name: "receive time",
    asks: "GetCursorTime of the first log group",
    ask: async (bench) => {
      const reply = await bench.done(
        getCursorTime(bench.logstore, shard, await bench.cursor(shard, "begin")),
      );
      return seenIn([reply], `${String(cursorTimeOf(reply))}, in whole seconds`);
    },
  },
  {
    name: "time outside",
    asks: "GetCursorTime one before begin and one after end",
    ask: async (bench) => {
      const before = shiftedCursor(await bench.cursor(shard, "begin"), -1n);
      const after = shiftedCursor(await bench.cursor(shard, "end"), 1n);
      return seenIn([
        await bench.ask(getCursorTime(bench.logstore, shard, before)),
        await bench.ask(getCursorTime(bench.logstore, shard, after)),
      ]);
    },
  },
  {
    name: "cursor of another shard",
    asks: "GetCursorTime and UpdateCheckPoint of shard 1 with a cursor of shard 0",
    ask: async (bench) => {
      const other = await bench.cursor(0, "begin");
      const { group } = await touchShard(bench);
      return seenIn([
        await bench.ask(getCursorTime(bench.logstore, shard, other)),
        await group.save({ shard, checkpoint: other, force: true }),
      ]);
    },
  },
  {
    name: "Date",
    asks: "the Date header, and how far it is from the clock of this machine",
    ask: async (bench) => {
      const reply = await bench.done(getLogstore(bench.logstore));
      const offset = bench.wire.seenOffset ?? 0;
      const side = offset < 0 ? "behind" : "ahead";
      return seenIn([reply], `${reply.date ?? "none"}; ${seconds(Math.abs(offset))} ${side}`);
    },
  },
  {
    name: "skew",
    asks: "GetLogStore dated 14 and 16 minutes early, and as much late",
    ask: async (bench) => {
      const offset = bench.wire.seenOffset ?? 0;
      const replies: Reply[] = [];
      for (const minutes of [-14, -16, 14, 16]) {
        const dateShift = minutes * 60_000 + offset;
        replies.push(await bench.ask(getLogstore(bench.logstore), { version: "v1", dateShift }));
      }
      return seenIn(replies);
    },
  },
];

async function clamped(bench: Bench, from: Instant, end: "begin" | "end"): Promise<Seen> {
  const reply = await bench.ask(getCursor(bench.logstore, shard, from));
  const cursor = await bench.cursor(shard, end);
  if (!isDone(reply)) return seenIn([reply]);
  return seenIn([reply], cursorOf(reply) === cursor ? `the ${end} cursor` : `another cursor than ${end}`);
}

function timeAgainst(updateTime: number | undefined, { date = "" }: Reply): string {
  const time = Date.parse(date);
  const unit = unitOf(updateTime, time);
  if (updateTime === undefined || unit === undefined) return `updateTime ${String(updateTime)}, Date ${date}`;
  const milliseconds = unit === "seconds" ? updateTime * 1_000 : updateTime / 1_000;
  return `now, in ${unit}, ${seconds(milliseconds - time)} from Date`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(3)} s`;
}
