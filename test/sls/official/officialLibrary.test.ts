import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { durationOfSeconds } from "../../../provider/src/model/duration.js";
import { CredentialsFailure } from "../../../provider/src/sls/credentials.js";
import { type CredentialsOrigin } from "../../../provider/src/sls/credentialsOrigin.js";
import { regionOfProfile } from "../../../provider/src/sls/official/profileRegion.js";
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

  describe("runs a program that a profile names", () => {
    const program = (body: string, more: object = {}): Promise<void> => {
      const script = join(home, "print.cjs");
      const process_command = `${process.execPath} ${script}`;
      const external = { name: "ci", mode: "External", process_command, ...more };
      const count = `require("node:fs").appendFileSync(${JSON.stringify(join(home, "runs"))}, "x");`;
      return Promise.all([
        writeHome(["print.cjs"], `${count}${body}`),
        writeHome(cli, JSON.stringify({ current: "ci", profiles: [external] })),
      ]).then(() => undefined);
    };
    const runs = async (): Promise<number> => (await readFile(join(home, "runs"), "utf8")).length;
    const printed = { mode: "StsToken", access_key_id: "STS.p", access_key_secret: "s", sts_token: "t" };

    test.each([profile, chain])(
      "once a process, until the service calls its token expired: %j",
      async (origin) => {
        await program(`console.log(${JSON.stringify(JSON.stringify(printed))})`);
        const source = sourceOf(origin);
        const first = await source.current();
        for (let asked = 0; asked < 5; asked += 1) expect(await source.current()).toEqual(first);
        expect(await runs()).toBe(1);
        await source.refresh?.(first);
        await source.current();
        expect(await runs()).toBe(2);
      },
    );

    test.each([
      ['console.log("{}")', "the program printed no access_key_id or no access_key_secret"],
      ['console.log("secret-1234567")', "what the profile's program printed is not JSON"],
      [
        'console.error("secret-1234567"); process.exit(1)',
        "the profile's program could not be run or failed",
      ],
      [
        `console.log(JSON.stringify({ mode: "StsToken", access_key_id: "STS.p", access_key_secret: "s" }))`,
        "the program printed a temporary key without sts_token",
      ],
      [
        `console.log(JSON.stringify({ mode: "AK", access_key_id: "STS.p", access_key_secret: "s" }))`,
        "the key that it gave begins with STS. and has no token",
      ],
    ])("and says what is wrong about it: %s", async (body, what) => {
      await program(body);
      const failure: unknown = await sourceOf(profile)
        .current()
        .catch((error: unknown) => error);
      expect((failure as CredentialsFailure).facts).toEqual([what]);
    });
  });

  test.each([
    [
      {
        mode: "CloudSSO",
        cloud_sso_sign_in_url: "https://s",
        cloud_sso_account_id: "1",
        cloud_sso_access_config: "c",
      },
      'the login of profile "ci" is missing or has expired',
      "Log in again: aliyun configure --mode CloudSSO --profile ci",
    ],
    [
      { mode: "OAuth", oauth_site_type: "EN" },
      'the login of profile "ci" is missing or has expired',
      "Log in again: aliyun configure --mode OAuth --profile ci",
    ],
    [
      { mode: "CredentialsURI", credentials_uri: "http://127.0.0.1:1" },
      'the profile "ci" of the aliyun CLI gave no credentials',
      "Use a profile of another mode: AK, StsToken, RamRoleArn, EcsRamRole, ChainableRamRoleArn, OIDC, CloudSSO, OAuth or External.",
    ],
  ])("names the way out that fits the mode: %j", async (fields, what, wayOut) => {
    await writeHome(cli, JSON.stringify({ current: "ci", profiles: [{ name: "ci", ...fields }] }));
    const failure: unknown = await sourceOf(profile)
      .current()
      .catch((error: unknown) => error);
    expect((failure as CredentialsFailure).message).toBe(what);
    expect((failure as CredentialsFailure).wayOut).toBe(wayOut);
  });
});

test("the region of a profile is read from the same file", async () => {
  expect(regionOfProfile("ci")).toBeUndefined();
  const profiles = [
    { name: "default", region_id: "cn-hangzhou" },
    { name: "ci", region_id: "cn-beijing" },
  ];
  await writeHome(cli, JSON.stringify({ current: "default", profiles }));
  expect(regionOfProfile("ci")).toBe("cn-beijing");
  expect(regionOfProfile(undefined)).toBe("cn-hangzhou");
  expect(regionOfProfile("other")).toBeUndefined();
});
