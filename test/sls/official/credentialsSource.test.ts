import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { durationOfMilliseconds, durationOfSeconds } from "../../../provider/src/model/duration.js";
import { type Credentials, CredentialsFailure } from "../../../provider/src/sls/credentials.js";
import { type CredentialsOrigin } from "../../../provider/src/sls/credentialsOrigin.js";
import { credentialsSource } from "../../../provider/src/sls/official/credentialsSource.js";
import { type Answer, RecordingLibrary } from "./recordingLibrary.js";

const pair = { accessKeyId: "an-id", accessKeySecret: "a-secret" };
const keys = { kind: "keys", credentials: pair } as const;
const role = { arn: "acs:ram::1:role/replay", sessionName: "deploy" };
const chain: CredentialsOrigin = {
  base: {
    kind: "chain",
    chain: {
      oidc: {
        roleArn: "acs:ram::1:role/pod",
        providerArn: "acs:ram::1:oidc-provider/ack",
        tokenFile: "/token",
      },
      ecsRoleName: "ecs-role",
      credentialsUri: "http://127.0.0.1:1/credentials",
    },
  },
};
const profile: CredentialsOrigin = { base: { kind: "profile", name: "ci" } };

function session(number: number): Required<Answer> {
  const nth = String(number);
  return { accessKeyId: `STS.${nth}`, accessKeySecret: `secret-${nth}`, securityToken: `token-${nth}` };
}

function sourceOf(
  origin: CredentialsOrigin | undefined,
  answer: RecordingLibrary["answer"] = (_made, times) => session(times),
) {
  const library = new RecordingLibrary(answer);
  const source = credentialsSource(origin, { load: library.load, requestTimeout: durationOfSeconds(7) });
  return { library, source };
}

async function failureOf(asking: Promise<unknown>): Promise<CredentialsFailure> {
  const error: unknown = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CredentialsFailure)) throw new Error("not a CredentialsFailure", { cause: error });
  return error;
}

describe("a key pair", () => {
  test("is used as it is, and the library is not even loaded", async () => {
    const { library, source } = sourceOf({ base: keys });
    expect(await source.current()).toEqual(pair);
    expect(source.refresh).toBeUndefined();
    expect(library.loads).toBe(0);
  });

  test("that is not whole is never replaced by what the library finds", async () => {
    const { library, source } = sourceOf(undefined);
    await failureOf(source.current());
    expect(library.loads).toBe(0);
  });
});

describe("what the library is handed", () => {
  test("for a role: the keys, the role, its session, and how long to wait", async () => {
    const { library, source } = sourceOf({ base: keys, role });
    expect(await source.current()).toEqual(session(1));
    expect(library.handed).toEqual([
      { made: "StaticAKCredentialsProvider", with: { AccessKeyId: "an-id", AccessKeySecret: "a-secret" } },
      {
        made: "RAMRoleARNCredentialsProvider",
        with: {
          CredentialsProvider: expect.objectContaining({ getCredentials: expect.any(Function) }),
          RoleArn: role.arn,
          RoleSessionName: role.sessionName,
          ConnectTimeout: 7_000,
          ReadTimeout: 7_000,
        },
      },
    ]);
    const base = library.handed[1]?.with["CredentialsProvider"] as { getProviderName(): string };
    expect(base.getProviderName()).toBe("StaticAKCredentialsProvider");
  });

  test("for a role with a temporary key: its token too", async () => {
    const { library, source } = sourceOf({
      base: { kind: "keys", credentials: { ...pair, securityToken: "a-token" } },
      role,
    });
    await source.current();
    expect(library.handed[0]).toEqual({
      made: "StaticSTSCredentialsProvider",
      with: { AccessKeyId: "an-id", AccessKeySecret: "a-secret", SecurityToken: "a-token" },
    });
  });

  test("for a profile: its name", async () => {
    const { library, source } = sourceOf(profile);
    expect(await source.current()).toEqual(session(1));
    expect(library.handed).toEqual([{ made: "CLIProfileCredentialsProvider", with: { ProfileName: "ci" } }]);
  });

  test("for a role of a profile: both", async () => {
    const { library, source } = sourceOf({ ...profile, role });
    await source.current();
    expect(library.handed.map(({ made }) => made)).toEqual([
      "CLIProfileCredentialsProvider",
      "RAMRoleARNCredentialsProvider",
    ]);
    const base = library.handed[1]?.with["CredentialsProvider"] as { getProviderName(): string };
    expect(base.getProviderName()).toBe("CLIProfileCredentialsProvider");
  });

  test("for the chain: what the environment names, one place after the other", async () => {
    const { library, source } = sourceOf(chain, () => Promise.reject(new Error("no")));
    await failureOf(source.current());
    expect(library.handed).toEqual([
      {
        made: "OIDCRoleArnCredentialsProvider",
        with: {
          RoleArn: "acs:ram::1:role/pod",
          OIDCProviderArn: "acs:ram::1:oidc-provider/ack",
          OIDCTokenFilePath: "/token",
          ConnectTimeout: 7_000,
          ReadTimeout: 7_000,
        },
      },
      { made: "CLIProfileCredentialsProvider", with: {} },
      { made: "ProfileCredentialsProvider", with: {} },
      { made: "ECSRAMRoleCredentialsProvider", with: { RoleName: "ecs-role" } },
      {
        made: "URICredentialsProvider",
        with: { CredentialsURI: "http://127.0.0.1:1/credentials", ConnectTimeout: 7_000, ReadTimeout: 7_000 },
      },
    ]);
  });

  test("for a chain of which the environment names nothing: no metadata, no OIDC, no URI", async () => {
    const { library, source } = sourceOf({ base: { kind: "chain", chain: {} } }, () =>
      Promise.reject(new Error("no")),
    );
    await failureOf(source.current());
    expect(library.handed.map(({ made }) => made)).toEqual([
      "CLIProfileCredentialsProvider",
      "ProfileCredentialsProvider",
    ]);
  });
});

