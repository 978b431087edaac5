#!/usr/bin/env node
/**
 * Writes provider/plugin/schema.json: what TypeScript users declare, told to the engine and to every other language.
 *
 *     npm run schema
 *
 * Names, types and documentation are those of provider/src/resources. A type that no schema can say is an error here.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = join(root, "provider/src/resources");

export const schemaFile = join(root, "provider/plugin/schema.json");

/** The resources: where each is written, and what it is beside a custom resource of this plugin. */
const resources = [
  { name: "ConsumerGroup", file: "consumerGroup.ts" },
  { name: "ConsumerGroupCheckpoint", file: "consumerGroupCheckpoint.ts" },
  { name: "ConsumerGroupReplay", file: "consumerGroupReplay.ts", isComponent: true },
  { name: "ConsumerGroupSavepoint", file: "consumerGroupSavepoint.ts" },
];

const functions = [
  { name: "getConsumerGroupCheckpoints", file: "getConsumerGroupCheckpoints.ts" },
  { name: "getReplayPlan", file: "getReplayPlan.ts" },
  { name: "getReplayProgress", file: "getReplayProgress.ts" },
];

/** Settings that are encrypted in state, however a program passes them. */
const secretSettings = ["accessKeySecret", "securityToken"];

/** Types that TypeScript writes in place, and a schema has to name. */
const namesInPlace = new Map([["consumers", "LiveConsumer"]]);

/** TypeScript has one type of numbers. These have a fraction; all others count something. */
const fractions = ["logGroupsPerSecond"];

/**
 * @typedef {Record<string, unknown>} Json
 * @typedef {ts.TypeElement | ts.ClassElement | ts.TypeAliasDeclaration | ts.InterfaceDeclaration | ts.ClassDeclaration | ts.FunctionDeclaration} Documented
 */

