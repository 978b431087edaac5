import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Operator, hour, minute, noon } from "./operator.js";

let operator: Operator;

beforeEach(async () => {
  operator = await Operator.open();
});

afterEach(async () => {
  // Nothing that this command does may ever write a checkpoint.
  const writes = operator.emulator.requestsOf("UpdateCheckPoint");
  await operator.close();
  expect(writes).toEqual([]);
});

const group = "shop/orders/billing";

describe("until", () => {
  const until = "2026-11-22T08:00:00Z";

  it("is counted up to by a plan, the end not included", async () => {
    const plan = ["plan", group, "--from", "2026-11-22T05:00:00Z", "--until"];
    const { code, out } = await operator.run([...plan, until]);
    expect(code).toBe(0);
    expect(out).toContain(`until ${until}: 6 log groups to read`);
    expect(out).toContain(operator.cursor(4));
    const each = await operator.run([
      ...plan,
      "0=2026-11-22T06:00:00Z",
      "--until",
      "*=end",
      "--format",
      "json",
    ]);
    expect(JSON.parse(each.out)).toMatchObject({
      until: { "0": "2026-11-22T06:00:00Z", "*": "end" },
      toReadLogGroups: 1 + 8,
    });
    const metrics = await operator.run([...plan, until, "--format", "prometheus"]);
    expect(metrics.out).toMatch(/^sls_replay_plan_to_read_log_groups\{.*shard="1".*\} 3$/m);
  });

  it.each([
    ["2026-11-22T12:00:01Z", "is in the future"],
    ["2026-11-22T04:00:00Z", "before from"],
    ["tomorrow", "until is not one of"],
    ["9=end", "until names shard 9"],
  ])("is refused by a plan as %s", async (given, why) => {
    const from = ["--from", "2026-11-22T05:00:00Z"];
    const { code, out } = await operator.run(["plan", group, ...from, "--until", given]);
    expect(code).toBe(1);
    expect(out).toContain("✗ refused");
    expect(out).toContain(why);
  });

  it("is followed to by progress, which ends as soon as it is read", async () => {
    const shards = operator.pinned(0, 1);
    const progress = ["progress", group, "--shards", "-", "--until", until];
    operator.commit(6);
    const reading = await operator.run(progress, shards);
    expect(reading.code).toBe(2);
    expect(reading.out).toContain("● reading, 0 of 2 shards done");
    for (const shard of [0, 1]) operator.commit(4, shard);
    const done = await operator.run([...progress, "--watch"], shards);
    expect(done.code).toBe(0);
    expect(done.out).toContain("✓ done, 2 of 2 shards done");
    expect((await operator.run([...progress, "--format", "html"], shards)).out).toContain(
      `read until ${until}`,
    );
  });

  it("is followed to from where the group stands, without a replay", async () => {
    operator.commit(7);
    operator.commit(2, 1);
    const { code, out } = await operator.run(["progress", group, "--until", until, "--format", "json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ done: false, remainingLogGroups: 3, emptyShards: [1] });
  });

  it("is refused by progress in the future, and beside a program", async () => {
    const late = await operator.run(["progress", group, "--until", "2026-11-22T12:00:01Z"]);
    expect(late).toMatchObject({ code: 1, out: "" });
    expect(late.error).toContain("until 2026-11-22T12:00:01Z is in the future");
    const program = await operator.run(["plan", group, "--print-program", "--until", until]);
    expect(program).toMatchObject({ code: 1, out: "" });
    expect(program.error).toContain("no input of a replay");
  });
});

describe("status", () => {
  it("shows every shard of a group, 0 behind at its end, and who committed how long ago", async () => {
    operator.commit(7);
    operator.emulator.commit(
      "shop",
      "orders",
      "billing",
      1,
      operator.emulator.cursorAt("shop", "orders", 1, "end"),
      {
        consumer: "host-b",
      },
    );
    operator.now += 10 * minute;
    const { code, out } = await operator.run(["status", group]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "shop/orders/billing: 8 log groups behind, at most 7 h 10 min",
        "as of 2026-11-22T12:10:00Z",
        "",
        "SHARD  BEHIND         LAG  STANDS AT             CONSUMER  LAST COMMIT",
        "    0       8  7 h 10 min  2026-11-22T05:00:00Z  host-a    10 min ago",
        "    1       0         0 s  2026-11-22T12:00:00Z  host-b    10 min ago",
        "",
      ].join("\n"),
    );
    expect(out).not.toMatch(/alive|down/);
  });

  it("shows data that expired unread first, and ends with 3", async () => {
    operator.commit(0, 0);
    operator.commit(12, 1);
    operator.now += 7 * 24 * hour - 9 * hour;
    const { code, out } = await operator.run(["status", group]);
    expect(code).toBe(3);
    const rows = out.split("\n").slice(4);
    expect(rows[0]).toMatch(/^ +1 .*expired: data lost, 3 log groups$/);
    expect(out).toContain("✗ data lost in 1 shards");
    expect((await operator.run(["status", "shop/orders"])).code).toBe(3);
  });

  it("shows all groups of a logstore in one table, within the documented number of requests", async () => {
    for (let index = 0; index < 99; index += 1) {
      const name = `group-${String(index).padStart(2, "0")}`;
      operator.emulator.createConsumerGroup("shop", "orders", name, { timeout: 60 });
      operator.emulator.commit("shop", "orders", name, 0, operator.cursor(3), { consumer: "host-a" });
    }
    operator.emulator.clearRequests();
    const { code, out } = await operator.run(["status", "shop/orders", "--concurrency", "4"]);
    expect([code, out.split("\n")[0]]).toEqual([0, "shop/orders: 100 consumer groups"]);
    expect(out).toMatch(/group-98 +not known +not known +host-a 0 s ago +no checkpoint in 1 of 2 shards/);
    const answered = operator.emulator.requests.filter(({ status }) => status === 200);
    // Two lists, both ends of two shards, a look for each group, and one time: 99 groups stand at the same cursor.
    expect(answered).toHaveLength(2 + 2 * 2 + 100 + 1);
  });

  it("looks at 256 shards with three requests and three for each shard", async () => {
    operator.emulator.createLogstore("shop", "wide", { shardCount: 256 });
    operator.emulator.createConsumerGroup("shop", "wide", "billing");
    for (let shard = 0; shard < 256; shard += 1) {
      operator.emulator.appendLogGroups("shop", "wide", shard, { count: 5, from: noon - hour, to: noon });
      const cursor = operator.emulator.cursorAt("shop", "wide", shard, "begin");
      operator.emulator.commit("shop", "wide", "billing", shard, cursor, { consumer: "host-a" });
    }
    operator.emulator.clearRequests();
    const { code, out } = await operator.run(["status", "shop/wide/billing"]);
    expect([code, out.split("\n").length]).toEqual([0, 256 + 5]);
    const answered = operator.emulator.requests.filter(({ status }) => status === 200);
    expect(answered).toHaveLength(3 + 3 * 256);
  });
});

describe("plan", () => {
  it("shows what each shard would do, and refuses with 1 and the way out", async () => {
    operator.commit(1);
    operator.commit(1, 1);
    operator.now += 10 * minute;
    const moves = await operator.run(["plan", group, "--from", "0=begin", "--from", "1=keep"]);
    expect(moves.code).toBe(0);
    expect(moves.out).toMatch(/^shop\/orders\/billing: ✓ moves\n/);
    expect(moves.out).toMatch(/ 0 {2}back +11 +11 h +2026-11-22T11:00:00Z +2026-11-22T00:00:00Z/);
    const refused = await operator.run(["plan", group, "--from", "begin", "--max-move", "PT2H"]);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('set maxMove: "PT12H"');
  });

  it("prints the program with today's positions to edit, or with the position that is asked for", async () => {
    operator.commit(1);
    const { code, out } = await operator.run(["plan", group, "--print-program", "--reason", 'say "why"']);
    expect(code).toBe(0);
    expect(out).toContain(
      `    "0": "cursor:${operator.cursor(1)}", // shard 0 stands at 2026-11-22T11:00:00Z`,
    );
    expect(out).toContain('    "1": "keep", // shard 1 stands at none');
    expect(out).toContain('  reason: "say \\"why\\"",');
    const asked = await operator.run(["plan", group, "--print-program", "--from", "begin"]);
    expect(asked.out).toContain('  from: "begin",');
  });
});

describe("progress", () => {
  it("ends with 2 where it is not done, and with 0 once it is", async () => {
    const shards = operator.pinned(0, 1);
    operator.now += minute;
    for (const shard of [0, 1]) operator.commit(5, shard);
    const reading = await operator.run(["progress", group, "--shards", "-"], shards);
    expect(reading.code).toBe(2);
    expect(reading.out).toContain("● reading, 0 of 2 shards caught up");
    expect(reading.out).toContain("reads 4 log groups/min; done in about 2 min, at 2026-11-22T12:03:00Z");
    expect(reading.out).toContain("███▎······  33 %");
    for (const shard of [0, 1]) operator.commit(1, shard);
    const done = await operator.run(["progress", group, "--shards", "-"], shards);
    expect([done.code, done.out.split("\n")[0]]).toEqual([0, `${group}: ✓ done, 2 of 2 shards caught up`]);
  });

  it("says no number that was not seen", async () => {
    const { out } = await operator.run(["progress", group, "--shards", "-"], operator.pinned(0));
    expect(out).not.toMatch(/log groups\/|done in|lag (growing|shrinking)/);
  });

  it("ends with 3 where a pin was overwritten, and with 4 where it is stalled and that was asked for", async () => {
    const shards = operator.pinned(0);
    operator.now += 4 * minute;
    expect((await operator.run(["progress", group, "--shards", "-"], shards)).code).toBe(2);
    const stalled = ["progress", group, "--shards", "-", "--fail-on", "overwritten,stalled"];
    expect((await operator.run(stalled, shards)).code).toBe(4);
    operator.commit(9);
    expect((await operator.run(stalled, shards)).code).toBe(3);
  });

  it("follows a group to what is its end now, where no replay is named", async () => {
    operator.commit(5);
    operator.commit(0, 1);
    const running = operator.start(["progress", group, "--watch", "--interval", "PT1S"]);
    await running.shows(/0 of 2 shards caught up/);
    for (const shard of [0, 1]) {
      const end = operator.emulator.cursorAt("shop", "orders", shard, "end");
      operator.emulator.commit("shop", "orders", "billing", shard, end, { consumer: "host-a" });
    }
    const { code, out } = await running.ended;
    expect([code, out.includes("✓ done, 2 of 2 shards caught up")]).toEqual([0, true]);
  });

  it("gives up at the timeout with 2", async () => {
    const args = ["progress", group, "--shards", "-", "--timeout", "PT1S", "--interval", "PT1S"];
    expect((await operator.run(args, operator.pinned(0))).code).toBe(2);
  });

  it("writes one line a look into a pipe, and the last table whole at Ctrl-C", async () => {
    const running = operator.start(["progress", group, "--shards", "-", "--watch"], operator.pinned(0, 1));
    await running.shows(/\n/);
    running.interrupt();
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    expect(out).toMatch(/^shop\/orders\/billing: ● reading, 0 of 2 shards caught up\n/);
    expect(out).toMatch(/\nSHARD +STATE .*\n +0 {2}at the pin.*\n +1 {2}at the pin/);
    expect(out).not.toContain("\u001b");
  });

  it("writes JSON as one line a look", async () => {
    const args = ["progress", group, "--shards", "-", "--watch", "--format", "json", "--interval", "PT1S"];
    const running = operator.start(args, operator.pinned(0));
    await running.shows(/\n/);
    operator.commit(1);
    const lines = (await running.ended).out.trimEnd().split("\n");
    const states = lines.map(
      (line) => (JSON.parse(line) as { shards: { state: string }[] }).shards[0]?.state,
    );
    expect([states[0], states.at(-1)]).toEqual(["atPin", "caughtUp"]);
  });
});

describe("every command", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sls-checkpoint-"));
    for (const shard of [0, 1]) operator.commit(7, shard);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const looks = [
    ["status", group],
    ["status", "shop/orders"],
    ["plan", group, "--from", "begin"],
    ["progress", group],
  ];
  const beginnings = {
    json: /^\{\n/,
    markdown: /^(\*\*shop|```)/,
    html: /^<!doctype html>/,
    prometheus: /^# HELP sls_/,
  };

  it.each(looks)("%s %s has every format, also in a file", async (...look) => {
    for (const [format, beginning] of Object.entries(beginnings)) {
      const { out, error } = await operator.run([...look, "--format", format]);
      expect([error, out]).toEqual(["", expect.stringMatching(beginning)]);
    }
    const file = join(folder, "page.html");
    const { out } = await operator.run([...look, "--format", "html", "--output", file]);
    expect(out).toBe("");
    expect(readFileSync(file, "utf8")).toMatch(beginnings.html);
  });

  it("answers JSON that is the answer of the function", async () => {
    const { out } = await operator.run(["status", group, "--format", "json"]);
    expect(JSON.parse(out)).toMatchObject({
      id: group,
      lagLogGroups: 16,
      shards: [{ shard: 0 }, { shard: 1 }],
    });
  });

  it("says what cannot be looked at, in terms of its own options", async () => {
    const missing = await operator.run(["status", "shop/orders/other"]);
    expect([missing.code, missing.out]).toEqual([1, ""]);
    expect(missing.error).toContain("ConsumerGroupNotExist");
    const unreachable = await operator.run(["status", group, "--endpoint", "ftp://nowhere"]);
    expect([unreachable.code, unreachable.error]).toEqual([1, expect.stringContaining("--endpoint")]);
    const denied = await operator.run(["status", group], "", { ALICLOUD_SECRET_KEY: "wrong" });
    expect([denied.code, denied.error]).toEqual([1, expect.stringContaining("Signature")]);
  });
});

describe("wrong arguments", () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["look"], "there is no command look; there are status, plan, progress"],
    [["status"], "status needs PROJECT/LOGSTORE[/GROUP]"],
    [["status", "shop"], "shop is not of the form PROJECT/LOGSTORE[/GROUP]"],
    [["status", "a/b/c/d"], "a/b/c/d is not of the form"],
    [["status", group, "more"], "and not also more"],
    [["status", group, "--from", "begin"], "Unknown option '--from'; options of status: --region"],
    [
      ["status", group, "--format", "xml"],
      "--format xml is not one of table, json, markdown, html, prometheus",
    ],
    [["status", group, "--region", ""], "--region is empty"],
    [["status", group, "--concurrency", "many"], '--concurrency "many" is not a whole number from 1 to 256'],
    [["plan", "shop/orders", "--from", "begin"], "shop/orders names no group"],
    [["plan", group], "plan needs --from"],
    [["plan", group, "--from", "0=begin", "--from", "end"], "--from end names no shard"],
    [["plan", group, "--from", "0=begin", "--from", "0=end"], "--from names shard 0 twice"],
    [["progress", group, "--timeout", "5m"], "--timeout 5m is not an ISO-8601 duration"],
    [["progress", group, "--interval", "PT0S"], "--interval PT0S is shorter than a second"],
    [["progress", group, "--fail-on", "late"], "--fail-on late is not one of overwritten, lost, stalled"],
    [["progress", group, "--shards", "/nowhere"], "--shards: /nowhere cannot be read"],
    [["progress", group, "--shards"], "Option '--shards' argument is ambiguous; options of progress"],
    [["status", group, "--output", "/nowhere/x"], "--output: ENOENT"],
  ];

  it.each(wrong)("%j: 1, and what is right", async (args, message) => {
    const { code, out, error } = await operator.run(args);
    expect([code, out]).toEqual([1, ""]);
    expect(error).toContain(message);
    expect(error).not.toContain("    at ");
  });

  it("are shards that are no JSON, or no shards", async () => {
    const args = ["progress", group, "--shards", "-"];
    expect((await operator.run(args, "none")).error).toContain("the standard input is not JSON");
    expect((await operator.run(args, "[5]")).error).toContain("is not the output of a ConsumerGroupReplay");
  });
});

describe("help", () => {
  it.each(["status", "plan", "progress"])(
    "of %s has examples and exit codes, and fits 110 columns",
    async (name) => {
      const { code, out } = await operator.run([name, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(/Usage: .*\n[^]*Examples:\n[^]*Exit codes:/);
      expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(110);
    },
  );

  it("stands alone too, and the version with it", async () => {
    expect((await operator.run([])).out).toContain("Never writes a checkpoint");
    expect((await operator.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
