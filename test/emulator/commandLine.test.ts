import { spawnSync } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { optionTable, parseOptions, runCommandLine } from "../../emulator/src/commandLine.js";
import { makeCertificate } from "./certificate.js";
import { SlsClient } from "./slsClient.js";
import { turnedSwitches } from "./switchTable.js";

/** Runs the command line; `up` resolves with the endpoint that it prints. */
function run(...args: string[]) {
  const output: string[] = [];
  const errors: string[] = [];
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  let announce = (_endpoint: string): void => undefined;
  let fail = (_error: unknown): void => undefined;
  const up = new Promise<string>((resolve, reject) => {
    announce = resolve;
    fail = reject;
  });
  up.catch(() => undefined);
  const write = (text: string): void => {
    output.push(text);
    const endpoint = /listens on (\S+)/.exec(text)?.[1];
    if (endpoint !== undefined) announce(endpoint);
  };
  const code = runCommandLine(args, { write, writeError: (text) => void errors.push(text), stopped });
  // A start that fails must not leave a test waiting for an endpoint.
  code.then(() => fail(new Error(`It ended before it listened: ${errors.join("")}`)), fail);
  return { code, up, stop, output, errors };
}

function seedFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sls-emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "seed.json");
  writeFileSync(file, content);
  return file;
}

/** How a signed call ends that an emulator with its own clock serves. */
async function statusOfCall(endpoint: string): Promise<string> {
  return (await new SlsClient({ endpoint, now: Date.now }).get("/logstores/orders/shards")).outcome;
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

  it("says which shard is saved, and at which cursor", async () => {
    const { code, up, stop, output } = run("--port", "0");
    const body = '{"shard":3,"checkpoint":"MTIz"}';
    await fetch(`${await up}/logstores/orders/consumergroups/billing?type=checkpoint`, {
      method: "POST",
      body,
    });
    stop();
    await code;
    expect(output[1]).toMatch(/ UpdateCheckPoint - POST \S+ shard 3 cursor MTIz -> 400 /);
  });

  it("turns switches: those of a file, then those that are named", async () => {
    const file = seedFile(
      '{"deniedStatus":403,"emptyCheckpoint":"clears","observed":{"region":"cn-hangzhou"}}',
    );
    const options = parseOptions([
      "--assumptions",
      file,
      "--assume",
      "deniedStatus=401",
      "--assume",
      "metadataCallsPerSecond=5",
    ]);
    expect(options.assumptions).toEqual({
      deniedStatus: 401,
      emptyCheckpoint: "clears",
      metadataCallsPerSecond: 5,
    });
    const { code, up, stop } = run("--port", "0", "--assume", "metadataCallsPerSecond=1");
    const endpoint = await up;
    const codes = [await statusOfCall(endpoint), await statusOfCall(endpoint)];
    stop();
    await code;
    expect(codes).toEqual(["404 ProjectNotExist", "403 MetaOperationQpsLimitExceeded"]);
  });

  it("every switch and every value of it can be named", () => {
    for (const [name, values] of Object.entries(turnedSwitches)) {
      for (const value of values) {
        expect(parseOptions(["--assume", `${name}=${value}`]).assumptions).toEqual({ [name]: value });
      }
    }
  });

  it.each([
    ["2026-11-20T10:00:00Z", Date.parse("2026-11-20T10:00:00Z") - Date.now()],
    ["2026-11-20T18:00:00+08:00", Date.parse("2026-11-20T10:00:00Z") - Date.now()],
    ["+PT1H", 3_600_000],
    ["-P2D", -172_800_000],
  ])("its clock stands where --clock=%s says, and runs on", async (when, ahead) => {
    const { code, up, stop } = run("--port", "0", `--clock=${when}`);
    const date = (await fetch(`${await up}/logstores`)).headers.get("date");
    stop();
    await code;
    expect(Math.abs(Date.parse(date ?? "") - Date.now() - ahead)).toBeLessThan(60_000);
  });

  it("prints a URL that can be dialled, on an IPv6 address too", async () => {
    const { code, up, stop } = run("--port", "0", "--host", "::1");
    const endpoint = await up;
    expect(endpoint).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${endpoint}/_emulator/rules`)).status).toBe(200);
    stop();
    await code;
  });

  it("speaks HTTPS with a certificate and its key", async () => {
    const { cert, key } = makeCertificate();
    const { code, up, stop } = run("--port", "0", "--cert", cert, "--key", key);
    const endpoint = await up;
    expect(endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const request = httpsRequest(`${endpoint}/_emulator/rules`, { ca: readFileSync(cert) });
    request.end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, "[]"]);
    stop();
    await code;
  });

  it("says that it is not built yet, in one line", () => {
    const folder = mkdtempSync(join(tmpdir(), "sls-emulator-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const program = join(folder, "bin/sls-emulator.js");
    copyFileSync(join(import.meta.dirname, "../../emulator/bin/sls-emulator.js"), program);
    const { status, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
    expect(stderr).toBe(
      "sls-emulator: it is not built yet; run npm install and npm run build in the repository.\n",
    );
    expect(status).toBe(2);
  });

  it("prints its options", async () => {
    const { code, output } = run("--help");
    expect(await code).toBe(0);
    const printed = output.join("");
    for (const name of Object.keys(optionTable)) expect(printed).toMatch(new RegExp(`^  --${name}\\b`, "m"));
    for (const name of Object.keys(turnedSwitches))
      expect(printed).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
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
    [
      ["--prot", "1"],
      "The options are --port, --host, --seed, --clock, --assumptions, --assume, --cert, --key",
    ],
    [["--assume", "deniedStatu=403"], 'no switch "deniedStatu"; there are consumerNotMatchStatus,'],
    [["--assume", "deniedStatus=404"], "deniedStatus cannot be 404; it can be 401, 403"],
    [["--assume", "deniedStatus"], '"deniedStatus" is not NAME=VALUE'],
    [["--assumptions", "/does/not/exist"], "--assumptions /does/not/exist cannot be read"],
    [["--clock", "noon"], "--clock must be an instant with its zone"],
    [["--clock", "2026-11-20T10:00:00"], "--clock must be an instant with its zone"],
    [["--cert", "/does/not/exist"], "--cert and --key go together: --key is missing"],
    [["--key", "/does/not/exist"], "--cert and --key go together: --cert is missing"],
    [["--cert", "/does/not/exist", "--key", "x"], "--cert /does/not/exist cannot be read"],
    [["--cert", import.meta.filename, "--key", import.meta.filename], "cannot be used: "],
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
