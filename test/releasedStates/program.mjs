/** The program whose states are kept: one resource, declared as data, so that a next step is a changed file. */
export const program = {
  "Pulumi.yaml": "name: states\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  "index.js": `
const sls = require("pulumi-sls-checkpoint");
const { resource, inputs } = require("./declaration.json");

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
new sls[resource]("orders", { ...group, ...inputs });
`,
};
