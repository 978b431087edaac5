import "./nodeVersion.js";

export { ConsumerGroup, type ConsumerGroupArgs } from "./resources/consumerGroup.js";
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
export {
  type ConsumerGroupCheckpoints,
  type GetConsumerGroupCheckpointsArgs,
  type GetConsumerGroupCheckpointsOutputArgs,
  type ShardCheckpoint,
  getConsumerGroupCheckpoints,
  getConsumerGroupCheckpointsOutput,
} from "./resources/getConsumerGroupCheckpoints.js";
export {
  type GetReplayPlanArgs,
  type GetReplayPlanOutputArgs,
  type PlanRefusal,
  type ReplayPlan,
  type ShardPlan,
  getReplayPlan,
  getReplayPlanOutput,
} from "./resources/getReplayPlan.js";
export {
  type GetReplayProgressArgs,
  type GetReplayProgressOutputArgs,
  type ReplayProgress,
  type ShardProgress,
  getReplayProgress,
  getReplayProgressOutput,
} from "./resources/getReplayProgress.js";
export { type ReadOptions, ReadError } from "./resources/reading.js";
export { Provider, type ProviderArgs } from "./resources/provider.js";
export { planPage } from "./texts/pages/planPage.js";
export { progressPage } from "./texts/pages/progressPage.js";
export { statusPage } from "./texts/pages/statusPage.js";
