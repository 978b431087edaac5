import { type ServiceError, credentials, status } from "@grpc/grpc-js";
import { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import { type ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  type RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import { holdsSecret, secretInputsKey, unknownValue } from "../marks.js";
import {
  type HookMoment,
  type ReplayChild,
  holdsHook,
  ignoredChangesOf,
  inputNamesOf,
} from "../replayChildren.js";
import { type Properties, markedStructOf, propertiesOf } from "./values.js";

/** The component that moves a group: its plan is in state before its writes begin. */

const outputs = ["shards", "positions", "previousPositions", "plannedAt", "pinnedAt", "totals"] as const;

/** Which plugin the children are of. */
export interface ServingPlugin {
  readonly version: string;
  readonly pluginDownloadURL?: string;
  /** The process itself, as the engine refers to it. */
  readonly reference: string | undefined;
}

/** Registers the component and its two children with the engine. */
export async function constructReplay(
  request: ConstructRequest,
  plugin: ServingPlugin,
): Promise<ConstructResponse> {
  if (request.getType() !== "sls:index:ConsumerGroupReplay") {
    throw new Error(
      `The plugin sls has no component ${request.getType()}; it has sls:index:ConsumerGroupReplay`,
    );
  }
  refuseOptions(request);
  if (request.getMonitorendpoint() === "")
    throw new Error("The plugin sls was not told where Pulumi registers resources");
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure());
  try {
    return await registerReplay(monitor, request, plugin);
  } finally {
    monitor.close();
  }
}

async function registerReplay(
  monitor: ResourceMonitorClient,
  request: ConstructRequest,
  plugin: ServingPlugin,
): Promise<ConstructResponse> {
  const inputs = propertiesOf(request.getInputs());
  const component = await register(monitor, componentOf(request));
  const self = component.getUrn();

  const plan = childOf(request, "plan", { ...inputs, self }, self, plugin);
  plan.setDependenciesList(request.getDependenciesList());
  plan.setDeletedwith(request.getDeletedwith());
  plan.setReplaceWithList(request.getReplaceWithList());
  plan.setReplacementTrigger(request.getReplacementTrigger());
  const before = request.getDeletebeforereplace();
  plan.setDeletebeforereplacedefined(before !== undefined);
  if (before !== undefined) plan.setDeletebeforereplace(before);
  const planned = await register(monitor, plan);

  const own = inputNamesOf("apply");
  const bounds = Object.fromEntries(Object.entries(inputs).filter(([name]) => own.includes(name)));
  // In a preview the plan is not known yet, and so does not say that it is secret.
  const secretInputs = holdsSecret(inputs["from"]) ? { [secretInputsKey]: ["from"] } : {};
  const handed = {
    ...bounds,
    ...secretInputs,
    self,
    plan: propertiesOf(planned.getObject())["plan"] ?? unknownValue,
  };
  const apply = childOf(request, "apply", handed, self, plugin);
  apply.setDependenciesList([planned.getUrn()]);
  apply.setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList());
  const applied = await register(monitor, apply);

  const all = propertiesOf(applied.getObject());
  const missing = request.getDryrun() ? unknownValue : null;
  const state = Object.fromEntries(outputs.map((name) => [name, all[name] ?? missing]));
  // Not the shards: state would hold each of them once more.
  const { shards: _shards, ...kept } = state;
  await registerOutputs(monitor, self, kept);
  const response = new ConstructResponse();
  response.setUrn(self);
  response.setState(markedStructOf(state));
  return response;
}

function componentOf(request: ConstructRequest): RegisterResourceRequest {
  const component = resource(request.getType(), request.getName(), {});
  component.setParent(request.getParent());
  component.setDependenciesList(request.getDependenciesList());
  component.setAliasesList(request.getAliasesList());
  component.setAliasspecs(true);
  const protect = request.getProtect();
  if (protect !== undefined) component.setProtect(protect);
  const retain = request.getRetainondelete();
  if (retain !== undefined) component.setRetainondelete(retain);
  return component;
}

function childOf(
  request: ConstructRequest,
  which: ReplayChild,
  inputs: Properties,
  parent: string,
  plugin: ServingPlugin,
): RegisterResourceRequest {
  const kind = kinds[which];
  const child = resource(`sls:index:${kind}`, `${request.getName()}-${which}`, inputs);
  child.setCustom(true);
  child.setParent(parent);
  setPlugin(child, request, plugin);
  child.setHidediffsList(["plan", "self", secretInputsKey]);
  child.setAliasesList([aliasOfDynamicFront(kind)]);
  child.setAliasspecs(true);
  child.setIgnorechangesList([...ignoredChangesOf(which, request.getIgnorechangesList())]);
  child.setHooks(hooksOf(which, request.getResourceHooks()));
  child.setCustomtimeouts(timeoutsOf(request));
  const protect = request.getProtect();
  if (protect !== undefined) child.setProtect(protect);
  const retain = request.getRetainondelete();
  if (retain !== undefined) child.setRetainondelete(retain);
  return child;
}

