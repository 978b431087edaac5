#!/usr/bin/env node
// @ts-check
/**
 * Writes docs/reference: a page for each resource and function, made of the schema, which is made of the doc comments.
 *
 *     npm run reference
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format, resolveConfig } from "prettier";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "docs/reference");

/**
 * @typedef {{ type?: string, $ref?: string, items?: Property, additionalProperties?: Property, oneOf?: Property[], description?: string, default?: unknown }} Property
 * @typedef {Readonly<Record<string, Property>>} Properties
 * @typedef {{ description: string, inputProperties: Properties, requiredInputs?: string[], properties: Properties }} Resource
 * @typedef {{ description: string, inputs: { properties: Properties, required?: string[] }, outputs: { properties: Properties } }} Read
 * @typedef {{ description?: string, properties: Properties }} ObjectType
 * @typedef {{ resources: Record<string, Resource>, functions: Record<string, Read>, types: Record<string, ObjectType> }} Schema
 */

/** How a resource that exists already gets into a stack. No schema says it. @type {Readonly<Record<string, string>>} */
const imports = {
  ConsumerGroupCheckpoint:
    "In TypeScript there is nothing to import: declare the pin, and the first up adopts a shard that stands at its checkpoint, without a write. In every other language `pulumi import sls:index:ConsumerGroupCheckpoint NAME project/logstore/group/shard` adopts where the shard stands, and writes nothing.",
  ConsumerGroupReplay:
    "A replay is an act, and has nothing to import: declare it. Shards that stand at their target already are not written.",
  ConsumerGroupSavepoint: "Declare it: it reads where the group stands.",
  ConsumerGroup: "Declare the group with `adopt: true`: the first up takes it over as it is declared.",
};

/** What more there is to read of a resource or function. @type {Readonly<Record<string, string>>} */
const more = {
  ConsumerGroupCheckpoint: "What each status means, and what a retry does: [semantics](../semantics.md).",
  ConsumerGroupReplay: "What each status means, and what a retry does: [semantics](../semantics.md).",
  ConsumerGroupSavepoint: "How it leads back: [examples/savepoint](../../examples/savepoint).",
  ConsumerGroup: "What its keys must be allowed to do: [permissions](../permissions.md).",
  getConsumerGroupCheckpoints: "The same from a shell: [sls-checkpoint status](../command-line.md).",
  getReplayPlan: "The same from a shell: [sls-checkpoint plan](../command-line.md).",
  getReplayProgress: "The same from a shell: [sls-checkpoint progress](../command-line.md).",
};

/**
 * Returns every page of the reference, by its file name.
 * @returns {Promise<Readonly<Record<string, string>>>}
 */
export async function referencePages() {
  /** @type {Schema} */
  const schema = JSON.parse(readFileSync(join(root, "provider/plugin/schema.json"), "utf8"));
  const resources = Object.entries(schema.resources).map(([token, each]) =>
    resourcePage(token, each, schema),
  );
  const functions = Object.entries(schema.functions).map(([token, each]) =>
    functionPage(token, each, schema),
  );
  const pages = [...resources, ...functions];
  const index = indexPage(resources, functions);
  const options = { ...(await resolveConfig(join(root, "README.md"))), parser: "markdown" };
  return Object.fromEntries(
    await Promise.all([...pages, index].map(async ({ file, text }) => [file, await format(text, options)])),
  );
}

/** @typedef {{ name: string, file: string, text: string, sentence: string }} Page */

/**
 * @param {string} token
 * @param {Resource} resource
 * @param {Schema} schema
 * @returns {Page}
 */
function resourcePage(token, resource, schema) {
  const name = nameOf(token);
  return page(name, resource.description, [
    "## Inputs",
    table(resource.inputProperties, resource.requiredInputs ?? []),
    "## Outputs",
    table(resource.properties),
    ...typesOf([resource.inputProperties, resource.properties], schema),
    "## Import",
    imports[name],
  ]);
}

/**
 * @param {string} token
 * @param {Read} read
 * @param {Schema} schema
 * @returns {Page}
 */
function functionPage(token, read, schema) {
  return page(nameOf(token), read.description, [
    "## Arguments",
    table(read.inputs.properties, read.inputs.required ?? []),
    "## Answer",
    table(read.outputs.properties),
    ...typesOf([read.inputs.properties, read.outputs.properties], schema),
  ]);
}

/**
 * @param {string} name
 * @param {string} description
 * @param {readonly (string | undefined)[]} chapters
 * @returns {Page}
 */
