import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  checkConsumerGroup,
  createConsumerGroup,
  deleteConsumerGroup,
  diffConsumerGroup,
  readConsumerGroup,
  updateConsumerGroup,
} from "../../provider/src/lifecycle/consumerGroup/consumerGroup.js";
import { type LifecycleContext } from "../../provider/src/lifecycle/context.js";
import { type Declared } from "../../provider/src/lifecycle/declared.js";
import { checkReplayPlan } from "../../provider/src/lifecycle/replay/replayPlan.js";
import { millisecondsOf } from "../../provider/src/model/duration.js";
import { instantOfMilliseconds } from "../../provider/src/model/instant.js";
import { SlsNetworkError, SlsServiceError } from "../../provider/src/sls/errors.js";
import { Shop, hour, minute, wordsOf } from "./shop.js";

let shop: Shop;
let context: LifecycleContext;

beforeEach(async () => {
  shop = await Shop.open();
  context = onClockOf(shop);
  shop.takeCalls();
});

afterEach(() => shop.close());

/** A context for which time passes while it sleeps, and never otherwise. */
function onClockOf(opened: Shop): LifecycleContext {
  return {
    ...opened.context,
    now: () => instantOfMilliseconds(opened.now),
    monotonic: () => opened.now,
    sleep: (duration) => {
      opened.pass(millisecondsOf(duration));
      return Promise.resolve();
    },
  };
}

const side: Declared = { project: "shop", logstore: "orders", consumerGroup: "billing-again" };
const billing: Declared = { ...side, consumerGroup: "billing" };
const schemaVersion = 2;

function groups(): Readonly<Record<string, { readonly timeout: number; readonly order: boolean }>> {
  const listed = shop.emulator.consumerGroups("shop", "orders");
  return Object.fromEntries(listed.map(({ name, timeout, order }) => [name, { timeout, order }]));
}

/** As an official consumer does when it starts. */
function consumerSets(name: string, timeout: number): void {
  shop.emulator.changeConsumerGroup("shop", "orders", name, { timeout });
}

function commit(name = "billing-again", hoursBeforeNoon = 3): void {
  shop.emulator.commit("shop", "orders", name, 0, shop.cursor(hoursBeforeNoon), { consumer: "host-b" });
}

describe("a group that is declared", () => {
  test("is created with 60 seconds and without order, in two looks and one write", async () => {
    expect(await createConsumerGroup(side, context)).toEqual({
      id: "shop/orders/billing-again",
      outs: { ...side, adopted: false, schemaVersion },
    });
    expect(groups()["billing-again"]).toEqual({ timeout: 60, order: false });
    expect(shop.takeCalls()).toEqual(["ListConsumerGroup", "CreateConsumerGroup", "ListConsumerGroup"]);
  });

  test("is created as it is declared", async () => {
    await createConsumerGroup({ ...side, timeout: 20, order: true }, context);
    expect(groups()["billing-again"]).toEqual({ timeout: 20, order: true });
  });

  test.each([
    [{ consumerGroup: "no spaces" }, "consumerGroup"],
    [{ timeout: 0 }, "timeout"],
    [{ timeout: 1.5 }, "timeout"],
    [{ timeout: "60" }, "timeout"],
    [{ order: "true" }, "order"],
    [{ waitTimeout: 300 }, "waitTimeout"],
    [{ adopt: "yes" }, "adopt"],
  ])("with %j is told what is wrong, and nothing is asked", async (wrong, property) => {
    const { problems } = checkConsumerGroup({}, { ...side, ...wrong }, context);
    expect(problems.map((problem) => problem.property)).toEqual([property]);
    expect(shop.takeCalls()).toEqual([]);
  });

  test("with an input that there is not is told which there are", async () => {
    const { problems } = checkConsumerGroup({}, { ...side, heartbeat: 10 }, context);
    expect(problems[0]?.reason).toContain("heartbeat: ConsumerGroup has no such input; it has project");
  });

  test.each([
    ["the logstore does not exist", { logstore: "nowhere" }, "LogStoreNotExist"],
    ["the project does not exist", { project: "nowhere" }, "ProjectNotExist"],
  ])("where %s says so by the service's code", async (_what, wrong, code) => {
    const failure: unknown = await createConsumerGroup({ ...side, ...wrong }, context).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SlsServiceError);
    expect((failure as SlsServiceError).code).toBe(code);
  });

  test("beyond the quota of a logstore says so by the service's code", async () => {
    for (let index = 1; index < 30; index += 1)
      shop.emulator.createConsumerGroup("shop", "orders", `group-${String(index)}`);
    const failure: unknown = await createConsumerGroup(side, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "ConsumerGroupQuotaExceed" });
    expect(groups()["billing-again"]).toBeUndefined();
  });
});

