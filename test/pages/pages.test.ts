import fc from "fast-check";
import { groupsPage } from "../../provider/src/texts/pages/groupsPage.js";
import { cursorAt } from "../../provider/src/model/cursor.js";
import * as sls from "pulumi-sls-checkpoint";
import { describe, expect, it } from "vitest";
import { hostile, planOf, plans, progressFor, progresses, statusOf, statuses } from "./answers.js";

/** The elements that a page is made of; a hostile text adds none. */
const elements = /<\/?([a-z][a-z0-9]*)\b[^>]*>/g;
const known =
  "html head meta link title style body main h1 h2 p strong dl div dt dd section table caption thead tbody tr th td pre code svg desc defs marker path text rect g circle script".split(
    " ",
  );

interface Page {
  readonly text: string;
  readonly json: unknown;
  readonly data: string;
  readonly markup: string;
  readonly rows: readonly (readonly string[])[];
  readonly charted: readonly number[];
}

/** The answer, with its shards as objects again. */
function whole(json: unknown): unknown {
  const { shards, ...rest } = json as {
    shards: { inAll: Record<string, unknown>; columns: string[]; rows: unknown[][] };
  };
  const objects = shards.rows.map((row) => ({
    ...shards.inAll,
    ...Object.fromEntries(
      row.flatMap((value, index) => (value === null ? [] : [[shards.columns[index] ?? "", value] as const])),
    ),
  }));
  return { ...rest, shards: objects };
}

