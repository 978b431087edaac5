import "./nodeVersion.js";

export {
  ConsumerGroupCheckpoint,
  type ConsumerGroupCheckpointArgs,
} from "./resources/consumerGroupCheckpoint.js";
export { Provider, type ProviderArgs } from "./resources/provider.js";
