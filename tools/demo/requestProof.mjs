import { isDeepStrictEqual } from "node:util";
import { subject } from "./shop.mjs";

/** @typedef {import("sls-emulator").LoggedRequest} LoggedRequest */
/** @typedef {import("./steps.mjs").Step} Step */

/**
 * What the service saw of a step, in a few words.
 * @param {readonly LoggedRequest[]} requests
 */
export function summaryOf(requests) {
  if (requests.length === 0) return "the service saw no request at all";
  const writes = requests.filter(isWrite).length;
  return `the service saw ${counted(requests.length - writes, "read")}, ${counted(writes, "write")}`;
}

/**
 * Everything in which the requests of a step differ from what it promises.
 * @param {Step} step
 * @param {readonly LoggedRequest[]} requests
 */
export function differencesOf(step, requests) {
  const expected = step.writes === undefined ? [] : [{ ...subject, checkpoint: step.writes, status: 200 }];
  const seen = requests.filter(isWrite).map(writeOf);
  const problems = [];
  if (!isDeepStrictEqual(seen, expected)) {
    problems.push(
      `expected the writes ${JSON.stringify(expected)}`,
      `but saw          ${JSON.stringify(seen)}`,
    );
  }
  if (step.sends === "nothing" && requests.length > 0) {
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

/** @param {LoggedRequest} request */
function writeOf({ call, project, logstore, consumerGroup, shard, body, status }) {
  if (call !== "UpdateCheckPoint") return { call };
  const { checkpoint } = JSON.parse(body);
  return { project, logstore, consumerGroup, shard, checkpoint, status };
}

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  if (count === 0) return `no ${noun}`;
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
