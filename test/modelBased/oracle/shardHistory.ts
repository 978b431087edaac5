import { type SavedRecord } from "./trace.ts";
import { sameRecord } from "./processLog.ts";

/** One decision for one shard, as the look that it was planned by showed the shard. */
export interface Planned {
  readonly intention: string;
  readonly snapshot: SavedRecord;
  /** Where it leads; undefined where only what was applied tells. */
  readonly target: string | undefined;
  readonly knownShards: readonly number[];
  readonly plannedAt: number;
  readonly process: number;
}

/** An act of which the provider cannot know whether it was applied. */
interface OpenPerhaps {
  readonly intentions: ReadonlySet<string>;
  readonly target: string;
  readonly waysBack: ReadonlySet<string>;
}

/** What happened to one shard, as far as it matters to what may happen next. */
export class ShardHistory {
  /** What the newest act that was applied or fulfilled certainly follows: it must not be written again. */
  done: ReadonlySet<string> = new Set();
  doneAsBehind = false;
  /** Where `previous` may lead. */
  waysBack: ReadonlySet<string> = new Set();
  openPerhaps: OpenPerhaps | undefined;
  /** Targets of writes that may never have been read back, and when their acts were planned. */
  readonly unread: { readonly checkpoint: string; readonly plannedAt: number }[] = [];
  /** The intention that was planned last, and the latest deadline that it was given. */
  wished = "keep";
  deadline: number | undefined;
  readonly #planned = new Map<string, Planned[]>();
  readonly #applied: Planned[] = [];

  plan(planned: Planned): void {
    const others = this.plannedFor(planned.intention).filter(
      ({ snapshot }) => !sameRecord(snapshot, planned.snapshot),
    );
    this.#planned.set(planned.intention, [...others, planned]);
  }

  plannedFor(intention: string): readonly Planned[] {
    return this.#planned.get(intention) ?? [];
  }

  plannedFrom(intention: string, snapshot: SavedRecord): Planned | undefined {
    return this.plannedFor(intention).findLast((each) => sameRecord(each.snapshot, snapshot));
  }

  wasApplied(planned: Planned): boolean {
    return this.#applied.some(
      (each) => each.intention === planned.intention && sameRecord(each.snapshot, planned.snapshot),
    );
  }

  /** A write took effect. */
  apply(planned: Planned, target: string): void {
    const taken = this.openPerhaps?.target === target ? this.openPerhaps : undefined;
    this.#applied.push(planned);
    this.waysBack = taken?.waysBack ?? new Set([planned.snapshot.checkpoint]);
    this.#stand(planned.intention, taken);
  }

  /** Nothing had to be written. */
  fulfil(intention: string, target: string | undefined, as: "there" | "behind"): void {
    const taken = this.openPerhaps?.target === target ? this.openPerhaps : undefined;
    if (taken !== undefined) this.waysBack = new Set([...this.waysBack, ...taken.waysBack]);
    this.#stand(intention, taken);
    this.doneAsBehind = as === "behind";
  }

  /** Nobody can tell whether the newest act was applied, so nothing is certainly done. */
  doubt(intention: string): void {
    const snapshots = this.plannedFor(intention).map(({ snapshot }) => snapshot.checkpoint);
    this.done = new Set();
    this.waysBack = new Set([...this.waysBack, ...snapshots]);
  }

  /** Acts that may have moved the shard lead back as well. */
  allowWaysBack(acts: readonly Planned[]): void {
    this.waysBack = new Set([...this.waysBack, ...acts.map(({ snapshot }) => snapshot.checkpoint)]);
  }

  forget(): void {
    this.done = new Set();
    this.openPerhaps = undefined;
  }

  #stand(intention: string, taken: OpenPerhaps | undefined): void {
    this.done = new Set([intention, ...(taken?.intentions ?? [])]);
    this.doneAsBehind = false;
    this.openPerhaps = undefined;
  }
}
