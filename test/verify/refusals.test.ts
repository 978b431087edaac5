import { describe, expect, it, vi } from "vitest";
import { policyOf } from "../../cli/src/verify/announcement.ts";
import { scratchName, Verifier } from "./verifier.js";

/** The grants of a RAM policy, as the emulator has them. */
function grantsOf(policy: string): { actions: string[]; resources: string[] }[] {
  const { Statement } = JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] };
  return Statement.map(({ Action, Resource }) => ({ actions: Action, resources: Resource }));
}

const everything = grantsOf(policyOf("shop"));

/** The documented policy without one action. */
function without(action: string) {
  return everything.map(({ actions, resources }) => ({
    actions: actions.filter((each) => each !== action),
    resources,
  }));
}

describe("verify with a key", () => {
  it("that has exactly the policy that it prints asks everything", async () => {
    const verifier = await Verifier.open({ policy: everything });
    const { code, out, progress } = await verifier.run();
    expect(progress).toContain(policyOf("shop"));
    expect(out).toContain("0 unclear, 0 failed, 4 not asked");
    expect([code, verifier.left()]).toEqual([0, []]);
  });

  it("that may only read creates nothing, and says so", async () => {
    const policy = [{ actions: ["log:Get*", "log:List*"], resources: ["*"] }];
    const verifier = await Verifier.open({ policy });
    const { code, out } = await verifier.run();
    expect(out).toContain("The key may not delete logstores, so nothing was created.");
    expect(out).toContain("DeleteLogStore was answered 401 Unauthorized");
    expect([code, verifier.emulator.requestsOf("CreateLogStore")]).toEqual([1, []]);
  });

  it.each(everything.flatMap(({ actions }) => actions))(
    "that may not %s says so, and leaves nothing",
    async (action) => {
      const verifier = await Verifier.open({ policy: without(action) });
      const { code, out } = await verifier.run();
      const call = verifier.emulator.requests.find(({ status }) => status === 401)?.call;
      expect(verifier.left()).toEqual([]);
      if (action === "log:ListLogStores") return expect([code, call]).toEqual([0, undefined]);
      expect(out).toContain(`${call ?? "no call was denied"} was answered 401 Unauthorized`);
      expect(code).toBeGreaterThan(0);
    },
  );

  it("that needs nothing but what it prints: each action is asked for", async () => {
    const verifier = await Verifier.open();
    await verifier.run();
    const calls = new Set(verifier.emulator.requests.map(({ call }) => call));
    expect([...calls].sort()).toEqual([
      "CreateConsumerGroup",
      "CreateLogStore",
      "DeleteConsumerGroup",
      "DeleteLogStore",
      "GetCheckPoint",
      "GetCursor",
      "GetCursorTime",
      "GetLogStore",
      "HeartBeat",
      "ListConsumerGroup",
      "ListShards",
      "PostLogStoreLogs",
      "SplitShard",
      "UpdateCheckPoint",
    ]);
  });
});

