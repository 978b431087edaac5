import { type dynamic } from "@pulumi/pulumi";
import { type OrdinaryResourceLife, type ResourceLife } from "./provider.js";

/**
 * What travels in Pulumi's state: a provider that holds nothing, and hands every call on to the installed package.
 *
 * Its text is stored twice with every resource and run for as long as the resource lives, so it stays as it is.
 * The literals below differ in one word, and have to: whatever they shared would be copied into state with them.
 * Three rules, each of which broke something when it was left out (docs/protocol.md 8.1):
 * - Nothing outside of the literal is used, because everything that is used would be copied into state.
 * - Every method waits for what configure began, because Pulumi calls them before configure is done.
 * - configure itself never fails, and read and delete of acts do not exist, so that refresh and destroy need nothing.
 */
interface Shim extends dynamic.ResourceProvider {
  ready?: Promise<ResourceLife>;
}

/** @internal */
export const consumerGroupCheckpointProvider: dynamic.ResourceProvider = {
  async configure(this: Shim, req: dynamic.ConfigureRequest) {
    this.ready = import("pulumi-sls-checkpoint/provider").then((m) => m.configure("checkpoint", req));
    this.ready.catch(() => {});
  },
  async check(this: Shim, olds: unknown, news: unknown) {
    return (await this.ready!).check(olds, news);
  },
  async diff(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).diff(id, olds, news);
  },
  async create(this: Shim, inputs: unknown) {
    return (await this.ready!).create(inputs);
  },
  async update(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).update(id, olds, news);
  },
};

/** @internal */
export const replayPlanProvider: dynamic.ResourceProvider = {
  async configure(this: Shim, req: dynamic.ConfigureRequest) {
    this.ready = import("pulumi-sls-checkpoint/provider").then((m) => m.configure("replayPlan", req));
    this.ready.catch(() => {});
  },
  async check(this: Shim, olds: unknown, news: unknown) {
    return (await this.ready!).check(olds, news);
  },
  async diff(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).diff(id, olds, news);
  },
  async create(this: Shim, inputs: unknown) {
    return (await this.ready!).create(inputs);
  },
  async update(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).update(id, olds, news);
  },
};

/** @internal */
export const replayApplyProvider: dynamic.ResourceProvider = {
  async configure(this: Shim, req: dynamic.ConfigureRequest) {
    this.ready = import("pulumi-sls-checkpoint/provider").then((m) => m.configure("replayApply", req));
    this.ready.catch(() => {});
  },
  async check(this: Shim, olds: unknown, news: unknown) {
    return (await this.ready!).check(olds, news);
  },
  async diff(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).diff(id, olds, news);
  },
  async create(this: Shim, inputs: unknown) {
    return (await this.ready!).create(inputs);
  },
  async update(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).update(id, olds, news);
  },
};

/** @internal */
export const savepointProvider: dynamic.ResourceProvider = {
  async configure(this: Shim, req: dynamic.ConfigureRequest) {
    this.ready = import("pulumi-sls-checkpoint/provider").then((m) => m.configure("savepoint", req));
    this.ready.catch(() => {});
  },
  async check(this: Shim, olds: unknown, news: unknown) {
    return (await this.ready!).check(olds, news);
  },
  async diff(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).diff(id, olds, news);
  },
  async create(this: Shim, inputs: unknown) {
    return (await this.ready!).create(inputs);
  },
  async update(this: Shim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).update(id, olds, news);
  },
};

/** The shim of the one ordinary resource: it also has read and delete, and so needs the service on refresh and destroy. */
interface OrdinaryShim extends dynamic.ResourceProvider {
  ready?: Promise<OrdinaryResourceLife>;
}

/** @internal */
export const consumerGroupProvider: dynamic.ResourceProvider = {
  async configure(this: OrdinaryShim, req: dynamic.ConfigureRequest) {
    this.ready = import("pulumi-sls-checkpoint/provider").then((m) => m.configure("consumerGroup", req));
    this.ready.catch(() => {});
  },
  async check(this: OrdinaryShim, olds: unknown, news: unknown) {
    return (await this.ready!).check(olds, news);
  },
  async diff(this: OrdinaryShim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).diff(id, olds, news);
  },
  async create(this: OrdinaryShim, inputs: unknown) {
    return (await this.ready!).create(inputs);
  },
  async update(this: OrdinaryShim, id: string, olds: unknown, news: unknown) {
    return (await this.ready!).update(id, olds, news);
  },
  async read(this: OrdinaryShim, id: string, props: unknown) {
    return (await this.ready!).read(id, props);
  },
  async delete(this: OrdinaryShim, id: string, props: unknown) {
    return (await this.ready!).delete(id, props);
  },
};
