import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { durationOfSeconds } from "../../../provider/src/model/duration.js";
import { CredentialsFailure } from "../../../provider/src/sls/credentials.js";
import { type CredentialsOrigin } from "../../../provider/src/sls/credentialsOrigin.js";
import { credentialsSource } from "../../../provider/src/sls/official/credentialsSource.js";

// The library reads files below the home directory and a few variables of the process itself.
let home = "";

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "sls-home-"));
  for (const name of Object.keys(process.env)) {
    if (/^(ALICLOUD|ALIBABA_?CLOUD)_/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const chain: CredentialsOrigin = { base: { kind: "chain", chain: {} } };
const profile: CredentialsOrigin = { base: { kind: "profile", name: "ci" } };

function sourceOf(origin: CredentialsOrigin) {
  return credentialsSource(origin, { requestTimeout: durationOfSeconds(5) });
}

async function writeHome(path: readonly string[], text: string): Promise<void> {
  const file = join(home, ...path);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
}

const cli = [".aliyun", "config.json"];
const ini = [".alibabacloud", "credentials"];

describe("the official library itself", () => {
  const profiles = {
    current: "default",
    profiles: [
      { name: "default", mode: "AK", access_key_id: "default-id", access_key_secret: "default-secret" },
      {
        name: "ci",
        mode: "StsToken",
        access_key_id: "STS.ci",
        access_key_secret: "ci-secret",
        sts_token: "ci-token",
      },
    ],
  };

  test("reads a profile of the aliyun CLI", async () => {
    await writeHome(cli, JSON.stringify(profiles));
    expect(await sourceOf(profile).current()).toEqual({
      accessKeyId: "STS.ci",
      accessKeySecret: "ci-secret",
      securityToken: "ci-token",
    });
  });

  test("reads the file again after the token in it expired", async () => {
    await writeHome(cli, JSON.stringify(profiles));
    const source = sourceOf(profile);
    const expired = await source.current();
    await writeHome(cli, JSON.stringify(profiles).replace("ci-token", "new-token"));
    expect((await source.current()).securityToken).toBe("ci-token");
    await source.refresh?.(expired);
    expect((await source.current()).securityToken).toBe("new-token");
  });

  test("takes the CLI's current profile in the chain", async () => {
    await writeHome(cli, JSON.stringify(profiles));
    expect(await sourceOf(chain).current()).toEqual({
      accessKeyId: "default-id",
      accessKeySecret: "default-secret",
    });
  });

  test("takes the credentials file after that", async () => {
    await writeHome(
      ini,
      "[default]\ntype = access_key\naccess_key_id = ini-id\naccess_key_secret = ini-secret\n",
    );
    expect(await sourceOf(chain).current()).toEqual({ accessKeyId: "ini-id", accessKeySecret: "ini-secret" });
  });

  test("finds nothing in two files, and looks nowhere else", async () => {
    const failure: unknown = await sourceOf(chain)
      .current()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CredentialsFailure);
    expect((failure as CredentialsFailure).facts).toEqual([
      `the aliyun CLI's profile: there is no ${join(home, ...cli)}`,
      `the credentials file: there is no ${join(home, ...ini)}`,
    ]);
  });

  test("has its words about a broken file withheld, and with them what is in it", async () => {
    await writeHome(cli, '{"profiles":[{"access_key_secret":"a-secret-in-a-file"');
    const failure: unknown = await sourceOf(profile)
      .current()
      .catch((error: unknown) => error);
    expect((failure as CredentialsFailure).facts).toEqual([`${join(home, ...cli)} is not JSON`]);
  });

  test("refuses a profile that is not there", async () => {
    await writeHome(cli, JSON.stringify({ ...profiles, profiles: profiles.profiles.slice(0, 1) }));
    const failure: unknown = await sourceOf(profile)
      .current()
      .catch((error: unknown) => error);
    expect((failure as CredentialsFailure).facts).toEqual(['there is no profile "ci"']);
  });
});