describe("a write whose answer is lost", () => {
  test.each(["CreateConsumerGroup", "UpdateConsumerGroup", "DeleteConsumerGroup"])(
    "of %s is found done, and not sent again",
    async (call) => {
      const state =
        call === "CreateConsumerGroup" ? undefined : (await createConsumerGroup(side, context)).outs;
      shop.emulator.rule({ call, times: 1, do: { kind: "resetAfter" } });
      if (state === undefined) await createConsumerGroup(side, context);
      else if (call === "UpdateConsumerGroup")
        await updateConsumerGroup(state, { ...side, timeout: 30 }, context);
      else await deleteConsumerGroup(state, context);
      expect(shop.emulator.requestsOf(call)).toHaveLength(1);
      expect(groups()["billing-again"]?.timeout).toBe(
        { CreateConsumerGroup: 60, UpdateConsumerGroup: 30, DeleteConsumerGroup: undefined }[call],
      );
    },
  );

  test("each time ends with the failure, and a bounded number of writes", async () => {
    shop.emulator.rule({ call: "CreateConsumerGroup", do: { kind: "resetBefore" } });
    const failure: unknown = await createConsumerGroup(side, context).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SlsNetworkError);
    expect(shop.emulator.requestsOf("CreateConsumerGroup")).toHaveLength(5);
  });

  test("after a throttled one goes round again", async () => {
    shop.emulator.rule({
      call: "CreateConsumerGroup",
      times: 2,
      do: { kind: "error", status: 403, code: "WriteQuotaExceed" },
    });
    await createConsumerGroup(side, context);
    expect(groups()["billing-again"]).toEqual({ timeout: 60, order: false });
    expect(shop.emulator.requestsOf("CreateConsumerGroup")).toHaveLength(3);
  });
});

describe("a write that the service acknowledged", () => {
  test.each(["CreateConsumerGroup", "UpdateConsumerGroup", "DeleteConsumerGroup"])(
    "of %s is done, also where no look comes through afterwards",
    async (call) => {
      const state =
        call === "CreateConsumerGroup" ? undefined : (await createConsumerGroup(side, context)).outs;
      const write = shop.emulator.rule({ call, do: { kind: "holdAnswer" } });
      void write.acted().then(() => {
        const error = { kind: "error", status: 401, code: "Unauthorized" } as const;
        shop.emulator.rule({ call: "ListConsumerGroup", do: error });
        write.release();
      });
      if (state === undefined) {
        expect((await createConsumerGroup(side, context)).outs["adopted"]).toBe(false);
      } else if (call === "UpdateConsumerGroup") {
        await updateConsumerGroup(state, { ...side, timeout: 30 }, context);
      } else await deleteConsumerGroup(state, context);
      expect(shop.emulator.requestsOf(call)).toHaveLength(1);
      expect(shop.emulator.requests.at(-1)).toMatchObject({ call: "ListConsumerGroup", status: 401 });
    },
  );
});

describe("what others do between a look and its write", () => {
  /** Does something while the answer to the look is on its way. */
  async function duringLook<Done>(run: () => Promise<Done>, call: string, others: () => void): Promise<Done> {
    const look = shop.emulator.rule({ call, times: 1, do: { kind: "holdAnswer" } });
    void look.acted().then(() => {
      others();
      look.release();
    });
    return run();
  }

  const makes = (): void => shop.emulator.createConsumerGroup("shop", "orders", "billing-again");
  const removes = (): void => shop.emulator.deleteConsumerGroup("shop", "orders", "billing-again");

  test("makes the group that is to be created: it is refused with the way out, or adopted", async () => {
    const refused = duringLook(() => createConsumerGroup(side, context), "ListConsumerGroup", makes);
    expect(await wordsOf(refused)).toContain("Set adopt: true to take it over");
    removes();
    const adopting = { ...side, adopt: true };
    const { outs } = await duringLook(
      () => createConsumerGroup(adopting, context),
      "ListConsumerGroup",
      makes,
    );
    expect(outs["adopted"]).toBe(true);
  });

  test("removes the group that is to be changed: it says what to run", async () => {
    const { outs } = await createConsumerGroup(side, context);
    const update = () => updateConsumerGroup(outs, { ...side, timeout: 30 }, context);
    expect(await wordsOf(duringLook(update, "ListConsumerGroup", removes))).toContain("Run pulumi refresh");
  });

  test("removes the group that is to be deleted: it is done", async () => {
    const { outs } = await createConsumerGroup(side, context);
    await duringLook(() => deleteConsumerGroup(outs, context), "GetCheckPoint", removes);
    expect(shop.emulator.requestsOf("DeleteConsumerGroup").map(({ status }) => status)).toEqual([404]);
  });
});

