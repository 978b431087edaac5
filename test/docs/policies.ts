import { type Grant } from "../../emulator/src/service/policy.js";
import { blocksOf, readText } from "./documents.js";

interface PolicyDocument {
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: string }[];
}

export const permissionsPage = readText("docs/permissions.md");

/** The policies that the page tells people to grant, as the emulator enforces them. */
export const [previewPolicy = [], upPolicy = [], groupPolicy = []] = blocksOf(permissionsPage, "json").map(
  grantsOf,
);

function grantsOf(policy: string): readonly Grant[] {
  const { Statement } = JSON.parse(policy) as PolicyDocument;
  return Statement.map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [Resource] }));
}
