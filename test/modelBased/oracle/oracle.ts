import {
  askedOfService,
  instantOf,
  millisecondsOf,
  names,
  numberOf,
  positionOf,
  positionOfOthers,
} from "./positions.ts";
import { CallLog, type Look, ProcessLog, sameRecord, untouched } from "./processLog.ts";
import { type Planned, ShardHistory } from "./shardHistory.ts";
import {
  type CallEnded,
  type Declaration,
  type DeclaredFrom,
  type Exchange,
  type TraceItem,
} from "./trace.ts";

/** What the oracle knows of the service besides what it is told. */
export interface ServiceFacts {
  readonly mostAtOnce: number;
  /** Unix milliseconds of the service's clock. */
  readonly now: () => number;
  /** Unix milliseconds when the log group at a cursor was received; for the end, the one before it. */
  readonly receivedAt: (shard: number, cursor: string) => number | undefined;
  readonly isEnd: (shard: number, cursor: string) => boolean;
  readonly createdAt: (shard: number) => number | undefined;
  readonly retention: number;
}

/** What the newest plan in state asks for. */
interface Wish {
  readonly from: DeclaredFrom;
  readonly triggers: string;
  readonly generation: number;
}

const replayGroup = "billing";
const longestLook = 5_000;
/** Less what the service rounds its clock by. */
const quietAfter = 73_000;
const dayMove = "P1D";

/**
 * Judges what the provider does by the rules that it promises, and by nothing that it says: the requests it sends,
 * what they were answered, who saved what, and what was declared. `docs/semantics.md` has the rules.
 */
export class Oracle {
  readonly violations: string[] = [];
  readonly #facts: ServiceFacts;
  readonly #processes = new Map<number, ProcessLog>();
  readonly #shards = new Map<string, ShardHistory>();
  /** Records that were written by the provider. */
  readonly #ours = new Set<string>();
  #wish: Wish | undefined;
  #generations = 0;
  #pinGeneration = 0;
  /** The last declaration of the pin that state holds an open act of. */
  #pinOpen: string | undefined;
  /** What `"*"` last followed; undefined where that is not certain. */
  #others: { readonly intention: string; readonly knownShards: readonly number[] } | undefined;

  constructor(facts: ServiceFacts) {
    this.#facts = facts;
  }

  see(item: TraceItem): void {
    switch (item.kind) {
      case "operation":
        this.#processes.set(item.process, new ProcessLog(item.phase));
        return;
      case "call":
        this.#process(item.process).call = new CallLog(item);
        if (item.forgotten && item.resource !== "plan")
          this.#forget(item.resource === "pin" ? "audit" : replayGroup);
        if (item.method === "create" && item.resource === "pin") this.#pinGeneration += 1;
        return;
      case "exchange":
        return this.#seeExchange(item);
      case "ended":
        return this.#seeEnd(item);
      case "named":
        this.#process(item.process).named.push(item);
        return;
      case "saved":
        return;
    }
  }

  requestsOf(process: number): number {
    return this.#process(process).requests;
  }

  /** Demands that a process left a group alone, because the state of it cannot be read. */
  expectNoWrite(process: number, group: string): void {
    const write = this.#process(process).writes.find((each) => each.group === group);
    if (write !== undefined)
      this.#violate(`${group}/${write.shard ?? ""} was written by state that cannot be read`);
  }

  /** Demands that an up writes what the preview right before it named, when nothing happened in between. */
  comparePreview(preview: number, up: number, previewed: { green: boolean }, done: { green: boolean }): void {
    const [said, did] = [this.#process(preview), this.#process(up)];
    const named = (kind: "moves" | "live"): string[] =>
      said.named.flatMap((each) => each[kind].map((shard) => `${each.group}/${shard}`));
    const written = new Set(did.writes.map(({ group, shard }) => `${group ?? ""}/${shard ?? ""}`));
    const moves = [...named("moves"), ...named("live")];
    for (const shard of written) {
      if (!moves.includes(shard)) this.#violate(`${shard} was written, and the preview did not name it`);
    }
    if (!previewed.green || !done.green) return;
    for (const shard of moves) {
      if (this.#mayExpire(shard)) continue;
      if (!written.has(shard))
        this.#violate(`${shard} was named by the preview, and not written by a green up`);
    }
  }

  /** A deadline can pass between a preview and its up. */
  #mayExpire(shard: string): boolean {
    const deadline = this.#shards.get(shard)?.deadline;
    return deadline !== undefined && deadline < this.#facts.now() + 2_000;
  }

  #violate(text: string): void {
    this.violations.push(text);
  }