describe("a group that exists already", () => {
  test("because another made it while ours was throttled is not taken for our own", async () => {
    shop.emulator.rule({
      call: "CreateConsumerGroup",
      times: 1,
      do: { kind: "error", status: 403, code: "WriteQuotaExceed" },
    });
    const meanwhile = {
      ...context,
      sleep: (duration: Parameters<LifecycleContext["sleep"]>[0]) => {
        shop.emulator.createConsumerGroup("shop", "orders", "billing-again");
        return context.sleep(duration);
      },
    };
    expect(await wordsOf(createConsumerGroup(side, meanwhile))).toContain("Set adopt: true to take it over");
  });

  test("is refused with the way out, and left as it is", async () => {
    expect(await wordsOf(createConsumerGroup({ ...billing, timeout: 20 }, context))).toBe(
      [
        "shop/orders/billing: refused, because the group exists already, and may belong to somebody else",
        "Set adopt: true to take it over as it is declared; a destroy then leaves it.",
        "Where an up that was interrupted made it, add deleteAdopted: true, and it is deleted with the stack.",
      ].join("\n"),
    );
    expect(groups()["billing"]).toEqual({ timeout: 60, order: false });
  });

  test("is adopted as it is declared, and a destroy leaves it without a request", async () => {
    const { outs } = await createConsumerGroup({ ...billing, adopt: true, timeout: 20 }, context);
    expect(outs["adopted"]).toBe(true);
    expect(groups()["billing"]).toEqual({ timeout: 20, order: false });
    shop.takeCalls();
    await deleteConsumerGroup(outs, context);
    expect(shop.takeCalls()).toEqual([]);
    expect(shop.lines.at(-1)).toContain("shop/orders/billing: was adopted, so it is left as it is");
  });

  test("is adopted without a write where it is as declared, or nothing is declared", async () => {
    await createConsumerGroup({ ...billing, adopt: true }, context);
    await createConsumerGroup({ ...billing, adopt: true, timeout: 60, order: false }, context);
    expect(shop.emulator.requestsOf("UpdateConsumerGroup")).toHaveLength(0);
  });

  test("is deleted after all with deleteAdopted in state", async () => {
    const { outs } = await createConsumerGroup({ ...billing, adopt: true }, context);
    const updated = await updateConsumerGroup(
      outs,
      { ...billing, adopt: true, deleteAdopted: true },
      context,
    );
    await deleteConsumerGroup(updated, context);
    expect(groups()["billing"]).toBeUndefined();
  });
});