describe("the chain", () => {
  test("takes the first place that answers, and stays there", async () => {
    const { library, source } = sourceOf(chain, (made, times) =>
      made.startsWith("CLI") ? session(times) : Promise.reject(new Error("no")),
    );
    expect(await source.current()).toEqual(session(2));
    expect(await source.current()).toEqual(session(3));
    expect(library.asked).toEqual([
      "OIDCRoleArnCredentialsProvider",
      "CLIProfileCredentialsProvider",
      "CLIProfileCredentialsProvider",
    ]);
  });

  test("is gone through again after it failed", async () => {
    let isThere = false;
    const { library, source } = sourceOf(chain, (made, times) =>
      isThere && made.startsWith("OIDC") ? session(times) : Promise.reject(new Error("no")),
    );
    await failureOf(source.current());
    isThere = true;
    expect(await source.current()).toEqual(session(6));
    expect(library.loads).toBe(2);
  });

  test("that finds nothing says what each place said, and what to set", async () => {
    const answers: Readonly<Record<string, Error>> = {
      OIDCRoleArnCredentialsProvider: new Error(
        'get sts token failed with OIDC: {"RequestId":"0A1B2C3D-0000","Message":"hidden","Code":"AuthenticationFail.OIDCToken.Expired"}',
      ),
      CLIProfileCredentialsProvider: new Error(
        "reading aliyun cli config from '/home/ci/.aliyun/config.json' failed.",
      ),
      ProfileCredentialsProvider: Object.assign(new Error("hidden"), {
        code: "ENOENT",
        path: "/home/ci/credentials",
      }),
      ECSRAMRoleCredentialsProvider: Object.assign(new Error("hidden"), { name: "RequestTimeoutError" }),
    };
    const { source } = sourceOf(chain, (made) => Promise.reject(answers[made] ?? new Error("hidden")));
    const failure = await failureOf(source.current());
    expect([failure.message, ...failure.facts, failure.wayOut].join("\n")).toMatchInlineSnapshot(`
      "no credentials were found
      OIDC: STS answered AuthenticationFail.OIDCToken.Expired (request id 0A1B2C3D-0000)
      the aliyun CLI's profile: there is no /home/ci/.aliyun/config.json
      the credentials file: there is no /home/ci/credentials
      the ECS instance's role: no answer in time
      the credentials URI: it failed for a reason that is not repeated here, because it may hold secrets
      Set sls:accessKeyId and sls:accessKeySecret (or alicloud:accessKey and alicloud:secretKey, or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY), or sls:profile. On an ECS instance name its role in ALICLOUD_ECS_ROLE_NAME."
    `);
    expect(failure.passing).toBe(false);
  });

  test.each([
    { place: "OIDC", passing: true },
    { place: "URI", passing: true },
    { place: "ECS", passing: false },
  ])("that $place alone did not answer in time may pass: $passing", async ({ place, passing }) => {
    const late = Object.assign(new Error("hidden"), { name: "RequestTimeoutError" });
    const { source } = sourceOf(chain, (made) =>
      Promise.reject(made.startsWith(place) ? late : new Error("hidden")),
    );
    expect((await failureOf(source.current())).passing).toBe(passing);
  });
});

