/** Tables as GitHub and GitLab show them: CommonMark with GFM, and then what both make of the text that is not code. */
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it, test } from "vitest";
import { harmless } from "../../provider/src/model/harmless.ts";
import { codeBlock, plainText, shardTable } from "../../provider/src/texts/markdown.ts";

function render(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

function cellsOf(html: string): string[] {
  return [...html.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell = ""]) => cell);
}

/** What a person sees. */
function textOf(html: string): string {
  const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
  return html
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity] ?? "")
    .trim();
}

/** What GitHub and GitLab look through for mentions, references and links: the rendered text outside of code. */
function lookedThrough(html: string): string {
  return html.replace(/<code>.*?<\/code>/gs, "").replace(/<pre>.*?<\/pre>/gs, "");
}

/** What one of them could take for markup; quotation marks are there as entities. */
const reference = /[@#!$%&~^*_`<>[\]{}\\|]|GH-\d|www\.|:\/\/|\b[0-9a-f]{7,40}\b/i;

const spellings = [
  "@alice",
  "\\@alice",
  "@org/team",
  "#1",
  "owner/repo#1",
  "GH-1",
  "!2",
  "5f36afa2d0c9",
  "https://example.com/x",
  "http://example.com",
  "www.example.com",
  "WWW.example.com",
  "mail@example.com",
  "mailto:mail@example.com",
  "~~gone~~",
  "**loud**",
  "_a_",
  "`code`",
  "``",
  "a|b",
  "a\\|b",
  "a\\\\|b",
  "<img src=x>",
  "<!-- x -->",
  "[x](https://example.com)",
  "![x](https://example.com/x.png)",
  "&#64;alice",
  "&commat;alice",
  ":tada:",
  "5:100:5",
  "$x$",
  "\\",
  "|",
  "`",
];

function cellWith(text: string): string {
  const cells = cellsOf(render(shardTable(["Shard", "Consumer"], [["0", text]])));
  expect(cells).toHaveLength(2);
  return cells[1] ?? "";
}

/** A backslash before a pipe is kept apart from it: renderers disagree about the two. */
function shown(text: string): string {
  return harmless(text)
    .replace(/\s+/g, " ")
    .replace(/\\(?=\|)/g, "\\ ")
    .trim();
}

function expectHarmless(text: string): void {
  const cell = cellWith(text);
  expect(textOf(cell)).toBe(shown(text));
  expect(cell).not.toMatch(/<(?!\/?code>)/);
  expect(lookedThrough(cell)).not.toMatch(reference);
}

describe("a cell", () => {
  it.each(spellings)("shows %s as it is, pings nobody and links nowhere", (text) => {
    expectHarmless(text);
  });

  it("does so for whatever is put together of them", () => {
    const pieces = fc.constantFrom(...spellings, " ", "name", "\n", "é", "账单");
    const texts = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(fc.property(texts, expectHarmless), { numRuns: 1_000 });
  });

  it.each([
    "back 6 h",
    "2026-11-22T11:00:00Z MTQxMzYzNTQ2ODgwNjUxMjc2Ng==",
    "at the pin, not read yet",
    "host-a",
  ])("leaves %s as plain words", (text) => {
    expect(cellWith(text)).toBe(text);
  });
});

it.each([
  "shop/orders/__init__",
  "shop/orders/GH-12",
  "shop/orders/5f36afa",
  "shop/_orders_: 2 consumer groups",
])("a heading shows %s as it is", (text) => {
  const html = render(`**${plainText(text)}** at noon`);
  expect(textOf(html)).toBe(`${text} at noon`);
  expect(lookedThrough(html).replaceAll(/<\/?(?:p|strong)>/g, "")).not.toMatch(reference);
});

test("a block shows what looks like its own end", () => {
  const html = render(codeBlock("reason: ```\n@alice\n````\n<b>"));
  expect(html).toMatch(/^<pre>.*<\/pre>$/s);
  expect(textOf(html)).toBe("reason: ```\n@alice\n````\n<b>");
});
