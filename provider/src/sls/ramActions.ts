/** The RAM action that allows each call, as docs/permissions.md lists them. */
export const ramActions: Readonly<Record<string, string>> = {
  ListShards: "log:ListShards",
  ListConsumerGroup: "log:ListConsumerGroup",
  GetCheckPoint: "log:GetConsumerGroupCheckPoint",
  GetCursor: "log:GetCursorOrData",
  GetCursorTime: "log:GetCursorOrData",
  GetLogStore: "log:GetLogStore",
  UpdateCheckPoint: "log:ConsumerGroupUpdateCheckPoint",
};
