/** A common axis of receive time, in Unix milliseconds: round UTC times, 3 to 8 of them. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly label: (tick: number) => string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Steps that people count in. Above them, months and years are stepped by the calendar. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 5, 10].map((count) => count * day),
];
const monthSteps = [2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];

const mostTicks = 8;
const fewestTicks = 3;

/** Makes the axis for a span. One that is too short for three ticks is widened to both sides. */
export function timeAxis(first: number, last: number): TimeAxis {
  const least = fewestTicks * second;
  const span = Math.max(last - first, least);
  const from = last - first < least ? Math.floor((first + last - least) / 2) : first;
  const to = from + span;
  const byDays = (step: number): Candidate => ({
    ticks: ticksEvery(step, from, to),
    label: labelOf(step, span),
  });
  const byMonths = (count: number): Candidate => ({
    ticks: ticksByMonth(count, from, to),
    label: labelOf(day, span),
  });
  const candidates = [...steps.map(byDays), byMonths(1), byDays(20 * day), ...monthSteps.map(byMonths)];
  const { ticks, label } = candidates.find(fits) ?? byMonths(1);
  return { from, to, ticks, label };
}

type Candidate = Pick<TimeAxis, "ticks" | "label">;

function fits({ ticks }: Candidate): boolean {
  return ticks.length >= fewestTicks && ticks.length <= mostTicks;
}

function ticksEvery(step: number, from: number, to: number): readonly number[] {
  if ((to - from) / step > mostTicks + 1) return Array<number>(mostTicks + 1).fill(0);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step + 0; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}

function ticksByMonth(count: number, from: number, to: number): readonly number[] {
  const start = new Date(from);
  const ticks: number[] = [];
  const months = start.getUTCFullYear() * 12 + start.getUTCMonth();
  for (let month = Math.floor(months / count) * count; ticks.length <= mostTicks; month += count) {
    const tick = Date.UTC(Math.floor(month / 12), month % 12);
    if (tick > to) break;
    if (tick >= from) ticks.push(tick);
  }
  return ticks;
}

function labelOf(step: number, span: number): (tick: number) => string {
  return (tick) => {
    const text = new Date(tick).toISOString();
    if (step >= day) return text.slice(0, 10);
    const clock = step >= minute ? text.slice(11, 16) : text.slice(11, 19);
    return span > day || tick % day === 0 ? `${text.slice(5, 10)} ${clock}` : clock;
  };
}