function read(page: string): Page {
  const [, json = ""] = /<script type="application\/json" id="answer">(.*?)<\/script>/s.exec(page) ?? [];
  const markup = page.replace(/<script.*?<\/script>/s, "").replace(/<style>.*?<\/style>/s, "");
  const plainText = (part: string): string =>
    part
      .replace(elements, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&#10;", "\n")
      .replaceAll("&amp;", "&")
      .trim();
  const tables = [...markup.matchAll(/<table>.*?<\/table>/gs)].map(([table]) => table);
  const rows = [...(tables.at(-1) ?? "").matchAll(/<tr>\s*<th scope="row">(.*?)(?=<tr>|<\/tbody>)/gs)].map(
    ([, row = ""]) =>
      row
        .split(/<\/th>|<td>/)
        .filter((_, index) => index !== 1)
        .map(plainText),
  );
  const charted = [...markup.matchAll(/data-shard="(\d+)"/g)].map(([, shard]) => Number(shard));
  return {
    text: plainText(markup),
    json: json.includes('"columns"') ? whole(JSON.parse(json)) : (JSON.parse(json) as unknown),
    data: json,
    markup,
    rows,
    charted,
  };
}

function expectHarmless({ markup, data }: Page): void {
  // Not even an opening bracket: a comment or an element that begins in data would swallow the page.
  expect(data).not.toMatch(/[<>]/);
  expect(new Set([...markup.matchAll(elements)].map(([, name]) => name))).toEqual(
    new Set(
      [...markup.matchAll(elements)].map(
        ([, name = ""]) => known.find((each) => each === name) ?? "a known one",
      ),
    ),
  );
  // eslint-disable-next-line no-control-regex -- a page must hold none of them
  expect(markup).not.toMatch(/[\u0000-\u0008\u001b]|NaN|undefined|Infinity/);
  for (const [element] of markup.matchAll(elements)) expect(element).not.toMatch(/ on\w+=/);
}

const sorted = (shards: readonly number[]): number[] => shards.toSorted((left, right) => left - right);
const counted = (value: number | undefined): string => value?.toLocaleString("en-US") ?? "";

describe("a page, whatever it is made of,", () => {
  it("of a plan has each shard in chart and table, the numbers of the answer, and no markup from outside", () => {
    fc.assert(
      fc.property(plans(), (plan) => {
        const page = read(sls.planPage(plan));
        expectHarmless(page);
        expect(page.json).toEqual(JSON.parse(JSON.stringify({ ...plan, text: undefined })));
        const shards = plan.shards.map(({ shard }) => shard);
        expect(page.rows.map(([shard]) => Number(shard))).toEqual(shards);
        const hasTimes = plan.shards.some(({ checkpointTime, targetTime }) => checkpointTime ?? targetTime);
        expect(sorted(page.charted)).toEqual(hasTimes ? shards : []);
        for (const [
          index,
          { action, logGroups, checkpointTime = "", targetTime = "", target = "" },
        ] of plan.shards.entries()) {
          expect(page.rows[index]).toEqual([
            expect.anything(),
            action,
            counted(logGroups),
            expect.any(String),
            checkpointTime,
            expect.any(String),
            targetTime,
            target,
            "",
          ]);
        }
        expect(page.text).toContain(counted(plan.readAgainLogGroups));
        expect(page.text).toContain(counted(plan.neverReadLogGroups));
      }),
    );
  });

  it("of progress has each shard in chart and table, and the numbers of the answer", () => {
    fc.assert(
      fc.property(progresses(), (progress) => {
        const page = read(sls.progressPage(progress));
        expectHarmless(page);
        expect(page.json).toEqual(JSON.parse(JSON.stringify({ ...progress, text: undefined })));
        const shards = progress.shards.map(({ shard }) => shard);
        expect(page.rows.map(([shard]) => Number(shard))).toEqual(shards);
        const isTimed = progress.shards.some(
          (each) => each.pinTime ?? each.checkpointTime ?? each.previousCheckpointTime,
        );
        expect(sorted(page.charted)).toEqual(isTimed ? shards : []);
        for (const [index, { doneLogGroups, remainingLogGroups }] of progress.shards.entries()) {
          expect(page.rows[index]?.slice(5, 7)).toEqual([
            counted(doneLogGroups),
            counted(remainingLogGroups),
          ]);
        }
        expect(page.text).toContain(`${counted(progress.remainingLogGroups)} log groups`);
      }),
    );
  });

  it("of a status has each shard in chart and table, those that lost data first", () => {
    fc.assert(
      fc.property(statuses(), (status) => {
        const page = read(sls.statusPage(status));
        expectHarmless(page);
        const lost = status.shards.filter(({ lostLogGroups }) => lostLogGroups !== undefined);
        expect(page.rows).toHaveLength(status.shards.length);
        expect(page.rows.slice(0, lost.length).map(([shard]) => Number(shard))).toEqual(
          lost.map(({ shard }) => shard),
        );
        for (const { shard, lagLogGroups } of status.shards) {
          const row = page.rows.find(([number]) => Number(number) === shard);
          expect(row?.[3]).toBe(lagLogGroups === undefined ? "not known" : counted(lagLogGroups));
        }
      }),
    );
  });

  it("of a logstore has a row for each group", () => {
    fc.assert(
      fc.property(hostile, hostile, (consumerGroup, consumer) => {
        const consumers = [{ consumer, committedAt: "2026-11-22T12:00:00Z" }];
        const groups = [
          { consumerGroup, shards: 2, lagLogGroups: 4_321, lagSeconds: 60, withoutCheckpoint: 0, consumers },
        ];
        const answer = {
          project: "shop",
          logstore: "orders",
          readAt: "2026-11-22T12:00:00Z",
          groups,
          text: "",
        };
        const page = read(groupsPage(answer));
        expectHarmless(page);
        expect(page.rows[0]?.[1]).toBe("4,321");
      }),
    );
  });
});

describe("a page with until", () => {
  const ended = fc.record({ endCursor: hostile, endTime: fc.constant("2026-11-22T08:00:00Z") });

  it("of a plan has what is to be read and the end cursor of each shard", () => {
    fc.assert(
      fc.property(plans(), ended, fc.nat(), hostile, (made, end, toReadLogGroups, until) => {
        const shards = made.shards.map((shard) => ({ ...shard, ...end, toReadLogGroups }));
        const plan = { ...made, shards, until, toReadLogGroups, emptyShards: [4_711] };
        const page = read(sls.planPage(plan));
        expectHarmless(page);
        expect(page.json).toEqual(JSON.parse(JSON.stringify({ ...plan, text: undefined })));
        for (const row of page.rows) expect(row.slice(8, 9)).toEqual([counted(toReadLogGroups)]);
        expect(page.text).toContain(`${counted(toReadLogGroups)} log groups`);
        expect(page.text).toContain("4711");
        expect(page.markup.match(/class="until"/g)).toHaveLength(1);
      }),
    );
  });

  it("of progress says how many are done, and has the end cursor of each shard", () => {
    fc.assert(
      fc.property(progresses(), ended, fc.boolean(), hostile, (made, end, done, until) => {
        const shards = made.shards.map((shard) => ({ ...shard, ...end, done, empty: false }));
        const progress = { ...made, shards, until, done };
        const page = read(sls.progressPage(progress));
        expectHarmless(page);
        expect(page.json).toEqual(JSON.parse(JSON.stringify({ ...progress, text: undefined })));
        const finished = done ? shards.length : 0;
        expect(page.text).toContain(`${counted(finished)} of ${counted(shards.length)} shard`);
        expect(page.markup.match(/class="until"/g)).toHaveLength(1);
        expect(page.text).toContain("until here, not included");
      }),
    );
  });

  it("draws it in each row, where it is not the same for all", () => {
    const { shards, ...plan } = planOf(2);
    const endTimes = ["2026-11-22T07:00:00Z", "2026-11-22T08:00:00Z"];
    const ended = shards.map((shard, index) => ({ ...shard, endTime: endTimes[index] }));
    const page = sls.planPage({ ...plan, until: { "*": "end" }, shards: ended } as sls.ReplayPlan);
    expect(page.match(/class="until"/g)).toHaveLength(2);
  });

  it("has at most 200 kB at 256 shards", () => {
    const endOf = (shard: number) => ({
      endCursor: cursorAt(1_524_155_379_373_909_000n + BigInt(shard)),
      endTime: "2026-11-22T08:00:00Z",
    });
    const until = "2026-11-22T08:00:00Z";
    const plan = { ...planOf(256), until, toReadLogGroups: 256_000, emptyShards: [] };
    const planned = plan.shards.map((shard) => ({
      ...shard,
      ...endOf(shard.shard),
      toReadLogGroups: 1_000 + shard.shard,
      empty: false,
    }));
    const progress = { ...progressFor(256), until, done: false, emptyShards: [] };
    const followed = progress.shards.map((shard) => ({
      ...shard,
      ...endOf(shard.shard),
      done: false,
      empty: false,
    }));
    for (const page of [
      sls.planPage({ ...plan, shards: planned }),
      sls.progressPage({ ...progress, shards: followed }),
    ]) {
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(200_000);
    }
  });
});

describe("a page of 256 shards", () => {
  it.each([
    ["plan", () => sls.planPage(planOf(256) as sls.ReplayPlan)],
    ["progress", () => sls.progressPage(progressFor(256) as sls.ReplayProgress)],
    ["status", () => sls.statusPage(statusOf(256) as sls.ConsumerGroupCheckpoints)],
  ])("of a %s has at most 200 kB, and asks nobody for anything", (_, make) => {
    const page = make();
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(200_000);
    expect(page).not.toMatch(/(?:src|href)="(?!data:,)|url\((?!#)|@import|https?:\/\//);
  });
});

describe("the page of a plan", () => {
  it("gives the way back to copy: a map that another replay takes", () => {
    const [shard] = planOf(1).shards;
    const page = sls.planPage(planOf(1));
    expect(read(page).text).toContain(`from: {\n  "0": "cursor:${String(shard?.checkpoint)}"\n}`);
  });

  it("says of what it cannot look at only why", () => {
    const refusals = [{ kind: "lookFailed" as const, code: "Denied", shards: [], message: "no permission" }];
    const page = sls.planPage({ verdict: "refused", shards: [], totals: {}, refusals, text: "" });
    expect(read(page).text).toContain("no permission");
    expect(page).toContain("Not looked at.");
  });
});
