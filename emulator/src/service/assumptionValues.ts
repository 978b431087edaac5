import { defaultAssumptions, type AssumptionName, type Assumptions } from "./assumptions.js";

/** A switch or a value that there is not; the message names those that there are. */
export class AssumptionProblem extends Error {
  override readonly name = "AssumptionProblem";
  readonly code = "InvalidAssumption";
}

const positiveNumber = "a number from 1 on";

/** The values of every switch. */
export const assumptionValues: {
  readonly [Name in AssumptionName]: readonly (Assumptions[Name] | typeof positiveNumber)[];
} = {
  consumerNotMatchStatus: [400, 403, 404],
  updateWithoutConsumerOrForce: ["refused", "applied"],
  forcedUpdateByUnknownConsumer: ["applied", "refused"],
  checkpointValidation: ["base64", "number", "range"],
  emptyCheckpoint: ["refused", "clears"],
  consumerAfterForcedUpdate: ["kept", "emptied"],
  updateOfUntouchedShard: ["created", "refused"],
  untouchedShards: ["listed", "absent"],
  rewoundShard: ["reassigned", "staysOver"],
  shardIsOver: ["whenCheckpointIsAtEnd", "whenUpdatedToEnd"],
  deleteOfConsumedGroup: ["applied", "refused"],
  getCheckPointPermission: ["needed", "none"],
  shardNotExistStatus: ["perCall", 400, 404],
  updateTimeUnit: ["microseconds", "seconds"],
  endCursorTime: ["error", "last"],
  v4DateHeader: ["optional", "required"],
  v4ContentHash: ["trusted", "compared"],
  deniedStatus: [401, 403],
  projectQuotaStatus: [400, 403],
  consumerGroupQuotaStatus: [400, 403],
  metadataCallsPerSecond: ["unbounded", positiveNumber],
};

/** What is kept beside the switches by whoever found them out (when, where, by which requests); it decides nothing. */
export const observationField = "observed";

/** Checks switches that came from outside; {@link AssumptionProblem} where one is not there or cannot have its value. */
export function parseAssumptions(value: unknown): Partial<Assumptions> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AssumptionProblem("assumptions must be an object of switches and their values");
  }
  const entries = Object.entries(value).filter(
    ([name, chosen]) => name !== observationField && chosen !== undefined,
  );
  for (const [name, chosen] of entries) admit(name, chosen);
  return Object.fromEntries(entries);
}

/** Reads `NAME=VALUE`. */
export function parseAssumption(text: string): Partial<Assumptions> {
  const [name = "", ...rest] = text.split("=");
  if (rest.length === 0) throw new AssumptionProblem(`"${text}" is not NAME=VALUE; ${knownSwitches()}`);
  const value = rest.join("=");
  return parseAssumptions({ [name]: /^\d+$/.test(value) ? Number(value) : value });
}

function admit(name: string, chosen: unknown): void {
  if (!Object.hasOwn(defaultAssumptions, name)) {
    throw new AssumptionProblem(`there is no switch "${name}"; ${knownSwitches()}`);
  }
  const values: readonly unknown[] = assumptionValues[name as AssumptionName];
  const isNumber = typeof chosen === "number" && Number.isFinite(chosen) && chosen >= 1;
  if (chosen !== positiveNumber && values.includes(chosen)) return;
  if (isNumber && values.includes(positiveNumber)) return;
  throw new AssumptionProblem(
    `the switch ${name} cannot be ${JSON.stringify(chosen)}; it can be ${values.join(", ")}`,
  );
}

function knownSwitches(): string {
  return `there are ${Object.keys(defaultAssumptions).join(", ")}`;
}
