import { describe, expect, it } from "vitest";
import { encodeCursor } from "../../../emulator/src/index.js";
import { useWireShop } from "./wireShop.js";

const shop = useWireShop();

/** A cursor of shard 1 that is in its window. */
async function cursor(): Promise<string> {
  return encodeCursor(await shop.position(shop.logstore, 1, "begin"));
}

describe("UpdateCheckPoint", () => {
  it("moves a shard, and GetCheckPoint shows where and when", async () => {
    const { update, path } = await shop.openGroup();
    const checkpoint = await cursor();
    const answer = await shop.sls.post(update, { shard: 1, checkpoint });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    const { json } = await shop.until(path, ({ text }) => text.includes(checkpoint));
    const moved = (json as { shard: number; updateTime: number }[]).find(({ shard }) => shard === 1);
    expect(moved).toMatchObject({ shard: 1, checkpoint, consumer: "" });
    const saved = (moved?.updateTime ?? 0) / 1_000;
    expect(Math.abs(saved - Date.parse(answer.headers.date ?? ""))).toBeLessThan(60_000);
  });

  it.each(["true", "True", "TRUE"])("takes forceSuccess=%s", async (force) => {
    const { path } = await shop.openGroup();
    const forced = `${path}?type=checkpoint&forceSuccess=${force}`;
    expect((await shop.sls.post(forced, { checkpoint: await cursor(), shard: 1 })).outcome).toBe("200");
  });

  it.each([
    ["text that is not base64", { shard: 0, checkpoint: "!" }, "400 InvalidShardCheckPoint"],
    ["a shard as text", { shard: "0", checkpoint: "MQ==" }, "400 PostBodyInvalid"],
    ["a missing checkpoint", { shard: 0 }, "400 PostBodyInvalid"],
    ["a list", [], "400 PostBodyInvalid"],
  ])("refuses %s", async (_name, body, outcome) => {
    const { update } = await shop.openGroup();
    expect((await shop.sls.post(update, body)).outcome).toBe(outcome);
  });

  it.each([
    ["-other/consumergroups/billing", "404 LogStoreNotExist"],
    ["/consumergroups/other", "404 ConsumerGroupNotExist"],
  ])("at %s, which is not there, answers %s, as GetCheckPoint does", async (rest, outcome) => {
    const path = `${shop.logstore.path}${rest}`;
    const query = "?type=checkpoint&forceSuccess=true";
    expect((await shop.sls.post(path + query, { shard: 0, checkpoint: "MQ==" })).outcome).toBe(outcome);
    expect((await shop.sls.get(path)).outcome).toBe(outcome);
  });

  it("wants JSON, under either content type of the service, and says so", async () => {
    const { update } = await shop.openGroup();
    const body = JSON.stringify({ shard: 1, checkpoint: await cursor() });
    const send = async (type: string | undefined, text = body) => {
      const headers = { "content-type": type };
      return (await shop.sls.send({ method: "POST", path: update, body: text, headers })).outcome;
    };
    expect(await send("text/plain")).toBe("415 InvalidContentType");
    expect(await send(undefined)).toBe("400 MissingContentType");
    expect(await send("application/json", "{")).toBe("400 PostBodyInvalid");
    expect(await send("application/json")).toBe("200");
    expect(await send("application/x-protobuf")).toBe("200");
  });
});

describe("GetCheckPoint", () => {
  it("answers one shard, and an empty list for one that does not exist", async () => {
    const { update, path } = await shop.openGroup();
    const checkpoint = await cursor();
    await shop.sls.post(update, { shard: 1, checkpoint });
    const { json } = await shop.until(`${path}?shard=1`, ({ text }) => text.includes(checkpoint));
    expect(json).toEqual([expect.objectContaining({ shard: 1, checkpoint })]);
    expect((await shop.sls.get(`${path}?shard=9`)).json).toEqual([]);
    expect((await shop.sls.get(`${path}?shard=x`)).outcome).toBe("400 ParameterInvalid");
  });
});
