import { type GroupIdentity } from "../model/identity.js";
import { type Declared, type DeclaredReader } from "./declared.js";
import { nameInput } from "./inputs.js";

/** The inputs that name a consumer group, in every resource. A change of one makes another resource of it. */
export const groupInputs = ["project", "logstore", "consumerGroup"] as const;

/** Reads which group a declaration is about; undefined while one of its names is missing, wrong or not known. */
export function readGroup(reader: DeclaredReader): GroupIdentity | undefined {
  const project = reader.required("project", nameInput("project"));
  const logstore = reader.required("logstore", nameInput("logstore"));
  const consumerGroup = reader.required("consumerGroup", nameInput("consumerGroup"));
  if (project === undefined || logstore === undefined || consumerGroup === undefined) return undefined;
  return { project, logstore, consumerGroup };
}

/** The names of a group that are known and differ from those in state. */
export function changedGroup(olds: Declared, news: Declared): readonly string[] {
  return groupInputs.filter((name) => typeof news[name] === "string" && olds[name] !== news[name]);
}
