import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type DeclaredSettings, type GroupSettings } from "../model/groupSettings.js";

/** One setting that is not as it is declared. */
export type SettingDrift =
  | { readonly setting: "timeout"; readonly declared: Duration; readonly actual: Duration }
  | { readonly setting: "order"; readonly declared: boolean; readonly actual: boolean };

/** What a group is created with where nothing is declared. */
const settingsOfNewGroup: GroupSettings = { timeout: durationOfSeconds(60), ordered: false };

export function settingsForCreation(declared: DeclaredSettings): GroupSettings {
  return {
    timeout: declared.timeout ?? settingsOfNewGroup.timeout,
    ordered: declared.ordered ?? settingsOfNewGroup.ordered,
  };
}

/** What is not as it is declared. */
export function driftOf(declared: DeclaredSettings, actual: GroupSettings): readonly SettingDrift[] {
  const { timeout, ordered } = declared;
  return [
    ...(timeout === undefined || timeout === actual.timeout
      ? []
      : [{ setting: "timeout", declared: timeout, actual: actual.timeout } as const]),
    ...(ordered === undefined || ordered === actual.ordered
      ? []
      : [{ setting: "order", declared: ordered, actual: actual.ordered } as const]),
  ];
}
