import { expect, it, onTestFinished } from "vitest";
import { defaultAssumptions, SlsEmulator, type AssumptionName, type Assumptions } from "../../emulator/src/index.js";
import { arrangeGroup, journeys, noon, type Journey } from "./pinJourneys.js";
import { PinStack, type PinUp } from "./pinStack.js";

let thr = 0; const names = Object.keys(defaultAssumptions) as AssumptionName[];
async function travel(journey: Journey, assumptions: Partial<Assumptions>, tick = 0, config = {}) {
  let now = noon;
  const keys = { accessKeyId: "id", accessKeySecret: "secret" };
  const admin = { accessKeyId: "emulatorAccessKeyId", accessKeySecret: "emulatorAccessKeySecret" };
  const emulator = await SlsEmulator.start({
    clock: () => (now += tick), assumptions,
    identities: [admin, { ...keys, ...(journey.policy && { policy: journey.policy }) }],
  });
  arrangeGroup(emulator);
  now += 600_000;
  const stack = new PinStack(emulator, names, { "sls:region": "cn-hangzhou", "sls:accessKeyId": "id", "sls:accessKeySecret": "secret", ...journey.config, ...config });
  const ups: PinUp[] = [];
  try {
  for await (const up of journey.ups({ emulator, advance: (ms) => void (now += ms), up: (i, m) => stack.up(i, m) })) ups.push(up);
  } finally { thr += emulator.requestsOf("UpdateCheckPoint").length*0 + emulator.requests.filter(r=>r.status===403).length; await emulator.stop(); }
  return { ups, consulted: stack.consulted };
}
const turned: [Partial<Assumptions>, number?, object?][] = [
  [{}],
  [{ metadataCallsPerSecond: 8 }, 20, { "sls:maxConcurrency": "1" }],
  [{ metadataCallsPerSecond: 8 }, 40, { "sls:maxConcurrency": "1" }],
  [{ metadataCallsPerSecond: 5 }, 40, { "sls:maxConcurrency": "1" }],
  [{ metadataCallsPerSecond: 4 }, 40, { "sls:maxConcurrency": "1" }],
  [{ metadataCallsPerSecond: 2 }, 100, { "sls:maxConcurrency": "1" }],
  [{ metadataCallsPerSecond: 12 }, 0, { "sls:maxRetries": "0" }],
];
it("probe", async () => {
  const base: Record<string, string> = {};
  for (const [t, tick, config] of turned) {
    const at = Date.now();
    console.log("##", JSON.stringify(t), tick);
    for (const [name, journey] of Object.entries(journeys) as [string, Journey][]) {
      const { ups, consulted } = await travel(journey, t, tick, config);
      const line = ups.map((u) => u.ending).join(",") + " | " + ups.flatMap((u) => u.broken).join(";");
      const c = consulted.join(" ");
      if (base[name] === undefined) { base[name] = line; console.log(name, "=>", line, "\n    ", c, "\n", JSON.stringify(journey.ends) === JSON.stringify(ups.map(u=>u.ending)) ? "" : "!!!! " + ups.map(u=>u.text).join("\n---")); base[name+"c"] = c; }
      else { if (line !== base[name]) console.log("  DIFF", name, "=>", line, ups.map(u=>u.text).join("\n---")); if (c !== base[name+"c"]) console.log("  hits differ", name, c); }
    }
    console.log("throttled", thr, "ms", Date.now() - at);
  }
}, 200000);
