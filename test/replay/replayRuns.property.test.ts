import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInstant } from "../../provider/src/model/instant.js";
import { type Properties } from "../provider/dynamicProviderServer.js";
import { ReplayStack, type Up } from "../provider/replayStack.js";
import { type Fate, Killed, ModelProvider, ModelService, noon } from "./replayModel.js";

const day = 24 * 60 * 60;

/** One shard: how long before noon its log groups were received, and at which the consumer stopped. */
interface Filling {
  readonly received: readonly number[];
  readonly stands: number | "none" | "end";
}

const standing: fc.Arbitrary<Filling> = fc
  .uniqueArray(fc.integer({ min: 1, max: 5 * day }), { minLength: 1, maxLength: 8 })
  .chain((received) => fc.nat({ max: received.length }).map((stands) => ({ received, stands })));

const anyFilling: fc.Arbitrary<Filling> = fc.oneof(
  { weight: 4, arbitrary: standing },
  { weight: 1, arbitrary: fc.constant<Filling>({ received: [], stands: "none" }) },
  { weight: 1, arbitrary: standing.map(({ received }): Filling => ({ received, stands: "none" })) },
);

const instant = fc.integer({ min: 0, max: 6 * day }).map((seconds) => isoOf(noon - seconds));

const position = fc.oneof(instant, fc.constantFrom("begin", "end", "keep"));

function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000", "");
}

/** One position for all, or a map that names some of so many shards. */
function positionsOf(shards: number, one = position): fc.Arbitrary<unknown> {
  const names = fc.subarray(Array.from({ length: shards }, (_, shard) => String(shard)));
  const map = names.chain((named) =>
    fc.tuple(fc.tuple(...named.map(() => one)), one).map(([values, others]) => ({
      ...Object.fromEntries(named.map((name, index) => [name, values[index]])),
      "*": others,
    })),
  );
  return fc.oneof(one, map);
}

function serviceOf(fillings: readonly Filling[]): ModelService {
  const service = new ModelService();
  for (const { received, stands } of fillings) service.addShard(received, stands);
  return service;
}

function stackOf(service: ModelService): ReplayStack {
  return new ReplayStack(() => Promise.resolve(new ModelProvider(service)));
}

function replay(from: unknown, more: Properties = {}): Properties {
  return { project: "shop", logstore: "orders", consumerGroup: "billing", from, maxMove: "P30D", ...more };
}

/** A group, and where it shall go. */
const groups = fc
  .array(anyFilling, { minLength: 1, maxLength: 6 })
  .chain((fillings) => fc.record({ fillings: fc.constant(fillings), from: positionsOf(fillings.length) }));

function succeed({ problems, failure }: Up): void {
  expect([problems, failure?.message]).toEqual([[], undefined]);
}

/** What a plan says of each shard, without the names that are new every time. */
function planned(stack: ReplayStack): unknown {
  const { shards } = stack.state.plan?.outs["plan"] as { shards: Properties[] };
  return shards.map(({ act: _act, snapshotUpdateTime: _saved, ...rest }) => rest);
}

