import fc from "fast-check";
import { type Engine, type Outcome, type Properties, type UpOptions } from "./engine.ts";
import { type Oracle } from "./oracle/oracle.ts";
import {
  type Disturbance,
  type FaultName,
  type World,
  groups,
  hour,
  logstore,
  noon,
  project,
} from "./world.ts";

/** A position as a history has it: cursors are named by the log group that they are of. */
export type Position = string | { readonly cursor: number };

/** What the program declares now. */
export interface Model {
  from: Readonly<Record<string, Position>>;
  triggers: number;
  bounds: Properties;
  pin: { readonly cursor: number; readonly triggers: number };
  /** The declaration before the last change. */
  earlier: Pick<Model, "from" | "triggers" | "bounds"> | undefined;
  /** The program of the last up that was green and touched everything. */
  settled: string | undefined;
}

export interface Real {
  readonly world: World;
  readonly engine: Engine;
  readonly oracle: Oracle;
}

type Command = fc.AsyncCommand<Model, Real>;

export function initialModel(): Model {
  return {
    from: { "*": instants[0] },
    triggers: 0,
    bounds: { onActiveConsumers: "overwrite", watchFor: "PT0S", maxMove: "P90D" },
    pin: { cursor: 7, triggers: 0 },
    earlier: undefined,
    settled: undefined,
  };
}

const instants = ["2026-11-22T07:00:00Z", "2026-11-22T03:00:00Z"] as const;
const beforeEverything = "2026-09-01T00:00:00Z";

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000", "");
}

/** Everything that is declared, as the program hands it to the resources. */
function programOf(model: Model, world: World) {
  const identity = { project, logstore };
  const from = Object.fromEntries(
    Object.entries(model.from).map(([shard, position]) => [
      shard,
      typeof position === "string" ? position : `cursor:${world.cursor(Number(shard), position.cursor)}`,
    ]),
  );
  const { allowSkip: _skip, allowTruncated: _truncated, ...pinBounds } = model.bounds;
  return {
    replay: {
      ...identity,
      consumerGroup: groups.replay,
      self: "urn:pulumi:test::shop::sls:index:ConsumerGroupReplay::replay",
      from,
      triggers: [model.triggers],
      ...model.bounds,
    },
    pin: {
      ...identity,
      consumerGroup: groups.pin,
      self: "urn:pulumi:test::shop::sls:index:ConsumerGroupCheckpoint::pin",
      shard: 0,
      checkpoint: world.cursor(0, model.pin.cursor),
      triggers: [model.pin.triggers],
      ...pinBounds,
    },
  };
}

/** Throws what the oracle has found. */
export function judge({ oracle }: Real): void {
  const [first] = oracle.violations;
  if (first !== undefined) throw new Error(oracle.violations.join("\n"));
}

/** No two resources of a history move the same shard, so whoever meets another one meets itself. */
function refuseMeetingItself({ failures }: Outcome): void {
  if (failures.some((failure) => failure.includes("duplicate"))) throw new Error("a resource met itself");
}

abstract class Step implements Command {
  constructor(private readonly name: string) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.take(model, real);
    judge(real);
  }

  toString(): string {
    return this.name;
  }

  protected abstract take(model: Model, real: Real): void | Promise<void>;
}

export class Up extends Step {
  constructor(
    private readonly disturbances: readonly Disturbance[],
    private readonly options: UpOptions,
  ) {
    super(
      `up(${[...disturbances, ...(Object.keys(options).length > 0 ? [options] : [])]
        .map((each) => JSON.stringify(each))
        .join(", ")})`,
    );
  }

  protected async take(model: Model, real: Real): Promise<void> {
    const { world, engine, oracle } = real;
    const program = programOf(model, world);
    const text = JSON.stringify(program);
    world.disturbances = this.disturbances;
    const outcome = await engine.up(program, this.options);
    const whole = this.options.targets === undefined && this.options.replace === undefined;
    if (whole && model.settled === text && oracle.requestsOf(world.lastProcess) > 0) {
      throw new Error("the same up again sent requests");
    }
    world.disturbances = [];
    refuseMeetingItself(outcome);
    if (!whole) model.settled = undefined;
    else if (outcome.green) model.settled = text;
    else if (model.settled !== text) model.settled = undefined;
  }
}

/** Nothing happens between the preview and the up. */
class PreviewAndUp extends Step {
  constructor(private readonly options: UpOptions) {
    super(`previewAndUp(${JSON.stringify(options)})`);
  }

  protected async take(model: Model, { world, engine, oracle }: Real): Promise<void> {
    const program = programOf(model, world);
    const previewed = await engine.preview(program, this.options);
    const preview = world.lastProcess;
    const done = await engine.up(program, this.options);
    refuseMeetingItself(previewed);
    refuseMeetingItself(done);
    oracle.comparePreview(preview, world.lastProcess, previewed, done);
    model.settled =
      done.green && Object.keys(this.options).length === 0 ? JSON.stringify(program) : undefined;
  }
}

