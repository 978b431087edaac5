import { describe, expect, it } from "vitest";
import { paths, start, startShop } from "./fixture.js";

const minute = 60_000;

describe("a request is admitted", () => {
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

  it("in V4 with a body that changed on the way", async () => {
    const { sls, client } = await startShop();
    const request = { method: "POST", path: paths.update, body: '{"shard":0,"checkpoint":"MQ=="}' };
    const changed = { ...request, body: '{"shard":1,"checkpoint":"MQ=="}' };
    const v4 = { ...changed, headers: client({ signature: "v4" }).sign(request) };
    expect((await sls.sendRaw(v4)).outcome).toBe("200");
  });
});

describe("a request is refused", () => {
  it("for a disabled key", async () => {
    const off = { accessKeyId: "off", accessKeySecret: "s" };
    const { client } = await startShop({ identities: [{ ...off, disabled: true }] });
    const answer = await client(off).get(paths.shards);
    expect(answer.outcome).toBe("401 Unauthorized");
    expect(answer.text).toContain("AccessKeyId is disabled: off");
  });

  it("once its key is revoked", async () => {
    const { sls, emulator } = await startShop();
    expect((await sls.get(paths.shards)).outcome).toBe("200");
    emulator.setIdentities([]);
    expect((await sls.get(paths.shards)).outcome).toBe("401 Unauthorized");
  });
});
