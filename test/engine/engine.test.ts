import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRunning } from "./isRunning.ts";
import { findOrBuildEngine, minimumVersion, pinnedVersion } from "../../tools/engine/engine.mjs";

const tool = fileURLToPath(new URL("../../tools/engine/", import.meta.url));
const version = pinnedVersion();
const goMod = readFileSync(join(tool, "go.mod"), "utf8");
const requiredGo = /^go (\S+)$/m.exec(goMod)?.[1];

/** An own folder for each test: the home of a user, the only folder on PATH, and what the fakes wrote down. */
let root: string;
let home: string;
let path: string;
let lines: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "engine-test-"));
  home = join(root, "home");
  path = join(root, "path");
  lines = [];
  mkdirSync(home);
  mkdirSync(path);
});

afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

type Options = Parameters<typeof findOrBuildEngine>[0];

function find(options: Options = {}) {
  return findOrBuildEngine({
    home,
    path,
    log: (line) => void lines.push(line),
    installer: fakeInstaller(`fail("no internet");`),
    ...options,
    limits: { pollMs: 5, ...options.limits },
  });
}

const folder = () => join(home, ".pulumi", "versions", version);
const bin = () => join(folder(), "bin");
const told = () => lines.join("\n");
const called = (name: string) => notes().filter((note) => note.startsWith(name));