function page(name, description, chapters) {
  const example = exampleOf(name);
  const text = [
    "<!-- Made by `npm run reference` of the doc comments. Change those. -->",
    `# ${name}`,
    description,
    more[name],
    ...(example === undefined ? [] : ["## Example", example]),
    ...chapters,
  ];
  const [sentence = ""] = description.replaceAll("\n", " ").split(/(?<=\.) /);
  return { name, file: `${name}.md`, text: text.filter((each) => each !== undefined).join("\n\n"), sentence };
}

/** The example of a doc comment, which a schema leaves out. @param {string} name */
function exampleOf(name) {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.ts`;
  const source = readFileSync(join(root, "provider/src/resources", file), "utf8");
  const declared = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport (?:class|(?:async )?function) ${name}\\b`,
  ).exec(source);
  const comment = declared?.[1]?.replace(/^ ?\* ?/gm, "");
  return /@example\s*(```ts\n[^]*?```)/.exec(comment ?? "")?.[1]?.replaceAll("\n * ", "\n");
}

/**
 * @param {Properties} properties
 * @param {readonly string[]} [required] told apart for what is given, not for what comes back
 */
function table(properties, required) {
  const rows = Object.entries(properties).map(([name, property]) => {
    const necessity = required === undefined ? "" : ` ${required.includes(name) ? "required" : ""} |`;
    return `| \`${name}\` | ${typeOf(property)} |${necessity} ${cell(property.description ?? "")} |`;
  });
  const heads =
    required === undefined
      ? ["| Name | Type | Meaning |", "| --- | --- | --- |"]
      : ["| Name | Type | | Meaning |", "| --- | --- | --- | --- |"];
  return [...heads, ...rows].join("\n");
}

/** @param {Property} property @returns {string} */
function typeOf(property) {
  if (property.$ref !== undefined)
    return property.$ref.startsWith("pulumi.json") ? "any" : linkOf(property.$ref);
  if (property.oneOf !== undefined) return property.oneOf.map(typeOf).join(" or ");
  if (property.type === "array") return `list of ${typeOf(property.items ?? {})}`;
  if (property.type === "object") return `map of ${typeOf(property.additionalProperties ?? {})}`;
  return property.type ?? "any";
}

/** @param {string} reference */
function linkOf(reference) {
  const name = nameOf(decodeURIComponent(reference.replace("#/types/", "")));
  return `[${name}](#${name.toLowerCase()})`;
}

/**
 * The types that properties lead to, each with a chapter of its own.
 * @param {readonly Properties[]} starts
 * @param {Schema} schema
 */
function typesOf(starts, schema) {
  /** @type {Set<string>} */
  const met = new Set();
  const follow = (/** @type {Property} */ property) => {
    const token =
      property.$ref?.startsWith("#/types/") === true ? decodeURIComponent(property.$ref.slice(8)) : undefined;
    if (token !== undefined && !met.has(token)) {
      met.add(token);
      Object.values(schema.types[token]?.properties ?? {}).forEach(follow);
    }
    for (const inner of [property.items, property.additionalProperties, ...(property.oneOf ?? [])])
      if (inner !== undefined) follow(inner);
  };
  for (const properties of starts) Object.values(properties).forEach(follow);
  return [...met].flatMap((token) => {
    const type = schema.types[token];
    return type === undefined ? [] : [`### ${nameOf(token)}`, type.description, table(type.properties)];
  });
}

/**
 * @param {readonly Page[]} resources
 * @param {readonly Page[]} functions
 * @returns {Page}
 */
function indexPage(resources, functions) {
  const list = (/** @type {readonly Page[]} */ pages) =>
    pages.map(({ name, file, sentence }) => `- [${name}](${file}): ${sentence}`).join("\n");
  const text = [
    "<!-- Made by `npm run reference` of the doc comments. Change those. -->",
    "# Reference",
    "What a program writes, page by page. Names are those of TypeScript; other languages write them in their own way.",
    "## Resources",
    list(resources),
    "## Functions",
    `They read, in the program, and declare nothing.\n\n${list(functions)}`,
  ].join("\n\n");
  return { name: "Reference", file: "README.md", text, sentence: "" };
}

/** @param {string} token `sls:index:Name` */
function nameOf(token) {
  return token.split(":").at(-1) ?? token;
}

/** @param {string} text */
function cell(text) {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}

async function main() {
  mkdirSync(folder, { recursive: true });
  const pages = await referencePages();
  for (const [file, text] of Object.entries(pages)) writeFileSync(join(folder, file), text);
  console.log(`docs/reference: ${String(Object.keys(pages).length)} pages`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
