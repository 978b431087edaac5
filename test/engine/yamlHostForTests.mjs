/** Pulumi's language host for YAML, placed where the engine of the tests looks for it. */
import { copyFileSync, existsSync, linkSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { findOrBuildYamlHost } from "../../tools/engine/yamlHost.mjs";
import { prepareEngine } from "./engineForTests.mjs";

/**
 * Returns whether YAML programs can be run. CI has to be able to; elsewhere a line says why not.
 *
 * @param {(line: string) => void} log
 */
export async function prepareYamlHost(log = (line) => void process.stderr.write(`${line}\n`)) {
  const { pulumi } = await prepareEngine({ log });
  const place = join(dirname(pulumi), "pulumi-language-yaml");
  if (existsSync(place)) return true;
  try {
    putInto(place, await findOrBuildYamlHost({ pulumi, log }));
    return true;
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    log(`YAML programs are not tested: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/**
 * @param {string} place
 * @param {string} host
 */
function putInto(place, host) {
  const partial = `${place}.${process.pid}`;
  try {
    linkSync(host, partial);
  } catch {
    copyFileSync(host, partial);
  }
  renameSync(partial, place);
}
