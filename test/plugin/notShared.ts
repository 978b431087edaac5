/**
 * The files of test/provider that the vitest project "plugin" does not run once more on the plugin, and why.
 * Every other file there runs on both fronts, a new one too.
 */
export const notShared: Readonly<Record<string, string>> = {
  credentials: "its alicloud:* keys never reach a plugin: test/plugin/otherKeys",
  explicitProvider:
    "connections within a program are the dynamic front's own: a plugin is configured by the engine",
  replayAtScale: "it measures what both fronts share",
};
