import { type Parsed, parsed, unparsed } from "./parsed.js";

/** Names one consumer group. */
export interface GroupIdentity {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
}

/** Names what one checkpoint belongs to: a shard, as one consumer group reads it. */
export interface ShardIdentity extends GroupIdentity {
  readonly shard: number;
}

/** The resource id of a group: `project/logstore/group`. */
export function formatGroupId(identity: GroupIdentity): string {
  return `${identity.project}/${identity.logstore}/${identity.consumerGroup}`;
}

/** The resource id of a shard: `project/logstore/group/shard`. */
export function formatShardId(identity: ShardIdentity): string {
  return `${formatGroupId(identity)}/${String(identity.shard)}`;
}

export function sameShard(left: ShardIdentity, right: ShardIdentity): boolean {
  return formatShardId(left) === formatShardId(right);
}

/** Reads back what {@link formatGroupId} wrote. */
export function parseGroupId(id: string): Parsed<GroupIdentity> {
  const [project = "", logstore = "", consumerGroup = "", ...more] = id.split("/");
  const names = { project, logstore, consumerGroup };
  const kinds = ["project", "logstore", "consumerGroup"] as const;
  const valid = more.length === 0 && kinds.every((kind) => parseName(kind, names[kind]).ok);
  return valid ? parsed(names) : unparsed("is not of the form project/logstore/group");
}

/** Reads back what {@link formatShardId} wrote. */
export function parseShardId(id: string): Parsed<ShardIdentity> {
  const at = id.lastIndexOf("/");
  const group = parseGroupId(id.slice(0, Math.max(at, 0)));
  const shard = id.slice(at + 1);
  if (!group.ok || !/^(?:0|[1-9]\d{0,9})$/.test(shard)) {
    return unparsed("is not of the form project/logstore/group/shard");
  }
  return parsed({ ...group.value, shard: Number(shard) });
}

const nameRules = {
  project: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,126}[A-Za-z0-9])?$/,
    rule: "1 to 128 letters, digits, hyphens and underscores, with a letter or digit at both ends",
  },
  logstore: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,126}[A-Za-z0-9])?$/,
    rule: "1 to 128 letters, digits, hyphens and underscores, with a letter or digit at both ends",
  },
  consumerGroup: {
    pattern: /^[A-Za-z0-9_-]{1,128}$/,
    rule: "1 to 128 letters, digits, hyphens and underscores",
  },
} as const;

/** Reads the name of a project, logstore or consumer group; the rules are docs/protocol.md 6, at their widest. */
export function parseName(kind: keyof typeof nameRules, text: string): Parsed<string> {
  const { pattern, rule } = nameRules[kind];
  return pattern.test(text) ? parsed(text) : unparsed(`is not a valid name: ${rule}`);
}