describe("a plan", () => {
  test("after its apply moves nothing", async () => {
    await fc.assert(
      fc.asyncProperty(groups, async ({ fillings, from }) => {
        const service = serviceOf(fillings);
        succeed(await stackOf(service).up(replay(from)));
        service.pass(600);
        const before = service.effects.length;
        const another = stackOf(service);
        succeed(await another.up(replay(from)));
        expect(service.effects).toHaveLength(before);
      }),
    );
  });

  test("is undone by previous, which restores the snapshot", async () => {
    const stood = fc
      .array(standing, { minLength: 1, maxLength: 6 })
      .chain((fillings) =>
        fc.record({ fillings: fc.constant(fillings), from: positionsOf(fillings.length) }),
      );
    await fc.assert(
      fc.asyncProperty(stood, async ({ fillings, from }) => {
        const service = serviceOf(fillings);
        const [stack, before] = [stackOf(service), service.stands()];
        succeed(await stack.up(replay(from)));
        const moved = service.stands();
        succeed(await stack.up(replay("previous")));
        expect(service.stands()).toEqual(before);
        succeed(await stack.up(replay("previous", { triggers: [1] })));
        expect(service.stands()).toEqual(moved);
      }),
    );
  });

  test("of instants does not depend on the clock", async () => {
    const passed = fc.integer({ min: 0, max: 20 * day });
    await fc.assert(
      fc.asyncProperty(
        fc.array(standing, { minLength: 1, maxLength: 6 }),
        instant,
        passed,
        async (fillings, from, seconds) => {
          const [now, later] = [serviceOf(fillings), serviceOf(fillings)];
          later.pass(seconds);
          const [stackNow, stackLater] = [stackOf(now), stackOf(later)];
          succeed(await stackNow.up(replay(from)));
          succeed(await stackLater.up(replay(from)));
          expect(planned(stackLater)).toEqual(planned(stackNow));
          expect(later.stands()).toEqual(now.stands());
        },
      ),
    );
  });

  test("is the same in whatever order the service lists its shards and the map names them", async () => {
    const shuffled = fc.infiniteStream(fc.nat({ max: 1_000 })).map((stream) => [...stream.take(6)]);
    await fc.assert(
      fc.asyncProperty(groups, shuffled, async ({ fillings, from }, keys) => {
        const [listed, mixed] = [serviceOf(fillings), serviceOf(fillings)];
        mixed.order = (shards) =>
          shards.toSorted((left, right) => (keys[left.shard] ?? 0) - (keys[right.shard] ?? 0));
        const [stackListed, stackMixed] = [stackOf(listed), stackOf(mixed)];
        succeed(await stackListed.up(replay(from)));
        const turned =
          typeof from === "object" ? Object.fromEntries(Object.entries(from ?? {}).reverse()) : from;
        succeed(await stackMixed.up(replay(turned)));
        expect(planned(stackMixed)).toEqual(planned(stackListed));
        expect(mixed.stands()).toEqual(listed.stands());
      }),
    );
  });
});

/** One thing that happens in the life of a replay. */
type Event =
  | {
      readonly kind: "up";
      readonly fates: readonly Fate[];
      readonly commits: readonly (readonly [number, number, number])[];
    }
  | { readonly kind: "commit"; readonly shard: number; readonly index: number }
  | { readonly kind: "pass"; readonly seconds: number }
  | { readonly kind: "refresh" }
  | { readonly kind: "split"; readonly shard: number }
  | { readonly kind: "declare"; readonly shard: number; readonly position: string }
  | { readonly kind: "trigger" };

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>("answered") },
  { weight: 3, arbitrary: fc.constantFrom<Fate>("lostBefore", "lostAfter") },
  { weight: 1, arbitrary: fc.constantFrom<Fate>("crashBefore", "crashAfter") },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("up" as const),
      fates: fc.array(fate, { maxLength: 60 }),
      commits: fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 5 }), fc.nat({ max: 8 })), {
        maxLength: 2,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      shard: fc.nat({ max: 5 }),
      index: fc.nat({ max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds: fc.constantFrom(5, 600) }),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: "refresh" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("split" as const), shard: fc.nat({ max: 5 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("declare" as const), shard: fc.nat({ max: 3 }), position }),
  },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: "trigger" }) },
);

const histories = fc.array(standing, { minLength: 1, maxLength: 4 }).chain((fillings) =>
  fc.record({
    fillings: fc.constant(fillings),
    from: fc
      .dictionary(fc.constantFrom(...fillings.map((_, shard) => String(shard))), position)
      .map((named) => ({
        "*": "begin",
        ...named,
      })),
    onActiveConsumers: fc.constantFrom("refuse", "overwrite"),
    events: fc.array(event, { minLength: 1, maxLength: 12 }),
  }),
);