/** Reads the declarations of the provider's resources, and turns them into a schema. */
class SchemaReader {
  #program = ts.createProgram({
    rootNames: [...resources, ...functions].map(({ file }) => join(sources, file)),
    options: {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      noEmit: true,
      types: [],
    },
  });
  #checker = this.#program.getTypeChecker();
  /** @type {Map<string, Json>} object types, by their token */
  #types = new Map();

  read() {
    const settings = this.#objectOf(this.#find("provider.ts", "ProviderArgs"));
    for (const name of secretSettings)
      Object.assign(/** @type {Json} */ (settings.properties[name]), { secret: true });
    const described = Object.fromEntries(
      resources.map((resource) => [`sls:index:${resource.name}`, this.#resource(resource)]),
    );
    const read = Object.fromEntries(
      functions.map((each) => [`sls:index:${each.name}`, this.#function(each)]),
    );
    return {
      name: "sls",
      displayName: "Alibaba Cloud SLS checkpoints",
      description: "Pins and moves the checkpoints of consumer groups of Alibaba Cloud SLS",
      keywords: [
        "category/cloud",
        "kind/native",
        "alicloud",
        "sls",
        "consumer-group",
        "checkpoint",
        "replay",
      ],
      license: "Apache-2.0",
      // Not the package of the dynamic provider, which is for TypeScript and needs no plugin.
      language: {
        nodejs: { packageName: "pulumi-sls", respectSchemaVersion: true },
        python: { packageName: "pulumi_sls", respectSchemaVersion: true, pyproject: { enabled: true } },
        // Else the SDK asks for version 0.0.0, and a stack would run two plugins.
        go: { respectSchemaVersion: true },
        csharp: { respectSchemaVersion: true },
      },
      config: { variables: settings.properties },
      provider: {
        description: this.#documentation(this.#find("provider.ts", "Provider")),
        inputProperties: settings.properties,
      },
      types: Object.fromEntries([...this.#types].sort(([left], [right]) => (left < right ? -1 : 1))),
      resources: described,
      functions: read,
    };
  }

  /** @param {{ name: string, file: string, isComponent?: boolean }} resource */
  #resource({ name, file, isComponent }) {
    const inputs = this.#objectOf(this.#find(file, `${name}Args`));
    const declared = this.#find(file, name);
    const outputs = this.#objectOf(declared);
    return {
      description: this.#documentation(declared),
      ...(isComponent === true ? { isComponent } : {}),
      properties: outputs.properties,
      required: outputs.required,
      inputProperties: inputs.properties,
      requiredInputs: inputs.required,
      // Under this name the dynamic provider keeps the same resource: its state is taken over.
      ...(isComponent === true ? {} : { aliases: [{ type: `pulumi-nodejs:dynamic/sls:${name}` }] }),
    };
  }

  /** @param {{ name: string, file: string }} read */
  #function({ name, file }) {
    const declared = this.#find(file, name);
    if (!ts.isFunctionDeclaration(declared)) throw new Error(`${name} of ${file} is no function`);
    const inputs = this.#objectOf(
      this.#declarationOf(required(declared.parameters[0]?.type, `${name} takes nothing`)),
    );
    const outputs = this.#objectOf(this.#declarationOf(required(declared.type, `${name} answers nothing`)));
    return {
      description: this.#documentation(declared),
      inputs: { type: "object", ...inputs },
      outputs: { type: "object", ...outputs },
    };
  }

  /**
   * @param {string} file
   * @param {string} name
   * @returns {ts.Declaration}
   */
  #find(file, name) {
    const source = required(this.#program.getSourceFile(join(sources, file)), `there is no ${file}`);
    const found = source.statements.find(
      (statement) =>
        "name" in statement && /** @type {ts.DeclarationStatement} */ (statement).name?.text === name,
    );
    return /** @type {ts.Declaration} */ (
      /** @type {unknown} */ (required(found, `${file} declares no ${name}`))
    );
  }

  /**
   * The declaration that a type names, without what wraps it: `Promise`, `pulumi.Unwrap`.
   * @param {ts.TypeNode} type
   * @returns {ts.Declaration}
   */
  #declarationOf(type) {
    if (!ts.isTypeReferenceNode(type)) throw new Error(`${type.getText()} names no type`);
    const [wrapped] = type.typeArguments ?? [];
    if (wrapped !== undefined) return this.#declarationOf(wrapped);
    const symbol = required(
      this.#checker.getSymbolAtLocation(type.typeName),
      `${type.getText()} is not known`,
    );
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    const declaration = required(target.declarations?.[0], `${type.getText()} is declared nowhere`);
    // An alias of another type stands for it; one of a plain text is a type by itself.
    if (ts.isTypeAliasDeclaration(declaration) && ts.isTypeReferenceNode(declaration.type)) {
      return this.#declarationOf(declaration.type);
    }
    return declaration;
  }

  /**
   * @param {ts.Node} declaration an interface, a class whose declared fields are outputs, or a type written in place
   * @returns {{ properties: Record<string, Json>, required: string[] }}
   */
  #objectOf(declaration) {
    if (ts.isTypeAliasDeclaration(declaration) && ts.isIntersectionTypeNode(declaration.type)) {
      return this.#allOf(declaration.type.types.map((type) => this.#objectOf(this.#partOf(type))));
    }
    /** @type {readonly ts.Node[]} */
    const declared = /** @type {ts.InterfaceDeclaration} */ (declaration).members;
    const members = declared.filter(isShown);
    const properties = members.map((member) => {
      const name = required(member.name, "a property without a name").getText();
      const description = this.#documentation(member);
      const type = required(member.type, `${name} has no type`);
      return {
        name,
        isOptional: isOptional(member, type),
        property: { ...this.#typeOf(type, name), description },
      };
    });
    return {
      properties: Object.fromEntries(properties.map(({ name, property }) => [name, property])),
      required: properties.filter((each) => !each.isOptional).map(({ name }) => name),
    };
  }

  /** @param {ts.TypeNode} type one of several that together are an object */
  #partOf(type) {
    return ts.isTypeLiteralNode(type) ? type : this.#declarationOf(type);
  }

  /** @param {readonly { properties: Record<string, Json>, required: string[] }[]} parts */
  #allOf(parts) {
    return {
      properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
      required: parts.flatMap(({ required: names }) => names),
    };
  }

  /**
   * @param {ts.TypeNode} type
   * @param {string} name of the property, which tells a count from a fraction
   * @returns {Json}
   */
  #typeOf(type, name) {
    if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return this.#typeOf(type.type, name);
    if (ts.isArrayTypeNode(type)) return { type: "array", items: this.#typeOf(type.elementType, name) };
    if (ts.isUnionTypeNode(type)) return this.#unionOf(type, name);
    if (ts.isTypeReferenceNode(type)) return this.#referenceOf(type, name);
    if (ts.isTypeLiteralNode(type))
      return this.#namedObject(required(namesInPlace.get(name), `${name}: its type has no name`), type);
    // One of some texts, which the documentation lists.
    if (ts.isIndexedAccessTypeNode(type)) return { type: "string" };
    const plain = plainTypes.get(type.kind);
    if (plain === undefined) throw new Error(`${name}: no schema can say ${type.getText()}`);
    return plain === "integer" && fractions.includes(name) ? { type: "number" } : plainOf(plain);
  }

  /**
   * @param {ts.UnionTypeNode} type
   * @param {string} name
   * @returns {Json}
   */
  #unionOf(type, name) {
    const members = type.types.filter((member) => member.kind !== ts.SyntaxKind.UndefinedKeyword);
    if (members.every((member) => ts.isLiteralTypeNode(member))) return { type: "string" };
    const [only, ...more] = members;
    if (only !== undefined && more.length === 0) return this.#typeOf(only, name);
    return { oneOf: members.map((member) => this.#typeOf(member, name)) };
  }

  /**
   * @param {ts.TypeReferenceNode} type
   * @param {string} name
   * @returns {Json}
   */
  #referenceOf(type, name) {
    const [first, second] = type.typeArguments ?? [];
    const wrapper = type.typeName.getText();
    if (["pulumi.Input", "pulumi.Output", "Readonly"].includes(wrapper))
      return this.#typeOf(required(first, wrapper), name);
    if (wrapper === "Record") {
      return { type: "object", additionalProperties: this.#typeOf(required(second, wrapper), name) };
    }
    const declaration = this.#declarationOf(type);
    if (ts.isTypeAliasDeclaration(declaration)) return this.#typeOf(declaration.type, name);
    return this.#namedObject(wrapper, declaration);
  }

  /**
   * @param {string} name
   * @param {ts.Node} declaration
   * @returns {Json}
   */
  #namedObject(name, declaration) {
    const token = `sls:index:${name}`;
    if (!this.#types.has(token)) {
      // Known before its fields are read: a type may hold itself.
      this.#types.set(token, {});
      const description = this.#documentation(declaration);
      this.#types.set(token, {
        ...(description === "" ? {} : { description }),
        type: "object",
        ...this.#objectOf(declaration),
      });
    }
    return { $ref: `#/types/${token}` };
  }

  /**
   * The doc comment, without its example, which is TypeScript, and with its default in words.
   * @param {ts.Node} node
   */
  #documentation(node) {
    const comment = ts.getJSDocCommentsAndTags(node).find((each) => ts.isJSDoc(each));
    if (comment === undefined) return "";
    const text = (/** @type {ts.JSDoc["comment"]} */ part) =>
      plainLinks(ts.getTextOfJSDocComment(part) ?? "");
    const defaults = ts.getJSDocTags(node).filter((tag) => tag.tagName.text === "default");
    const said = defaults.map((tag) => `Default: ${text(tag.comment).replaceAll(/^"(.*)"$/g, "`$1`")}.`);
    return [text(/** @type {ts.JSDoc} */ (comment).comment), ...said].join("\n\n");
  }
}

