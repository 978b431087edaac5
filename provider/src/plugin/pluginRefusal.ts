/** What the plugin refuses besides what a life does, because of how it is run. */
export class PluginRefusal extends Error {
  override readonly name = "PluginRefusal";

  constructor(
    /** Stable: `docs/errors.md` lists each. */
    readonly code: "SecondProvider" | "SecondVersion",
    happened: string,
    toDo: string,
  ) {
    super(`${code}: ${happened}\n${toDo}`);
  }
}
