import { group, rates, shards } from "./shop.mjs";
import { Look } from "./look.mjs";
import { clock, grouped, say } from "./stage.mjs";

/** @typedef {import("./stage.mjs").Stage} Stage */
/** @typedef {import("./shop.mjs").Shop} Shop */

const groupId = `${group.project}/${group.logstore}/${group.consumerGroup}`;
const up = "up --yes --skip-preview";

/**
 * A whole group is replayed, reads again exactly what the preview said, and is led back.
 * @param {Stage} stage
 * @param {Shop} shop
 */
export async function replayGroup(stage, shop) {
  shop.stopConsumer();
  const look = new Look(shop.emulator.endpoint);
  await stage.within("gitops", {}, async () => {
    const stood = shop.checkpoints();
    const billed = shop.billedSince(shop.times.wrongSince);
    await replay(stage, shop, look, billed.length);
    await readAgain(stage, shop, look, billed);
    await rollBack(stage, shop, stood);
  });
  say(
    "",
    "The plan and the progress of the replay, as pages to open in a browser:",
    ...look.pages.map((page) => `  ${page}`),
  );
}

/**
 * @param {Stage} stage
 * @param {Shop} shop
 * @param {Look} look
 * @param {number} logGroups
 */
async function replay(stage, shop, look, logGroups) {
  const { wrongSince, deadline } = shop.times;
  const wrong = `${grouped(shop.wrongBills())} bills are still wrong, in both shards`;
  stage.step(`${shop.billing.name} is stopped: ${wrong}. All of it goes back to ${clock(wrongSince)}:`);
  const reason = `INC-4711: tax rate was wrong from ${clock(wrongSince)} on`;
  stage.declare(...declaration(`"${instant(wrongSince)}"`, deadline, reason));
  const plan = `2 shards: 2 back; ${grouped(logGroups)} log groups will be read again`;
  await stage.pulumi("preview", { shows: plan });
  await look.page("plan", ["plan", groupId, "--from", instant(wrongSince), "--reason", reason]);
  stage.step("It is merged. The plan is saved first, then each shard is written once and read back:");
  const writes = shards.map((shard) => ({ shard, checkpoint: shop.cursorAt(shard, wrongSince) }));
  await stage.pulumi(up, { shows: plan, writes });
}

/**
 * @param {Stage} stage
 * @param {Shop} shop
 * @param {Look} look
 * @param {string[]} billed
 */
async function readAgain(stage, shop, look, billed) {
  stage.step(`${shop.billing.name} is started, with the right rate. Someone who has no program looks on:`);
  const unbilled = shop.unbilled();
  /** @type {string[]} */
  let read = [];
  const exitCode = await look.follow(groupId, await stage.shardsOfReplay(groupId), async () => {
    read = await shop.billing.catchUp();
  });
  if (exitCode !== 0) stage.demand([`sls-checkpoint progress ended with ${exitCode}`]);
  stage.demand(differencesBetween([...billed, ...unbilled], read));
  const wrong = shop.wrongBills();
  if (wrong > 0) stage.demand([`${grouped(wrong)} orders are still billed with ${rates.wrong} %`]);
  stage.note(
    `it read exactly those ${grouped(billed.length)} log groups again, and the ${grouped(unbilled.length)} that came in meanwhile, each once`,
    "no bill is wrong any more",
  );
}

/**
 * @param {Stage} stage
 * @param {Shop} shop
 * @param {string[]} stood
 */
async function rollBack(stage, shop, stood) {
  shop.stopConsumer();
  stage.step(
    `${shop.billing.name} is stopped: new orders have new prices. One word leads back to before the replay:`,
  );
  stage.declare(
    ...declaration("previous", shop.times.deadline, "INC-4712: bill what came in since once more"),
  );
  const writes = stood.map((checkpoint, shard) => ({ shard, checkpoint }));
  await stage.pulumi(up, { writes });
  const stands = shop.checkpoints();
  const strays = writes.filter(({ shard, checkpoint }) => stands[shard] !== checkpoint);
  stage.demand(
    strays.map(({ shard, checkpoint }) => `shard ${shard} is at ${stands[shard]}, not at ${checkpoint}`),
  );
  stage.note("every shard stands where it stood before the replay again");
}

/**
 * What someone writes into the stack's configuration.
 * @param {string} from
 * @param {number} deadline
 * @param {string} reason
 */
function declaration(from, deadline, reason) {
  const { project, logstore, consumerGroup } = group;
  return [
    "shop-gitops:replays:",
    `  ${project}/${logstore}/${consumerGroup}:`,
    `    from: ${from}`,
    `    applyBefore: "${instant(deadline)}"`,
    `    reason: "${reason}"`,
  ];
}

/** @param {number} time a whole minute */
function instant(time) {
  return new Date(time).toISOString().replace(".000", "");
}

/**
 * In what a consumer has read otherwise than it should have.
 * @param {string[]} expected
 * @param {string[]} read
 */
function differencesBetween(expected, read) {
  const missing = expected.filter(notIn(read));
  const surplus = read.filter(notIn(expected));
  const repeated = read.length - new Set(read).size;
  const told = [
    ...(missing.length > 0 ? [`not read: ${someOf(missing)}`] : []),
    ...(surplus.length > 0 ? [`read without need: ${someOf(surplus)}`] : []),
    ...(repeated > 0 ? [`read more than once: ${grouped(repeated)}`] : []),
  ];
  if (told.length === 0) return [];
  return [
    `expected ${grouped(expected.length)} log groups to be read, but saw ${grouped(read.length)}`,
    ...told,
  ];
}

/** @param {string[]} list */
function notIn(list) {
  const known = new Set(list);
  return (/** @type {string} */ order) => !known.has(order);
}

/** @param {string[]} orders */
function someOf(orders) {
  const rest = orders.length > 3 ? ", …" : "";
  return `${grouped(orders.length)}, with ${orders.slice(0, 3).join(", ")}${rest}`;
}
