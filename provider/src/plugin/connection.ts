import { isDeepStrictEqual } from "node:util";
import { type Declared } from "../lifecycle/declared.js";
import { PluginRefusal } from "./pluginRefusal.js";

/** A provider of a stack, and the settings that it reaches the service with. */
export interface Connection {
  /** The provider's URN. */
  readonly provider: string;
  readonly settings: Declared;
}

/**
 * Pulumi starts a process for each provider of a stack, but for one that is debugged: there it configures the same process
 * for all of them, and no later call says whose it is. With the settings of the second one, the first one's resources would
 * be written with another account's key.
 *
 * @throws PluginRefusal `SecondProvider`
 */
export function refuseSecondConnection(served: Connection, second: Connection): void {
  if (served.provider === second.provider) return;
  if (isDeepStrictEqual(reaching(served.settings), reaching(second.settings))) return;
  throw new PluginRefusal(
    "SecondProvider",
    `this process serves ${nameOf(served)} already, and ${nameOf(second)} has other settings: it could not tell whose key a write is for`,
    "A process that is debugged serves one provider. Run pulumi without PULUMI_DEBUG_PROVIDERS, or give both the same settings.",
  );
}

/** What says which plugin it is reaches no service. */
function reaching({ version: _version, pluginDownloadURL: _url, ...settings }: Declared): Declared {
  return settings;
}

function nameOf({ provider }: Connection): string {
  return `the provider ${provider.split("::").at(-1) ?? provider}`;
}
