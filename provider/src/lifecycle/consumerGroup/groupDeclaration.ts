import { type Duration, durationOfSeconds, secondsOf } from "../../model/duration.js";
import { type DeclaredSettings } from "../../model/groupSettings.js";
import { type GroupIdentity, formatGroupId } from "../../model/identity.js";
import { type Parsed, parsed, unparsed } from "../../model/parsed.js";
import { type Subject } from "../../rules/events.js";
import { type Declared, DeclaredReader } from "../declared.js";
import { groupInputs, readGroup } from "../groupInputs.js";
import { booleanInput, durationInput, reasonInput } from "../inputs.js";

/** Every input of ConsumerGroup. */
export const consumerGroupInputs = [
  ...groupInputs,
  "timeout",
  "order",
  "adopt",
  "deleteAdopted",
  "waitTimeout",
  "forceDelete",
  "reason",
] as const;

/** A consumer group as a program declares it. */
export interface GroupDeclaration {
  readonly identity: GroupIdentity | undefined;
  readonly settings: DeclaredSettings;
  readonly adopt: boolean;
  readonly deleteAdopted: boolean;
  /** How long a delete waits for the group's consumers to be quiet. */
  readonly waitTimeout: Duration;
  readonly forceDelete: boolean;
  readonly reason: string | undefined;
  readonly reader: DeclaredReader;
}

export function readGroupDeclaration(declared: Declared): GroupDeclaration {
  const reader = new DeclaredReader("ConsumerGroup", declared);
  const declaration = {
    identity: readGroup(reader),
    settings: {
      timeout: reader.optional("timeout", secondsInput),
      ordered: reader.optional("order", booleanInput),
    },
    adopt: reader.optional("adopt", booleanInput) ?? false,
    deleteAdopted: reader.optional("deleteAdopted", booleanInput) ?? false,
    waitTimeout: reader.optional("waitTimeout", durationInput) ?? durationOfSeconds(5 * 60),
    forceDelete: reader.optional("forceDelete", booleanInput) ?? false,
    reason: reader.optional("reason", reasonInput),
    reader,
  };
  reader.refuseOthers(consumerGroupInputs);
  return declaration;
}

export function subjectOfGroup(identity: GroupIdentity, { reason }: GroupDeclaration): Subject {
  return { id: formatGroupId(identity), reason };
}

/** The settings in the shape of the inputs, as state keeps them. */
export function settingsOutputs({ timeout, ordered }: DeclaredSettings): Declared {
  return { timeout: timeout === undefined ? undefined : secondsOf(timeout), order: ordered };
}

function secondsInput(value: unknown): Parsed<Duration> {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) {
    return parsed(durationOfSeconds(value));
  }
  if (typeof value === "string") return unparsed("is a string; write the seconds as a number, such as 60");
  return unparsed("is not a whole number of seconds from 1, such as 60");
}
