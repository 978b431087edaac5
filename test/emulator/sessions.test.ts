import { execFile, type ExecFileException } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { help } from "../../emulator/src/help.js";
import { prepareEngine } from "../engine/engineForTests.mjs";
import { freePort } from "../plugin/freePort.ts";

const root = join(import.meta.dirname, "../..");
const python = join(root, ".work/conformance/python/bin");

/** The commands of a session, as `--help` prints them. */
function sessionOf(name: string): string {
  const [, rest = ""] = help().split(`A session with ${name}:\n\n`);
  const [session = ""] = rest.split("\n\nA session with ");
  return session.replace(/^ {2}/gm, "");
}

/** A folder below the repository, whose packages it finds, in which `npx` runs the built emulator; what would install does as told. */
function folderWithPackage(installers: Readonly<Record<string, string>>) {
  mkdirSync(join(root, ".work"), { recursive: true });
  const folder = mkdtempSync(join(root, ".work/session-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  const emulator = `#!/bin/sh\nshift\nexec node ${join(root, "emulator/bin/sls-emulator.js")} "$@"\n`;
  const programs = { npx: emulator, ...installers };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return { folder, bin };
}

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a session in a shell that stops at the first command that fails. */
async function run(session: string, folder: string, path: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const port = await freePort();
  const script = `set -e\ntrap 'kill $emulator 2>/dev/null || true' EXIT\n${session.replaceAll("8077", String(port))}\n`;
  return new Promise<Ended>((resolve) => {
    const options = {
      cwd: folder,
      timeout: 110_000,
      env: { HOME: folder, ...env, PATH: [...path, "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter) },
    };
    const answer = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    execFile("/bin/sh", ["-c", script], options, answer);
  });
}

describe("the sessions of --help", () => {
  it("curl: the checkpoint that the seed made is read back", async () => {
    const { folder, bin } = folderWithPackage({});
    const { code, stdout, stderr } = await run(sessionOf("curl"), folder, [bin]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /\[\{"shard":0,"checkpoint":"\w+=*","updateTime":\d{16},"consumer":"seed"\},\{"shard":1,/,
    );
  });

  it.skipIf(!existsSync(python))("Python: the official client pins a shard", async () => {
    const { folder, bin } = folderWithPackage({ pip: "#!/bin/sh\n" });
    const { code, stdout, stderr } = await run(sessionOf("Python"), folder, [bin, python]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/UpdateCheckPoint .* shard 0 cursor \w+=* -> 200/);
    expect(stdout).toMatch(/'shard': 0, 'checkpoint': '\w+=*'/);
  });

  it("Pulumi: an up moves the group back three hours", async () => {
    const { pulumi, env } = await prepareEngine();
    const npm = "#!/bin/sh\necho '{ \"private\": true }' > package.json\n";
    const { folder, bin } = folderWithPackage({ npm });
    const home = { PULUMI_HOME: join(folder, "pulumi"), ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
    const path = [bin, dirname(pulumi), ...(env["PATH"] ?? "").split(delimiter)];
    const { code, stdout, stderr } = await run(sessionOf("Pulumi"), folder, path, home);
    expect(stderr).toBe("Created stack 'dev'\n");
    expect(code).toBe(0);
    expect(stdout).toMatch(/UpdateCheckPoint .* shard 0 cursor \w+=* -> 200/);
    expect(stdout).toMatch(/UpdateCheckPoint .* shard 1 cursor \w+=* -> 200/);
  });
});
