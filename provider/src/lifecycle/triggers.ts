import { createHash } from "node:crypto";

/** The digest of triggers that are not declared. */
export const noTriggers = "none";

/**
 * Returns a short text that differs whenever declared triggers do. State keeps it in place of the triggers, which
 * can be long, and secret.
 */
export function digestOfTriggers(triggers: unknown): string {
  if (triggers === undefined || triggers === null) return noTriggers;
  return digestOf(triggers);
}

/** Returns a short text that differs whenever a JSON value does, in whichever order its keys come. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalText(value)).digest("base64url").slice(0, 16);
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(",")}}`;
}
