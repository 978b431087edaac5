import { billingIdentity } from "./billingHost.mjs";
import { group } from "./shop.mjs";

/** @typedef {import("sls-emulator").LoggedRequest} LoggedRequest */
/** @typedef {{ shard: number, checkpoint: string }} Write a shard of the group, and where it is moved to */
/**
 * @typedef {object} Promised
 * @property {"reads" | "nothing"} sends what the service sees of a command, apart from its writes
 * @property {Write[]} writes
 */

/**
 * What the service saw of a command, in a few words.
 * @param {readonly LoggedRequest[]} requests
 */
export function summaryOf(requests) {
  if (requests.length === 0) return "the service saw no request at all";
  const writes = requests.filter(isWrite).length;
  return `the service saw ${counted(requests.length - writes, "read")}, ${counted(writes, "write")}`;
}

/**
 * Everything in which the requests of Pulumi differ from what was promised.
 * @param {Promised} promised
 * @param {readonly LoggedRequest[]} requests
 */
export function differencesOf({ sends, writes }, requests) {
  // Shards are written at the same time, in whatever order.
  const { project, logstore, consumerGroup } = group;
  const expected = writes
    .map(({ shard, checkpoint }) => textOf([project, logstore, consumerGroup, shard], checkpoint, 200))
    .sort();
  const seen = requests.filter(isWrite).map(textOfWrite).sort();
  const problems = [];
  if (expected.join() !== seen.join()) {
    problems.push(...listed("expected these writes", expected), ...listed("but the service saw", seen));
  }
  if (sends === "nothing" && requests.length > 0) {
    problems.push(`expected no request, but saw ${requests.map(({ call }) => call).join(", ")}`);
  }
  return problems;
}

/**
 * One line of the proof for a request that writes.
 * @param {LoggedRequest} request
 */
export function describeWrite(request) {
  const { project, logstore, consumerGroup, shard } = request;
  const target = [project, logstore, consumerGroup, shard].join("/");
  return `${request.call}  ${target}  ${request.body}  → ${request.status}`;
}

/** @param {LoggedRequest} request */
export function isWrite({ method }) {
  return method !== "GET";
}

/**
 * Tells Pulumi's requests from the consumer's, which has a key of its own.
 * @param {LoggedRequest} request
 */
export function isOfPulumi({ headers }) {
  return !headers["authorization"]?.startsWith(`LOG ${billingIdentity.accessKeyId}:`);
}

/** @param {LoggedRequest} request */
function textOfWrite({ call, project, logstore, consumerGroup, shard, body, status }) {
  if (call !== "UpdateCheckPoint") return call;
  return textOf([project, logstore, consumerGroup, shard], JSON.parse(body).checkpoint, status);
}

/**
 * @param {(string | number | undefined)[]} target
 * @param {string} checkpoint
 * @param {number | undefined} status
 */
function textOf(target, checkpoint, status) {
  return `${target.join("/")} to ${checkpoint} → ${status}`;
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function listed(title, lines) {
  return [`${title}:`, ...(lines.length === 0 ? ["none"] : lines).map((line) => `  ${line}`)];
}

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  if (count === 0) return `no ${noun}`;
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
