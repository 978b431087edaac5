import { describe, expect, it } from "vitest";
import { paths, start, startShop } from "./fixture.js";

const minute = 60_000;

describe("a request is admitted", () => {
  it.each(["hmac-sha1", "hmac-sha256", "v4"] as const)("when signed with %s", async (signature) => {
    const { client } = await startShop();
    const body = { shard: 0, checkpoint: "MQ==" };
    expect((await client({ signature }).post(paths.update, body)).outcome).toBe("200");
    expect((await client({ signature }).get(paths.cursorTime(0, "MQ=="))).outcome).toBe("400 InvalidCursor");
  });

  it("fifteen minutes before and after the server's time, and no further", async () => {
    const { client } = await startShop();
    const at = async (offset: number, signature: "hmac-sha1" | "v4") =>
      (await client({ signature, now: () => start + offset }).get(paths.shards)).outcome;
    for (const signature of ["hmac-sha1", "v4"] as const) {
      expect(await at(15 * minute, signature)).toBe("200");
      expect(await at(-15 * minute, signature)).toBe("200");
      expect(await at(15 * minute + 1000, signature)).toBe("400 RequestTimeExpired");
      expect(await at(-15 * minute - 1000, signature)).toBe("400 RequestTimeExpired");
    }
  });

  it("by x-log-date instead of Date, which it does not sign", async () => {
    const { client, sls } = await startShop();
    const old = client({ now: () => start - 60 * minute });
    const headers = old.sign({ path: paths.shards });
    expect((await sls.sendRaw({ path: paths.shards, headers })).outcome).toBe("400 RequestTimeExpired");
    const fresh = { ...headers, "x-log-date": new Date(start).toUTCString() };
    expect((await sls.sendRaw({ path: paths.shards, headers: fresh })).outcome).toBe("200");
  });

  it("with the token of a temporary key until it expires", async () => {
    const keys = { accessKeyId: "STS.a", accessKeySecret: "b" };
    const identity = { ...keys, securityToken: "token", tokenExpiresAt: start + minute };
    const { client, clock } = await startShop({ identities: [identity] });
    const withToken = client({ ...keys, securityToken: "token" });
    expect((await withToken.get(paths.shards)).outcome).toBe("200");
    const message = async (sls: typeof withToken) => (await sls.get(paths.shards)).text;
    expect(await message(client(keys))).toContain("The security token you provided is invalid");
    expect(await message(client({ ...keys, securityToken: "other" }))).toContain("is invalid");
    clock.now += minute;
    expect(await message(withToken)).toContain("The security token you provided has expired");
  });

  it("with a body that changed on the way only if its hash says so", async () => {
    const { sls, client } = await startShop();
    const request = { method: "POST", path: paths.update, body: '{"shard":0,"checkpoint":"MQ=="}' };
    const changed = { ...request, body: '{"shard":1,"checkpoint":"MQ=="}', headers: sls.sign(request) };
    expect((await sls.sendRaw(changed)).outcome).toBe("400 InvalidContentMD5");
    const v4 = { ...changed, headers: client({ signature: "v4" }).sign(request) };
    expect((await sls.sendRaw(v4)).outcome).toBe("200");
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
    [
      "a disabled key",
      { accessKeyId: "off", accessKeySecret: "s" },
      "401 Unauthorized",
      "AccessKeyId is disabled: off",
    ],
  ])("for %s", async (_name, keys, outcome, text) => {
    const off = { accessKeyId: "off", accessKeySecret: "s", disabled: true };
    const on = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };
    const { client } = await startShop({ identities: [off, on] });
    const answer = await client(keys).get(paths.shards);
    expect(answer.outcome).toBe(outcome);
    expect(answer.text).toContain(text);
  });

  it.each([
    ["authorization", "400 MissAccessKeyId"],
    ["x-log-apiversion", "400 MissingAPIVersion"],
    ["x-log-signaturemethod", "400 MissingSignatureMethod"],
    ["date", "400 MissingDate"],
  ])("without %s", async (header, outcome) => {
    const { sls } = await startShop();
    const headers = { ...sls.sign({ path: paths.shards }), [header]: undefined };
    expect((await sls.sendRaw({ path: paths.shards, headers })).outcome).toBe(outcome);
  });

  it.each([
    [{ "x-log-apiversion": "1.0.0" }, "400 InvalidAPIVersion"],
    [{ "x-log-signaturemethod": "md5" }, "400 InvalidSignatureMethod"],
    [{ date: "yesterday" }, "400 InvalidRequestTime"],
    [{ authorization: "Bearer x" }, "400 ParameterInvalid"],
    [{ "x-log-extra": "unsigned" }, "401 SignatureNotMatch"],
  ])("with %j", async (change, outcome) => {
    const { sls } = await startShop();
    const headers = { ...sls.sign({ path: paths.shards }), ...change };
    expect((await sls.sendRaw({ path: paths.shards, headers })).outcome).toBe(outcome);
  });

  it("in V4 with a date in its scope that is not the date of the request", async () => {
    const { client } = await startShop();
    const v4 = client({ signature: "v4" });
    const headers = v4.sign({ path: paths.shards });
    expect(headers["authorization"]).toContain("/20261120/");
    const authorization = headers["authorization"]?.replace("/20261120/", "/20261119/");
    const answer = await v4.sendRaw({ path: paths.shards, headers: { ...headers, authorization } });
    expect(answer.outcome).toBe("401 SignatureNotMatch");
  });

  it("once its key is revoked", async () => {
    const { sls, emulator } = await startShop();
    expect((await sls.get(paths.shards)).outcome).toBe("200");
    emulator.setIdentities([]);
    expect((await sls.get(paths.shards)).outcome).toBe("401 Unauthorized");
  });
});

describe("every answer", () => {
  it("has a request id, the server's date, and the shape of the service's errors", async () => {
    const { sls, client } = await startShop();
    const answers = [
      await sls.get(paths.shards),
      await sls.get("/logstores/nothing/shards"),
      await sls.get("/nowhere"),
      await client({ accessKeySecret: "wrong" }).get(paths.shards),
    ];
    for (const { headers } of answers) {
      expect(headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
      expect(headers.date).toBe(new Date(start).toUTCString());
    }
    expect(new Set(answers.map(({ headers }) => headers["x-log-requestid"])).size).toBe(4);
    expect(answers[1]?.json).toEqual({
      errorCode: "LogStoreNotExist",
      errorMessage: "logstore nothing dose not exist",
    });
    expect(answers[1]?.headers["content-type"]).toBe("application/json");
  });
});
