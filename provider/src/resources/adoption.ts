import { type CustomResourceOptions } from "@pulumi/pulumi";

/** Refuses the options that would take a resource into the stack without pinning anything, and names the way in. */
export function refuseAdoptionOptions(
  type: string,
  name: string,
  options: CustomResourceOptions | undefined,
): void {
  for (const option of ["import", "id"] as const) {
    if (options?.[option] === undefined) continue;
    throw new Error(
      `${type} "${name}": the option ${option} does nothing for a pin\n` +
        "Declare the resource without it: the first up adopts a shard that stands at the checkpoint already, without a write.",
    );
  }
}
