import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Rule, type RuleOptions } from "../../emulator/src/index.ts";
import { type RunningCommand, end } from "./pulumi.ts";
import { Shop, hour } from "./shop.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open("replay-crash");
});

afterAll(async () => {
  await shop.close();
});

type Victim = "engine" | "provider" | "both";

interface Cell {
  readonly moment: string;
  readonly victim: Victim;
  readonly commits: boolean;
  /** How many requests are on their way at once. */
  readonly mostAtOnce: 1 | 2;
  /** Whether the plan is in state when the victim dies. */
  readonly planned: boolean;
  /** The shards that are written when the victim dies. */
  readonly written: readonly number[];
  /** What is held when the victim dies; it is given the logstore of the cell. */
  readonly hold: (logstore: string) => Promise<Rule> | Rule;
}

const shards = [0, 1];

/** check asks for two cursors a shard, then the plan does, then apply for one. */
function holdCursor(nth: number): Cell["hold"] {
  return (logstore) => holding(logstore, { call: "GetCursor", nth, do: { kind: "hold" } });
}

function holding(logstore: string, options: Omit<RuleOptions, "logstore">): Rule {
  return shop.emulator.rule({ ...options, logstore });
}

/** check looks once, then the plan, then apply before each wave. */
function holdLook(nth: number): Cell["hold"] {
  return (logstore) => holding(logstore, { call: "GetCheckPoint", nth, do: { kind: "holdAnswer" } });
}

function holdAnswerOf(shard: number): Cell["hold"] {
  return (logstore) => holding(logstore, { call: "UpdateCheckPoint", shard, do: { kind: "holdAnswer" } });
}

function holdFirstAnswer(logstore: string): Rule {
  return holding(logstore, { call: "UpdateCheckPoint", nth: 1, do: { kind: "holdAnswer" } });
}

/** The look after the last write: everything is done, and nothing is saved. */
async function holdReadBack(logstore: string): Promise<Rule> {
  const isWrite = (request: { call: string; logstore?: string }): boolean =>
    request.call === "UpdateCheckPoint" && request.logstore === logstore;
  await shop.emulator.waitForRequest(isWrite, shards.length);
  return holding(logstore, { call: "GetCheckPoint", nth: 1, do: { kind: "hold" } });
}

/** At most one request is on its way when something dies. */
const oneByOne: readonly Omit<Cell, "mostAtOnce">[] = [
  {
    moment: "before the snapshot",
    victim: "both",
    commits: true,
    planned: false,
    written: [],
    hold: holdCursor(5),
  },
  {
    moment: "with the plan saved",
    victim: "engine",
    commits: false,
    planned: true,
    written: [],
    hold: holdCursor(9),
  },
  {
    moment: "between the look and the first write",
    victim: "engine",
    commits: true,
    planned: true,
    written: [],
    hold: holdLook(3),
  },
  {
    moment: "between the look and the second write",
    victim: "engine",
    commits: false,
    planned: true,
    written: [0],
    hold: holdLook(4),
  },
  {
    moment: "with a request unanswered",
    victim: "provider",
    commits: true,
    planned: true,
    written: [0],
    hold: holdFirstAnswer,
  },
  {
    moment: "with all written and state unsaved",
    victim: "engine",
    commits: true,
    planned: true,
    written: [0, 1],
    hold: holdReadBack,
  },
];

/** Both shards are one wave: one write is answered, and the other is not. */
const inAWave: readonly Omit<Cell, "mostAtOnce">[] = [
  {
    moment: "inside a wave",
    victim: "engine",
    commits: false,
    planned: true,
    written: [0, 1],
    hold: holdAnswerOf(1),
  },
  {
    moment: "inside a wave",
    victim: "both",
    commits: true,
    planned: true,
    written: [0, 1],
    hold: holdAnswerOf(0),
  },
];

const cells: readonly Cell[] = [
  ...oneByOne.map((cell) => ({ ...cell, mostAtOnce: 1 as const })),
  ...inAWave.map((cell) => ({ ...cell, mostAtOnce: 2 as const })),
];

