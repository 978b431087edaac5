import * as pulumi from "@pulumi/pulumi";

/**
 * Returns the names of the inputs that are secret, or hold something that is; undefined where none is. A hidden input says
 * them, because Pulumi hands a dynamic provider plain values, and marks again only what has the name of an input.
 */
export async function secretInputsOf(args: object): Promise<readonly string[] | undefined> {
  const inputs = Object.entries(args as Readonly<Record<string, unknown>>);
  const secret = await Promise.all(inputs.map(([, value]) => pulumi.isSecret(pulumi.output(value))));
  const names = inputs.map(([name]) => name).filter((_, index) => secret[index]);
  return names.length === 0 ? undefined : names.sort();
}
