import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { ClientProcess } from "./clientProcess.js";
import { hasClient, installed } from "./installed.js";
import { journey, journeyCalls } from "./journey.js";

const script = (name: string) => fileURLToPath(new URL(`typescript/${name}`, import.meta.url));

async function run(name: string, signature = "") {
  const emulator = await SlsEmulator.start();
  onTestFinished(async () => emulator.stop());
  const client = new ClientProcess(process.execPath, [script(name)], {
    CLIENT_MODULES: installed.typescript,
    EMULATOR: emulator.endpoint,
    SLS_ACCESS_KEY_ID: "emulatorAccessKeyId",
    SLS_ACCESS_KEY_SECRET: "emulatorAccessKeySecret",
    SLS_SIGNATURE: signature,
  });
  return { emulator, saw: await client.result() };
}

describe.skipIf(!hasClient("typescript"))("the TypeScript client", () => {
  it.each([
    ["its default signature", "", "hmac-sha256"],
    ["v4", "v4", undefined],
  ])("makes the journey, as far as it can, signed with %s", async (_name, signature, method) => {
    const { emulator, saw } = await run("journey.mjs", signature);
    // It has no call to delete a shard; its putLogs does not serialise, and its pullLogs forgets the project.
    const { pulled: _pulled, pulledInAll: _inAll, left: _left, ...expected } = journey;
    expect(saw).toEqual({
      ...expected,
      projects: ["journey"],
      regions: 1,
      cursorTimeIsNow: true,
      counted: 3,
      pullLogs: "ProjectNotExist",
    });
    const calls = new Set(emulator.requests.map(({ call }) => call));
    const beyond = ["DescribeRegions", "ListProject", "PullLogs"];
    const without = ["DeleteShard", "PostLogStoreLogs"];
    const reachable = new Set([...journeyCalls.filter((call) => !without.includes(call)), ...beyond]);
    expect(calls).toEqual(reachable);
    for (const { headers } of emulator.requests) {
      expect(headers["x-log-signaturemethod"]).toBe(method);
      expect(headers["authorization"]).toMatch(signature === "v4" ? /^SLS4-HMAC-SHA256 / : /^LOG /);
    }
  });

  it("of the older generation writes logs", async () => {
    const { emulator, saw } = await run("log.mjs");
    expect(saw).toEqual({
      project: "a journey",
      ttl: 14,
      logstores: ["events"],
      gone: "ProjectNotExist",
    });
    expect(emulator.requestsOf("PostLogStoreLogs").map(({ status }) => status)).toEqual([200]);
  });
});
