import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { optionPlaces } from "../../provider/src/resources/componentOptions.ts";
import { type CommandResult } from "./pulumi.ts";
import { Shop } from "./shop.ts";

/** Each replay has one option, by which it and its logstore are named. */
const program = `
const { appendFileSync, readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const sls = require("pulumi-sls-checkpoint");
const second = JSON.parse(readFileSync("stage.json")) === 2;

class Other extends pulumi.dynamic.Resource {
  constructor(name) {
    super({ create: async () => ({ id: name, outs: {} }) }, name, {});
  }
}
const other = new Other("other");
const home = new pulumi.ComponentResource("test:Home", "home");
const explicit = new sls.Provider("explicit", {
  endpoint: new pulumi.Config("sls").require("endpoint"),
  accessKeyId: "emulatorAccessKeyId",
  accessKeySecret: "emulatorAccessKeySecret",
});

const replay = (option, value, { name = option.toLowerCase(), inputs = {} } = {}) =>
  new sls.ConsumerGroupReplay(
    name,
    { project: "shop", logstore: option.toLowerCase(), consumerGroup: "billing", from: "2026-11-22T05:00:00Z", ...inputs },
    { [option]: value },
  );
const reasonGiven = ({ type, props, opts }) =>
  type.endsWith(":ReplayPlan") ? { props: { ...props, reason: "given" }, opts } : undefined;
const reasonGivenLater = ({ type, props, opts }) =>
  type.endsWith(":ReplayPlan") ? { props: { ...props, reason: "given later" }, opts } : undefined;
const noted = (moment) => (args) => appendFileSync("hooks.txt", moment + " " + args.name + "\\n");
const moments = ["beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate"];

replay("parent", home);
replay("protect", true);
replay("retainOnDelete", true);
replay("customTimeouts", { create: "5m" });
replay("dependsOn", [other]);
replay("aliases", second ? [{ name: "aliases" }] : undefined, { name: second ? "renamed" : "aliases" });
replay("provider", explicit);
replay("providers", [explicit]);
replay("transformations", [reasonGiven]);
replay("transforms", [reasonGivenLater]);
replay("hideDiffs", ["reason"]);
replay("ignoreChanges", second ? ["*"] : ["from"], { inputs: second ? { from: "2026-11-22T06:00:00Z", maxMove: "PT1H" } : {} });
replay("hooks", Object.fromEntries(moments.map((moment) => [moment, [noted(moment)]])), {
  inputs: second ? { from: "2026-11-22T06:00:00Z" } : {},
});
replay("additionalSecretOutputs", ["previousPositions"]);
replay("replacementTrigger", "1");
replay("replaceWith", [other]);
replay("deletedWith", other);
replay("deleteBeforeReplace", true);
replay("version", "3.1.0");
replay("pluginDownloadURL", "https://example.com");

const refused = { replaceOnChanges: ["from"], id: "x", import: "x", urn: "x", envVarMappings: { A: "B" }, unheardOf: 1, stateMigrations: [() => undefined] };
exports.refused = Object.entries(refused).map(([option, value]) => {
  try {
    replay(option, value);
    return "";
  } catch (error) {
    return error.message;
  }
});
`;

const options = [
  ...[
    "parent",
    "protect",
    "retainOnDelete",
    "customTimeouts",
    "dependsOn",
    "aliases",
    "provider",
    "providers",
  ],
  ...["transformations", "transforms", "hideDiffs", "ignoreChanges", "hooks", "additionalSecretOutputs"],
  ...["replacementTrigger", "replaceWith", "deletedWith", "deleteBeforeReplace"],
  ...["version", "pluginDownloadURL"],
];
const refused = ["replaceOnChanges", "id", "import", "urn", "envVarMappings", "unheardOf"];