/** State of a newer version is not read, so nothing may be written by it. */
class UpWithNewerState extends Step {
  constructor(private readonly resource: "plan" | "apply" | "pin") {
    super(`upWithNewerState(${resource})`);
  }

  protected async take(model: Model, { world, engine, oracle }: Real): Promise<void> {
    if (!engine.has(this.resource)) return;
    await engine.upWithNewerState(this.resource, programOf(model, world));
    oracle.expectNoWrite(world.lastProcess, this.resource === "pin" ? groups.pin : groups.replay);
    model.settled = undefined;
  }
}

class Refresh extends Step {
  constructor() {
    super("refresh()");
  }

  protected async take(_model: Model, { engine }: Real): Promise<void> {
    await engine.refresh();
  }
}

export class Declare extends Step {
  constructor(
    name: string,
    private readonly change: (model: Model) => void,
  ) {
    super(name);
  }

  protected take(model: Model): void {
    const { from, triggers, bounds } = model;
    this.change(model);
    model.earlier = { from, triggers, bounds };
  }
}

/** A change of the program, and the up for it. */
class Turn implements Command {
  constructor(
    private readonly change: Declare,
    private readonly up: Up,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.change.run(model, real);
    await this.up.run(model, real);
  }

  toString(): string {
    return `${this.change.toString()} ${this.up.toString()}`;
  }
}

export class Happen extends Step {
  constructor(
    name: string,
    private readonly happen: (world: World) => void,
  ) {
    super(name);
  }

  protected take(_model: Model, { world }: Real): void {
    this.happen(world);
  }
}

/** Some declaration makes every history green: here the one that every message names. */
export async function findWayForward(model: Model, real: Real): Promise<void> {
  const { world, engine } = real;
  world.disturbances = [];
  world.pass(10 * 60_000);
  model.from = { "*": "keep" };
  model.bounds = {
    onActiveConsumers: "overwrite",
    watchFor: "PT0S",
    maxMove: "P3650D",
    applyBefore: iso(world.now + 24 * hour),
  };
  let outcome: Outcome | undefined;
  for (let tries = 0; tries < 2; tries += 1) {
    const { replay, pin } = programOf(model, world);
    const end = world.end(0);
    // A pin of a shard that is gone is taken out of the program.
    outcome = await engine.up({ replay, pin: end === undefined ? undefined : { ...pin, checkpoint: end } });
    judge(real);
    if (outcome.green) return;
  }
  throw new Error(`no way forward: ${outcome?.failures.join("; ") ?? ""}`);
}

const shardIndex = fc.nat(3);
const groupIndex = fc.constantFrom(2, 3, 7, 9, 11, 12, 13);
const requestIndex = fc.nat(30);

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      at: requestIndex,
      do: fc.constant("commit" as const),
      shard: shardIndex,
      index: groupIndex,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      at: fc.nat(3),
      do: fc.constant("fault" as const),
      fault: fc.constantFrom<FaultName>("denied", "quota", "unavailable", "lostBefore", "lostAfter"),
      to: fc.constant("write" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      at: requestIndex,
      do: fc.constant("fault" as const),
      fault: fc.constantFrom<FaultName>("denied", "quota", "lostBefore"),
      to: fc.constant("request" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      at: requestIndex,
      do: fc.constant("kill" as const),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ at: requestIndex, do: fc.constant("stale" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ at: requestIndex, do: fc.constant("split" as const), shard: shardIndex }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      at: requestIndex,
      do: fc.constantFrom("pass" as const, "answerLate" as const),
      seconds: fc.constantFrom(1, 4, 6, 90),
    }),
  },
);

/** Every write is refused, or every answer is lost: the same thing happens to all of them. */
const toEveryWrite = fc
  .constantFrom<FaultName>("denied", "lostBefore", "lostAfter", "quota")
  .map((fault) => [0, 1, 2, 3, 4, 5].map((at): Disturbance => ({ at, do: "fault", fault, to: "write" })));

/** Answers are lost, and whoever was put back reads on before anybody looks. */
const lostAndReadOn = fc
  .tuple(fc.constantFrom<FaultName>("lostAfter", "unavailable"), fc.nat(1))
  .map(([fault, shard]): Disturbance[] => [
    { at: shard, do: "fault", fault, to: "write" },
    { at: 8, do: "readOn", shard },
  ]);

const disturbances = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Disturbance[]>([]) },
  { weight: 2, arbitrary: toEveryWrite },
  { weight: 1, arbitrary: lostAndReadOn },
  { weight: 4, arbitrary: fc.array(disturbance, { minLength: 1, maxLength: 3 }) },
);

