import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { type Properties } from "./dynamicProviderServer.js";
import { ReplayShop, at, minute } from "./replayShop.js";

let shop: ReplayShop | undefined;

afterEach(async () => {
  await shop?.close();
});

test.each([2, 14, 200])(
  "the printed way back of %i shards, pasted into a program, leads back",
  async (shards) => {
    shop = await ReplayShop.open({ shards });
    const every = Array.from({ length: shards }, (_, shard) => shard);
    for (const shard of every) shop.commit(shard, shard % 5);
    shop.pass(10 * minute);
    const { lines } = await shop.stack.up(shop.replay(at(7)));
    expect(shop.stands(every)).toEqual(every.map(() => 7));
    const printed = lines.find((line) => line.startsWith("way back: "))?.slice("way back: ".length);
    const pasted = runInNewContext(`({ from: ${printed} })`) as { readonly from: Properties };
    shop.pass(10 * minute);
    const { problems, failure } = await shop.stack.up(shop.replay({ ...pasted.from }));
    expect([problems, failure]).toEqual([[], undefined]);
    expect(shop.stands(every)).toEqual(every.map((shard) => shard % 5));
  },
);