async function kill(command: RunningCommand, victim: Victim): Promise<void> {
  if (victim !== "engine") killProviders();
  if (victim !== "provider") command.kill("SIGKILL");
  await command.finished;
  // What died is noticed by the end of its connection; a write that leaves before that is under way.
  if (victim === "engine") await sleep(longEnoughToNotice);
}

const longEnoughToNotice = 200;

/** The providers of this workspace, those that their engine has left behind included. */
function killProviders(): void {
  for (const process of shop.pulumi.processes()) {
    if (process.command.includes("cmd/dynamic-provider")) end(process);
  }
}

function cursorOf(logstore: string, shard: number, hours: number): string {
  const noon = Date.parse("2026-11-22T12:00:00Z");
  return shop.emulator.cursorAt("shop", logstore, shard, noon - hours * hour);
}

function commit(logstore: string, shard: number, hours: number): void {
  const cursor = cursorOf(logstore, shard, hours);
  shop.emulator.commit("shop", logstore, "billing", shard, cursor, { consumer: "host-a" });
}

function stands(logstore: string): (string | undefined)[] {
  return shards.map((shard) => shop.emulator.checkpoint("shop", logstore, "billing", shard)?.checkpoint);
}

function writesOf(logstore: string): (number | undefined)[] {
  return shop
    .writes()
    .filter((write) => write.logstore === logstore)
    .map(({ shard }) => shard)
    .sort();
}

let allowedAtOnce = 0;

async function allowAtOnce(requests: number): Promise<void> {
  if (requests !== allowedAtOnce) await shop.pulumi.setConfig("sls:maxConcurrency", String(requests));
  allowedAtOnce = requests;
}

/** Longer than an orphan needs for a probe and a write, several times over. */
const longEnough = 1_000;

describe("an up on the real engine that dies", () => {
  it.each(cells.map((cell, index) => ({ ...cell, logstore: `orders${index}` })))(
    "$moment: $victim killed; a consumer commits before the retry: $commits",
    async ({ victim, commits, mostAtOnce, planned, written, hold, logstore }) => {
      await allowAtOnce(mostAtOnce);
      shop.now = Date.parse("2026-11-22T12:00:00Z");
      shop.addLogstore(logstore);
      for (const shard of shards) commit(logstore, shard, 1);
      shop.passQuietTime();
      shop.declareReplay({ name: logstore, logstore, from: "2026-11-22T13:00:00+08:00" });
      const holds = hold(logstore);
      const up = shop.pulumi.start("up", "--yes", "--skip-preview");
      const rule = await holds;
      await rule.acted();
      await vi.waitUntil(() => writesOf(logstore).length === written.length, { timeout: 20_000 });
      await kill(up, victim);
      const before = writesOf(logstore);
      expect(before).toEqual(written);
      rule.release();
      if (victim === "engine") await sleep(longEnough);
      expect(writesOf(logstore)).toEqual(before);
      killProviders();

      if (commits) {
        if (before.includes(0)) commit(logstore, 0, 5);
        commit(logstore, 0, 3);
      }
      shop.passQuietTime();
      if (victim !== "provider") await shop.pulumi.cancel();
      const { exitCode, stdout } = await shop.pulumi.up("--skip-preview");

      const strayed = commits && planned;
      expect(stands(logstore)).toEqual([cursorOf(logstore, 0, strayed ? 3 : 7), cursorOf(logstore, 1, 7)]);
      expect(writesOf(logstore)).toEqual([...(strayed ? before.filter((shard) => shard === 0) : [0]), 1]);
      expect([exitCode === 0, stdout.includes("uncertain")]).toEqual([!strayed, strayed]);
      if (strayed) return;
      const { stdout: outputs } = await shop.pulumi.run("stack", "output", "--json");
      const { previousPositions } = (
        JSON.parse(outputs) as Record<string, { previousPositions: Record<string, string> }>
      )[logstore] ?? { previousPositions: {} };
      expect(previousPositions).toEqual({
        0: `cursor:${cursorOf(logstore, 0, commits ? 3 : 1)}`,
        1: `cursor:${cursorOf(logstore, 1, 1)}`,
      });
    },
  );
});