interface Recorded {
  readonly urn: string;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly customTimeouts?: unknown;
  readonly dependencies?: readonly string[];
  readonly provider?: string;
  readonly hideDiff?: readonly string[];
  readonly replacementTrigger?: unknown;
  readonly replaceWith?: readonly string[];
  readonly deletedWith?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

let shop: Shop;
let first: CommandResult;

beforeAll(async () => {
  shop = await Shop.open("component-options");
  for (const option of options) {
    const logstore = option.toLowerCase();
    shop.addLogstore(logstore, 1);
    shop.emulator.commit("shop", logstore, "billing", 0, cursor(logstore, 1), { consumer: "host-a" });
  }
  shop.passQuietTime();
  shop.pulumi.write({ "index.js": program, "stage.json": "1" });
  first = await shop.pulumi.up("--skip-preview");
});

afterAll(async () => {
  await shop.close();
});

function cursor(logstore: string, hours: number): string {
  return shop.emulator.cursorAt("shop", logstore, 0, Date.parse("2026-11-22T12:00:00Z") - hours * 3_600_000);
}

function recorded(name: string): Recorded {
  const { checkpoint } = JSON.parse(readFileSync(shop.pulumi.stateFile, "utf8")) as {
    readonly checkpoint: { readonly latest: { readonly resources: readonly Recorded[] } };
  };
  const found = checkpoint.latest.resources.find(({ urn }) => urn.endsWith(`::${name}`));
  if (found === undefined) throw new Error(`state has no ${name}`);
  return found;
}

/** What state holds of a replay: the component, its plan and its apply. */
function replayOf(option: string): readonly [Recorded, Recorded, Recorded] {
  const name = option.toLowerCase();
  return [recorded(name), recorded(`${name}-plan`), recorded(`${name}-apply`)];
}

function writesTo(option: string): number {
  return shop.writes().filter(({ logstore }) => logstore === option.toLowerCase()).length;
}

function hookCalls(): readonly string[] {
  return readFileSync(join(shop.pulumi.project, "hooks.txt"), "utf8").trim().split("\n");
}

describe("each option of a replay", { timeout: 600_000 }, () => {
  it("is accepted, and each replay is applied", () => {
    expect(first.exitCode, first.stdout).toBe(0);
    expect(options.map((option) => [option, writesTo(option)])).toEqual(options.map((option) => [option, 1]));
  });

  it("parent is the component's", () => {
    const [component, plan, apply] = replayOf("parent");
    expect(component.parent).toBe(recorded("home").urn);
    expect([plan.parent, apply.parent]).toEqual([component.urn, component.urn]);
  });

  it("protect holds for the component and both children", () => {
    expect(replayOf("protect").map(({ protect }) => protect)).toEqual([true, true, true]);
  });

  it("retainOnDelete holds for the component and both children", () => {
    expect(replayOf("retainOnDelete").map(({ retainOnDelete }) => retainOnDelete)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("customTimeouts are the children's", () => {
    const [, plan, apply] = replayOf("customTimeouts");
    expect([plan.customTimeouts, apply.customTimeouts]).toEqual([{ create: 300 }, { create: 300 }]);
  });

  it("dependsOn holds for the plan, which apply depends on", () => {
    const [, plan, apply] = replayOf("dependsOn");
    expect(plan.dependencies).toContain(recorded("other").urn);
    expect(apply.dependencies).toContain(plan.urn);
  });

  it.each(["provider", "providers"])("%s is the children's", (option) => {
    const [, plan, apply] = replayOf(option);
    const { urn } = recorded("explicit");
    expect([plan.provider, apply.provider]).toEqual([
      expect.stringContaining(urn),
      expect.stringContaining(urn),
    ]);
  });

  it("transformations reach the children", () => {
    expect(replayOf("transformations")[1].inputs?.["reason"]).toBe("given");
  });

  it("transforms reach the children", () => {
    expect(replayOf("transforms")[1].inputs?.["reason"]).toBe("given later");
  });

  it("hideDiffs adds to what is hidden anyway", () => {
    const [, plan, apply] = replayOf("hideDiffs");
    const hidden = ["__provider", "plan", "self", "reason"];
    for (const { hideDiff } of [plan, apply]) expect(hideDiff).toEqual(expect.arrayContaining(hidden));
  });

  it("additionalSecretOutputs are encrypted", () => {
    const [component, , apply] = replayOf("additionalSecretOutputs");
    for (const { outputs } of [component, apply]) {
      expect(outputs?.["previousPositions"]).toHaveProperty("ciphertext");
      expect(outputs?.["positions"]).not.toHaveProperty("ciphertext");
    }
  });

  it("replacementTrigger is the plan's alone", () => {
    const [component, plan, apply] = replayOf("replacementTrigger");
    expect([component, plan, apply].map(({ replacementTrigger }) => replacementTrigger)).toEqual([
      undefined,
      "1",
      undefined,
    ]);
  });

  it("replaceWith is the plan's alone", () => {
    const { urn } = recorded("other");
    expect(replayOf("replaceWith").map(({ replaceWith }) => replaceWith)).toEqual([
      undefined,
      [urn],
      undefined,
    ]);
  });

  it("deletedWith is the plan's alone", () => {
    const { urn } = recorded("other");
    expect(replayOf("deletedWith").map(({ deletedWith }) => deletedWith)).toEqual([
      undefined,
      urn,
      undefined,
    ]);
  });

  it("version and pluginDownloadURL choose the children's plugin", () => {
    for (const child of replayOf("version").slice(1)) expect(child.provider).toContain("default_3_1_0");
    for (const child of replayOf("pluginDownloadURL").slice(1)) {
      expect(child.provider).toContain("default_https_/example.com");
    }
  });

  it("what a replay cannot honour is refused by name, and what this engine cannot by Pulumi", async () => {
    const { stdout } = await shop.pulumi.run("stack", "output", "refused", "--json");
    const messages = JSON.parse(stdout) as readonly string[];
    expect(messages).toEqual([
      ...refused.map((option): unknown => expect.stringContaining(`the option ${option} `)),
      expect.stringContaining("does not support state migrations"),
    ]);
  });

  it("has a row here", () => {
    const here = [...options, ...refused.filter((option) => !["import", "unheardOf"].includes(option))];
    expect([...here, "stateMigrations"].sort()).toEqual(Object.keys(optionPlaces).sort());
  });

  describe("in the next up", () => {
    let next: CommandResult;

    beforeAll(async () => {
      for (const option of options) {
        const logstore = option.toLowerCase();
        shop.emulator.commit("shop", logstore, "billing", 0, cursor(logstore, 3), { consumer: "host-a" });
      }
      shop.passQuietTime();
      shop.emulator.clearRequests();
      shop.pulumi.write({ "stage.json": "2" });
      const { urn } = recorded("deletebeforereplace-plan");
      next = await shop.pulumi.up("--skip-preview", "--replace", urn);
    });

    it("works", () => {
      expect(next.exitCode, next.stdout).toBe(0);
    });

    it("aliases name the component, and lead its children with it", () => {
      expect(writesTo("aliases")).toBe(0);
      expect(recorded("renamed-plan").parent).toBe(recorded("renamed").urn);
    });

    it("ignoreChanges holds back what would act", () => {
      expect(writesTo("ignoreChanges")).toBe(0);
      expect(replayOf("ignoreChanges")[1].inputs).toMatchObject({ from: "2026-11-22T05:00:00Z" });
      for (const { inputs } of replayOf("ignoreChanges").slice(1))
        expect(inputs).not.toHaveProperty("maxMove");
    });

    it("hooks run once each, before the plan and after the writes", () => {
      expect(writesTo("hooks")).toBe(1);
      expect(hookCalls()).toEqual([
        "beforeCreate hooks-plan",
        "afterCreate hooks-apply",
        "beforeUpdate hooks-plan",
        "afterUpdate hooks-apply",
      ]);
    });

    it("deleteBeforeReplace holds for the plan, and the replay acts again", () => {
      const steps = next.stdout.split("\n").filter((line) => line.includes("deletebeforereplace-plan"));
      const at = (step: string): number => steps.findIndex((line) => line.includes(step));
      expect(at("deleted original"), steps.join("\n")).toBeGreaterThanOrEqual(0);
      expect(at("deleted original")).toBeLessThan(at("created replacement"));
      expect(writesTo("deleteBeforeReplace")).toBe(1);
    });

    it("nothing else is written", () => {
      expect(
        shop
          .writes()
          .map(({ logstore }) => logstore)
          .sort(),
      ).toEqual(["deletebeforereplace", "hooks"]);
    });
  });
});
