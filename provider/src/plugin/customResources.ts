import { isDeepStrictEqual } from "node:util";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import * as protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { type LifecycleContext } from "../lifecycle/context.js";
import { type Declared, notYetKnown } from "../lifecycle/declared.js";
import { type Life, type OrdinaryLife, lives } from "../lives.js";
import { confidentialityOf, secretInputsKey, secretsChanged } from "../marks.js";
import { describeReport } from "../texts/describeReport.js";
import { importedKindOf, kindOf } from "./kinds.js";
import { withoutOtherKeys } from "./providerKeys.js";
import { type Properties, declaredOf, markedStructOf, propertiesOf, structOf } from "./values.js";

/** A call of the engine about one resource. */
export interface ResourceCall {
  readonly urn: string;
  /** With the marks of what is secret, which no line may tell. */
  readonly inputs: Properties;
  /** How long the call may take; 0 or absent without a bound. */
  readonly timeoutSeconds?: number;
}

/** Returns what a life touches, with lines shown on the resource of the call. */
export type ContextFor = (call: ResourceCall) => LifecycleContext;

/** Answers the engine's calls about one resource. */
export class CustomResources {
  readonly #contextFor: ContextFor;

  constructor(contextFor: ContextFor) {
    this.#contextFor = contextFor;
  }

  async check(request: protocol.CheckRequest): Promise<protocol.CheckResponse> {
    const urn = request.getUrn();
    const news = propertiesOf(request.getNews());
    const answer = await lifeOf(urn).check(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor({ urn, inputs: news }),
    );
    const { self, ...inputs } = answer.inputs;
    const kept = { ...inputs, ...(!ownsItself(urn) && { self }), [secretInputsKey]: news[secretInputsKey] };
    const response = new protocol.CheckResponse();
    response.setInputs(structOf(kept, news));
    const failures = answer.problems.map(({ property, reason }) => failureOf(property, reason));
    if (answer.refused !== undefined) {
      const reason = withoutOtherKeys(describeReport(answer.refused, confidentialityOf(news)));
      failures.push(failureOf("", reason));
    }
    response.setFailuresList(failures);
    return response;
  }

  async diff(request: protocol.DiffRequest): Promise<protocol.DiffResponse> {
    const urn = request.getUrn();
    const news = propertiesOf(request.getNews());
    const { changes, replaces } = await lifeOf(urn).diff(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor({ urn, inputs: news }),
    );
    const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
    const response = new protocol.DiffResponse();
    const differs = changes || secretsChanged(propertiesOf(request.getOlds()), news);
    response.setChanges(differs ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList([...replaces]);
    for (const [name, change] of changedInputs(request, replaces))
      response.getDetaileddiffMap().set(name, change);
    response.setHasdetaileddiff(response.getDetaileddiffMap().getLength() > 0);
    return response;
  }

  async create(request: protocol.CreateRequest): Promise<protocol.CreateResponse> {
    const urn = request.getUrn();
    const response = new protocol.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(previewed(urn, request.getProperties()));
      return response;
    }
    const inputs = propertiesOf(request.getProperties());
    const { id, outs } = await lifeOf(urn).create(
      owned(urn, declaredOf(request.getProperties())),
      this.#contextFor({ urn, inputs, timeoutSeconds: request.getTimeout() }),
    );
    response.setId(id);
    response.setProperties(structOf(outs, inputs));
    return response;
  }

  async update(request: protocol.UpdateRequest): Promise<protocol.UpdateResponse> {
    const urn = request.getUrn();
    const response = new protocol.UpdateResponse();
    if (request.getPreview()) {
      response.setProperties(previewed(urn, request.getNews()));
      return response;
    }
    const inputs = propertiesOf(request.getNews());
    const outs = await lifeOf(urn).update(
      owned(urn, declaredOf(request.getOlds())),
      owned(urn, declaredOf(request.getNews())),
      this.#contextFor({ urn, inputs, timeoutSeconds: request.getTimeout() }),
    );
    response.setProperties(structOf(outs, inputs));
    return response;
  }

