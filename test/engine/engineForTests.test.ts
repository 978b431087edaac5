import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { moveInto, prepareEngine } from "./engineForTests.mjs";

let root: string;
let rooms: string;
let official: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "prepare-test-"));
  rooms = join(root, "rooms");
  official = join(root, "official");
  fakeExecutable(join(official, "pulumi"), "echo v3.999.0");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function fakeExecutable(file: string, line: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
}

const prepare = (path = official) => prepareEngine({ home: root, path, rooms });

describe("an engine with a language host", () => {
  it("is used as it is", async () => {
    fakeExecutable(join(official, "pulumi-language-nodejs"), "");
    const { pulumi, version } = await prepare();
    expect({ pulumi, version }).toEqual({ pulumi: join(official, "pulumi"), version: "3.999.0" });
    expect(existsSync(rooms)).toBe(false);
  });

  it("is recognised behind a symbolic link", async () => {
    fakeExecutable(join(official, "pulumi-language-nodejs"), "");
    const links = join(root, "links");
    mkdirSync(links);
    symlinkSync(join(official, "pulumi"), join(links, "pulumi"));
    expect((await prepare(links)).pulumi).toBe(join(links, "pulumi"));
    expect(existsSync(rooms)).toBe(false);
  });
});

describe("an engine without a language host", () => {
  it("gets ours in a folder of its own, where the engine looks: beside a real file", async () => {
    const { pulumi } = await prepare();
    expect(dirname(dirname(pulumi))).toBe(rooms);
    expect(readdirSync(dirname(pulumi))).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(statSync(pulumi).ino).toBe(statSync(join(official, "pulumi")).ino);
    const launcher = readFileSync(join(dirname(pulumi), "pulumi-language-nodejs"), "utf8");
    const script = /exec node "\$\{0%\/\*\}\/(.+)" "\$@"/.exec(launcher)?.[1] ?? "";
    expect(resolve(dirname(pulumi), script)).toBe(join(import.meta.dirname, "languageHost.mjs"));
  });

  it("leaves the folder that people use as it was", async () => {
    await prepare();
    expect(readdirSync(official)).toEqual(["pulumi"]);
  });

  it("is furnished once", async () => {
    const first = await prepare();
    expect(await prepare()).toEqual(first);
    expect(readdirSync(rooms)).toHaveLength(1);
  });

  it("keeps the folder of the run that was faster", () => {
    const [room, partial] = [join(root, "room"), join(root, "partial")];
    fakeExecutable(join(room, "first"), "");
    fakeExecutable(join(partial, "second"), "");
    moveInto(room, partial);
    expect(readdirSync(room)).toEqual(["first"]);
    expect(existsSync(partial)).toBe(false);
  });

  it("is furnished anew when another engine took its place", async () => {
    const first = await prepare();
    fakeExecutable(join(official, "pulumi"), "echo v3.999.11");
    const second = await prepare();
    expect(second.version).toBe("3.999.11");
    expect(second.pulumi).not.toBe(first.pulumi);
  });
});

describe("its environment", () => {
  it("has the engine first on PATH, then the Node.js of this repository", async () => {
    const { pulumi, env } = await prepare();
    const nodejs = resolve(import.meta.dirname, "../../node_modules/node/bin");
    expect(env["PATH"]?.split(delimiter)).toEqual([dirname(pulumi), nodejs, official]);
  });

  it("has no programs of packages on PATH, where the engine would find this repository's own plugin", async () => {
    const { env } = await prepare(["/clone/node_modules/.bin", official].join(delimiter));
    expect(env["PATH"]?.split(delimiter).slice(2)).toEqual([official]);
  });

  it("holds nothing else of the person who runs it", async () => {
    const foreign = { ALICLOUD_SECRET_KEY: "1", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "1", PULUMI_STACK: "1" };
    Object.assign(process.env, foreign);
    const { env } = await prepare();
    Object.keys(foreign).forEach((name) => delete process.env[name]);
    const machine = ["HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"];
    expect(Object.keys(env).filter((name) => !machine.includes(name))).toEqual([
      "PULUMI_SKIP_UPDATE_CHECK",
      "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    ]);
  });
});