/** Lives through events, and notes for which act each shard was written. */
class History {
  readonly service: ModelService;
  readonly stack: ReplayStack;
  /** The acts for which a shard was written, with as many entries as writes had an effect. */
  readonly written: string[] = [];
  /** Writes to shards that did not stand where the plan saw them. */
  readonly overrun: string[] = [];
  readonly #bounds: Properties;
  #from: Record<string, string>;
  #triggers = 0;

  constructor(fillings: readonly Filling[], from: Record<string, string>, onActiveConsumers: string) {
    this.service = serviceOf(fillings);
    this.stack = stackOf(this.service);
    this.#from = from;
    this.#bounds = { onActiveConsumers, watchFor: "PT0S" };
  }

  async live(happening: Event): Promise<void> {
    switch (happening.kind) {
      case "up":
        return this.#up(happening);
      case "commit":
        return this.service.commit(happening.shard, happening.index);
      case "pass":
        return this.service.pass(happening.seconds);
      case "refresh":
        return this.stack.refresh();
      case "split":
        return this.service.split(happening.shard);
      case "declare":
        if (this.service.shards[happening.shard] !== undefined)
          this.#from = { ...this.#from, [happening.shard]: happening.position };
        return;
      case "trigger":
        this.#triggers += 1;
    }
  }

  async #up({ fates, commits }: Extract<Event, { kind: "up" }>): Promise<void> {
    const { service, stack } = this;
    const from = service.effects.length;
    service.interfere = (request) => {
      for (const [at, shard, index] of commits) if (at === request) service.commit(shard, index);
    };
    // Only apply is disturbed: a plan that dies has done nothing.
    stack.onPlanned = () => (service.fates = [...fates]);
    try {
      await stack.up(replay(this.#from, { ...this.#bounds, triggers: [this.#triggers] }));
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    } finally {
      // Requests of a dead provider that were already on their way arrive, or not, before the next up.
      await settle();
      service.fates = [];
      service.interfere = () => undefined;
    }
    const { shards } = (stack.state.plan?.outs["plan"] ?? { shards: [] }) as { shards: PlannedInState[] };
    for (const effect of service.effects.slice(from)) {
      const planned = shards.find(({ shard }) => shard === effect.shard);
      this.written.push(`${effect.shard} ${planned?.act ?? "without a plan"}`);
      // SLS has no compare-and-set, so only commits that came before the up are certain to be seen.
      if (commits.length > 0) continue;
      const savedAt = planned?.snapshotUpdateTime;
      if ((effect.from || "none") !== planned?.snapshot || effect.savedAt !== microsecondsOf(savedAt)) {
        this.overrun.push(`${effect.shard} stood at ${effect.from}, saved ${effect.savedAt}`);
      }
    }
  }
}

/** What the tests read of a planned shard. */
interface PlannedInState {
  readonly shard: number;
  readonly act: string;
  readonly snapshot: string;
  readonly snapshotUpdateTime?: string;
}

/** A shard that nobody ever saved was saved at 0. */
function microsecondsOf(instantText: string | undefined): number | undefined {
  if (instantText === undefined) return 0;
  const parsed = parseInstant(instantText);
  return parsed.ok ? parsed.value : undefined;
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) await Promise.resolve();
}

describe("whatever happens", () => {
  test("no shard is written twice for one intent, and none that was saved since its snapshot", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ fillings, from, onActiveConsumers, events }) => {
        const history = new History(fillings, from, onActiveConsumers);
        for (const happening of events) await history.live(happening);
        expect(history.written).toEqual([...new Set(history.written)]);
        expect(history.overrun).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("an up that is not disturbed any more ends every shard that it does not name", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ fillings, from, onActiveConsumers, events }) => {
        const history = new History(fillings, from, onActiveConsumers);
        for (const happening of events) if (happening.kind !== "split") await history.live(happening);
        history.service.pass(600);
        await history.live({ kind: "up", fates: [], commits: [] });
        const shards = (history.stack.state.apply?.outs["shards"] ?? []) as { status: string }[];
        expect(shards.filter(({ status }) => status === "pending" || status === "failed")).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