function notes(): string[] {
  const file = join(root, "notes");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/**
 * What every fake can do: write down a call, fail, wait until the test lets it go on (or is over: a test that fails must
 * not leave it running), and leave a fake pulumi.
 */
const prelude = () => `
import { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
const args = process.argv.slice(2);
const note = (text) => appendFileSync(${JSON.stringify(join(root, "notes"))}, text + "\\n");
const fail = (text) => { console.error(text); process.exit(1); };
const released = async () => {
  while (!existsSync(${JSON.stringify(join(root, "release"))})) {
    if (!existsSync(${JSON.stringify(root)})) process.exit();
    await new Promise((done) => setTimeout(done, 5));
  }
};
const leave = (file, text) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "#!/bin/sh\\necho " + text + "\\n");
  chmodSync(file, 0o755);
};
`;

const release = () => writeFileSync(join(root, "release"), "");

function fakeScript(name: string, body: string): string {
  const script = join(root, `${name}-${readdirSync(root).length}.mjs`);
  writeFileSync(script, prelude() + body);
  return script;
}

function fakeExecutable(file: string, body: string): void {
  const script = fakeScript("fake", body);
  mkdirSync(dirname(file), { recursive: true });
  const launcher = `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`;
  writeFileSync(file, launcher, { mode: 0o755 });
}

function fakePulumi(folder: string, answer: string): void {
  fakeExecutable(join(folder, "pulumi"), `note("pulumi " + args.join(" ")); console.log("${answer}");`);
}

function fakeInstaller(body: string): string[] {
  return [process.execPath, fakeScript("installer", `const [root, version] = args; ${body}`)];
}

/** `go` as it answers and builds; `build` runs before it leaves its result. */
function fakeGo({ goVersion = "go1.26.8", build = "", result = `v${version}` } = {}): void {
  const body = `
if (args[0] === "env") { console.log("${goVersion}"); process.exit(); }
note("go " + args[0] + " " + process.pid);
note("in " + process.cwd());
note("args " + args.filter((arg) => !arg.includes("staging-")).join(" "));
note("env " + ["CGO_ENABLED", "GOWORK"].map((name) => name + "=" + process.env[name]).join(" "));
${build}
leave(args[args.indexOf("-o") + 1], "${result}");`;
  fakeExecutable(join(path, "go"), body);
}

/** Resolves as soon as a fake has written a note that begins like this. */
async function noted(begin: string): Promise<string> {
  await expect.poll(() => called(begin), { timeout: 20_000, interval: 5 }).not.toEqual([]);
  return called(begin)[0] ?? "";
}

describe("a pulumi on PATH", () => {
  it("is taken as it is", async () => {
    fakePulumi(path, `v${minimumVersion}`);
    const engine = await find();
    expect(engine).toEqual({
      bin: path,
      pulumi: join(path, "pulumi"),
      version: minimumVersion,
      source: "path",
    });
    expect(readdirSync(path)).toEqual(["pulumi"]);
    expect(readdirSync(home)).toEqual([]);
    expect(notes()).toEqual(["pulumi version"]);
  });

  it("comes before one in ~/.pulumi/versions", async () => {
    fakePulumi(path, `v${minimumVersion}`);
    fakePulumi(bin(), `v${version}`);
    expect(await find()).toMatchObject({ source: "path" });
  });

  it.each([
    ["v3.215.9", `is 3.215.9, older than ${minimumVersion}`],
    ["v4.0.0", `is 4.0.0, of another major version than ${minimumVersion}`],
    ["not a version", 'answers `pulumi version` with "not a version\\n"'],
  ])("is passed over when it answers %s", async (answer, reason) => {
    fakePulumi(path, answer);
    fakeGo();
    expect(await find()).toMatchObject({ bin: bin(), source: "built" });
    expect(told()).toContain(`  pulumi on PATH: ${join(path, "pulumi")} ${reason}`);
  });

  it("is passed over when it never answers", async () => {
    fakeExecutable(join(path, "pulumi"), "await released();");
    await expect(find({ limits: { answerMs: 200 } })).rejects.toThrow(
      "does not answer `pulumi version` (no answer within 0.2 s)",
    );
  });
});

describe("a pulumi in ~/.pulumi/versions", () => {
  it("is taken, and given the server of dynamic providers where that is missing", async () => {
    fakePulumi(bin(), `v${version}`);
    expect(await find()).toMatchObject({ bin: bin(), version, source: "installed" });
    expect(readdirSync(bin())).toEqual(["pulumi", "pulumi-resource-pulumi-nodejs"]);
    expect(spawnSync("test", ["-x", join(bin(), "pulumi-resource-pulumi-nodejs")]).status).toBe(0);
    expect(lines).toEqual([]);
  });

  it("costs one call of it", async () => {
    fakePulumi(bin(), `v${version}`);
    await find();
    expect(notes()).toEqual(["pulumi version"]);
  });

  it("is replaced when it is corrupted", async () => {
    mkdirSync(bin(), { recursive: true });
    writeFileSync(join(bin(), "pulumi"), "half a binary", { mode: 0o755 });
    fakeGo();
    expect(await find()).toMatchObject({ source: "built" });
    expect(await find()).toMatchObject({ source: "installed", version });
    expect(told()).toContain("pulumi there does not answer `pulumi version`");
  });
});

describe("the official download", () => {
  it("brings all of its files, and no build begins", async () => {
    fakeGo();
    const installer = fakeInstaller(`
      leave(join(root, "bin", "pulumi"), "v" + version);
      leave(join(root, "bin", "pulumi-language-nodejs"), "a host");`);
    expect(await find({ installer })).toMatchObject({ bin: bin(), version, source: "downloaded" });
    expect(readdirSync(bin())).toEqual(["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]);
    expect(readdirSync(folder())).toEqual(["bin"]);
    expect(called("go build")).toEqual([]);
  });

  it("is given up when no byte arrives any more, and leaves no process", async () => {
    fakeGo();
    const stop = keepBytesArriving();
    const installer = fakeInstaller(`note("installer " + process.pid); await released();`);
    const engine = find({ installer, limits: { stallMs: 50 } });
    const pid = await noted("installer");
    stop();
    expect(await engine).toMatchObject({ source: "built" });
    expect(told()).toContain("  official download: not a byte arrived for 0.05 s");
    expectEnded(pid);
  });

  it("goes on for as long as bytes arrive", async () => {
    const stop = keepBytesArriving();
    const installer = fakeInstaller(`
      note("installer");
      await released();
      leave(join(root, "bin", "pulumi"), "v" + version);`);
    const engine = find({ installer, limits: { stallMs: 10 } });
    await noted("installer");
    release();
    expect(await engine).toMatchObject({ source: "downloaded" });
    stop();
  });

  /** Between two looks of the watch, whose timer runs in this process too, this one always comes round. */
  function keepBytesArriving() {
    let size = 0;
    const timer = setInterval(() => {
      const staging =
        existsSync(folder()) && readdirSync(folder()).find((name) => name.startsWith("staging-"));
      if (staging) writeFileSync(join(folder(), staging, "part"), "x".repeat(++size));
    }, 1);
    return () => clearInterval(timer);
  }

  it("is not installed when what it brought does not answer", async () => {
    const installer = fakeInstaller(`leave(join(root, "bin", "pulumi"), "nonsense");`);
    await expect(find({ installer })).rejects.toThrow(
      'official download: its pulumi answers `pulumi version` with "nonsense\\n"',
    );
    expect(readdirSync(bin())).toEqual([]);
  });

  it("tells why it failed", async () => {
    fakeGo();
    await find({ installer: fakeInstaller(`fail("Failed to download: no such host");`) });
    expect(told()).toContain("  official download: Failed to download: no such host");
  });
});

describe("a build", () => {
  it("compiles the command line that go.mod names, with its version in it", async () => {
    fakeGo();
    expect(await find()).toMatchObject({ bin: bin(), version, source: "built" });
    const symbol = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    expect(notes().slice(1)).toEqual([
      `in ${tool.replace(/\/$/, "")}`,
      `args build -o -ldflags -s -w -X ${symbol} github.com/pulumi/pulumi/pkg/v3/cmd/pulumi`,
      "env CGO_ENABLED=0 GOWORK=off",
    ]);
    expect(readdirSync(bin())).toEqual(["pulumi", "pulumi-resource-pulumi-nodejs"]);
    expect(readdirSync(folder())).toEqual(["bin"]);
  });

  it("says what it does, why, how long so far, and where the result is kept", async () => {
    fakeGo({ build: `console.error("go: downloading a/module v1.2.3"); await released();` });
    // Whoever prints may print every argument, as console.error does.
    const log = (...printed: string[]) => {
      const line = printed.join(" ");
      lines.push(line);
      if (line.includes("1 module downloaded")) release();
    };
    await find({ log, limits: { progressMs: 5 } });
    const report = lines.find((line) => line.includes("1 module downloaded"));
    expect(report).toMatch(/^ {2}\d+:\d\d so far, 1 module downloaded, compiling$/);
    expect(lines.filter((line) => !line.includes("so far"))).toEqual([
      `Downloading the Pulumi command line ${version}; it is given up when no byte comes for 20 s.`,
      `Building the Pulumi command line ${version} from source with Go 1.26.8, because:`,
      "  pulumi on PATH: there is none",
      `  ${bin()}: there is none`,
      "  official download: no internet",
      "The first time this takes about 6 minutes on 2 cores and 3 GB of disk (Go's caches); seconds afterwards.",
      `It is done once: the result is kept in ${bin()}`,
      `Pulumi ${version} is in ${bin()}`,
    ]);
  });

  it("puts nothing in place before it is finished and answers", async () => {
    fakeGo({ build: `leave(args[args.indexOf("-o") + 1], "half"); note("half"); await released();` });
    const engine = find();
    await noted("half");
    expect(readdirSync(bin())).toEqual([]);
    release();
    await engine;
    expect(readdirSync(bin())).toContain("pulumi");
  });

  it("is not installed when its result does not answer", async () => {
    fakeGo({ result: "nonsense" });
    await expect(find()).rejects.toThrow("go build: its pulumi answers");
    expect(readdirSync(bin())).toEqual([]);
    expect(readdirSync(folder())).toEqual(["bin"]);
  });

  it("happens once when two want it at once: the second waits and says so", async () => {
    fakeGo({ build: "await released();" });
    const first = find();
    await noted("go build");
    const log = (line: string) => {
      lines.push(line);
      if (line.startsWith("Waiting")) release();
    };
    const [built, installed] = await Promise.all([first, find({ log })]);
    expect(built.source).toBe("built");
    expect(installed).toEqual({ ...built, source: "installed" });
    expect(called("go build")).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("Waiting"))).toEqual([
      `Waiting for process ${process.pid}, which is getting the engine ` +
        `(if that is another program: rm ${join(folder(), "engine.lock")})`,
    ]);
  });

  it("takes over from a run that died, and removes what that left", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(join(folder(), "staging-old"), { recursive: true });
    writeFileSync(join(folder(), "engine.lock"), String(pid));
    fakeGo();
    expect(await find()).toMatchObject({ source: "built" });
    expect(told()).toContain(`Process ${pid} died while it was getting the engine`);
    expect(readdirSync(folder())).toEqual(["bin"]);
  });
});

