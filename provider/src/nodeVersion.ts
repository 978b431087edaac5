/** The oldest Node.js that undici 8 runs on; older ones die while importing it, with a message about something else. */
const oldest = { major: 22, minor: 19 } as const;

/** Throws where this package cannot run. Imported before everything else. */
export function requireNodeVersion(version: string, executable: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new Error(
    `pulumi-sls-checkpoint needs Node.js ${String(oldest.major)}.${String(oldest.minor)} or newer, and this is ${version}\n` +
      `  ${executable}\n` +
      "Put a newer Node.js first on PATH, where Pulumi looks for it too.",
  );
}

requireNodeVersion(process.versions.node, process.execPath);
