import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { describeInterruptibleEvent } from "../texts/describeEvent.js";

type RunEvent = Parameters<LifecycleContext["emit"]>[0];

const warning = "warning: ";

/** Shows what happens on the resource that it is about. What the process itself prints is seen by nobody. */
export class EngineLog {
  #engine: EngineClient | undefined;

  /** Turns to an engine; before the first one, nobody sees a line. */
  attach(address: string): void {
    this.#engine?.close();
    this.#engine = new EngineClient(address, credentials.createInsecure());
  }

  show(urn: string, event: RunEvent): void {
    const text = describeInterruptibleEvent(event);
    if (text === "") return;
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(text.startsWith(warning) ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setMessage(text.startsWith(warning) ? text.slice(warning.length) : text);
    request.setEphemeral(event.kind === "looking" || event.kind === "writing");
    // A line that is lost is no reason to stop: the engine's end is watched elsewhere.
    this.#engine?.log(request, () => undefined);
  }
}
