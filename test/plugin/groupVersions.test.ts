/** How processes of one engine find out that two versions move one group, with processes that are made up. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/src/marks.js";
import { refuseSecondConnection } from "../../provider/src/plugin/connection.js";
import { GroupVersions, type ServingProcess } from "../../provider/src/plugin/groupVersions.js";

let root: string;
let folder: string;
let alive: Set<number>;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sls-groups-"));
  folder = join(root, "claims");
  alive = new Set();
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function processOf(pid: number): GroupVersions {
  alive.add(pid);
  return new GroupVersions(folder, pid, (asked) => alive.has(asked));
}

const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
const pin = "urn:pulumi:dev::shop::sls:index:ConsumerGroupCheckpoint::pin";
const plan = "urn:pulumi:dev::shop::sls:index:ConsumerGroupReplay$sls:index:ReplayPlan::replay-plan";

function serving(version: string, more: Partial<ServingProcess> = {}): ServingProcess {
  return { version, engine: "127.0.0.1:4000", service: "cn-hangzhou", ...more };
}

describe("two versions that move one group", () => {
  it("are refused with both versions and both resources, whoever comes second", () => {
    const [first, second] = [processOf(1), processOf(2)];
    first.refuseSecondVersion(pin, group, serving("0.1.0"));
    const refused = (): void => second.refuseSecondVersion(plan, group, serving("0.2.0"));
    expect(refused).toThrow(
      "SecondVersion: two versions of the plugin sls move shop/orders/billing in this stack: 0.1.0 for pin, 0.2.0 for replay-plan",
    );
    expect(refused).toThrow("Let one version serve both");
    expect(() => first.refuseSecondVersion(plan, group, serving("0.1.0"))).not.toThrow();
  });

  it.each<[string, string, object, Partial<ServingProcess>]>([
    ["of another engine", pin, group, { engine: "127.0.0.1:4001" }],
    ["of another region", pin, group, { service: "cn-beijing" }],
    ["of another group", pin, { ...group, consumerGroup: "other" }, {}],
    ["that is not known yet", pin, { ...group, consumerGroup: unknownValue }, {}],
    ["that is only read", pin.replace("Checkpoint", "Savepoint"), group, {}],
  ])("but not a group %s", (_which, urn, inputs, more) => {
    const unknownToo = { ...group, consumerGroup: unknownValue };
    const first = processOf(1);
    for (const moved of [group, unknownToo]) first.refuseSecondVersion(pin, moved, serving("0.1.0"));
    expect(() =>
      processOf(2).refuseSecondVersion(urn, inputs as typeof group, serving("0.2.0", more)),
    ).not.toThrow();
  });

  it("are not two where they are the same version in two processes", () => {
    processOf(1).refuseSecondVersion(pin, group, serving("0.1.0"));
    expect(() => processOf(2).refuseSecondVersion(pin, group, serving("0.1.0"))).not.toThrow();
  });
});

describe("what a process left that was killed", () => {
  it("counts no more, and is tidied up", () => {
    const first = processOf(1);
    first.refuseSecondVersion(pin, group, serving("0.1.0"));
    first.refuseSecondVersion(pin, { ...group, logstore: "returns" }, serving("0.1.0"));
    alive.delete(1);
    processOf(2).refuseSecondVersion(pin, group, serving("0.2.0"));
    expect(readdirSync(folder)).toHaveLength(1);
    expect(() => processOf(3).refuseSecondVersion(pin, group, serving("0.1.0"))).toThrow("0.2.0 for pin");
  });

  it("counts no more while others run on that have looked before", () => {
    const [first, second] = [processOf(1), processOf(2)];
    second.refuseSecondVersion(pin, { ...group, logstore: "returns" }, serving("0.2.0"));
    first.refuseSecondVersion(pin, group, serving("0.1.0"));
    alive.delete(1);
    expect(() => second.refuseSecondVersion(pin, group, serving("0.2.0"))).not.toThrow();
  });

  it("may be no file of ours: it is replaced", () => {
    processOf(1).refuseSecondVersion(pin, group, serving("0.1.0"));
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "{");
    expect(() => processOf(2).refuseSecondVersion(pin, group, serving("0.2.0"))).not.toThrow();
  });
});

it("a place that cannot be written to stops nobody", () => {
  writeFileSync(folder, "a file");
  expect(() => processOf(1).refuseSecondVersion(pin, group, serving("0.1.0"))).not.toThrow();
  rmSync(folder);
  mkdirSync(folder);
});

it("a link in that place is not followed, and a file that is no claim is left alone", () => {
  const others = join(root, "others");
  mkdirSync(others);
  writeFileSync(join(others, "letter.txt"), "dear");
  symlinkSync(others, folder);
  processOf(1).refuseSecondVersion(pin, group, serving("0.1.0"));
  expect(readdirSync(others)).toEqual(["letter.txt"]);
  rmSync(folder);
  mkdirSync(folder);
  writeFileSync(join(folder, "letter.txt"), "dear");
  processOf(2).refuseSecondVersion(pin, group, serving("0.1.0"));
  expect(readdirSync(folder)).toContain("letter.txt");
});

describe("a second provider of one process", () => {
  const urn = (name: string): string => `urn:pulumi:dev::shop::pulumi:providers:sls::${name}`;
  const settings = { endpoint: "cn-hangzhou.log.aliyuncs.com", accessKeyId: "one" };

  it("with other settings is refused, with both names and no key", () => {
    const refused = (): void =>
      refuseSecondConnection(
        { provider: urn("default"), settings },
        { provider: urn("explicit"), settings: { ...settings, accessKeyId: "another" } },
      );
    expect(refused).toThrow(
      "SecondProvider: this process serves the provider default already, and the provider explicit",
    );
    expect(refused).not.toThrow(/another/);
  });

  it.each([
    ["the same one, whose settings changed", urn("default"), { ...settings, accessKeyId: "another" }],
    ["another one with the same settings", urn("explicit"), settings],
    ["another one of another version", urn("default_0_2_0"), { ...settings, version: "0.2.0" }],
  ])("is served where it is %s", (_which, provider, given) => {
    const served = { provider: urn("default"), settings };
    expect(() => refuseSecondConnection(served, { provider, settings: given })).not.toThrow();
  });
});
