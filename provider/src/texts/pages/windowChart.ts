import { type Html, html } from "./html.js";
import { timeAxis } from "./timeAxis.js";

/** One shard on the common axis; times in Unix milliseconds. What is not known is not drawn. */
export interface ChartRow {
  readonly shard: number;
  readonly stands: number | undefined;
  /** Where it would move to, or was pinned to. */
  readonly target: number | undefined;
  /** Where it is to arrive: where it stood before. */
  readonly goal?: number | undefined;
  /** Up to where it is to be read: `until`. */
  readonly end?: number | undefined;
  /** What the row says in words. */
  readonly note: string;
}

export interface Chart {
  readonly title: string;
  readonly rows: readonly ChartRow[];
  readonly now: number;
  /** What the logstore keeps, where that is known. */
  readonly keptSince?: number | undefined;
  /** How far a shard may be moved, in milliseconds. */
  readonly mostMove?: number | undefined;
  /** Whether the arrow leads from the target to where it stands: a reader that came so far. */
  readonly arrowFromTarget: boolean;
}

const width = 1_000;
const left = 76;
const right = width - 16;
const top = 8;
/** Rows above this many are drawn thin and without their names, which the table has. */
const mostNamedRows = 64;
const day = 86_400_000;

/** Draws where shards stand and move on a common axis of receive time. */
export function windowChart(chart: Chart): Html {
  const times = chart.rows.flatMap(({ stands, target, goal, end }) =>
    [stands, target, goal, end].filter((time) => time !== undefined),
  );
  if (times.length === 0)
    return html`<p>No shard has a position with a known time, so there is no chart.</p>`;
  const axis = timeAxis(Math.min(...times, chart.now), Math.max(...times, chart.now));
  const isNamed = chart.rows.length <= mostNamedRows;
  const pitch = isNamed ? 20 : 6;
  const bottom = top + chart.rows.length * pitch;
  const x = (time: number): number => place(axis, time);
  const description = `A row for each of ${String(chart.rows.length)} shards, by receive time from ${instant(axis.from)} to ${instant(axis.to)}. The table holds every number.`;
  return html`<div class="wide" tabindex="0" role="region" aria-label="${chart.title}">
      <svg viewBox="0 0 ${width} ${bottom + 24}" role="img" aria-labelledby="chart-title chart-desc">
        <title id="chart-title">${chart.title}</title>
        <desc id="chart-desc">${description}</desc>
        <defs>
          <marker
            id="head"
            viewBox="0 0 8 8"
            refX="12"
            refY="4"
            markerWidth="5"
            markerHeight="5"
            orient="auto"
          >
            <path class="head" d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        ${keptElements(chart, x, bottom)}
        ${axis.ticks.map(
          (tick) =>
            html`<path class="axis" d="M${x(tick)} ${top}V${bottom}" />
              <text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${axis.label(tick)}</text>`,
        )}
        ${commonEndElement(chart, x, bottom)}
        ${chart.rows.map((row, index) => rowElement(chart, row, top + (index + 0.5) * pitch, x, isNamed))}
      </svg>
    </div>
    <p class="legend">${legendOf(chart)}</p>`;
}

/** Where all rows end, if it is the same instant: then it is drawn once, through all of them. */
function commonEnd({ rows }: Chart): number | undefined {
  const [first] = rows;
  return rows.every(({ end }) => end === first?.end) ? first?.end : undefined;
}

function commonEndElement(chart: Chart, x: (time: number) => number, bottom: number): readonly Html[] {
  const end = commonEnd(chart);
  return end === undefined ? [] : [html`<path class="until" d="M${x(end)} ${top}V${bottom}" />`];
}

function place({ from, to }: { readonly from: number; readonly to: number }, time: number): number {
  const inside = Math.min(Math.max(time, from), to);
  return tenth(left + ((inside - from) / (to - from)) * (right - left));
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function keptElements(chart: Chart, x: (time: number) => number, bottom: number): readonly Html[] {
  if (chart.keptSince === undefined) return [];
  const [start, soon, end] = [chart.keptSince, chart.keptSince + day, chart.now].map(x) as [
    number,
    number,
    number,
  ];
  const box = (name: string, from: number, to: number): Html =>
    html`<rect
      class="${name}"
      x="${from}"
      y="${top}"
      width="${tenth(Math.max(to - from, 0))}"
      height="${bottom - top}"
      opacity="0.5"
    />`;
  return [box("kept", soon, end), box("soon", start, soon)];
}

function rowElement(
  chart: Chart,
  row: ChartRow,
  middle: number,
  x: (time: number) => number,
  isNamed: boolean,
): Html {
  const size = isNamed ? 4.5 : 2;
  const { stands, target, goal, end } = row;
  return html`<g data-shard="${row.shard}">
    ${isNamed ? html`<title>shard ${row.shard}: ${row.note}</title>` : []}
    ${isNamed ? html`<text x="4" y="${middle + 4}">shard ${row.shard}</text>` : []}
    ${isNamed ? bandElement(chart, row, middle, x, size) : []}
    ${
      stands === undefined || target === undefined
        ? []
        : arrowElement(
            x(chart.arrowFromTarget ? target : stands),
            x(chart.arrowFromTarget ? stands : target),
            middle,
          )
    }
    ${
      goal === undefined
        ? []
        : html`<path class="goal" d="M${x(goal)} ${middle - size - 1}v${2 * size + 2}" />`
    }
    ${end === undefined || commonEnd(chart) !== undefined ? [] : html`<path class="until" d="M${x(end)} ${middle - size - 3}v${2 * size + 6}" />`}
    ${target === undefined ? [] : diamond(x(target), middle, size)}
    ${stands === undefined ? [] : html`<circle class="now" cx="${x(stands)}" cy="${middle}" r="${size - 1}" />`}
  </g>`;
}

function bandElement(
  { mostMove }: Chart,
  { stands }: ChartRow,
  middle: number,
  x: (time: number) => number,
  size: number,
): readonly Html[] {
  if (mostMove === undefined || stands === undefined) return [];
  const [from, to] = [x(stands - mostMove), x(stands + mostMove)];
  return [
    html`<rect
      class="band"
      x="${from}"
      y="${tenth(middle - size - 1)}"
      width="${tenth(to - from)}"
      height="${2 * size + 2}"
      opacity="0.7"
    />`,
  ];
}

function arrowElement(from: number, to: number, middle: number): readonly Html[] {
  return from === to ? [] : [html`<path class="move" d="M${from} ${middle}H${to}" />`];
}

function diamond(x: number, y: number, size: number): Html {
  return html`<path
    class="target"
    d="M${x} ${tenth(y - size)}l${size} ${size}l${-size} ${size}l${-size} ${-size}z"
  />`;
}

function legendOf({ keptSince, mostMove, arrowFromTarget, rows }: Chart): string {
  const has = (name: "target" | "goal" | "end"): boolean => rows.some((row) => row[name] !== undefined);
  return [
    "● stands here",
    ...(has("target") ? [`◇ ${arrowFromTarget ? "pinned to here" : "would stand here"}`] : []),
    ...(has("goal") ? ["┃ stood here before"] : []),
    ...(has("end") ? ["┊ until here, not included"] : []),
    ...(keptSince === undefined ? [] : ["grey: kept, dashed: expires within a day"]),
    ...(mostMove === undefined || rows.length > mostNamedRows ? [] : ["band: within maxMove"]),
  ].join(" · ");
}

function instant(time: number): string {
  return new Date(time).toISOString().slice(0, 19) + "Z";
}
