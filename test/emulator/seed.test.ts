import { expect, it } from "vitest";
import { parseSeed, plant } from "../../emulator/src/seed.js";
import { hour, paths, start, startEmulator } from "./fixture.js";

it("a seed makes logstores with data and consumer groups", async () => {
  const { emulator, sls } = await startEmulator();
  const orders = {
    shardCount: 3,
    fill: { logGroups: 4, hours: 2 },
    consumerGroups: { billing: { timeout: 30 } },
  };
  plant(parseSeed({ projects: { shop: { orders } } }), emulator);
  expect((await sls.get(paths.shards)).json).toHaveLength(3);
  expect((await sls.get(paths.groups)).json).toEqual([{ name: "billing", timeout: 30, order: false }]);
  const first = emulator.cursorAt("shop", "orders", 2, "begin");
  expect((await sls.get(paths.cursorTime(2, first))).json).toEqual({
    cursor_time: (start - 2 * hour) / 1000,
  });
});
