import "./nodeVersion.js";

export {
  ConsumerGroupCheckpoint,
  type ConsumerGroupCheckpointArgs,
} from "./resources/consumerGroupCheckpoint.js";
export {
  ConsumerGroupReplay,
  type ConsumerGroupReplayArgs,
  type ReplayPosition,
  type ReplayedShard,
} from "./resources/consumerGroupReplay.js";
export {
  ConsumerGroupSavepoint,
  type ConsumerGroupSavepointArgs,
} from "./resources/consumerGroupSavepoint.js";
export { Provider, type ProviderArgs } from "./resources/provider.js";