  /**
   * An act has no drift: a refresh answers what state holds, without what another front added to it. An ordinary resource
   * is looked at.
   */
  async read(request: protocol.ReadRequest): Promise<protocol.ReadResponse> {
    const { __provider: _shim, ...outs } = propertiesOf(request.getProperties());
    const { __provider: _shimInput, ...inputs } = propertiesOf(request.getInputs());
    if (Object.keys(outs).length === 0) return this.#adopt(request);
    const seen = await this.#seenNow(request, outs);
    const response = new protocol.ReadResponse();
    // The engine takes a resource without an id for one that is gone.
    if (seen === undefined) return response;
    response.setId(request.getId());
    response.setProperties(seen);
    response.setInputs(markedStructOf(inputs));
    return response;
  }

  async #seenNow(request: protocol.ReadRequest, outs: Properties): Promise<Struct | undefined> {
    const life = lifeOf(request.getUrn());
    if (!("read" in life)) return markedStructOf(outs);
    const call = { urn: request.getUrn(), inputs: outs };
    const seen = await life.read(plainOf(request.getProperties()), this.#contextFor(call));
    return seen === undefined ? undefined : structOf(seen, outs);
  }

  /** What `pulumi import` reads: where it stands now. Writes nothing. */
  async #adopt(request: protocol.ReadRequest): Promise<protocol.ReadResponse> {
    const urn = request.getUrn();
    const { adopt } = importedKindOf(urn);
    const adopted = await adopt(request.getId(), this.#contextFor({ urn, inputs: {} }));
    const response = new protocol.ReadResponse();
    response.setId(request.getId());
    response.setInputs(structOf(adopted.inputs));
    response.setProperties(structOf(adopted.outs));
    return response;
  }

  /** Undoes nothing where a resource records an act: where consumers stand is not moved back. */
  async delete(request: protocol.DeleteRequest): Promise<Empty> {
    const urn = request.getUrn();
    const life = lifeOf(urn);
    if ("delete" in life) {
      const inputs = propertiesOf(request.getProperties());
      const call = { urn, inputs, timeoutSeconds: request.getTimeout() };
      await life.delete(plainOf(request.getProperties()), this.#contextFor(call));
    }
    return new Empty();
  }
}

function lifeOf(urn: string): Life | OrdinaryLife {
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

/** State as a life reads it, without what another front added to it. */
function plainOf(state: Struct | undefined): Declared {
  const { __provider: _shim, ...own } = declaredOf(state);
  return own;
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

type PropertyDiff = protocol.PropertyDiff;

/** The inputs that differ, as the engine shows them. What the children of a replay hand each other is no input of a user. */
function changedInputs(
  request: protocol.DiffRequest,
  replaces: readonly string[],
): readonly (readonly [string, PropertyDiff])[] {
  const { __provider: _shim, ...before } = propertiesOf(request.getOldInputs());
  const after = propertiesOf(request.getNews());
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const declared = names.filter(
    (name) => !handedOver.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  const differences = declared.map((name): readonly [string, PropertyDiff] => {
    const difference = new protocol.PropertyDiff();
    difference.setKind(kindOfChange(before[name], after[name], replaces.includes(name)));
    difference.setInputdiff(true);
    return [name, difference];
  });
  return [...differences, ...drifted(request, declared)];
}

/**
 * What an ordinary resource is to be changed back to: the declaration is the same, and the state that a refresh read is
 * not. An act has no drift.
 */
function drifted(
  request: protocol.DiffRequest,
  declared: readonly string[],
): readonly (readonly [string, PropertyDiff])[] {
  if (!("read" in lifeOf(request.getUrn()))) return [];
  const state = propertiesOf(request.getOlds());
  const after = propertiesOf(request.getNews());
  return Object.keys(after)
    .filter((name) => !declared.includes(name) && !handedOver.has(name) && Object.hasOwn(state, name))
    .filter((name) => !isDeepStrictEqual(state[name], after[name]))
    .map((name) => {
      const difference = new protocol.PropertyDiff();
      difference.setKind(protocol.PropertyDiff.Kind.UPDATE);
      return [name, difference];
    });
}

const handedOver: ReadonlySet<string> = new Set(["self", "plan", secretInputsKey]);

function kindOfChange(before: unknown, after: unknown, replaces: boolean): protocol.PropertyDiff.Kind {
  const { Kind } = protocol.PropertyDiff;
  if (before === undefined) return replaces ? Kind.ADD_REPLACE : Kind.ADD;
  if (after === undefined) return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
  return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}