describe("whoever asks at the same time", () => {
  test("waits for the same answer", async () => {
    const { library, source } = sourceOf(profile, async (_made, times) => {
      await wait(5);
      return session(times);
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(["STS.1"]));
    expect(library.asked).toHaveLength(1);
    await source.current();
    expect(library.asked).toHaveLength(2);
  });

  test("hears the same failure, and who asks later tries again", async () => {
    const { library, source } = sourceOf(profile, async (_made, times) => {
      await wait(5);
      if (times === 1) throw new Error("no");
      return session(times);
    });
    await Promise.all(Array.from({ length: 5 }, () => failureOf(source.current())));
    expect(library.asked).toHaveLength(1);
    expect(await source.current()).toEqual(session(2));
  });
});

describe("an expired token", () => {
  /** As the library has it: a provider keeps its session until shortly before it ends. */
  function withSessions() {
    const sessions = new Map<number, Required<Answer>>();
    const made = { library: undefined as RecordingLibrary | undefined };
    const { library, source } = sourceOf({ base: keys, role }, async () => {
      await wait(2);
      const count = made.library?.handed.length ?? 0;
      const known = sessions.get(count) ?? session(sessions.size + 1);
      sessions.set(count, known);
      return known;
    });
    made.library = library;
    return { source, sessions };
  }

  async function refresh(source: ReturnType<typeof credentialsSource>, expired: Credentials): Promise<void> {
    expect(source.refresh).toBeDefined();
    await source.refresh?.(expired);
  }

  test("is replaced by a new one", async () => {
    const { source } = withSessions();
    const expired = await source.current();
    expect(await source.current()).toEqual(expired);
    await refresh(source, expired);
    expect(await source.current()).toEqual(session(2));
  });

  test("is replaced once for all requests that it failed, also those that hear of it later", async () => {
    const { source, sessions } = withSessions();
    const expired = await source.current();
    await Promise.all(Array.from({ length: 10 }, () => refresh(source, { ...expired })));
    expect(sessions.size).toBe(2);
    await refresh(source, { ...expired });
    expect(sessions.size).toBe(2);
    await refresh(source, await source.current());
    expect(sessions.size).toBe(3);
  });
});

describe("a failure", () => {
  test("of a role names it, and whether to try again", async () => {
    const denied = new Error(
      'refresh session token failed: {"RequestId":"0A1B2C3D-0000","Message":"hidden","Code":"NoPermission"}',
    );
    const failure = await failureOf(
      sourceOf({ base: keys, role }, () => Promise.reject(denied)).source.current(),
    );
    expect([failure.message, ...failure.facts, failure.wayOut].join("\n")).toMatchInlineSnapshot(`
      "the role acs:ram::1:role/replay was not assumed
      STS answered NoPermission (request id 0A1B2C3D-0000)
      Check the role's ARN, and that the credentials may assume it (sts:AssumeRole)."
    `);
    expect(failure.passing).toBe(false);
  });

  test("of a profile names it", async () => {
    const missing = new Error("unable to get profile with 'ci'");
    const failure = await failureOf(sourceOf(profile, () => Promise.reject(missing)).source.current());
    expect([failure.message, ...failure.facts, failure.wayOut].join("\n")).toMatchInlineSnapshot(`
      "the profile "ci" of the aliyun CLI gave no credentials
      there is no profile "ci"
      Check it with the aliyun CLI: aliyun sts GetCallerIdentity --profile ci"
    `);
  });

  test.each([{}, { accessKeyId: "an-id" }, { accessKeyId: "", accessKeySecret: "a-secret" }])(
    "is half a pair that the library answers: %j",
    async (answer: Answer) => {
      const failure = await failureOf(sourceOf(profile, () => answer).source.current());
      expect(failure.facts).toEqual(["what it gave is not a whole key pair with a token"]);
    },
  );

  test("is a package that is not installed", async () => {
    const source = credentialsSource(profile, {
      load: () => Promise.reject(new Error("Cannot find package")),
      requestTimeout: durationOfSeconds(7),
    });
    expect((await failureOf(source.current())).message).toBe(
      "the package @alicloud/credentials could not be loaded",
    );
  });

  test("is an answer that does not come in time, and the next one asks anew", async () => {
    const library = new RecordingLibrary((_made, times) =>
      times === 1 ? new Promise(() => {}) : session(times),
    );
    const source = credentialsSource(profile, {
      load: library.load,
      requestTimeout: durationOfSeconds(7),
      patience: durationOfMilliseconds(20),
    });
    const failure = await failureOf(source.current());
    expect([failure.facts, failure.passing]).toEqual([["nothing came in time"], false]);
    expect(await source.current()).toEqual(session(2));
  });
});
