/** The groups that the configuration names. */

export interface Group {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
}

/** Reads names of the form project/logstore/group, and throws with everything that is wrong with them. */
export function readGroups(names: readonly unknown[]): readonly Group[] {
  const problems = names.flatMap((name, index) => problemOf(name, names.indexOf(name) !== index));
  if (problems.length > 0) throw new Error(["The groups are not right:", ...problems].join("\n  "));
  return names.map((name) => {
    const [project = "", logstore = "", consumerGroup = ""] = String(name).split("/");
    return { project, logstore, consumerGroup };
  });
}

function problemOf(name: unknown, repeated: boolean): readonly string[] {
  const parts = typeof name === "string" ? name.split("/") : [];
  if (parts.length !== 3 || parts.includes("")) {
    return [`${JSON.stringify(name)} is not of the form project/logstore/group`];
  }
  return repeated ? [`${JSON.stringify(name)} is named twice`] : [];
}
