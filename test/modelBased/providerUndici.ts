import { createRequire } from "node:module";
import { type ClientEffects } from "../../provider/src/sls/client.ts";

/** The HTTP library in the version that the provider uses; another one stands at the root, for Pulumi. */
export type Dispatcher = ReturnType<ClientEffects["dispatcher"]>;
export type DispatchOptions = Parameters<Dispatcher["dispatch"]>[0];
export type DispatchHandler = Parameters<Dispatcher["dispatch"]>[1];
export type DispatchController = Parameters<NonNullable<DispatchHandler["onRequestStart"]>>[0];

const library = createRequire(new URL("../../provider/package.json", import.meta.url))("undici") as {
  readonly Dispatcher: new () => Dispatcher;
  readonly Agent: new (options: { readonly connections: number }) => Dispatcher;
};

export const DispatcherBase = library.Dispatcher;
export const Agent = library.Agent;
