import { describe, expect, it } from "vitest";
import { paths, start, startShop } from "./fixture.js";

const pin = { shard: 0, checkpoint: "MQ==" };

describe("a rule", () => {
  it("holds a write until it is released: the effect comes then", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "hold" } });
    const answer = sls.post(paths.update, pin);
    const request = await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    await sls.get(paths.shards);
    expect([request.state, emulator.checkpoint("shop", "orders", "billing", 0)]).toEqual(["held", undefined]);
    rule.release();
    expect((await answer).outcome).toBe("200");
    expect([request.state, request.status, rule.hits]).toEqual(["answered", 200, 1]);
    expect(emulator.checkpoint("shop", "orders", "billing", 0)?.checkpoint).toBe("MQ==");
  });

  it("holds an answer back after the effect", async () => {
    const { sls, emulator } = await startShop();
    const rule = emulator.rule({ call: "UpdateCheckPoint", do: { kind: "holdAnswer" } });
    const answer = sls.post(paths.update, pin);
    const request = await emulator.waitForRequest(({ call }) => call === "UpdateCheckPoint");
    await sls.get(paths.shards);
    expect(request.state).toBe("held");
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
