/**
 * What a cell of the matrix goes through, run by the cell's Node.js in the cell's folder: the program under
 * `setMocks`, then Pulumi's own server for dynamic providers with the text that the program would have stored.
 * Prints what came of both as one line of JSON.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = process.argv[2] ?? ".";
const require = createRequire(join(folder, "index.js"));
/** @type {typeof import("@pulumi/pulumi")} */
const pulumi = require("@pulumi/pulumi");

/** @typedef {Record<string, unknown>} Properties */
/** @typedef {{ type: string, name: string, inputs: Properties }} Registered */

const registered = await runMocked();
const pin = registered.find(({ name }) => name === "pin");
if (pin === undefined) throw new Error("The program did not register the pin");
const { __provider: shim, ...inputs } = pin.inputs;
const served = await runServed(String(shim), inputs);
const types = registered.map(({ type }) => type).sort();
const { version } = require("@pulumi/pulumi/package.json");
console.log(
  JSON.stringify({
    node: process.versions.node,
    pulumi: version,
    types,
    shimBytes: Buffer.byteLength(String(shim)),
    served,
  }),
);

/** @returns {Promise<Registered[]>} */
async function runMocked() {
  /** @type {Registered[]} */
  const seen = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        seen.push({ type, name, inputs: given });
        return { id: name, state: given };
      },
      call: () => ({}),
    },
    "matrix",
    "test",
    false,
  );
  pulumi.runtime.setAllConfig(JSON.parse(process.env["PROGRAM_CONFIG"] ?? "{}"));
  const outputs = await import(pathToFileURL(join(folder, "index.js")).href);
  for (const output of Object.values(outputs)) {
    if (pulumi.Output.isInstance(output)) await new Promise((resolve) => output.apply(resolve));
  }
  return seen;
}

/**
 * Speaks to the server as the engine does: the pin is checked, created, and found to need nothing.
 *
 * @param {string} provider
 * @param {Properties} given
 */
async function runServed(provider, given) {
  // The protocol's classes have to be the very ones that Pulumi uses.
  const requireInPulumi = createRequire(require.resolve("@pulumi/pulumi"));
  const grpc = requireInPulumi("@grpc/grpc-js");
  const { Struct } = requireInPulumi("google-protobuf/google/protobuf/struct_pb.js");
  const messages = require("@pulumi/pulumi/proto/provider_pb.js");
  const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
  const server = spawn(
    process.execPath,
    [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "127.0.0.1:1"],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    const [port] = await once(createInterface({ input: server.stdout }), "line");
    /** @type {any} */
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const struct = (/** @type {Properties} */ values) => Struct.fromJavaScript(values);
    const complete = (/** @type {Properties} */ values) => struct({ ...values, __provider: provider });
    const call = (/** @type {string} */ method, /** @type {unknown} */ request) =>
      new Promise((resolve, reject) => {
        client[method](request, (/** @type {Error | null} */ error, /** @type {any} */ answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      });

    const config = struct(JSON.parse(process.env["PROVIDER_CONFIG"] ?? "{}"));
    await call("configure", new messages.ConfigureRequest().setArgs(config));
    const checked = await call(
      "check",
      new messages.CheckRequest().setOlds(struct({})).setNews(complete(given)),
    );
    const created = await call(
      "create",
      new messages.CreateRequest().setProperties(complete(checked.getInputs().toJavaScript())),
    );
    const { __provider: _stored, ...outs } = created.getProperties().toJavaScript();
    const again = new messages.DiffRequest().setId(created.getId());
    const same = await call("diff", again.setOlds(complete(outs)).setNews(complete(given)));
    const changed = complete({ ...given, triggers: ["again"] });
    const other = await call("diff", again.setOlds(complete(outs)).setNews(changed));
    client.close();
    return {
      failures: checked.getFailuresList().length,
      id: created.getId(),
      status: outs["status"],
      changesWhenSame: same.getChanges(),
      changesWhenOther: other.getChanges(),
    };
  } finally {
    server.kill("SIGKILL");
  }
}
