import { group } from "./shop.mjs";
import { clock, grouped } from "./stage.mjs";

/** @typedef {import("./stage.mjs").Stage} Stage */
/** @typedef {import("./shop.mjs").Shop} Shop */

const shard = 0;
const up = "up --yes --skip-preview";

/**
 * One shard is moved, once, and its consumer is left alone from then on.
 * @param {Stage} stage
 * @param {Shop} shop
 */
export async function pinOneShard(stage, shop) {
  await stage.within("pin", { ...group, shard }, async () => {
    await moveOnce(stage, shop);
    await leaveConsumerAlone(stage, shop);
  });
}

/**
 * @param {Stage} stage
 * @param {Shop} shop
 */
async function moveOnce(stage, shop) {
  const time = shop.times.thoughtWrongSince;
  const checkpoint = shop.cursorAt(shard, time);
  stage.step(
    `Shard ${shard} is to be billed anew from ${clock(time)} on. A preview says what that means, and writes nothing:`,
  );
  await stage.configure("checkpoint", checkpoint);
  await stage.pulumi("preview");
  stage.step("An up prints the way back, moves the shard once, and reads it back:");
  await stage.pulumi(up, { writes: [{ shard, checkpoint }] });
}

/**
 * @param {Stage} stage
 * @param {Shop} shop
 */
async function leaveConsumerAlone(stage, shop) {
  const { billing, times } = shop;
  const read = await billing.catchUp();
  stage.step(
    `${billing.name} is started and reads ${grouped(read.length)} log groups. Another up does not even ask the service:`,
  );
  await stage.pulumi(up, { shows: "2 unchanged", sends: "nothing" });
  stage.step(`${billing.name} reads on. It would save over another pin, so that one is refused:`);
  await stage.configure("checkpoint", shop.cursorAt(shard, times.wrongSince));
  shop.passTime(10_000);
  await billing.catchUp();
  await stage.pulumi(up, { exitCode: 1, shows: "refused, because consumers are alive" });
  stage.step("Destroy forgets the pin and leaves the consumer alone:");
  await stage.pulumi("destroy --yes --skip-preview", { sends: "nothing" });
}
