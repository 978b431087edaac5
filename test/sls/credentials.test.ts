import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { durationOfSeconds } from "../../provider/src/model/duration.js";
import { SlsClient } from "../../provider/src/sls/client.js";
import { readConfiguration } from "../../provider/src/sls/configuration.js";
import { type CredentialsSource, CredentialsFailure } from "../../provider/src/sls/credentials.js";
import { credentialsSource } from "../../provider/src/sls/official/credentialsSource.js";
import { outcomeOfRead, shard, undici } from "./clientUnderTest.js";
import { FaultServer, serviceError } from "./faultServer.js";
import { type Answer, RecordingLibrary } from "./official/recordingLibrary.js";

let server: FaultServer | undefined;
const agent = new undici.Agent();

afterEach(async () => {
  await server?.stop();
});

function clientOf(endpoint: string, credentials: CredentialsSource): SlsClient {
  const keys: Readonly<Record<string, string>> = { "sls:endpoint": endpoint, "sls:profile": "ci" };
  return new SlsClient(
    readConfiguration((key) => keys[key], {}, "1.2.3"),
    credentials,
    {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep: () => Promise.resolve(),
      random: () => 0,
      dispatcher: () => agent,
    },
  );
}

const expired = serviceError(401, "SecurityTokenExpired");

describe("a client whose token expires", () => {
  /** A service for which the first token ended. */
  async function serviceAfterFirstToken(tokens: string[]): Promise<{ endpoint: string; stop(): void }> {
    const service = createServer((request, response) => {
      const token = String(request.headers["x-acs-security-token"]);
      tokens.push(token);
      const refusal = { errorCode: "SecurityTokenExpired", errorMessage: "no" };
      response.statusCode = token === "token-1" ? 401 : 200;
      response.end(token === "token-1" ? JSON.stringify(refusal) : '{"cursor":"NDI="}');
    }).listen(0, "127.0.0.1");
    await once(service, "listening");
    const stop = (): void => {
      service.closeAllConnections();
      service.close();
    };
    return { endpoint: `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`, stop };
  }

  test("gets one new token for all requests that it fails, and each is sent once more", async () => {
    const count = 10;
    const tokens: string[] = [];
    const service = await serviceAfterFirstToken(tokens);
    const library: RecordingLibrary = new RecordingLibrary((): Answer => {
      const made = String(library.handed.length);
      return { accessKeyId: `STS.${made}`, accessKeySecret: "a-secret", securityToken: `token-${made}` };
    });
    const source = credentialsSource(
      { base: { kind: "profile", name: "ci" } },
      { load: library.load, requestTimeout: durationOfSeconds(5) },
    );
    const client = clientOf(service.endpoint, source);
    const outcomes = await Promise.all(
      Array.from({ length: count }, () => outcomeOfRead(client.getCursor(shard, "begin"))),
    );
    service.stop();
    expect(new Set(outcomes)).toEqual(new Set(["answered"]));
    expect(tokens.sort()).toEqual([
      ...Array.from({ length: count }, () => "token-1"),
      ...Array.from({ length: count }, () => "token-2"),
    ]);
    expect(library.handed).toHaveLength(2);
  });

  test("says that it expired where no new one is to be had", async () => {
    server = await FaultServer.start([expired]);
    const source = {
      current: () => Promise.resolve({ accessKeyId: "id", accessKeySecret: "a-secret", securityToken: "t" }),
      refresh: () => Promise.reject(failure(false)),
    };
    const outcome = outcomeOfRead(clientOf(server.endpoint, source).getCursor(shard, "begin"));
    expect(await outcome).toBe("SecurityTokenExpired");
    expect(server.requests).toHaveLength(1);
  });
});

describe("a client without credentials", () => {
  test.each([
    { passing: true, asked: 5 },
    { passing: false, asked: 1 },
  ])("asks for them $asked times where that may pass: $passing", async ({ passing, asked }) => {
    server = await FaultServer.start([{ kind: "ok" }]);
    let times = 0;
    const source = {
      current: () => {
        times += 1;
        return Promise.reject(failure(passing));
      },
    };
    const client = clientOf(server.endpoint, source);
    expect(await outcomeOfRead(client.getCursor(shard, "begin"))).toBe("Credentials");
    expect([times, server.requests.length]).toEqual([asked, 0]);
  });

  test("was refused, and neither asked the engine nor sent a write", async () => {
    server = await FaultServer.start([{ kind: "ok" }]);
    const client = clientOf(server.endpoint, { current: () => Promise.reject(failure(false)) });
    let probes = 0;
    const outcome = await client.updateCheckPoint(
      shard,
      { checkpoint: "NDI=" as never, forceSuccess: true },
      {
        attempt: 0,
        beforeSend: () => {
          probes += 1;
        },
      },
    );
    expect([outcome.kind, probes, server.requests.length]).toEqual(["refused", 0, 0]);
  });
});

function failure(passing: boolean): CredentialsFailure {
  return new CredentialsFailure("the role was not assumed", { facts: [], wayOut: "Check it.", passing });
}
