import { type CustomResourceOptions } from "@pulumi/pulumi";

/**
 * Returns the options by which a resource meets what the plugin keeps of it, so that its provider can refuse. Without them
 * Pulumi would delete the plugin's resource and make a new one, and a new one moves its shards once more.
 */
export function metAsOfPlugin(type: string): CustomResourceOptions {
  return { aliases: [{ type: `sls:index:${type}` }] };
}
