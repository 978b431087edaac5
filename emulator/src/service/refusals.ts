import { ServiceError } from "./serviceError.js";

/** Every error the service is documented to answer with, and one that it may have; statuses, codes and texts (misspellings too) are its own. */
export const refusals = {
  projectNotExist: (project: string) =>
    new ServiceError(404, "ProjectNotExist", `The Project does not exist : ${project}`),
  projectAlreadyExist: (project: string) =>
    new ServiceError(400, "ProjectAlreadyExist", `Project ${project} already exist`),
  logstoreNotExist: (logstore: string) =>
    new ServiceError(404, "LogStoreNotExist", `logstore ${logstore} dose not exist`),
  logstoreAlreadyExist: (logstore: string) =>
    new ServiceError(400, "LogStoreAlreadyExist", `logstore ${logstore} already exists`),
  logstoreInfoInvalid: (why: string) => new ServiceError(400, "LogstoreInfoInvalid", why),
  projectQuotaExceed: (status: number, what: string) =>
    new ServiceError(status, "ProjectQuotaExceed", `Project quota exceed: ${what}`),
  logstoreWithoutShard: () => new ServiceError(400, "LogStoreWithoutShard", "logstore has no shard"),
  consumerGroupNotExist: () => new ServiceError(404, "ConsumerGroupNotExist", "consumer group not exist"),
  consumerGroupAlreadyExist: () =>
    new ServiceError(400, "ConsumerGroupAlreadyExist", "consumer group already exist"),
  consumerGroupQuotaExceed: (status: number) =>
    new ServiceError(status, "ConsumerGroupQuotaExceed", "consumer group quota exceed"),
  /** Not documented: the code is made up. */
  consumerGroupInUse: () =>
    new ServiceError(400, "ConsumerGroupInUse", "consumers of the consumer group are alive"),
  consumerNotExist: () =>
    new ServiceError(404, "ConsumerNotExist", "consumer not exist in the consumer group"),
  consumerNotMatch: (status: number) =>
    new ServiceError(status, "ConsumerNotMatch", "consumer is not the owner of the shard"),
  nonExistConsumerWithBody: () =>
    new ServiceError(
      400,
      "NotExistConsumerWithBody",
      "non-exist consumer with non-empty body of heartbeat message",
    ),
  shardNotExistForCheckpoint: (status: number) =>
    new ServiceError(status, "ShardNotExist", "shard not exist"),
  shardNotExist: (status: number, shard: number) =>
    new ServiceError(status, "ShardNotExist", `Shard ${shard} does not exist`),
  invalidShardCheckPoint: (why = "shard checkpoint not encoded by base64") =>
    new ServiceError(400, "InvalidShardCheckPoint", why),
  invalidCursor: (cursor: string) => new ServiceError(400, "InvalidCursor", `Cursor ${cursor} is invalid`),
  jsonInfoInvalid: (why: string) => new ServiceError(400, "JsonInfoInvalid", why),
  parameterInvalid: (why: string) => new ServiceError(400, "ParameterInvalid", why),
  postBodyInvalid: (why = "The request body is not valid JSON object.") =>
    new ServiceError(400, "PostBodyInvalid", why),
  postBodyUncompressError: () =>
    new ServiceError(400, "PostBodyUncompressError", "Failed to decompress the log."),
  internalServerError: () =>
    new ServiceError(500, "InternalServerError", "Internal server error, please try again later."),
} as const;