describe("verify without a key that is accepted", () => {
  it("says where a key was looked for, before anything else", async () => {
    const verifier = await Verifier.open();
    vi.stubEnv("ALICLOUD_ACCESS_KEY", "");
    vi.stubEnv("ALICLOUD_SECRET_KEY", "");
    vi.stubEnv("HOME", "/dev/null");
    for (const clean of [false, true]) {
      const { code, failure, progress } = await verifier.run({ clean });
      expect(failure).toMatch(/^no credentials were found\nthe aliyun CLI's profile: /);
      expect(failure).toContain("or --profile");
      expect([code, progress, verifier.emulator.requests]).toEqual([1, "", []]);
    }
  });

  it("names the part of a key that cannot be sent", async () => {
    const verifier = await Verifier.open();
    vi.stubEnv("ALICLOUD_ACCESS_KEY", "emulator\nAccessKeyId");
    const { code, failure } = await verifier.run();
    expect(failure).toContain("no HTTP header can hold ALICLOUD_ACCESS_KEY: it has a line break");
    expect([code, verifier.emulator.requests]).toEqual([1, []]);
  });

  it.each([
    ["ALICLOUD_ACCESS_KEY", "DeleteLogStore was answered 401 Unauthorized: AccessKeyId not found: other"],
    ["ALICLOUD_SECRET_KEY", "DeleteLogStore was answered 401 SignatureNotMatch"],
  ])("says that it is not accepted where %s is wrong", async (name, answered) => {
    const verifier = await Verifier.open();
    vi.stubEnv(name, "other");
    const { code, out } = await verifier.run();
    expect(out).toContain("The key is not accepted, so nothing was created.");
    expect(out).toContain(answered);
    expect(out).toContain("check the key's id and secret, and that it is not disabled");
    expect(out).not.toMatch(/policy|fault of this program/);
    expect([code, verifier.left()]).toEqual([1, []]);
  });

  it("does not take a wrong key of --denied-profile for a denial", async () => {
    const verifier = await Verifier.open({ strangerSecret: "wrong" });
    const { code, out, observed } = await verifier.run({ deniedProfile: "stranger" });
    expect(out).toMatch(/deniedStatus +unclear +the key of --denied-profile is not accepted at all/);
    expect(out).toMatch(/getCheckPointPermission +unclear +the key of --denied-profile is not accepted/);
    expect(observed).not.toHaveProperty("deniedStatus");
    expect([code, verifier.left()]).toEqual([2, []]);
  });

  it("names what is left where the key is revoked while it runs", async () => {
    const verifier = await Verifier.open();
    void verifier.emulator
      .waitForRequest(() => true, 200)
      .then(() => verifier.emulator.setIdentities([]))
      .catch(() => undefined);
    const { code, out } = await verifier.run();
    const [name = ""] = verifier.left();
    expect(out).toContain(
      `✗ The logstore ${name} of project shop may be left: DeleteLogStore was answered 401`,
    );
    expect(out).toContain("Remove it with: sls-checkpoint verify --clean --project shop");
    expect([code, name]).toEqual([1, expect.stringMatching(scratchName)]);
  });
});

describe("verify", () => {
  it("says that the project is full, and leaves nothing", async () => {
    const verifier = await Verifier.open({ leftovers: 200 });
    const { code, out } = await verifier.run();
    expect(out).toContain("The scratch logstore was not created.");
    expect(out).toContain("CreateLogStore was answered 400 ProjectQuotaExceed");
    expect(out).toContain("The project is full");
    expect([code, verifier.left()]).toEqual([1, []]);
  });

  it.each([10, -10])(
    "names a clock that is %i minutes off, and measures by the service's",
    async (minutes) => {
      const verifier = await Verifier.open({ ahead: minutes * 60_000 });
      const { code, out, observed } = await verifier.run();
      expect(out).toContain(`10.0 minutes ${minutes > 0 ? "ahead of" : "behind"} the service's: set it.`);
      expect(observed?.updateTimeUnit).toBe("microseconds");
      expect(out).toMatch(/skew +200, 400 RequestTimeExpired, 200, 400 RequestTimeExpired/);
      expect([code, verifier.left()]).toEqual([0, []]);
    },
  );

  it("corrects a clock that the service does not accept, and names it", async () => {
    const verifier = await Verifier.open({ ahead: 3_600_000 });
    const { code, out } = await verifier.run();
    expect(out).toContain("60.0 minutes ahead of the service's: set it.");
    expect([code, verifier.left()]).toEqual([0, []]);
  });

  it("says that the project is not there", async () => {
    const verifier = await Verifier.open();
    const { code, out } = await verifier.run({ project: "nowhere" });
    expect(out).toContain("DeleteLogStore was answered 404 ProjectNotExist");
    expect(out).toContain("Check --project, and that --region is the region it is in.");
    expect(code).toBe(1);
  });

  it("does not fill the quota of a project that others use", async () => {
    const verifier = await Verifier.open();
    verifier.emulator.createLogstore("shop", "orders");
    const { code, failure } = await verifier.run({ probeLimits: true });
    expect(failure).toContain("--probe-limits needs a project that holds nothing else, and shop has orders.");
    expect([code, verifier.emulator.requestsOf("CreateLogStore")]).toEqual([1, []]);
  });

  it("costs a failing probe its own row only", async () => {
    const verifier = await Verifier.open();
    verifier.emulator.rule({
      call: "SplitShard",
      do: { kind: "error", status: 500, code: "InternalServerError" },
    });
    const { code, out, observed } = await verifier.run();
    expect(out).toMatch(/shardIsOver +failed +SplitShard was answered 500 InternalServerError/);
    expect(out).toContain("15 found, 0 unclear, 2 failed, 4 not asked");
    expect(observed).not.toHaveProperty("shardIsOver");
    expect([code, verifier.left()]).toEqual([2, []]);
  });

  it("says which step of the provider did not pass, and what was seen", async () => {
    const verifier = await Verifier.open();
    const nothing = { kind: "body", status: 200, contentType: "application/json", body: "" } as const;
    // Acknowledged and not done: the first pin of a shard.
    verifier.emulator.rule({ call: "UpdateCheckPoint", nth: 1, do: nothing });
    const { code, out } = await verifier.run();
    expect(out).toMatch(/ConsumerGroupCheckpoint of each shard at its end\n?.*✗/);
    expect(out).not.toContain("ConsumerGroupReplay from");
    expect(out).toContain("17 found, 0 unclear, 0 failed");
    expect([code, verifier.left()]).toEqual([2, []]);
  });

  it("leaves unclear what is answered otherwise than a switch has it", async () => {
    const verifier = await Verifier.open();
    verifier.emulator.rule({ call: "GetCursorTime", do: { kind: "error", status: 418, code: "Teapot" } });
    verifier.emulator.rule({
      call: "HeartBeat",
      do: { kind: "body", status: 200, contentType: "text/html", body: "<p>" },
    });
    verifier.emulator.rule({
      call: "CreateConsumerGroup",
      nth: 20,
      do: { kind: "error", status: 409, code: "Conflict" },
    });
    const { code, out, observed } = await verifier.run();
    expect(out).toMatch(/consumerGroupQuotaStatus +unclear +not refused by a quota \(409 Conflict\)/);
    expect(out).toMatch(/endCursorTime +failed +GetCursorTime was answered 418 Teapot/);
    expect(out).toMatch(/shardIsOver +failed +HeartBeat was answered 200 with what is no answer of SLS: <p>/);
    const absent = ["consumerGroupQuotaStatus", "endCursorTime", "shardIsOver", "rewoundShard"];
    expect(absent.filter((name) => name in (observed ?? {}))).toEqual([]);
    expect(code).toBe(2);
  });

  it("sends nothing before a person agreed", async () => {
    const verifier = await Verifier.open();
    verifier.answer = "n";
    expect((await verifier.run({ yes: false })).code).toBe(1);
    verifier.answer = undefined;
    const { failure } = await verifier.run({ yes: false });
    expect(failure).toBe("Nobody can be asked here: say --yes, where it is meant.");
    expect(verifier.emulator.requests).toEqual([]);
    verifier.answer = "y";
    expect((await verifier.run({ yes: false })).code).toBe(0);
  });

  it("leaves the logstore with --keep, and --clean removes it and nothing else", async () => {
    const verifier = await Verifier.open();
    const others = [
      "orders",
      "sls-checkpoint-verify-mine",
      "sls-checkpoint-verify-0123456789ab-2",
      "my-sls-checkpoint-verify-0123456789ab",
    ];
    for (const name of others) verifier.emulator.createLogstore("shop", name);
    const kept = await verifier.run({ keep: true });
    const [name = ""] = verifier.left();
    expect(kept.out).toContain(`The logstore ${name} of project shop stays.`);
    const cleaning = { clean: true, yes: false };
    verifier.answer = "";
    expect((await verifier.run(cleaning)).code).toBe(1);
    expect(verifier.left()).toEqual([name]);
    verifier.answer = "yes";
    const { code, out } = await verifier.run(cleaning);
    expect(out).toContain(`removed ${name}`);
    expect([code, verifier.left()]).toEqual([0, []]);
    expect(others.filter((each) => verifier.exists(each))).toEqual(others);
    expect((await verifier.run(cleaning)).out).toContain("has no logstore sls-checkpoint-verify-");
  });
});