/** By the very process that serves the component: in another one, two pins of one shard would not meet. */
function setPlugin(child: RegisterResourceRequest, request: ConstructRequest, plugin: ServingPlugin): void {
  const provider = request.getProvidersMap().get("sls") ?? plugin.reference;
  if (provider !== undefined) {
    child.setProvider(provider);
    return;
  }
  child.setVersion(plugin.version);
  child.setPlugindownloadurl(plugin.pluginDownloadURL ?? "");
}

const kinds = { plan: "ReplayPlan", apply: "ReplayApply" } as const;

function resource(type: string, name: string, inputs: Properties): RegisterResourceRequest {
  const request = new RegisterResourceRequest();
  request.setType(type);
  request.setName(name);
  request.setObject(markedStructOf(inputs));
  request.setAcceptsecrets(true);
  request.setSupportspartialvalues(true);
  return request;
}

/** What the dynamic provider calls the same child: its state is taken over. */
function aliasOfDynamicFront(kind: string): Alias {
  const spec = new Alias.Spec();
  spec.setType(`pulumi-nodejs:dynamic/sls:${kind}`);
  const alias = new Alias();
  alias.setSpec(spec);
  return alias;
}

function timeoutsOf(request: ConstructRequest): RegisterResourceRequest.CustomTimeouts | undefined {
  const given = request.getCustomtimeouts();
  if (given === undefined) return undefined;
  const timeouts = new RegisterResourceRequest.CustomTimeouts();
  timeouts.setCreate(given.getCreate());
  timeouts.setUpdate(given.getUpdate());
  timeouts.setDelete(given.getDelete());
  return timeouts;
}

/** The program runs its hooks by their names, whoever registers the resource that they belong to. */
function hooksOf(
  which: ReplayChild,
  given: ConstructRequest.ResourceHooksBinding | undefined,
): RegisterResourceRequest.ResourceHooksBinding | undefined {
  if (given === undefined) return undefined;
  const of = (moment: HookMoment, names: string[]): string[] => (holdsHook(which, moment) ? names : []);
  const hooks = new RegisterResourceRequest.ResourceHooksBinding();
  hooks.setBeforeCreateList(of("beforeCreate", given.getBeforeCreateList()));
  hooks.setAfterCreateList(of("afterCreate", given.getAfterCreateList()));
  hooks.setBeforeUpdateList(of("beforeUpdate", given.getBeforeUpdateList()));
  hooks.setAfterUpdateList(of("afterUpdate", given.getAfterUpdateList()));
  hooks.setBeforeDeleteList(of("beforeDelete", given.getBeforeDeleteList()));
  hooks.setAfterDeleteList(of("afterDelete", given.getAfterDeleteList()));
  hooks.setOnErrorList(of("onError", given.getOnErrorList()));
  return hooks;
}

/** An option that did nothing without a word would be worse than none. */
function refuseOptions(request: ConstructRequest): void {
  const refused = [
    ...(request.getReplaceonchangesList().length > 0 ? [replaceOnChangesRefused] : []),
    ...(handsOverNoHook(request.getResourceHooks()) ? [onErrorRefused] : []),
  ];
  if (refused.length === 0) return;
  const options = refused.map(
    (why) => `ConsumerGroupReplay "${request.getName()}": the option ${why}\nTake it out.`,
  );
  throw new Error(options.join("\n"));
}

const replaceOnChangesRefused =
  "replaceOnChanges is not supported: a change never replaces a replay; to move the group again, change triggers, or run pulumi up --replace on its plan";
const onErrorRefused = "hooks.onError is not supported: Pulumi hands it to no component of a plugin";

/** An engine that was given onError alone says that there are hooks, and hands over none. */
function handsOverNoHook(hooks: ConstructRequest.ResourceHooksBinding | undefined): boolean {
  return hooks !== undefined && Object.values(hooks.toObject()).every((names) => names.length === 0);
}

function register(
  monitor: ResourceMonitorClient,
  request: RegisterResourceRequest,
): Promise<RegisterResourceResponse> {
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, answer) => {
      if (error === null) resolve(answer);
      else reject(unregistered(request.getName(), error));
    });
  });
}

/** What one of the children failed with was said on its row; this is for an engine that is not there any more. */
function unregistered(name: string, error: ServiceError): Error {
  if (error.code !== status.UNAVAILABLE) return error;
  return new Error(
    `${name}: Pulumi does not answer any more, so nothing more is registered\nRun pulumi up again to go on.`,
    { cause: error },
  );
}

function registerOutputs(monitor: ResourceMonitorClient, urn: string, values: Properties): Promise<void> {
  const request = new RegisterResourceOutputsRequest();
  request.setUrn(urn);
  request.setOutputs(markedStructOf(values));
  return new Promise((resolve, reject) => {
    monitor.registerResourceOutputs(request, (error) => {
      if (error === null) resolve();
      else reject(unregistered(urn, error));
    });
  });
}
