import { type GroupIdentity } from "../../model/identity.js";
import { type GroupSettings } from "../../model/groupSettings.js";
import { type SlsClient } from "../../sls/client.js";
import { SlsServiceError } from "../../sls/errors.js";
import { type TimedLook } from "./groupWrite.js";

/** Looks whether a group is there, and how it is set up. One request: SLS lists all groups of a logstore. */
export async function lookForGroup(
  client: SlsClient,
  identity: GroupIdentity,
): Promise<TimedLook<GroupSettings | undefined>> {
  const { value, sentAt } = await client.listConsumerGroups(identity);
  const found = value.find(({ name }) => name === identity.consumerGroup);
  return { look: found && { timeout: found.timeout, ordered: found.ordered }, sentAt };
}

const codesOfGone = ["LogStoreNotExist", "ConsumerGroupNotExist"];

/**
 * Whether a failure says that a group is gone, alone or with its logstore. A project that is not found says nothing: it
 * may be there, in another region than the one that was asked.
 */
export function isGone(error: unknown): boolean {
  return error instanceof SlsServiceError && codesOfGone.includes(error.code);
}
