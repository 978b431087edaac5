import { parseDuration } from "./duration.js";
import { isInstant } from "./instant.js";

/** The clock that `--clock` asks for: it runs on from an instant, or ahead of (behind) the machine's; undefined when it asks for none. */
export function parseClock(text: string, machine: () => number): (() => number) | undefined {
  const shift = shiftOf(text, machine());
  if (shift === undefined || !isInstant(machine() + shift)) return undefined;
  return () => machine() + shift;
}

function shiftOf(text: string, now: number): number | undefined {
  const sign = /^[+-]/.exec(text)?.[0];
  if (sign !== undefined) {
    const ms = parseDuration(text.slice(1));
    return ms === undefined ? undefined : sign === "-" ? -ms : ms;
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant - now;
}