  #process(id: number): ProcessLog {
    const found = this.#processes.get(id);
    if (found === undefined) throw new RangeError(`no process ${id}`);
    return found;
  }

  #shard(group: string, shard: number): ShardHistory {
    const key = `${group}/${shard}`;
    const found = this.#shards.get(key) ?? new ShardHistory();
    this.#shards.set(key, found);
    return found;
  }

  #forget(group: string): void {
    for (const [key, shard] of this.#shards) if (key.startsWith(`${group}/`)) shard.forget();
    if (group === replayGroup) this.#others = undefined;
    else this.#pinOpen = undefined;
  }

  #seeExchange(exchange: Exchange): void {
    const process = this.#process(exchange.process);
    if (process.phase === "refresh") this.#violate(`a refresh sent ${exchange.call}`);
    if (exchange.call === "UpdateCheckPoint") this.#judgeWrite(exchange, process);
    process.see(exchange);
  }

  #judgeWrite(write: Exchange, process: ProcessLog): void {
    const { group = "", shard = -1 } = write;
    const about = `${group}/${shard}: a write`;
    const call = process.call;
    const may = call !== undefined && ["create", "update"].includes(call.began.method);
    if (process.phase !== "update" || !may || call.began.resource === "plan") {
      return this.#violate(`${about} in a ${process.phase}, by ${call?.began.method ?? "nothing"}`);
    }
    const { checkpoint } = JSON.parse(write.sent) as { readonly checkpoint: string };
    const look = process.look(group);
    if (look === undefined) return this.#violate(`${about} without a look`);
    this.#judgeLook(about, write, look);
    const asked = this.#askedOf(call, group, shard);
    if (asked === undefined || asked.position === "keep") {
      return this.#violate(`${about} to a shard that is left alone`);
    }
    const history = this.#shard(group, shard);
    const seen = look.records.get(shard) ?? untouched;
    const planned = this.#plannedOf(call, group, shard, asked, seen);
    if (planned === undefined) {
      this.#violate(`${about} although the look showed it where its act was not planned from`);
    }
    this.#judgeAsked(about, write, asked, history, call.began.declared);
    this.#judgeTarget(about, checkpoint, planned, history, asked.position);
    this.#judgeBounds(about, write, { checkpoint, seen, asked, planned, call, look });
    this.#takeEffect(write, history, planned, checkpoint);
  }

  #judgeLook(about: string, write: Exchange, look: Look): void {
    const age = write.arrivedAt - look.sentAt;
    if (age > longestLook) this.#violate(`${about} ${age} ms after the look before it`);
    if (look.writtenSince.includes(write.shard ?? -1))
      this.#violate(`${about} again, without a look in between`);
    if (look.writtenSince.length >= this.#facts.mostAtOnce) {
      this.#violate(`${about} after ${look.writtenSince.length} others by the same look`);
    }
  }

  #askedOf(call: CallLog, group: string, shard: number): Asked | undefined {
    const { declared, resource } = call.began;
    if (resource === "pin") return pinAsked(declared, shard, this.#pinGeneration);
    if (this.#wish === undefined || group !== replayGroup) return undefined;
    const position = positionOf(this.#wish.from, shard);
    return { position, intention: intentionOf(position, this.#wish) };
  }

  /** A pin plans itself, by the first look of the call that makes a new act of it. */
  #plannedOf(call: CallLog, group: string, shard: number, { intention }: Asked, seen: SavedRecordLike) {
    const history = this.#shard(group, shard);
    if (call.began.resource === "pin" && this.#pinOpen !== intention) this.#planPin(call, history, intention);
    return history.plannedFrom(intention, seen);
  }

  #planPin(call: CallLog, history: ShardHistory, intention: string): void {
    const { shard = 0, checkpoint } = call.began.declared;
    if (call.writes.length > 0) return;
    if (history.wished !== intention) history.deadline = undefined;
    history.wished = intention;
    // The look right before a write judges the act, and plans none.
    for (const { records, sentAt } of call.looks.slice(0, -1)) {
      history.plan({
        intention,
        snapshot: records.get(shard) ?? untouched,
        target: checkpoint,
        knownShards: call.knownShards ?? [],
        plannedAt: sentAt,
        process: call.began.process,
      });
    }
  }

  #judgeAsked(
    about: string,
    write: Exchange,
    { intention, position }: Asked,
    history: ShardHistory,
    declared: Declaration,
  ): void {
    const skips = history.doneAsBehind && declared.allowSkip === true;
    if (history.done.has(intention) && !skips) {
      this.#violate(`${about} for ${position}, which is what was done last`);
    }
    const deadline = latest(history.deadline, deadlineOf(declared));
    if (deadline !== undefined && write.arrivedAt > deadline) {
      this.#violate(`${about} ${write.arrivedAt - deadline} ms after its deadline`);
    }
    if (write.group === replayGroup && this.#appearedLater(write.shard ?? -1)) {
      this.#violate(`${about} although the shard appeared after "*" had followed the same`);
    }
  }

  #appearedLater(shard: number): boolean {
    if (this.#wish === undefined || this.#others === undefined || names(this.#wish.from, shard)) return false;
    const intention = intentionOf(positionOfOthers(this.#wish.from), this.#wish);
    return this.#others.intention === intention && !this.#others.knownShards.includes(shard);
  }

  #judgeTarget(
    about: string,
    checkpoint: string,
    planned: Planned | undefined,
    history: ShardHistory,
    position: string,
  ): void {
    if (position === "previous") {
      const open = history.openPerhaps?.target;
      if (history.waysBack.has(checkpoint) || open === checkpoint) return;
      return this.#violate(
        `${about} for previous to ${text(checkpoint)}; it stood at ${[...history.waysBack].map(text).join(" or ")}`,
      );
    }
    if (planned?.target === undefined || planned.target === checkpoint) return;
    this.#violate(`${about} to ${text(checkpoint)}; ${position} is ${text(planned.target)}`);
  }

  #judgeBounds(about: string, write: Exchange, bounds: Bounded): void {
    const { checkpoint, seen, asked, planned, call, look } = bounds;
    const { declared } = call.began;
    const instant = instantOf(asked.position);
    if (
      instant !== undefined &&
      declared.allowSkip !== true &&
      isForward(call, write.shard ?? 0, seen, checkpoint)
    ) {
      this.#violate(`${about} forward, over log groups that nobody has read`);
    }
    if (instant !== undefined && !this.#allowsTruncated(declared) && this.#isTruncated(write, instant)) {
      this.#violate(`${about} for an instant that the shard keeps nothing of`);
    }
    const span = this.#spanOf(write, seen, checkpoint);
    const most = millisecondsOf(declared.maxMove ?? dayMove);
    if (span !== undefined && span > most) {
      this.#violate(`${about} that moves it by ${span} ms, further than ${declared.maxMove ?? dayMove}`);
    }
    const appeared = (call.knownShards ?? []).filter(
      (shard) => planned?.knownShards.includes(shard) === false,
    );
    if (appeared.length > 0 && call.began.resource === "apply") {
      this.#violate(`${about} although the shards ${appeared.join(", ")} appeared since its act was planned`);
    }
    if (declared.onActiveConsumers !== "overwrite") this.#judgeLive(about, write, look, call);
  }

  #judgeLive(about: string, write: Exchange, look: Look, call: CallLog): void {
    for (const [shard, record] of look.records) {
      if (call.began.resource === "pin" && shard !== write.shard) continue;
      const age = look.sentAt - record.updateTime / 1_000;
      if (age >= quietAfter || record.updateTime === 0) continue;
      const key = `${write.group ?? ""}/${shard}`;
      if (this.#ours.has(ourKey(key, record)) || this.#mayBeOurs(call, write.group ?? "", shard, record))
        continue;
      this.#violate(`${about} although a consumer saved ${key} ${Math.round(age / 1_000)} s ago`);
    }
  }

  /** At the target of an open act, and saved since it was planned: nobody can tell it from a write of a killed run. */
  #mayBeOurs(
    call: CallLog,
    group: string,
    shard: number,
    { checkpoint, updateTime }: SavedRecordLike,
  ): boolean {
    const history = this.#shard(group, shard);
    const isUnread = history.unread.some(
      (each) => each.checkpoint === checkpoint && updateTime / 1_000 >= each.plannedAt,
    );
    const isOfThisCall = call.writes.some(
      (each) =>
        each.shard === shard && (JSON.parse(each.sent) as { checkpoint: string }).checkpoint === checkpoint,
    );
    if (isUnread || isOfThisCall) return true;
    const planned = history.plannedElsewhere(call.began.process);
    return planned.some(
      (each) =>
        (each.target ?? checkpoint) === checkpoint &&
        updateTime / 1_000 >= Math.floor(each.plannedAt / 1_000) * 1_000,
    );
  }

  /** State of the plan holds this permission, and the writes are not told of a change. */
  #truncationAllowed = false;

  #allowsTruncated({ allowTruncated }: Declaration): boolean {
    return allowTruncated === true || this.#truncationAllowed;
  }

  #isTruncated({ shard = -1, arrivedAt }: Exchange, instant: number): boolean {
    const keptSince = arrivedAt - this.#facts.retention;
    const createdAt = this.#facts.createdAt(shard);
    return createdAt !== undefined && instant < keptSince - 10_000 && createdAt < keptSince - 10_000;
  }

  /** Undefined where no bound can be judged from outside. */
  #spanOf(
    { shard = -1, arrivedAt }: Exchange,
    { checkpoint: stand }: SavedRecordLike,
    checkpoint: string,
  ): number | undefined {
    const target = this.#facts.receivedAt(shard, checkpoint);
    const stands = this.#facts.receivedAt(shard, stand);
    // From nowhere it is measured to now, and nothing lies between the end and now.
    if (target === undefined || (stands === undefined && this.#facts.isEnd(shard, checkpoint)))
      return undefined;
    return Math.abs((stands ?? arrivedAt - 10_000) - target);
  }

  #takeEffect(
    write: Exchange,
    history: ShardHistory,
    planned: Planned | undefined,
    checkpoint: string,
  ): void {
    const { group = "", shard = -1, before = untouched, after = untouched } = write;
    if (sameRecord(before, after)) return;
    this.#ours.add(ourKey(`${group}/${shard}`, after));
    if (planned === undefined) return;
    if (history.wasApplied(planned)) this.#violate(`${group}/${shard}: one act was applied twice`);
    history.apply(planned, checkpoint);
  }

  #seeEnd(ended: CallEnded): void {
    const process = this.#process(ended.process);
    const { call } = process;
    process.call = undefined;
    if (call === undefined || process.phase !== "update") return;
    if (ended.method !== "create" && ended.method !== "update") return;
    if (ended.how !== "returned") this.#noteUnread(call);
    const saved = ended.how === "returned" || ended.how === "unfinished";
    if (!saved) return;
    if (ended.resource === "plan") return this.#keepPlan(call);
    if (ended.resource === "pin") return this.#keepPin(call, ended.how === "returned");
    this.#keepApply(call, ended.how === "returned");
  }

  /** Writes that nobody may have read back. */
  #noteUnread(call: CallLog): void {
    for (const { group = "", shard = -1, sent } of call.writes) {
      const { checkpoint } = JSON.parse(sent) as { readonly checkpoint: string };
      const history = this.#shard(group, shard);
      const planned = history.plannedFor(history.wished).at(-1);
      history.unread.push({ checkpoint, plannedAt: planned?.plannedAt ?? 0 });
    }
  }

  #keepPlan(call: CallLog): void {
    const { declared, method, process } = call.began;
    if (method === "create") this.#generations += 1;
    const { from = {}, triggers } = declared;
    const wish: Wish = { from, triggers: JSON.stringify(triggers ?? null), generation: this.#generations };
    this.#wish = wish;
    this.#truncationAllowed = declared.allowTruncated === true;
    const look = call.looks.at(-1);
    const shards = call.knownShards ?? this.#knownInPlan;
    this.#knownInPlan = shards;
    for (const shard of shards) {
      const position = positionOf(from, shard);
      const intention = intentionOf(position, wish);
      const history = this.#shard(replayGroup, shard);
      const deadline = deadlineOf(declared);
      history.deadline = history.wished === intention ? latest(history.deadline, deadline) : deadline;
      history.wished = intention;
      if (look === undefined || position === "keep" || !call.asksAbout(shard)) continue;
      history.plan({
        intention,
        snapshot: look.records.get(shard) ?? untouched,
        target: targetOf(call, shard, position),
        knownShards: shards,
        plannedAt: look.sentAt,
        process,
      });
    }
  }

  #knownInPlan: readonly number[] = [];

  #keepPin(call: CallLog, returned: boolean): void {
    const { declared } = call.began;
    const { shard = 0 } = declared;
    const asked = pinAsked(declared, shard, this.#pinGeneration);
    if (asked === undefined) return;
    const history = this.#shard("audit", shard);
    if (call.looks.length > 0 && this.#pinOpen !== asked.intention)
      this.#planPin(call, history, asked.intention);
    this.#pinOpen = returned ? undefined : asked.intention;
    this.#keepShard(call, "audit", shard, asked, returned);
  }

  #keepApply(call: CallLog, returned: boolean): void {
    const wish = this.#wish;
    if (wish === undefined) return;
    const shards = call.knownShards ?? this.#knownInPlan;
    for (const shard of shards) {
      const position = positionOf(wish.from, shard);
      this.#keepShard(
        call,
        replayGroup,
        shard,
        { position, intention: intentionOf(position, wish) },
        returned,
      );
    }
    this.#keepOthers(call, wish, shards, returned);
  }

  #keepOthers(call: CallLog, wish: Wish, shards: readonly number[], returned: boolean): void {
    const position = positionOfOthers(wish.from);
    if (position === "keep") return;
    const refusedAll =
      call.writes.length > 0 && call.writes.every(({ status = 0 }) => status >= 400 && status < 500);
    const reached = shards.every((shard) => call.writes.some((write) => write.shard === shard));
    if (!returned && refusedAll && reached) return;
    this.#others = returned ? { intention: intentionOf(position, wish), knownShards: shards } : undefined;
  }

  /** What one call that state knows of means for one shard. */
  #keepShard(call: CallLog, group: string, shard: number, asked: Asked, returned: boolean): void {
    const history = this.#shard(group, shard);
    const { intention, position } = asked;
    if (position !== "keep") history.deadline = latest(history.deadline, deadlineOf(call.began.declared));
    const writes = call.writes.filter((write) => write.shard === shard);
    const seen = call.looks.map(({ records }) => records.get(shard) ?? untouched);
    const last = seen.at(-1);
    const planned = history.plannedFor(intention);
    const target = planned.at(-1)?.target;
    if (history.openPerhaps !== undefined && !history.openPerhaps.intentions.has(intention)) {
      if (position === "keep" || last === undefined) history.openPerhaps = undefined;
    }
    if (position === "keep" || last === undefined) return;
    const moved = seen.some((record) => !sameRecord(record, last));
    if (history.done.has(intention)) {
      const sent = writes.find((write) => write.status === undefined || write.status < 400);
      if (returned || sent === undefined) return;
      const { checkpoint } = JSON.parse(sent.sent) as { readonly checkpoint: string };
      const elsewhere = last.checkpoint !== checkpoint && history.plannedFrom(intention, last) === undefined;
      if (elsewhere) {
        history.openPerhaps = { intentions: history.done, target: checkpoint, waysBack: history.waysBack };
      }
      return;
    }
    if (writes.some(({ status }) => status === undefined || status >= 500)) return history.doubt(intention);
    const atSnapshot = history.plannedFrom(intention, last) !== undefined;
    if (target !== undefined && last.checkpoint === target) {
      const mistakable = planned.filter((each) => mayHaveWritten(each, last, call));
      history.allowWaysBack(mistakable);
      if (mistakable.length > 0) this.#ours.add(ourKey(`${group}/${shard}`, last));
      return moved ? history.doubt(intention) : history.fulfil(intention, target, "there");
    }
    if (instantOf(position) !== undefined && target !== undefined && isBefore(last.checkpoint, target)) {
      return returned && !moved ? history.fulfil(intention, target, "behind") : history.doubt(intention);
    }
    if (!atSnapshot || position === "previous") history.doubt(intention);
  }
}

