/** What the program is started for. */
export type Start =
  /** By an engine, which tells where it listens. */
  | { readonly kind: "engine"; readonly address: string; readonly port: 0 }
  /** By hand, for a debugger: engines attach to the port. */
  | { readonly kind: "attach"; readonly port: number }
  | { readonly kind: "refused"; readonly message: string };

const usage = [
  "this is a plugin, which Pulumi starts.",
  "To debug it, start it with --port 45999, and run pulumi with PULUMI_DEBUG_PROVIDERS=sls:45999.",
].join("\n");

/** Reads the arguments. An engine puts its own flags first and its address last. */
export function readCommandLine(args: readonly string[]): Start {
  const at = args.indexOf("--port");
  if (at !== -1) return attachAt(args[at + 1] ?? "");
  const address = args.at(-1) ?? "";
  if (/^.+:\d+$/.test(address)) return { kind: "engine", address, port: 0 };
  return { kind: "refused", message: usage };
}

function attachAt(text: string): Start {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return { kind: "attach", port };
  return { kind: "refused", message: `--port "${text}" is not a port from 1 to 65535, such as 45999.` };
}

/** Words why a port cannot be listened on. */
export function describePortProblem(port: number, problem: string): string {
  if (!problem.includes("EADDRINUSE")) return `it cannot listen on 127.0.0.1:${String(port)}: ${problem}`;
  return `another program listens on port ${String(port)} already. Choose another one, here and in PULUMI_DEBUG_PROVIDERS.`;
}

/** Words what to do once the plugin serves for a debugger. */
export function describeAttachable(port: number): string {
  const set = `PULUMI_DEBUG_PROVIDERS=sls:${String(port)}`;
  return `listens on 127.0.0.1:${String(port)}. In another terminal, run pulumi with ${set}. Ctrl-C ends it.`;
}
