/** How the plugin starts, and what it says where it cannot. */
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Linter } from "eslint";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { layOutPlugin, pluginFolder } from "../../tools/plugin/bundle.mjs";

const launcher = join(pluginFolder, "pulumi-resource-sls");
const start = join(pluginFolder, "program/start.js");
const nodeFolder = dirname(process.execPath);
const sources = fileURLToPath(new URL("../../provider/plugin", import.meta.url));

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "sls-plugin-"));
});

afterEach(() => {
  rmSync(place, { recursive: true });
});

/** Runs the launcher as Pulumi does, with what is on PATH. */
function launch(path: string, program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync("/bin/sh", [program, ...args], { env: { PATH: path }, encoding: "utf8" });
}

describe("the launcher", () => {
  it("says in one line what is needed where there is no Node.js", () => {
    mkdirSync(join(place, "bin"));
    for (const tool of ["dirname", "readlink"]) symlinkSync(`/usr/bin/${tool}`, join(place, "bin", tool));
    const { status, stdout, stderr } = launch(join(place, "bin"), launcher, "127.0.0.1:1");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      "pulumi-resource-sls: Node.js 22.19 or newer is needed, and there is no node on PATH.\n",
    );
  });

  it.each(["18.20.8", "22.18.0", "6.17.1"])(
    "says in one line what was found where Node.js is %s",
    (version) => {
      const pretend = join(place, "pretend.cjs");
      writeFileSync(
        pretend,
        `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });`,
      );
      const { status, stderr } = spawnSync(process.execPath, ["--require", pretend, start, "127.0.0.1:1"], {
        encoding: "utf8",
      });
      expect([status, stderr]).toEqual([
        1,
        `pulumi-resource-sls: Node.js 22.19 or newer is needed, and ${process.execPath} is ${version}.\n`,
      ]);
    },
  );

  it("can be read by a Node.js that is that old: nothing in it is younger than ES2015", () => {
    const read = new Linter().verify(readFileSync(start, "utf8"), {
      languageOptions: { ecmaVersion: 2015, sourceType: "commonjs" },
      linterOptions: { reportUnusedDisableDirectives: "off" },
    });
    expect(read.filter(({ fatal }) => fatal)).toEqual([]);
  });

  it("on Windows says the same, hands on what it is given, and ends as the program does", () => {
    const needed = /echo "?(pulumi-resource-sls: [^"\r\n]*?)"? 1?>&2/;
    const [shell, windows] = ["pulumi-resource-sls", "pulumi-resource-sls.cmd"].map((name) =>
      readFileSync(join(pluginFolder, name), "utf8"),
    );
    expect(needed.exec(windows ?? "")?.[1]).toBe(needed.exec(shell ?? "")?.[1]);
    // Read as cmd.exe reads it: which lines there are, and in which order.
    expect(windows?.split("\r\n").filter((line) => !/^(@echo off|rem .*|)$/.test(line))).toEqual([
      "where node >nul 2>nul",
      "if errorlevel 1 (",
      "  echo pulumi-resource-sls: Node.js 22.19 or newer is needed, and there is no node on PATH. 1>&2",
      "  exit /b 1",
      ")",
      'node "%~dp0program\\start.js" %*',
      "exit /b %errorlevel%",
    ]);
  });

  it("has the line ends that each shell needs", () => {
    const text = readFileSync(join(pluginFolder, "pulumi-resource-sls.cmd"), "utf8");
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(readFileSync(join(sources, "pulumi-resource-sls"), "utf8")).not.toContain("\r");
  });

  it("needs the Node.js that the package asks for", () => {
    const { engines } = JSON.parse(readFileSync(join(pluginFolder, "../../package.json"), "utf8")) as {
      readonly engines: { readonly node: string };
    };
    expect(engines.node).toBe(">=22.19");
  });

  it("is found through a link, and in a folder with a space in its name", async () => {
    const folder = join(place, "with a space");
    mkdirSync(folder);
    cpSync(pluginFolder, join(folder, "plugin"), { recursive: true });
    symlinkSync(join(folder, "plugin/pulumi-resource-sls"), join(folder, "absolute"));
    symlinkSync("absolute", join(folder, "relative"));
    const child = spawn(join(folder, "relative"), ["127.0.0.1:1"], {
      env: { PATH: `${nodeFolder}:/usr/bin:/bin` },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    child.kill("SIGKILL");
    expect(Number(port.toString())).toBeGreaterThan(0);
  });
});

describe("the program", () => {
  it("says who starts it, and how it is debugged", () => {
    const { status, stderr } = spawnSync(process.execPath, [start], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("a plugin, which Pulumi starts");
    expect(stderr).toContain("PULUMI_DEBUG_PROVIDERS=sls:45999");
  });

  it("names a port that another program has", async () => {
    const other = createServer();
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { status, stderr } = spawnSync(process.execPath, [start, "--port", String(port)], {
      encoding: "utf8",
    });
    other.close();
    expect(status).toBe(1);
    expect(stderr).toBe(
      `pulumi-resource-sls: another program listens on port ${String(port)} already. ` +
        "Choose another one, here and in PULUMI_DEBUG_PROVIDERS.\n",
    );
  });

  it.each(["", "0", "65536", "http"])("refuses the port %j", (port) => {
    const { status, stderr } = spawnSync(process.execPath, [start, "--port", port], { encoding: "utf8" });
    expect([status, stderr]).toEqual([
      1,
      `pulumi-resource-sls: --port "${port}" is not a port from 1 to 65535, such as 45999.\n`,
    ]);
  });

  it("has neither Pulumi's SDK nor a compiler in it", async () => {
    const sources = await layOutPlugin(join(place, "plugin"));
    const packages = sources.flatMap(
      (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+\/[^/]+)/.exec(source)?.[1] ?? [],
    );
    const ofPulumi = packages.filter((name) => name.startsWith("@pulumi/"));
    expect([...new Set(ofPulumi)]).toEqual(["@pulumi/pulumi/proto"]);
    expect(packages.filter((name) => /^(typescript|ts-node|esbuild)\//.test(name))).toEqual([]);
  });
});