describe("a refresh", () => {
  test("is quiet where a consumer set what is not declared", async () => {
    const { outs } = await createConsumerGroup(side, context);
    consumerSets("billing-again", 20);
    expect(await readConsumerGroup(outs, context)).toEqual(outs);
    expect(shop.lines).toEqual([]);
    expect(diffConsumerGroup(outs, side)).toEqual({ changes: false, replaces: [] });
  });

  test("shows as drift what a consumer set otherwise than declared, and what to set", async () => {
    const declared = { ...side, timeout: 60, order: false };
    const { outs } = await createConsumerGroup(declared, context);
    consumerSets("billing-again", 20);
    const refreshed = await readConsumerGroup(outs, context);
    expect(refreshed).toEqual({ ...outs, timeout: 20 });
    expect(shop.lines).toEqual([
      [
        "warning: shop/orders/billing-again: timeout is 20 s, declared are 60 s",
        "  Consumers set both when they start (the Python library sets the timeout to twice its heartbeat interval).",
        "  Set theirs to a timeout of 60 s, or leave timeout out of the declaration.",
      ].join("\n"),
    ]);
    expect(diffConsumerGroup(refreshed ?? {}, declared).changes).toBe(true);
    await updateConsumerGroup(refreshed ?? {}, declared, context);
    expect(groups()["billing-again"]).toEqual({ timeout: 60, order: false });
  });

  test.each([
    ["the group", () => shop.emulator.deleteConsumerGroup("shop", "orders", "billing-again")],
    ["its logstore", () => shop.emulator.deleteLogstore("shop", "orders")],
  ])("leaves state where %s is gone, and says so", async (_what, remove) => {
    const { outs } = await createConsumerGroup(side, context);
    remove();
    expect(await readConsumerGroup(outs, context)).toBeUndefined();
    expect(shop.lines[0]).toContain("shop/orders/billing-again: the group is gone");
    await deleteConsumerGroup(outs, context);
  });

  test("that finds no project keeps state: it may be in another region", async () => {
    const { outs } = await createConsumerGroup(side, context);
    shop.emulator.rule({
      call: "ListConsumerGroup",
      do: { kind: "error", status: 404, code: "ProjectNotExist" },
    });
    await expect(readConsumerGroup(outs, context)).rejects.toMatchObject({ code: "ProjectNotExist" });
    await expect(deleteConsumerGroup(outs, context)).rejects.toMatchObject({ code: "ProjectNotExist" });
  });

  test("that cannot ask keeps state", async () => {
    const { outs } = await createConsumerGroup(side, context);
    shop.emulator.rule({
      call: "ListConsumerGroup",
      do: { kind: "error", status: 401, code: "Unauthorized" },
    });
    await expect(readConsumerGroup(outs, context)).rejects.toMatchObject({ code: "Unauthorized" });
  });

  test("of state that a newer version wrote is refused before anything is deleted", async () => {
    const { outs } = await createConsumerGroup(side, context);
    const newer = { ...outs, schemaVersion: 99 };
    await expect(deleteConsumerGroup(newer, context)).rejects.toThrow("schemaVersion 99");
    expect(groups()["billing-again"]).toBeDefined();
  });
});

describe("an update", () => {
  test("writes what is declared, and leaves alone what is not", async () => {
    const { outs } = await createConsumerGroup({ ...side, order: true }, context);
    consumerSets("billing-again", 20);
    await updateConsumerGroup(outs, { ...side, order: false }, context);
    expect(groups()["billing-again"]).toEqual({ timeout: 20, order: false });
  });

  test("of flags, or a setting that is no longer declared, sends nothing", async () => {
    const { outs } = await createConsumerGroup({ ...side, forceDelete: false }, context);
    shop.takeCalls();
    const news = { ...side, forceDelete: true, waitTimeout: "PT1M", reason: "INC-1" };
    expect(diffConsumerGroup(outs, news)).toEqual({ changes: true, replaces: [] });
    expect(await updateConsumerGroup(outs, news, context)).toEqual({
      ...news,
      adopted: false,
      schemaVersion,
    });
    expect(shop.takeCalls()).toEqual([]);
  });

  test("of a group that is gone says what to run", async () => {
    const { outs } = await createConsumerGroup(side, context);
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing-again");
    expect(await wordsOf(updateConsumerGroup(outs, { ...side, timeout: 30 }, context))).toContain(
      "Run pulumi refresh, and then pulumi up",
    );
  });

  test.each(["project", "logstore", "consumerGroup"])("of %s replaces the group", async (name) => {
    const { outs } = await createConsumerGroup(side, context);
    expect(diffConsumerGroup(outs, { ...side, [name]: "another" }).replaces).toEqual([name]);
  });
});

