import { afterEach, describe, expect, test } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { v4Authorization, v4Signer } from "../../provider/src/sls/signing/v4.js";
import { ClientUnderTest, outcomeOfRead, outcomeOfWrite, secrets, shard } from "./clientUnderTest.js";
import { type Fault, FaultServer, serviceError } from "./faultServer.js";

let server: FaultServer | undefined;
let tested: ClientUnderTest | undefined;

afterEach(async () => {
  await tested?.stop();
  await server?.stop();
});

async function meeting(faults: readonly Fault[]): Promise<ClientUnderTest> {
  server = await FaultServer.start(faults);
  tested = new ClientUnderTest({
    endpoint: server.endpoint,
    configuration: { sign: v4Signer("cn-hangzhou") },
  });
  return tested;
}

const ok: Fault = { kind: "ok" };
const expired = serviceError(400, "RequestTimeExpired");

function datesSent(): readonly (string | undefined)[] | undefined {
  return server?.requests.map(({ headers }) => headers["x-log-date"]);
}

describe("a client that signs with V4", () => {
  test("signs what it sends, the Host with its port included", async () => {
    const { client } = await meeting([ok]);
    const writing = client.updateCheckPoint(
      shard,
      { checkpoint: cursorAt(42n), forceSuccess: true, consumer: "a b*" },
      { attempt: 0, beforeSend: () => undefined },
    );
    expect(await outcomeOfWrite(writing)).toBe("acknowledged");
    const [sent] = server?.requests ?? [];
    const { connection: _connection, ...headers } = sent?.headers ?? {};
    expect(headers["host"]).toBe(`shop.127.0.0.1:${String(server?.port)}`);
    expect(headers["date"]).toBeUndefined();
    const { pathname, searchParams } = new URL(sent?.target ?? "", "http://sls");
    const authorization = v4Authorization(
      { method: "POST", path: pathname, query: Object.fromEntries(searchParams), headers },
      { accessKeyId: "an-access-key-id", accessKeySecret: secrets.accessKeySecret },
      "cn-hangzhou",
    );
    expect(headers["authorization"]).toBe(authorization);
  });

  test("corrects its clock once for a request, and keeps it for later ones", async () => {
    const skewed = await meeting([expired, ok, ok]);
    skewed.now -= 3_600_000;
    expect(await outcomeOfRead(skewed.client.getCursor(shard, "begin"))).toBe("answered");
    expect(await outcomeOfRead(skewed.client.getCursor(shard, "end"))).toBe("answered");
    expect(datesSent()).toEqual(["20261122T110000Z", "20261122T120000Z", "20261122T120000Z"]);
  });

  test("gives up where the corrected clock is refused too", async () => {
    const skewed = await meeting([expired]);
    expect(await outcomeOfRead(skewed.client.getCursor(shard, "begin"))).toBe("RequestTimeExpired");
    expect(datesSent()).toHaveLength(2);
  });
});
