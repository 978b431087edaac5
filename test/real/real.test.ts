import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");
const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: "emulatorAccessKeyId",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "emulatorAccessKeySecret",
};

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "real-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Vitest, with these variables and nothing of the person who runs it. */
async function runVitest(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { PATH = "" } = process.env;
  const home = temporaryFolder();
  const child = spawn(process.execPath, [vitest, "run", ...args], {
    cwd: root,
    env: {
      PATH,
      HOME: home,
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      NO_COLOR: "1",
      ...variables,
    },
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: output.join("") };
}

/** `npm run test:real`. */
async function runReal(variables: Readonly<Record<string, string>>) {
  return runVitest(["--config", "test/real/vitest.config.ts"], variables);
}

/** An emulator in another process, with a project shop that may be used as docs/emulator.md says. */
async function startEmulator(): Promise<string> {
  const seed = join(temporaryFolder(), "seed.json");
  const identities = [
    { accessKeyId: keys.ALIBABA_CLOUD_ACCESS_KEY_ID, accessKeySecret: keys.ALIBABA_CLOUD_ACCESS_KEY_SECRET },
  ].map((identity) => ({ ...identity, policy: documentedPolicy() }));
  writeFileSync(
    seed,
    JSON.stringify({ identities, project: "shop", logstores: { kept: { shardCount: 1 } } }),
  );
  const program = join(root, "emulator/bin/sls-emulator.js");
  const child = spawn(process.execPath, [program, "--port", "0", "--quiet", "--seed", seed]);
  onTestFinished(() => void child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /listens on (\S+)/.exec(line)?.[1];
    if (endpoint !== undefined) return endpoint;
  }
  throw new Error("The emulator ended before it listened.");
}

/** The policy of docs/emulator.md, as the emulator has it. */
function documentedPolicy() {
  const page = readFileSync(join(root, "docs/emulator.md"), "utf8");
  const [, text = ""] = /```json\n([^]*?)\n```/.exec(page) ?? [];
  const { Statement } = JSON.parse(text.replaceAll("my-project", "shop")) as {
    readonly Statement: readonly { readonly Action: string[]; readonly Resource: string[] }[];
  };
  return Statement.map(({ Action, Resource }) => ({ actions: Action, resources: Resource }));
}

interface Logged {
  readonly status: number;
  readonly logstore?: string;
  readonly body?: unknown;
}

/** The logstores that were made, and those that were removed, by the requests that the emulator answered. */
async function balance(endpoint: string) {
  const answered = async (call: string): Promise<readonly Logged[]> => {
    const response = await fetch(`${endpoint}/_emulator/requests?call=${call}`);
    const requests = (await response.json()) as readonly Logged[];
    return requests.filter(({ status }) => status === 200);
  };
  const made = await answered("CreateLogStore");
  const removed = (await answered("DeleteLogStore")).map(({ logstore }) => logstore);
  return { made: made.length, removed };
}

async function inject(endpoint: string, rule: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  await fetch(`${endpoint}/_emulator/rules`, { method: "POST", headers, body: JSON.stringify(rule) });
}

const ours = /^sls-checkpoint-test-[0-9a-f]{12}$/;

it("the tests pass against another process over the network alone, with the key that the page asks for", async () => {
  const endpoint = await startEmulator();
  const { code, output } = await runReal({ ...keys, SLS_TEST_ENDPOINT: endpoint, SLS_TEST_PROJECT: "shop" });
  const [, passed = 0] = /Tests +(\d+) passed \(\1\)/.exec(output) ?? [];
  expect(Number(passed), output).toBeGreaterThan(90);
  expect(code).toBe(0);
  const { made, removed } = await balance(endpoint);
  expect(made).toBeGreaterThan(10);
  expect(new Set(removed).size).toBe(made);
  expect(removed.filter((name) => !ours.test(name ?? ""))).toEqual([]);
});

it("the tests that fail leave no logstore either", async () => {
  const endpoint = await startEmulator();
  await inject(endpoint, { call: "GetCursor", nth: 40, do: { kind: "error", status: 400, code: "Odd" } });
  await inject(endpoint, { call: "SplitShard", do: { kind: "resetAfter" } });
  const { code, output } = await runReal({ ...keys, SLS_TEST_ENDPOINT: endpoint, SLS_TEST_PROJECT: "shop" });
  expect([code, output]).toEqual([1, expect.stringMatching(/Tests +\d+ failed/)]);
  const { made, removed } = await balance(endpoint);
  expect(made).toBeGreaterThan(10);
  expect(new Set(removed).size).toBe(made);
});

/** A proxy that counts who connects, and answers nobody. */
async function startCounting() {
  const counted = { connections: 0 };
  const proxy = createServer((socket) => {
    counted.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const proxies = { http_proxy: url, https_proxy: url, HTTP_PROXY: url, HTTPS_PROXY: url };
  return { counted, url, proxies };
}

it.each([{}, { SLS_TEST_PROJECT: "shop" }, { SLS_TEST_ENDPOINT: "the proxy" }])(
  "nothing is sent anywhere with %j alone",
  async (variables) => {
    const { counted, url, proxies } = await startCounting();
    const endpoint = "SLS_TEST_ENDPOINT" in variables && { SLS_TEST_ENDPOINT: url };
    const { code, output } = await runReal({ ...keys, ...proxies, ...variables, ...endpoint });
    expect(output).toContain("Nothing is sent: set SLS_TEST_ENDPOINT and SLS_TEST_PROJECT");
    expect([code, counted.connections]).toEqual([0, 0]);
  },
);

it("no other command sends anything there, whatever the variables say", async () => {
  const { counted, url, proxies } = await startCounting();
  const variables = { ...keys, ...proxies, SLS_TEST_ENDPOINT: url, SLS_TEST_PROJECT: "shop" };
  const { code } = await runVitest(["--project", "core", "test/emulator/wire/consumers"], variables);
  expect([code, counted.connections]).toEqual([0, 0]);
  const asked = await runReal(variables);
  expect([asked.code, counted.connections]).toEqual([1, expect.any(Number)]);
  expect(counted.connections).toBeGreaterThan(0);
});