/** A shard at the target of an older act, saved since it was planned, looks like the write of a run that was killed. */
function mayHaveWritten(
  { plannedAt, process }: Planned,
  { updateTime }: SavedRecordLike,
  call: CallLog,
): boolean {
  return process !== call.began.process && updateTime / 1_000 >= Math.floor(plannedAt / 1_000) * 1_000;
}

interface SavedRecordLike {
  readonly checkpoint: string;
  readonly updateTime: number;
}

interface Asked {
  readonly position: string;
  readonly intention: string;
}

interface Bounded {
  readonly checkpoint: string;
  readonly seen: SavedRecordLike;
  readonly asked: Asked;
  readonly planned: Planned | undefined;
  readonly call: CallLog;
  readonly look: Look;
}

function intentionOf(position: string, { triggers, generation }: Omit<Wish, "from">): string {
  return position === "keep" ? "keep" : `${position} ${triggers} ${generation}`;
}

function pinAsked(
  { checkpoint, triggers, ...declared }: Declaration,
  shard: number,
  generation: number,
): Asked | undefined {
  if (checkpoint === undefined || declared.shard !== shard) return undefined;
  const position = `cursor:${checkpoint}`;
  return {
    position,
    intention: intentionOf(position, { triggers: JSON.stringify(triggers ?? null), generation }),
  };
}

function targetOf(call: CallLog, shard: number, position: string): string | undefined {
  if (position.startsWith("cursor:")) return position.slice("cursor:".length);
  const from = askedOfService(position);
  return from === undefined ? undefined : call.cursor(shard, from);
}

function deadlineOf({ applyBefore }: Declaration): number | undefined {
  return applyBefore === undefined ? undefined : Date.parse(applyBefore);
}

function latest(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.max(left, right);
}

/** Outside of its window a shard stands nowhere, and there is no forward. */
function isForward(call: CallLog, shard: number, { checkpoint }: SavedRecordLike, target: string): boolean {
  const begin = call.cursor(shard, "begin");
  if (begin !== undefined && isBefore(checkpoint, begin)) return false;
  return isBefore(checkpoint, target);
}

function isBefore(left: string, right: string): boolean {
  const [a, b] = [numberOf(left), numberOf(right)];
  return a !== undefined && b !== undefined && a < b;
}

function ourKey(shard: string, { checkpoint, updateTime }: SavedRecordLike): string {
  return `${shard} ${checkpoint} ${updateTime}`;
}

function text(checkpoint: string): string {
  return checkpoint === "" ? "nowhere" : String(numberOf(checkpoint) ?? checkpoint);
}