describe("when there is no way", () => {
  it("names each way with its result, and what to do", async () => {
    const error = await find().catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "EngineNotFoundError" });
    expect((error as Error).message).toBe(
      `There is no Pulumi command line here, and none could be had. What was tried:
  pulumi on PATH: there is none
  ${bin()}: there is none
  official download: no internet
  go build: there is no go on PATH
Do one of these, then run the same command again:
  install Pulumi ${minimumVersion} or newer (https://www.pulumi.com/docs/install/)
  install Go ${requiredGo} or newer, and let it reach a Go module proxy
  give this machine access to the internet`,
    );
    expect(readdirSync(folder())).toEqual(["bin"]);
  });

  it.each([
    [{ goVersion: "go1.20.14" }, `is 1.20.14, too old: ${requiredGo} is needed`],
    [{ goVersion: "devel" }, 'has no release version but "devel"'],
    [{ build: `fail("main.go:1: cannot compile");` }, "ended with 1\n      main.go:1: cannot compile"],
  ])("tells what is wrong with go: %o", async (go, reason) => {
    fakeGo(go);
    await expect(find()).rejects.toThrow(reason);
    expect(readdirSync(folder())).toEqual(["bin"]);
  });

  it("tells that the folder cannot be written", async () => {
    writeFileSync(join(home, ".pulumi"), "a file");
    fakeGo();
    await expect(find()).rejects.toThrow(`${bin()}: cannot be written (ENOTDIR`);
  });
});

