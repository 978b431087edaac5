import { type Html, html, jsonElement, nothing, raw } from "./html.js";

/** How serious a verdict is; the symbol and the word say it, and the colour only once more. */
export type Tone = "good" | "notice" | "bad";

/** What every page has: a verdict in a sentence, four numbers, a chart, a table, and the answer as JSON. */
export interface PageParts {
  readonly kind: string;
  readonly id: string;
  readonly readAt: string | undefined;
  readonly tone: Tone;
  readonly word: string;
  readonly verdict: string;
  readonly numbers: readonly Figure[];
  readonly sections: readonly Html[];
  /** What the page was made of. */
  readonly answer: { readonly text: string; readonly shards?: readonly object[] };
}

/** A number with what it counts. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

const symbols: Readonly<Record<Tone, string>> = { good: "✓", notice: "●", bad: "✗" };

/** One document that needs no script and asks nobody for anything. */
export function pageOf(parts: PageParts): string {
  const title = `${parts.kind}: ${parts.id}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="verdict ${parts.tone}">
            <strong>${symbols[parts.tone]} ${parts.word}</strong> ${parts.verdict}
          </p>
          <dl class="numbers">${parts.numbers.map(figureElement)}</dl>
          ${parts.sections}
          <p class="foot">
            ${parts.readAt === undefined ? "Not looked at." : `As of ${parts.readAt}, by the service's clock.`}
          </p>
          ${jsonElement(compact(parts.answer))}
        </main>
      </body>
    </html> `;
  // The layout of these sources, and end tags that HTML does not need, are not worth a byte in each row.
  return page.markup
    .replace(/>\s+</g, "><")
    .replace(/\s*\n\s*/g, " ")
    .replace(/<\/(?:td|tr)>/g, "");
}

/** The answer without its Markdown, and with its shards as a table that names once what all of them share. */
function compact({ text: _, shards, ...rest }: PageParts["answer"]): unknown {
  if (shards === undefined) return rest;
  const entries = shards.map((shard) => new Map<string, unknown>(Object.entries(shard)));
  const names = [...new Set(entries.flatMap((fields) => [...fields.keys()]))];
  const [first] = entries;
  const isShared = (name: string): boolean =>
    entries.every((fields) => fields.get(name) === first?.get(name));
  const columns = names.filter((name) => !isShared(name));
  const inAll = Object.fromEntries(names.filter(isShared).map((name) => [name, first?.get(name)]));
  const rows = entries.map((fields) => columns.map((column) => fields.get(column) ?? null));
  return { ...rest, shards: { inAll, columns, rows } };
}

function figureElement({ name, value }: Figure): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** A heading with what stands below it; nothing where there is nothing to say. */
export function section(heading: string, ...content: readonly Html[]): Html {
  if (content.every(({ markup }) => markup === "")) return nothing;
  return html`<section>
    <h2>${heading}</h2>
    ${content}
  </section>`;
}

/** A table with a heading for each column and each row; wide ones scroll by themselves, also by keyboard. */
export function tableElement(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Html {
  const cells = ([first = "", ...rest]: readonly string[]): Html =>
    html`<tr>
      <th scope="row">${first}</th>
      ${rest.map((text) => html`<td>${text}</td>`)}
    </tr>`;
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(cells)}
      </tbody>
    </table>
  </div>`;
}

/** Text that is to be copied as it is. */
export function copyElement(label: string, text: string): Html {
  // A line break in it is part of the text, so the element is written without the layout of the page.
  const element = html`<pre tabindex="0" aria-label="${label}"></pre>`.markup;
  return raw(element.replace("></pre>", `>${html`${text}`.markup.replaceAll("\n", "&#10;")}</pre>`));
}

const style = `:root{--ink:#1b1f24;--soft:#4d5560;--page:#fff;--line:#c9ced6;--panel:#f4f6f8;--good:#0f6b2f;--notice:#7a4b00;--bad:#a8121d;--kept:#d9dee6;--move:#1254a8;--band:#fbe9b7}
@media (prefers-color-scheme:dark){:root{--ink:#e9ecf0;--soft:#aeb6c1;--page:#14171b;--line:#424a55;--panel:#1e232a;--good:#6fd68f;--notice:#f0b95a;--bad:#ff8f8f;--kept:#3a424d;--move:#7db4ff;--band:#4a3d16}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:16px}
h1{font-size:1.3rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.6rem 0 .5rem}
p{overflow-wrap:anywhere}
.verdict{border-left:5px solid;padding:.6rem .8rem;background:var(--panel);margin:0}
.verdict strong{margin-right:.4rem}
.good strong{color:var(--good)}.notice strong{color:var(--notice)}.bad strong{color:var(--bad)}
.good{border-color:var(--good)}.notice{border-color:var(--notice)}.bad{border-color:var(--bad)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:1rem 0}
.numbers div{background:var(--panel);padding:.5rem .8rem;min-width:0}
dt,.foot,.legend{color:var(--soft)}dt{font-size:.85rem}dd{margin:0;font-size:1.25rem;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;color:var(--soft)}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
pre{background:var(--panel);padding:.6rem .8rem;overflow-x:auto;margin:.3rem 0}
svg{display:block;width:100%;min-width:560px;height:auto}
svg text{fill:var(--ink);font:11px system-ui,sans-serif}
.axis{stroke:var(--line)}.kept{fill:var(--kept)}.soon{fill:var(--kept);stroke:var(--soft);stroke-dasharray:2 2}.band{fill:var(--band)}.move{stroke:var(--move);stroke-width:2;fill:none}.move{marker-end:url(#head)}.head{fill:var(--move)}.now{fill:var(--ink)}.target{fill:var(--page);stroke:var(--move);stroke-width:2}.goal{stroke:var(--ink);stroke-width:2}.until{stroke:var(--ink);stroke-width:2;stroke-dasharray:2 2}
@media print{.wide{overflow:visible}pre{white-space:pre-wrap}svg{min-width:0}tr,svg{break-inside:avoid}}`;