/** @type {Map<ts.SyntaxKind, string>} */
const plainTypes = new Map([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "integer"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.UnknownKeyword, "any"],
]);

/** @param {string} plain */
function plainOf(plain) {
  return plain === "any" ? { $ref: "pulumi.json#/Any" } : { type: plain };
}

/**
 * @param {ts.Node} member
 * @returns {member is ts.PropertySignature | ts.PropertyDeclaration}
 */
function isShown(member) {
  if (ts.isPropertySignature(member)) return true;
  if (!ts.isPropertyDeclaration(member)) return false;
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false;
}

/**
 * @param {ts.PropertySignature | ts.PropertyDeclaration} member
 * @param {ts.TypeNode} type
 */
function isOptional(member, type) {
  return member.questionToken !== undefined || /\| undefined>$/.test(type.getText());
}

/**
 * What a link shows, as code.
 * @param {string} text
 */
function plainLinks(text) {
  return text.replaceAll(/\{@link ([^}\s]+)\s*\}/g, "`$1`").trim();
}

/**
 * @template T
 * @param {T | undefined} value
 * @param {string} problem
 * @returns {T}
 */
function required(value, problem) {
  if (value === undefined) throw new Error(problem);
  return value;
}

/** The text of the schema file, as the TypeScript declarations of now make it. */
export async function schemaText() {
  return format(JSON.stringify(new SchemaReader().read()), { parser: "json", printWidth: 110 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, await schemaText());