const replacement = fc.record({
  replace: fc.record({
    resource: fc.constantFrom("plan" as const, "apply" as const, "pin" as const),
    by: fc.constantFrom("taint" as const, "trigger" as const),
  }),
});
const targets = fc.constantFrom<UpOptions>(
  { targets: ["plan"] },
  { targets: ["apply"] },
  { targets: ["pin"] },
);

const up = disturbances.map((each) => new Up(each, {}));
const unusualUp = fc
  .tuple(disturbances, fc.oneof(replacement, targets))
  .map(([each, options]) => new Up(each, options));

const position: fc.Arbitrary<Position> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Position>(...instants) },
  { weight: 2, arbitrary: fc.constantFrom<Position>("previous", "keep") },
  { weight: 1, arbitrary: fc.constantFrom<Position>("begin", "end", beforeEverything) },
);
const positionOfOne: fc.Arbitrary<Position> = fc.oneof(
  { weight: 2, arbitrary: position },
  { weight: 1, arbitrary: fc.constantFrom(3, 7).map((cursor): Position => ({ cursor })) },
);

const declareOthers = position.map(
  (others) =>
    new Declare(`declare("*": ${JSON.stringify(others)})`, (model) => {
      model.from = { "*": others };
    }),
);
const declareOne = fc.tuple(fc.nat(2), positionOfOne).map(
  ([shard, one]) =>
    new Declare(`declare("${shard}": ${JSON.stringify(one)})`, (model) => {
      model.from = { ...model.from, [shard]: one };
    }),
);
const removeOne = fc.constantFrom("0", "1", "2", "*").map(
  (shard) =>
    new Declare(`remove("${shard}")`, (model) => {
      const rest = Object.entries(model.from).filter(([name]) => name !== shard);
      if (rest.length > 0) model.from = Object.fromEntries(rest);
    }),
);
const declareTriggers = fc.nat(2).map(
  (triggers) =>
    new Declare(`triggers(${triggers})`, (model) => {
      model.triggers = triggers;
    }),
);

const bound: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(undefined, 60_000, 20 * 60_000, 4 * hour)
      .map(
        (after) => ["applyBefore", after === undefined ? undefined : iso(noon + 5 * 60_000 + after)] as const,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("PT1H", "PT6H", "P90D", "P90D").map((value) => ["maxMove", value] as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(true, undefined).map((value) => ["allowSkip", value] as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(true, undefined).map((value) => ["allowTruncated", value] as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("refuse", "wait", "overwrite", "overwrite")
      .map((value) => ["onActiveConsumers", value] as const),
  },
);
const declareBound = bound.map(
  ([name, value]) =>
    new Declare(`bound(${name}: ${JSON.stringify(value)})`, (model) => {
      const { [name]: _former, ...others } = model.bounds;
      model.bounds = value === undefined ? others : { ...others, [name]: value };
    }),
);
const declarePin = fc.record({ cursor: fc.constantFrom(3, 7, 11), triggers: fc.nat(1) }).map(
  (pin) =>
    new Declare(`pin(${JSON.stringify(pin)})`, (model) => {
      model.pin = pin;
    }),
);

/** The last change is taken back. */
const takeBack = fc.constant(
  new Declare("takeBack()", (model) => {
    Object.assign(model, model.earlier);
  }),
);

const turn = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: takeBack },
      { weight: 5, arbitrary: declareOthers },
      { weight: 3, arbitrary: declareOne },
      { weight: 1, arbitrary: removeOne },
      { weight: 1, arbitrary: declareTriggers },
      { weight: 2, arbitrary: declareBound },
    ),
    up,
  )
  .map(([change, then]) => new Turn(change, then));

const commit = fc
  .tuple(shardIndex, groupIndex)
  .map(([shard, index]) => new Happen(`commit(${shard}, ${index})`, (world) => world.commit(shard, index)));
const pass = fc
  .constantFrom(30, 600, 3_600, 50_400)
  .map((seconds) => new Happen(`pass(${seconds} s)`, (world) => world.pass(seconds * 1_000)));
const reshard = fc
  .tuple(fc.constantFrom("split" as const, "merge" as const), shardIndex)
  .map(([how, shard]) => new Happen(`${how}(${shard})`, (world) => world[how](shard)));

/** Histories of thirty steps on average. */
export function histories(replayPath: string | undefined) {
  return fc.commands<Model, Real, false>(
    [
      up,
      turn,
      turn,
      turn,
      turn,
      unusualUp,
      fc.constant(new PreviewAndUp({})),
      fc.constant(new Refresh()),
      fc
        .constantFrom("plan" as const, "apply" as const, "pin" as const)
        .map((each) => new UpWithNewerState(each)),
      declareOthers,
      declareOne,
      removeOne,
      declareTriggers,
      declareBound,
      declareBound,
      declarePin,
      commit,
      commit,
      pass,
      reshard,
    ],
    { maxCommands: 60, size: "max", ...(replayPath !== undefined && { replayPath }) },
  );
}
