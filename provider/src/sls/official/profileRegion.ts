import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type RegionOfProfile } from "../configuration.js";

/** Reads the region of a profile from `~/.aliyun/config.json`. A file that says nothing of it is no failure here. */
export const regionOfProfile: RegionOfProfile = (name) => {
  try {
    return regionIn(JSON.parse(readFileSync(join(homedir(), ".aliyun", "config.json"), "utf8")), name);
  } catch {
    // The credentials tell what is wrong with the file: they are read from it too.
    return undefined;
  }
};

/** Returns the region that the text of the file holds for a profile, or for its current one. */
export function regionIn(file: unknown, name: string | undefined): string | undefined {
  const { current, profiles } = (file ?? {}) as { readonly current?: unknown; readonly profiles?: unknown };
  if (!Array.isArray(profiles)) return undefined;
  const wanted = name ?? current;
  const profile = (profiles as readonly (Readonly<Record<string, unknown>> | null)[]).find(
    (candidate) => candidate?.["name"] === wanted,
  );
  const region = profile?.["region_id"];
  return typeof region === "string" ? region : undefined;
}
