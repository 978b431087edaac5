// A consumer as a service runs it: reads the shards that it is given until it is told to end, and saves how far it came.
import { setTimeout as sleep } from "node:timers/promises";
import { BillingHost } from "../../tools/demo/billingHost.mjs";

const [port = "", consumerGroup = ""] = process.argv.slice(2);
const host = new BillingHost(Number(port), { project: "shop", logstore: "orders", consumerGroup });
let stopped = false;
process.on("SIGTERM", () => (stopped = true));
while (!stopped) {
  await host.catchUp();
  await sleep(100);
}
