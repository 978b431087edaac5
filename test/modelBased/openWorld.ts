import fc from "fast-check";
import { SlsEmulator } from "../../emulator/src/index.ts";
import { type Real } from "./commands.ts";
import { Engine } from "./engine.ts";
import { Oracle } from "./oracle/oracle.ts";
import { type Carry } from "./orderedDispatcher.ts";
import { World, hour, noon } from "./world.ts";

const mostAtOnce = 2;

/** A service of its own for one history. */
export async function openWorld(
  carry: (emulator: SlsEmulator) => Carry,
  settings: Settings,
): Promise<Real & { readonly stop: () => Promise<void> }> {
  const clock = { now: () => noon };
  const emulator = await SlsEmulator.start({ clock: () => clock.now() });
  const retention = settings.ttl * 24 * hour;
  const oracle = new Oracle({
    mostAtOnce,
    retention,
    now: () => world.now,
    isEnd: (shard, cursor) => world.end(shard) === cursor,
    createdAt: (shard) => world.createdAt(shard),
    receivedAt: (shard, cursor) => world.receivedAt(shard, cursor),
  });
  const tell = oracle.see.bind(oracle);
  const world: World = new World(emulator, carry, tell, clock, { ...settings, mostAtOnce });
  const engine = new Engine((phase) => world.start(phase), tell);
  return { world, engine, oracle, stop: () => emulator.stop() };
}

export interface Settings {
  readonly ordered: boolean;
  readonly ttl: number;
}

/** The settings of the histories that are made up. */
export const settings: fc.Arbitrary<Settings> = fc.record({
  ordered: fc.constant(false),
  ttl: fc.constantFrom(1, 7),
});
