import { describe, expect, it } from "vitest";
import { useWireShop } from "./wireShop.js";

const shop = useWireShop();
const minute = 60_000;

describe("a request is admitted", () => {
  it.each(["hmac-sha1", "hmac-sha256", "v4"] as const)("when signed with %s", async (signature) => {
    const sls = shop.client({ signature });
    const { path } = await shop.openGroup();
    expect((await sls.get(shop.logstore.shards)).outcome).toBe("200");
    expect((await sls.post(`${path}?type=heartbeat&consumer=a`, [])).outcome).toBe("200");
    expect((await sls.get(shop.logstore.cursorTime(0, "MQ=="))).outcome).toBe("400 InvalidCursor");
  });

  it("by x-log-date instead of Date, which it does not sign", async () => {
    const path = shop.logstore.shards;
    const old = shop.client({ now: () => Date.now() - 60 * minute });
    const headers = old.sign({ path });
    expect((await shop.sls.sendRaw({ path, headers })).outcome).toBe("400 RequestTimeExpired");
    const fresh = { ...headers, "x-log-date": new Date().toUTCString() };
    expect((await shop.sls.sendRaw({ path, headers: fresh })).outcome).toBe("200");
  });

  it("with a body that changed on the way only if its hash says so", async () => {
    const { update: path } = await shop.openGroup();
    const request = { method: "POST", path, body: '{"shard":0,"checkpoint":"MQ=="}' };
    const changed = { ...request, body: '{"shard":1,"checkpoint":"MQ=="}', headers: shop.sls.sign(request) };
    expect((await shop.sls.sendRaw(changed)).outcome).toBe("400 InvalidContentMD5");
  });
});

describe("a request is refused", () => {
  it.each([
    ["an unknown id", { accessKeyId: "nobody" }, "401 Unauthorized", "AccessKeyId not found: nobody"],
    ["a wrong secret", { accessKeySecret: "wrong" }, "401 SignatureNotMatch", "not match"],
    [
      "a wrong secret in V4",
      { accessKeySecret: "wrong", signature: "v4" as const },
      "401 SignatureNotMatch",
      "not match",
    ],
  ])("for %s", async (_name, keys, outcome, text) => {
    const answer = await shop.client(keys).get(shop.logstore.shards);
    expect(answer.outcome).toBe(outcome);
    expect(answer.text).toContain(text);
  });

  it.each([
    ["authorization", "400 MissAccessKeyId"],
    ["x-log-apiversion", "400 MissingAPIVersion"],
    ["x-log-signaturemethod", "400 MissingSignatureMethod"],
    ["date", "400 MissingDate"],
  ])("without %s", async (header, outcome) => {
    const path = shop.logstore.shards;
    const headers = { ...shop.sls.sign({ path }), [header]: undefined };
    expect((await shop.sls.sendRaw({ path, headers })).outcome).toBe(outcome);
  });

  it.each([
    [{ "x-log-apiversion": "1.0.0" }, "400 InvalidAPIVersion"],
    [{ "x-log-signaturemethod": "md5" }, "400 InvalidSignatureMethod"],
    [{ date: "yesterday" }, "400 InvalidRequestTime"],
    [{ authorization: "Bearer x" }, "400 ParameterInvalid"],
    [{ "x-log-extra": "unsigned" }, "401 SignatureNotMatch"],
  ])("with %j", async (change, outcome) => {
    const path = shop.logstore.shards;
    const headers = { ...shop.sls.sign({ path }), ...change };
    expect((await shop.sls.sendRaw({ path, headers })).outcome).toBe(outcome);
  });

  it("in V4 with a date in its scope that is not the date of the request", async () => {
    const path = shop.logstore.shards;
    const v4 = shop.client({ signature: "v4" });
    const headers = v4.sign({ path });
    const authorization = headers["authorization"]?.replace(/\/\d{8}\//, "/20001119/");
    const answer = await v4.sendRaw({ path, headers: { ...headers, authorization } });
    expect(answer.outcome).toBe("401 SignatureNotMatch");
  });
});

describe("every answer", () => {
  it("has a request id, the server's date, and the shape of the service's errors", async () => {
    const answers = [
      await shop.sls.get(shop.logstore.shards),
      await shop.sls.get(`${shop.logstore.path}-other/shards`),
      await shop.sls.get("/nowhere"),
      await shop.client({ accessKeySecret: "wrong" }).get(shop.logstore.shards),
    ];
    for (const { headers } of answers) {
      expect(headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
      expect(Math.abs(Date.parse(headers.date ?? "") - Date.now())).toBeLessThan(15 * minute);
    }
    expect(new Set(answers.map(({ headers }) => headers["x-log-requestid"])).size).toBe(4);
    expect(answers[1]?.json).toEqual({
      errorCode: "LogStoreNotExist",
      errorMessage: `logstore ${shop.logstore.name}-other dose not exist`,
    });
    expect(answers[1]?.headers["content-type"]).toBe("application/json");
  });
});
