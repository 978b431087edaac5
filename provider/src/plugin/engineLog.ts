import { Metadata, credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { type Confidentiality } from "../texts/concealPositions.js";
import { describeInterruptibleEvent } from "../texts/describeEvent.js";
import { withoutOtherKeys } from "./providerKeys.js";

type RunEvent = Parameters<LifecycleContext["emit"]>[0];

const warning = "warning: ";

/** How many milliseconds an engine may take for a line. One that was stopped in a debugger must not hold up a write. */
const longestLine = 2_000;

/** Shows what happens on the resource that it is about. What the process itself prints is seen by nobody. */
export class EngineLog {
  #engine: EngineClient | undefined;
  readonly #underWay = new Set<Promise<void>>();

  /** Turns to an engine; before the first one, nobody sees a line. */
  attach(address: string): void {
    this.#engine?.close();
    this.#engine = new EngineClient(address, credentials.createInsecure());
  }

  show(urn: string, event: RunEvent, confidentiality: Confidentiality): void {
    const text = withoutOtherKeys(describeInterruptibleEvent(event, confidentiality));
    if (text === "") return;
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(text.startsWith(warning) ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setMessage(text.startsWith(warning) ? text.slice(warning.length) : text);
    request.setEphemeral(event.kind === "looking" || event.kind === "writing");
    const shown = this.#send(request).finally(() => this.#underWay.delete(shown));
    this.#underWay.add(shown);
  }

  /** A line that is lost is no reason to stop: the engine's end is watched elsewhere. */
  #send(request: LogRequest): Promise<void> {
    return new Promise((resolve) => {
      if (this.#engine === undefined) resolve();
      else this.#engine.log(request, new Metadata(), { deadline: Date.now() + longestLine }, () => resolve());
    });
  }

  /** Resolves once the engine has every line: one that comes after the answer to its call can be lost. */
  async shown(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
