import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCommandLine } from "../../emulator/src/commandLine.js";

/** Runs the command line; `up` resolves with the endpoint that it prints. */
function run(...args: string[]) {
  const output: string[] = [];
  const errors: string[] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  let announce = (_endpoint: string): void => undefined;
  const up = new Promise<string>((resolve) => (announce = resolve));
  const write = (text: string): void => {
    output.push(text);
    const endpoint = /listens on (\S+)/.exec(text)?.[1];
    if (endpoint !== undefined) announce(endpoint);
  };
  const code = runCommandLine(args, { write, writeError: (text) => void errors.push(text), stopped });
  return { code, up, stop, output, errors };
}

function seedFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sls-emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "seed.json");
  writeFileSync(file, content);
  return file;
}

describe("the command line", () => {
  it("starts, says how to reach it, logs requests one a line, and stops cleanly", async () => {
    const { code, up, stop, output, errors } = run("--port", "0");
    const endpoint = await up;
    expect((await fetch(`${endpoint}/logstores?offset=0`)).status).toBe(400);
    stop();
    expect(await code).toBe(0);
    expect(output[0]).toContain("emulatorAccessKeySecret");
    expect(output[1]).toMatch(/^\S+Z ListLogStores - GET \/logstores\?offset=0 -> 400 MissAccessKeyId\n$/);
    expect([output.length, errors]).toEqual([2, []]);
    await expect(fetch(endpoint)).rejects.toThrow();
  });

  it("logs JSON when asked to, or nothing", async () => {
    for (const [option, expected] of [
      ["--json", 1],
      ["--quiet", 0],
    ] as const) {
      const { code, up, stop, output } = run("--port", "0", option);
      await fetch(`${await up}/logstores`);
      stop();
      await code;
      const logged = output.slice(1).map((line) => JSON.parse(line) as unknown);
      expect(logged).toHaveLength(expected);
      if (expected === 1) expect(logged[0]).toMatchObject({ call: "ListLogStores", status: 400 });
    }
  });

  it("does not let a request line steer the terminal", async () => {
    const { code, up, stop, output } = run("--port", "0");
    await fetch(`${await up}/logstores?a=%1b[2J%0a`);
    stop();
    await code;
    expect(output[1]).toContain("a=?[2J?");
  });

  it("prints its options", async () => {
    const { code, output } = run("--help");
    expect(await code).toBe(0);
    expect(output.join("")).toContain("--seed FILE");
  });

  it("names a port that is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const { code, errors } = run("--port", String(port));
    expect(await code).toBe(2);
    expect(errors.join("")).toContain(`port ${port} is taken`);
  });

  it.each([
    [["--port", "x"], "--port must be a number from 0 to 65535, not x."],
    [["--port", "70000"], "not 70000"],
    [["--prot", "1"], "Unknown option '--prot'"],
    [["extra"], "extra"],
    [["--seed", "/does/not/exist"], "cannot be read"],
  ])("refuses %j", async (args, message) => {
    const { code, errors } = run(...args);
    expect(await code).toBe(2);
    expect(errors.join("")).toContain(message);
  });

  it.each([
    ["{", "is not JSON"],
    ["[]", "the document must be an object"],
    ['{"projects":{"shop":{"orders":{"tll":7}}}}', 'projects.shop.orders has an unknown field "tll"'],
    ['{"projects":{"shop":{"orders":{"ttl":"7"}}}}', "projects.shop.orders.ttl must be a whole number"],
    [
      '{"projects":{"shop":{"orders":{"consumerGroups":{"a":{"order":1}}}}}}',
      "consumerGroups.a.order must be true or false",
    ],
    ['{"projects":{},"identities":[{"accessKeyId":"a"}]}', 'identities.0 misses "accessKeySecret"'],
  ])("refuses the seed %s", async (content, message) => {
    const { code, errors } = run("--port", "0", "--seed", seedFile(content));
    expect(await code).toBe(2);
    expect(errors.join("")).toContain(message);
  });

  it("plants a seed", async () => {
    const orders = {
      shardCount: 3,
      fill: { logGroups: 4, hours: 2 },
      consumerGroups: { billing: { timeout: 30 } },
    };
    const identities = [{ accessKeyId: "seeded", accessKeySecret: "s" }];
    const file = seedFile(JSON.stringify({ identities, projects: { shop: { orders } } }));
    const { code, up, stop, output } = run("--port", "0", "--seed", file);
    await up;
    stop();
    expect(await code).toBe(0);
    expect(output[0]).toContain("seeded");
  });
});
