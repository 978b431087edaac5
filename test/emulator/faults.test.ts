import { describe, expect, it } from "vitest";
import { paths, start, startShop } from "./fixture.js";

const pin = { shard: 0, checkpoint: "MQ==" };

describe("a rule", () => {
  it("holds a write until it is released: the effect comes then", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "hold" } });
    const answer = sls.post(paths.update, pin);
    await rule.acted();
    const [request] = emulator.requestsOf("UpdateCheckPoint");
    expect([request?.state, emulator.checkpoint("shop", "orders", "billing", 0)]).toEqual([
      "held",
      undefined,
    ]);
    rule.release();
    expect((await answer).outcome).toBe("200");
    expect([request?.state, request?.status, rule.hits]).toEqual(["answered", 200, 1]);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe("MQ==");
  });

  it("holds an answer back after the effect", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "holdAnswer" } });
    const answer = sls.post(paths.update, pin);
    await rule.acted();
    expect(emulator.requestsOf("UpdateCheckPoint")[0]?.state).toBe("held");
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe("MQ==");
    rule.release();
    expect((await answer).outcome).toBe("200");
  });

  it.each([
    ["resetBefore", undefined],
    ["resetAfter", "MQ=="],
  ] as const)("cuts the connection with %s", async (kind, expected) => {
    const { sls, emulator } = await startShop();
    emulator.rule({ call: "UpdateCheckPoint", times: 1, do: { kind } });
    await expect(sls.post(paths.update, pin)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe(expected);
    expect(emulator.requestsOf("UpdateCheckPoint")[0]?.state).toBe("failed");
    expect((await sls.post(paths.update, pin)).outcome).toBe("200");
  });

  it.each([
    [{ kind: "error", status: 503, code: "ServerBusy", message: "busy" }, "503 ServerBusy"],
    [{ kind: "quota" }, "403 MetaOperationQpsLimitExceeded"],
    [{ kind: "quota", code: "WriteQuotaExceed" }, "403 WriteQuotaExceed"],
    [{ kind: "expiredToken" }, "401 Unauthorized"],
    [{ kind: "body", status: 404, contentType: "text/html", body: "<html>" }, "404"],
  ] as const)("answers %j and nothing happens", async (fault, outcome) => {
    const { sls, emulator } = await startShop();
    emulator.rule({ call: "UpdateCheckPoint", do: fault });
    expect((await sls.post(paths.update, pin)).outcome).toBe(outcome);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
  });

  it("truncates an answer", async () => {
    const { sls, emulator } = await startShop();
    const whole = await sls.get(paths.group);
    emulator.rule({ call: "GetCheckPoint", do: { kind: "truncate" } });
    const half = await sls.get(paths.group);
    expect(half.text).toBe(whole.text.slice(0, whole.text.length >> 1));
    expect(half.json).toBeUndefined();
  });

  it("delays an answer", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "GetCheckPoint", do: { kind: "delay", ms: 5 } });
    expect((await sls.get(paths.group)).outcome).toBe("200");
    expect(rule.hits).toBe(1);
  });

  it("skews the server's clock", async () => {
    const { sls, emulator, client } = await startShop();
    emulator.rule({ call: "GetCheckPoint", do: { kind: "skewDate", ms: 3_600_000 } });
    const answer = await sls.get(paths.group);
    expect([answer.outcome, answer.headers.date]).toEqual([
      "400 RequestTimeExpired",
      new Date(start + 3_600_000).toUTCString(),
    ]);
    const corrected = client({ now: () => start + 3_600_000 });
    expect((await corrected.get(paths.group)).outcome).toBe("200");
    expect((await sls.get(paths.shards)).outcome).toBe("200");
  });

  it("concerns the nth request that fits, of one shard, for a number of times", async () => {
    const { sls, emulator } = await startShop();
    const outcomes = async (...shards: number[]) => {
      const all: string[] = [];
      for (const shard of shards) all.push((await sls.post(paths.update, { ...pin, shard })).outcome);
      return all;
    };
    const fault = { kind: "error", status: 500, code: "InternalServerError" } as const;
    const second = emulator.rule({ call: "UpdateCheckPoint", shard: 1, nth: 2, do: fault });
    expect(await outcomes(1, 0, 0, 1, 1)).toEqual(["200", "200", "200", "500 InternalServerError", "200"]);
    second.remove();
    const twice = emulator.rule({ shard: 0, times: 2, do: fault });
    expect((await outcomes(0, 1, 0, 0)).map((text) => text.slice(0, 3))).toEqual([
      "500",
      "200",
      "500",
      "200",
    ]);
    expect([second.hits, twice.hits]).toEqual([1, 2]);
  });

  it("strikes the same requests in every run for one seed", async () => {
    const run = async (seed: number) => {
      const { sls, emulator } = await startShop();
      emulator.rule({ probability: 0.5, seed, do: { kind: "quota" } });
      const all: number[] = [];
      for (let index = 0; index < 20; index += 1) all.push((await sls.get(paths.shards)).status);
      return all.join();
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toContain("200");
    expect(first).toContain("403");
  });

  it("lets a refused signature be refused", async () => {
    const { client, emulator } = await startShop();
    emulator.rule({ do: { kind: "quota" } });
    expect((await client({ accessKeySecret: "x" }).get(paths.shards)).outcome).toBe("401 SignatureNotMatch");
  });

  describe("counts only what it could act on:", () => {
    type Shop = Awaited<ReturnType<typeof startShop>>;
    const fault = { kind: "error", status: 500, code: "InternalServerError" } as const;
    const nobody = { accessKeyId: "nobody", accessKeySecret: "secret" };
    const owner = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };

    it.each([
      {
        what: "with a wrong clock",
        how: { now: () => start - 3_600_000 },
        outcome: "400 RequestTimeExpired",
      },
      {
        what: "with a wrong signature",
        how: { accessKeySecret: "x" },
        outcome: "401 SignatureNotMatch",
      },
      { what: "without a permission", how: nobody, outcome: "401 Unauthorized" },
    ])("a request $what counts for none", async ({ how, outcome }) => {
      const identities = [owner, { ...nobody, policy: [] }];
      const { sls, client, emulator } = await startShop({ identities });
      for (const counting of [{ nth: 1 }, { times: 1 }]) {
        const rule = emulator.rule({ call: "ListShards", ...counting, do: fault });
        expect([(await client(how).get(paths.shards)).outcome, rule.hits]).toEqual([outcome, 0]);
        expect([(await sls.get(paths.shards)).status, rule.hits]).toEqual([500, 1]);
      }
    });

    it("tells when it acted so often, and not before", async () => {
      const { sls, client, emulator } = await startShop();
      const rule = emulator.rule({ call: "ListShards", do: { kind: "quota" } });
      const seen: string[] = [];
      const twice = rule.acted(2).then(() => void seen.push("twice"));
      await client({ now: () => start - 3_600_000 }).get(paths.shards);
      await sls.get(paths.shards);
      expect([rule.hits, seen]).toEqual([1, []]);
      await sls.get(paths.shards);
      await twice;
      await rule.acted(2);
      expect([rule.hits, seen]).toEqual([2, ["twice"]]);
    });

    it("a request over the quota counts for none", async () => {
      const { sls, clock, emulator } = await startShop({ assumptions: { metadataCallsPerSecond: 1 } });
      const second = emulator.rule({ nth: 2, do: fault });
      const statuses = [(await sls.get(paths.shards)).status, (await sls.get(paths.shards)).status];
      clock.now += 1_000;
      statuses.push((await sls.get(paths.shards)).status);
      expect([statuses, second.hits]).toEqual([[200, 403, 500], 1]);
    });

    it("a request that another rule's clock refuses is a hit of that one alone", async () => {
      const { sls, emulator } = await startShop();
      const skew = emulator.rule({ times: 1, do: { kind: "skewDate", ms: 3_600_000 } });
      const first = emulator.rule({ nth: 1, do: { kind: "quota" } });
      expect([(await sls.get(paths.shards)).outcome, skew.hits, first.hits]).toEqual([
        "400 RequestTimeExpired",
        1,
        0,
      ]);
      expect([(await sls.get(paths.shards)).status, skew.hits, first.hits]).toEqual([403, 1, 1]);
    });

    it("what is refused in between leaves the seeded choice as it is", async () => {
      const run = async (more: (shop: Shop) => Promise<unknown>) => {
        const shop = await startShop();
        shop.emulator.rule({ probability: 0.5, seed: 7, do: { kind: "quota" } });
        const all: number[] = [];
        for (let index = 0; index < 20; index += 1) {
          await more(shop);
          all.push((await shop.sls.get(paths.shards)).status);
        }
        return all.join();
      };
      const late = ({ client }: Shop) => client({ now: () => start - 3_600_000 }).get(paths.shards);
      expect(await run(late)).toBe(await run(() => Promise.resolve()));
    });
  });
});

describe("stopping", () => {
  it("drops what is held, without its effect, and cuts connections", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "hold" } });
    const answer = sls.post(paths.update, pin);
    const failed = expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });
    await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    await emulator.stop();
    await failed;
    rule.release();
    await Promise.resolve();
    expect(emulator.checkpoint("shop", "orders", "billing", 0)).toBeUndefined();
  });
});