describe("a delete", () => {
  test("tells where the group stood before anything is deleted", async () => {
    const { outs } = await createConsumerGroup(side, context);
    commit();
    shop.pass(10 * minute);
    const deletesBefore: number[] = [];
    const noting: LifecycleContext = {
      ...context,
      emit: (event) => {
        deletesBefore.push(shop.emulator.requestsOf("DeleteConsumerGroup").length);
        context.emit(event);
      },
    };
    await deleteConsumerGroup(outs, noting);
    expect(groups()["billing-again"]).toBeUndefined();
    expect(deletesBefore).toEqual([0]);
    expect(shop.lines).toEqual([
      [
        `way back: {"0":"cursor:${shop.cursor(3)}"}`,
        "  of shop/orders/billing-again, which is deleted: to be pasted as from of a replay, once the group exists again",
        "  no way back for shard 1: no checkpoint before",
      ].join("\n"),
    ]);
  });

  test("waits until the consumers are quiet", async () => {
    const { outs } = await createConsumerGroup(side, context);
    commit();
    const before = shop.now;
    await deleteConsumerGroup(outs, context);
    expect(groups()["billing-again"]).toBeUndefined();
    expect(shop.now - before).toBe(75_000);
    expect(shop.lines[0]).toContain(
      "waiting until its consumers are quiet before it is deleted, at most 5 min",
    );
  });

  test("is refused when they are not quiet in time, and the group stays", async () => {
    const { outs } = await createConsumerGroup({ ...side, waitTimeout: "PT30S" }, context);
    commit();
    expect(await wordsOf(deleteConsumerGroup(outs, context))).toBe(
      [
        "shop/orders/billing-again: not deleted, because its consumers are alive",
        "  shard 0  host-b  committed 0 s ago",
        "Stop them, wait 1 min 15 s, and run it again.",
        "A longer waitTimeout or forceDelete: true counts once an up has put it into state. Where an up has replaced the group already, it is too late for them.",
      ].join("\n"),
    );
    expect(groups()["billing-again"]).toBeDefined();
    expect(shop.emulator.requestsOf("DeleteConsumerGroup")).toHaveLength(0);
  });

  test("is refused while they go on and on, after the whole of waitTimeout", async () => {
    const { outs } = await createConsumerGroup(side, context);
    commit();
    const keepsCommitting = {
      ...context,
      sleep: async (duration: Parameters<LifecycleContext["sleep"]>[0]) => {
        await context.sleep(duration);
        commit();
      },
    };
    expect(await wordsOf(deleteConsumerGroup(outs, keepsCommitting))).toContain(
      "not deleted, because its consumers",
    );
    expect(shop.now - Shop.noon).toBeLessThanOrEqual(5 * minute);
    expect(groups()["billing-again"]).toBeDefined();
  });

  test("by force does not wait, and tells where it stood all the same", async () => {
    const { outs } = await createConsumerGroup({ ...side, forceDelete: true }, context);
    commit();
    await deleteConsumerGroup(outs, context);
    expect(groups()["billing-again"]).toBeUndefined();
    expect(shop.now).toBe(Shop.noon);
    expect(shop.lines[0]).toContain("way back:");
  });

  test("by force is told where the service itself refuses it, and nothing is lost", async () => {
    await shop.close();
    shop = await Shop.open({ deleteOfConsumedGroup: "refused" });
    context = onClockOf(shop);
    const { outs } = await createConsumerGroup({ ...side, forceDelete: true }, context);
    commit();
    const [first, answered, ...more] = (await wordsOf(deleteConsumerGroup(outs, context))).split("\n");
    expect([first, answered, more.at(-1)]).toEqual([
      "shop/orders/billing-again: not deleted, because the service refused it; the group and its checkpoints are as they were",
      "  DeleteConsumerGroup was answered 400 ConsumerGroupInUse: consumers of the consumer group are alive",
      "Stop all of its consumers, also those that save nothing, wait until the group's timeout has passed, and run it again.",
    ]);
    expect(shop.emulator.checkpoint("shop", "orders", "billing-again", 0)?.checkpoint).toBe(shop.cursor(3));
    shop.pass(2 * minute);
    await deleteConsumerGroup(outs, context);
    expect(groups()["billing-again"]).toBeUndefined();
  });

  test("of a group that is gone already is done", async () => {
    const { outs } = await createConsumerGroup(side, context);
    shop.emulator.deleteConsumerGroup("shop", "orders", "billing-again");
    await deleteConsumerGroup(outs, context);
    expect(shop.emulator.requestsOf("DeleteConsumerGroup")).toHaveLength(0);
  });

  test("stops where the engine is gone", async () => {
    const { outs } = await createConsumerGroup(side, context);
    const orphan = {
      ...context,
      engineAlive: () => {
        throw new Error("the engine is gone");
      },
    };
    await expect(deleteConsumerGroup(outs, orphan)).rejects.toThrow("the engine is gone");
    expect(groups()["billing-again"]).toBeDefined();
  });
});

describe("a replay on a group that does not exist", () => {
  const replay: Declared = {
    ...side,
    from: new Date(Shop.noon - 3 * hour).toISOString(),
    self: "urn:replay",
  };

  test("is planned in full where the same process has checked the group", async () => {
    checkConsumerGroup({}, { ...side, order: true }, context);
    const { problems, refused } = await checkReplayPlan({}, replay, context);
    expect([problems, refused]).toEqual([[], undefined]);
    const kept = context.memory.keptLook("urn:replay");
    expect(kept?.look?.seen).toMatchObject({ group: { ordered: true }, knownShards: [0, 1], records: [] });
  });

  test("stays not evaluated where the group is declared nowhere", async () => {
    await checkReplayPlan({}, replay, context);
    expect(shop.lines.join("\n")).toContain("not evaluated");
  });
});
