/**
 * Which room of the provider may know which: the one table behind the lint rule `house/arrows`.
 *
 * A room is a folder directly below provider/src, or a file there; cli/src and cli/src/verify are two more, and so are the two
 * files of the emulator that others may know. Whatever is not in this table is forbidden.
 */

/** `type` imports vanish when compiled; a `dynamic` one, `import()`, loads only when it is reached. */
const anyWay = ["static", "type", "dynamic"];

/** @type {Record<string, Record<string, string[]>>} from a room, to a room, in which ways */
export const arrows = {
  index: { resources: anyWay, texts: anyWay, nodeVersion: anyWay },
  resources: { dynamicProvider: anyWay, model: anyWay, replayChildren: anyWay, provider: ["dynamic"] },
  // Only so that an input without a child does not compile.
  replayChildren: { resources: ["type"] },
  // Pulumi copies into state whatever this room holds at load time.
  dynamicProvider: { provider: ["dynamic", "type"] },
  provider: { lives: anyWay, lifecycle: anyWay, texts: anyWay, marks: anyWay, nodeVersion: anyWay },
  plugin: {
    replayChildren: anyWay,
    lives: anyWay,
    texts: anyWay,
    marks: anyWay,
    lifecycle: anyWay,
    model: anyWay,
  },
  marks: { lifecycle: anyWay },
  lives: { lifecycle: anyWay, sls: anyWay, model: anyWay, engineWatch: anyWay },
  lifecycle: { rules: anyWay, model: anyWay, sls: anyWay },
  texts: { rules: anyWay, model: anyWay },
  rules: { model: anyWay },
  sls: { model: anyWay },
  cli: { lives: anyWay, texts: anyWay, model: anyWay, verify: anyWay },
  // It asks the service itself, so it needs the calls below the rules, and writes log groups as the emulator does.
  verify: {
    cli: anyWay,
    lives: anyWay,
    lifecycle: anyWay,
    texts: anyWay,
    model: anyWay,
    sls: anyWay,
    assumptions: anyWay,
    logGroupEncoder: anyWay,
  },
};

const pulumi = ["@pulumi/pulumi"];
const network = ["undici", "node:http", "node:https", "node:http2", "node:net", "node:tls"];

/** @type {Record<string, string[]>} packages that a room must not know, in no way */
export const forbiddenPackages = {
  lives: pulumi,
  cli: [...pulumi, ...network],
  verify: [...pulumi, ...network],
  lifecycle: [...pulumi, ...network],
  texts: [...pulumi, ...network],
  rules: [...pulumi, ...network],
  model: [...pulumi, ...network],
  sls: pulumi,
};
