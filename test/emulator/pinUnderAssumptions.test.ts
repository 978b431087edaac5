import { describe, expect, it } from "vitest";
import {
  defaultAssumptions,
  SlsEmulator,
  type AssumptionName,
  type Assumptions,
} from "../../emulator/src/index.js";
import { arrangeGroup, journeys, noon, shards, type Journey, type JourneyName } from "./pinJourneys.js";
import { PinStack, type Ending, type PinUp } from "./pinStack.js";
import { SlsClient } from "./slsClient.js";
import { consultedBy, turnedSwitches } from "./switchTable.js";

const switches = Object.keys(defaultAssumptions) as AssumptionName[];
const names = Object.keys(journeys) as JourneyName[];

interface World {
  readonly assumptions: Partial<Assumptions>;
  readonly config?: Readonly<Record<string, string>>;
  /** Milliseconds by which the clock goes on with every look at it. */
  readonly tick?: number;
}

/** Makes a journey, after which a consumer comes and asks for shards. */
async function travel(name: JourneyName, { assumptions, config = {}, tick = 0 }: World) {
  const journey: Journey = journeys[name];
  let now = noon;
  const keys = { accessKeyId: "id", accessKeySecret: "secret" };
  const admin = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };
  const emulator = await SlsEmulator.start({
    clock: () => (now += tick),
    assumptions,
    identities: [admin, { ...keys, ...(journey.policy && { policy: journey.policy }) }],
  });
  try {
    arrangeGroup(emulator);
    now += 600_000;
    const stack = new PinStack(emulator, switches, {
      "sls:region": "cn-hangzhou",
      "sls:accessKeyId": keys.accessKeyId,
      "sls:accessKeySecret": keys.accessKeySecret,
      ...config,
      ...journey.config,
    });
    const ups: PinUp[] = [];
    const advance = (milliseconds: number): void => void (now += milliseconds);
    const world = { emulator, advance, up: stack.up.bind(stack) };
    for await (const up of journey.ups(world)) ups.push(up);
    const { consulted, errors } = stack;
    now += 600_000;
    const before = emulator.assumptionHits("shardIsOver");
    const heartbeat = "/logstores/orders/consumergroups/billing?type=heartbeat&consumer=host-d";
    const { json } = await new SlsClient(emulator).post(heartbeat, []);
    const isOverAsked = emulator.assumptionHits("shardIsOver") > before;
    return { ups, consulted, errors, handedOut: json as number[], isOverAsked };
  } finally {
    await emulator.stop();
  }
}

type Travelled = Awaited<ReturnType<typeof travel>>;

async function travelAll(world: World, which: readonly JourneyName[] = names) {
  const made = new Map<JourneyName, Travelled>();
  for (const name of which) made.set(name, await travel(name, world));
  return {
    ends: eachOf(made, ({ ups }) => ups.map(({ ending }) => ending)),
    broken: [...made].flatMap(([name, { ups }]) =>
      ups.flatMap(({ broken }) => broken.map((what) => [name, what])),
    ),
    texts: eachOf(made, ({ ups }) => ups.map(({ text }) => text).join("\n")),
    consulting: (name: AssumptionName) => which.filter((one) => made.get(one)?.consulted.includes(name)),
    of: (name: JourneyName) => made.get(name),
    meeting: (code: string) => which.filter((one) => made.get(one)?.errors.includes(code)),
    isOverAsked: [...made.values()].some(({ isOverAsked }) => isOverAsked),
  };
}

function eachOf<Value>(
  made: ReadonlyMap<JourneyName, Travelled>,
  value: (journey: Travelled) => Value,
): Partial<Record<JourneyName, Value>> {
  return Object.fromEntries([...made].map(([name, journey]) => [name, value(journey)]));
}

type Ends = Partial<Record<JourneyName, readonly Ending[]>>;

const usualEnds: Ends = Object.fromEntries(names.map((name) => [name, journeys[name].ends]));

/** How journeys end otherwise, by switch and value. */
const otherEnds: Readonly<Record<string, Ends>> = {
  "forcedUpdateByUnknownConsumer refused": { "as a consumer that is gone, by force": ["failed"] },
  "checkpointValidation range": { "a cursor that expires before its write arrives": ["failed"] },
  "updateOfUntouchedShard refused": { "a shard that nobody touched": ["failed", "failed"] },
  "getCheckPointPermission none": { "a key that may not see where the group stands": ["pinned"] },
  "v4DateHeader required": { "a pin signed with V4": ["refused", "refused"] },
};

/** Where calls are bounded, each look at the clock takes time: retries come through, in real time. */
const busy = { tick: 100, config: { "sls:maxConcurrency": "1" } };

const cases = switches.flatMap((name) =>
  turnedSwitches[name].map((value) => ({ name, value, title: `${name} ${String(value)}` })),
);

describe("a pin by the provider", () => {
  it("comes to where exactly the switches of the table decide", async () => {
    const { ends, broken, consulting, of, isOverAsked } = await travelAll({ assumptions: {} });
    expect(broken).toEqual([]);
    expect(ends).toEqual(usualEnds);
    for (const name of switches) expect([name, consulting(name)]).toEqual([name, consultedBy[name].pins]);
    expect(of("a finished shard moved back")?.handedOut).toContain(shards.finished);
    expect(isOverAsked).toBe(true);
  });

  it.each(cases)(
    "claims nothing that the service does not hold, with $title",
    async ({ name, value, title }) => {
      const isBounded = name === "metadataCallsPerSecond";
      const world = { assumptions: { [name]: value }, ...(isBounded && busy) };
      const { ends, broken, consulting, of, meeting, isOverAsked } = await travelAll(world);
      expect(broken).toEqual([]);
      expect(ends).toEqual({ ...usualEnds, ...otherEnds[title] });
      expect(consulting(name)).toEqual(consultedBy[name].pins);
      const isHandedOut = of("a finished shard moved back")?.handedOut.includes(shards.finished);
      expect(isHandedOut).toBe(name !== "rewoundShard");
      expect(meeting("MetaOperationQpsLimitExceeded").length > 0).toBe(isBounded);
      expect(isOverAsked).toBe(true);
    },
  );

  it("is failed where the bound of calls refuses its write, and goes no further", async () => {
    const only = "a pin, kept, declared otherwise, moved";
    const world = { assumptions: { metadataCallsPerSecond: 18 }, config: { "sls:maxRetries": "0" } };
    const { ends, broken, texts } = await travelAll(world, [only]);
    expect(broken).toEqual([]);
    expect(ends[only]).toEqual(["failed", "refused", "refused", "refused", "refused"]);
    expect(texts[only]).toContain("UpdateCheckPoint was answered 403 MetaOperationQpsLimitExceeded");
  });
});
