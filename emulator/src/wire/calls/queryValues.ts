import { refusals } from "../../service/refusals.js";

/** `true` and `false` in any case; absent is false. One official client writes `True`. */
export function booleanParameter(name: string, value: string | undefined): boolean {
  const text = (value ?? "").toLowerCase();
  if (text === "true") return true;
  if (text === "false" || text === "") return false;
  throw refusals.parameterInvalid(`Parameter ${name} is not valid`);
}

/** A non-negative integer within bounds, or the fallback when absent. */
export function integerParameter(
  name: string,
  value: string | undefined,
  { fallback, max }: { fallback: number; max: number },
): number {
  if (value === undefined || value === "") return fallback;
  if (!/^\d{1,15}$/.test(value) || Number(value) > max) {
    throw refusals.parameterInvalid(`Parameter ${name} is not valid`);
  }
  return Number(value);
}

/** The shard id in a path or a query. */
export function shardId(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw refusals.parameterInvalid("invalid shard id");
  return Number(text);
}
