import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import * as protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import { type Life, lives } from "../lives.js";
import { describeReport } from "../texts/describeReport.js";
import { kindOf } from "./kinds.js";
import { declaredOf, markedStructOf, propertiesOf, secretReasonChanged, structOf } from "./values.js";

/** Answers the engine's calls about one resource. `contextFor` gives what a life touches, with lines shown on that resource. */
export class CustomResources {
  readonly #contextFor: (urn: string) => LifecycleContext;

  constructor(contextFor: (urn: string) => LifecycleContext) {
    this.#contextFor = contextFor;
  }

  async check(request: protocol.CheckRequest): Promise<protocol.CheckResponse> {
    const urn = request.getUrn();
    const answer = await lifeOf(urn).check(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor(urn),
    );
    const { self, ...inputs } = answer.inputs;
    const kept = ownsItself(urn) ? inputs : { ...inputs, self };
    const response = new protocol.CheckResponse();
    response.setInputs(structOf(kept, propertiesOf(request.getNews())));
    const failures = answer.problems.map(({ property, reason }) => failureOf(property, reason));
    if (answer.refused !== undefined) failures.push(failureOf("", describeReport(answer.refused)));
    response.setFailuresList(failures);
    return response;
  }

  async diff(request: protocol.DiffRequest): Promise<protocol.DiffResponse> {
    const urn = request.getUrn();
    const { changes, replaces } = await lifeOf(urn).diff(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor(urn),
    );
    const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
    const response = new protocol.DiffResponse();
    const differs = changes || secretReasonChanged(request.getOlds(), request.getNews());
    response.setChanges(differs ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList([...replaces]);
    return response;
  }

  async create(request: protocol.CreateRequest): Promise<protocol.CreateResponse> {
    const urn = request.getUrn();
    const response = new protocol.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(previewed(urn, request.getProperties()));
      return response;
    }
    const inputs = owned(urn, declaredOf(request.getProperties()));
    const { id, outs } = await lifeOf(urn).create(inputs, this.#contextFor(urn));
    response.setId(id);
    response.setProperties(structOf(outs, propertiesOf(request.getProperties())));
    return response;
  }

  async update(request: protocol.UpdateRequest): Promise<protocol.UpdateResponse> {
    const urn = request.getUrn();
    const response = new protocol.UpdateResponse();
    if (request.getPreview()) {
      response.setProperties(previewed(urn, request.getNews()));
      return response;
    }
    const outs = await lifeOf(urn).update(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor(urn),
    );
    response.setProperties(structOf(outs, propertiesOf(request.getNews())));
    return response;
  }

  /** An act has no drift: a refresh answers what state holds, without what another front added to it. */
  read(request: protocol.ReadRequest): Promise<protocol.ReadResponse> {
    const { __provider: _shim, ...outs } = propertiesOf(request.getProperties());
    const { __provider: _shimInput, ...inputs } = propertiesOf(request.getInputs());
    if (Object.keys(outs).length === 0) throw new Error(nothingToImport(request.getUrn()));
    const response = new protocol.ReadResponse();
    response.setId(request.getId());
    response.setProperties(markedStructOf(outs));
    response.setInputs(markedStructOf(inputs));
    return Promise.resolve(response);
  }

  /** Undoes nothing: where consumers stand is not supported back. */
  delete(): Promise<Empty> {
    return Promise.resolve(new Empty());
  }
}

function lifeOf(urn: string): Life {
  return lives[kindOf(urn).life];
}

/** A pin tells itself from others by its own URN; the children of a replay are handed that of their component. */
function ownsItself(urn: string): boolean {
  return kindOf(urn).life === "checkpoint";
}

function owned(urn: string, declared: Declared): Declared {
  const { __provider: _shim, ...own } = declared;
  return ownsItself(urn) && Object.keys(own).length > 0 ? { ...own, self: urn } : own;
}

function previewed(urn: string, inputs: Struct | undefined): Struct {
  const outputs: Declared = Object.fromEntries(kindOf(urn).outputs.map((name) => [name, notYetKnown]));
  return structOf({ ...declaredOf(inputs), ...outputs }, propertiesOf(inputs));
}

function failureOf(property: string, reason: string): protocol.CheckFailure {
  const failure = new protocol.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function nothingToImport(urn: string): string {
  return (
    `${urn}: there is nothing to import\n` +
    "Declare the resource: the first up adopts a shard that stands at the checkpoint already, without a write."
  );
}
