/** What `npm pack` would put into a package. */
import { execFileSync } from "node:child_process";

export interface Packed {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly size: number;
  readonly unpackedSize: number;
}

/** Asks npm what it would pack in a folder, and writes no file. */
export function pack(folder: string): Packed {
  const answer = execFileSync("npm", ["pack", "--dry-run", "--json", "--loglevel=error"], {
    cwd: folder,
    encoding: "utf8",
  });
  // A list from npm up to 10, by name from 11 on.
  const [first] = Object.values(JSON.parse(answer) as Record<string, Packed>);
  if (first === undefined) throw new Error("npm packed nothing");
  return first;
}

/** The paths of what is packed, in order. */
export function pathsOf({ files }: Packed): string[] {
  return files.map(({ path }) => path).sort();
}
