const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const seconds = [604_800, 86_400, 3_600, 60, 1];

/** Returns the seconds of an ISO-8601 duration such as `PT24H`, or undefined for any other text. */
export function secondsOf(duration: string): number | undefined {
  const parts: readonly (string | undefined)[] | undefined = pattern.exec(duration)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined)) return undefined;
  return parts.reduce((sum, part, unit) => sum + Number(part ?? 0) * (seconds[unit] ?? 0), 0);
}
