/** What the engine and generators of SDKs are told of the package. */

type Type = Readonly<Record<string, unknown>>;

const text: Type = { type: "string" };
const whole: Type = { type: "integer" };
const truth: Type = { type: "boolean" };
const texts: Type = { type: "object", additionalProperties: text };
const anything: Type = { $ref: "pulumi.json#/Any" };
const positions: Type = { oneOf: [text, texts] };
const listOfAnything: Type = { type: "array", items: anything };

const group = { project: text, logstore: text, consumerGroup: text };
const bounds = {
  applyBefore: text,
  maxMove: text,
  onActiveConsumers: text,
  waitTimeout: text,
  watchFor: text,
  allowUnordered: truth,
};
const checkpoint = {
  ...group,
  shard: whole,
  checkpoint: text,
  triggers: listOfAnything,
  consumer: text,
  forceSuccess: truth,
  ...bounds,
  reason: text,
};
const savepoint = { ...group, triggers: listOfAnything, reason: text };
const replay = {
  ...group,
  from: positions,
  triggers: listOfAnything,
  ...bounds,
  allowTruncated: truth,
  allowSkip: truth,
  reason: text,
};

/** Settings of the connection; the secret ones are encrypted in state. */
const settings = {
  region: text,
  endpoint: text,
  accessKeyId: text,
  accessKeySecret: { ...text, secret: true },
  securityToken: { ...text, secret: true },
  profile: text,
  roleArn: text,
  roleSessionName: text,
  signatureVersion: text,
  requestTimeout: text,
  maxRetries: whole,
  maxConcurrency: whole,
  strictPreview: truth,
};

const groupNames = Object.keys(group);

/** Returns the schema of one version of the package, as the protocol has it. */
export function schemaOf(version: string): object {
  return {
    name: "sls",
    version,
    description: "Pins the checkpoints of Alibaba Cloud SLS consumer groups",
    license: "Apache-2.0",
    config: { variables: settings },
    provider: { inputProperties: settings },
    resources: {
      "sls:index:ConsumerGroupCheckpoint": {
        description: "Pins the checkpoint of one shard of a consumer group, once.",
        inputProperties: checkpoint,
        requiredInputs: [...groupNames, "shard", "checkpoint"],
        properties: {
          ...checkpoint,
          checkpointTime: text,
          previousCheckpoint: text,
          previousCheckpointTime: text,
          previousSavedAt: text,
          previousConsumer: text,
          pinnedAt: text,
          requestId: text,
          status: text,
        },
        required: [...groupNames, "shard", "checkpoint", "status"],
        aliases: [{ type: "pulumi-nodejs:dynamic/sls:ConsumerGroupCheckpoint" }],
      },
      "sls:index:ConsumerGroupSavepoint": {
        description: "Keeps where a consumer group stands, and writes nothing to SLS.",
        inputProperties: savepoint,
        requiredInputs: groupNames,
        properties: { ...savepoint, positions: texts, times: texts, takenAt: text },
        required: [...groupNames, "positions", "times", "takenAt"],
        aliases: [{ type: "pulumi-nodejs:dynamic/sls:ConsumerGroupSavepoint" }],
      },
      "sls:index:ConsumerGroupReplay": {
        description: "Moves a whole consumer group to a point in time, once.",
        isComponent: true,
        inputProperties: replay,
        requiredInputs: [...groupNames, "from"],
        properties: {
          shards: { type: "array", items: anything },
          positions: texts,
          previousPositions: texts,
          plannedAt: text,
          pinnedAt: text,
          totals: { type: "object", additionalProperties: whole },
        },
        required: ["shards", "positions", "previousPositions", "plannedAt", "totals"],
      },
    },
    functions: {
      "sls:index:getConsumerGroupCheckpoints": readFunction(group, groupNames),
      "sls:index:getReplayPlan": readFunction({ ...replay, until: positions }, [...groupNames, "from"]),
      "sls:index:getReplayProgress": readFunction(
        { ...group, shards: listOfAnything, since: anything, until: positions },
        [...groupNames, "shards"],
      ),
    },
  };
}

function readFunction(properties: Readonly<Record<string, Type>>, required: readonly string[]): object {
  return {
    inputs: { type: "object", properties, required },
    outputs: {
      type: "object",
      properties: { readAt: text, shards: listOfAnything, text },
      required: ["shards", "text"],
    },
  };
}
