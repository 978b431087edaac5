import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");
const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "emulatorAccessKeyId",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "emulatorAccessKeySecret",
};

/** `npm run test:real`, with these variables and nothing of the person who runs it. */
async function runReal(variables: Readonly<Record<string, string>>) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [vitest, "run", "--config", "test/real/vitest.config.ts"], {
    cwd: root,
    env: {
      PATH,
      HOME: "/nonexistent",
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      NO_COLOR: "1",
      ...variables,
    },
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: output.join("") };
}

/** An emulator in another process, with the project shop. */
async function startEmulator(): Promise<string> {
  const program = join(root, "emulator/bin/sls-emulator.js");
  const child = spawn(process.execPath, [program, "--port", "0", "--quiet"]);
  onTestFinished(() => void child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /listens on (\S+)/.exec(line)?.[1];
    if (endpoint !== undefined) return endpoint;
  }
  throw new Error("The emulator ended before it listened.");
}

async function admin(url: string, method = "GET", body?: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.json();
}

it("the tests for the real service pass against another process, and leave no logstore", async () => {
  const endpoint = await startEmulator();
  const kept = { kept: { shardCount: 1 } };
  await admin(`${endpoint}/_emulator/seed`, "POST", { project: "shop", logstores: kept });
  const { code, output } = await runReal({ ...keys, SLS_TEST_ENDPOINT: endpoint, SLS_TEST_PROJECT: "shop" });
  expect(output).toContain("4 passed");
  expect(code).toBe(0);
  const made = (await admin(`${endpoint}/_emulator/requests?call=CreateLogStore`)) as { status: number }[];
  const removed = (await admin(`${endpoint}/_emulator/requests?call=DeleteLogStore`)) as {
    status: number;
    logstore: string;
  }[];
  expect(made.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(removed.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(removed.every(({ logstore }) => /^sls-checkpoint-test-[0-9a-f]{12}$/.test(logstore))).toBe(true);
});

it.each([{}, { SLS_TEST_PROJECT: "shop" }, { SLS_TEST_ENDPOINT: "the proxy" }])(
  "nothing is sent anywhere with %j alone",
  async (variables) => {
    let connections = 0;
    const proxy = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const proxies = { http_proxy: url, https_proxy: url, HTTP_PROXY: url, HTTPS_PROXY: url };
    const { code, output } = await runReal({
      ...keys,
      ...proxies,
      ...variables,
      ...("SLS_TEST_ENDPOINT" in variables && { SLS_TEST_ENDPOINT: url }),
    });
    expect(output).toContain("Nothing is sent: set SLS_TEST_ENDPOINT and SLS_TEST_PROJECT");
    expect([code, connections]).toEqual([0, 0]);
  },
);
