/** One grant: actions and resources as patterns in which `*` stands for anything. */
export interface Grant {
  /** @example ["log:GetCursorOrData", "log:List*"] */
  readonly actions: readonly string[];
  /** @example ["acs:log:*:*:project/shop/logstore/orders/*"] */
  readonly resources: readonly string[];
}

/** What an identity may do: whatever one of its grants covers, and nothing else. */
export type Policy = readonly Grant[];

/** Whether a policy lets an action on a resource pass. */
export function permits(policy: Policy, action: string, resource: string): boolean {
  return policy.some(
    ({ actions, resources }) =>
      actions.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => fits(pattern, resource)),
  );
}

function fits(pattern: string, text: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(text);
}