describe("an interrupted build", () => {
  it("ends with the signal, and leaves neither process nor file", async () => {
    fakeGo({ build: "await released();" });
    const failing = fakeInstaller("process.exit(1);");
    const code = `
      import { findOrBuildEngine } from ${JSON.stringify(join(tool, "engine.mjs"))};
      await findOrBuildEngine({ installer: ${JSON.stringify(failing)} });`;
    const env = { ...process.env, HOME: home, PATH: path };
    const args = ["--input-type=module", "-e", code];
    const child = spawn(process.execPath, args, { env, stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
    const compiler = await noted("go build");
    child.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
    expectEnded(compiler);
    expect(readdirSync(folder())).toEqual(["bin"]);
  });

  it("leaves it to others who listen what the signal means, and begins nothing more", async () => {
    fakeGo();
    let heard = 0;
    const listener = () => {
      heard += 1;
    };
    process.on("SIGTERM", listener);
    const installer = fakeInstaller(`note("installer"); await released();`);
    const engine = find({ installer });
    await noted("installer");
    process.kill(process.pid, "SIGTERM");
    await expect(engine).rejects.toThrow(`Getting Pulumi ${version} was interrupted by SIGTERM`);
    process.removeListener("SIGTERM", listener);
    expect(heard).toBe(1);
    expect(called("go build")).toEqual([]);
  });
});

describe("the script", () => {
  it("prints the folder and nothing else", () => {
    fakePulumi(bin(), `v${version}`);
    const { status, stdout, stderr } = runScript();
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${bin()}\n`, stderr: "" });
  });

  it("fails with the reasons", () => {
    writeFileSync(join(home, ".pulumi"), "a file");
    const { status, stdout, stderr } = runScript();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^There is no Pulumi command line here/);
  });

  function runScript() {
    const env = { ...process.env, HOME: home, PATH: path };
    return spawnSync(process.execPath, [join(tool, "engine.mjs")], { env, encoding: "utf8" });
  }
});

it("go.mod requires the command line and the SDK of one release", () => {
  const required = goMod.match(/pulumi\/pulumi\/(pkg|sdk)\/v3 v\S+/g);
  expect(required).toEqual([`pulumi/pulumi/pkg/v3 v${version}`, `pulumi/pulumi/sdk/v3 v${version}`]);
});

function expectEnded(note: string): void {
  expect(isRunning(Number(note.split(" ").at(-1)))).toBe(false);
}
