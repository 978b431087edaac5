import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the engine and generators of SDKs are told of the package: `schema.json`, which is installed beside the program. */
export interface PackageSchema {
  /** The text itself, as the protocol hands it over. */
  readonly text: string;
  readonly version: string;
  /** Where the engine downloads the plugin from; children have to name it as their component's SDK does. */
  readonly pluginDownloadURL?: string;
}

/** Reads the schema that the plugin was built with. */
export function readSchema(): PackageSchema {
  const text = readFileSync(join(__dirname, "../schema.json"), "utf8");
  const { version, pluginDownloadURL } = JSON.parse(text) as Omit<PackageSchema, "text">;
  return { text, version, ...(pluginDownloadURL !== undefined && { pluginDownloadURL }) };
}
