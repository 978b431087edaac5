import protobuf from "protobufjs";
import { type WireLogstore, type WireShop } from "./wireShop.js";

// The schema as official clients have it, written down a second time.
const { root } = protobuf.parse(
  `
  syntax = "proto2";
  message Log {
    required uint32 Time = 1;
    message Content { required string Key = 1; required string Value = 2; }
    repeated Content Contents = 2;
    optional fixed32 Time_ns = 4;
  }
  message LogTag { required string Key = 1; required string Value = 2; }
  message LogGroup {
    repeated Log Logs = 1;
    optional string Topic = 3;
    optional string Source = 4;
    repeated LogTag LogTags = 6;
  }
  message LogGroupList { repeated LogGroup logGroupList = 1; }
`,
  { keepCase: true },
);
export const LogGroup = root.lookupType("LogGroup");
export const LogGroupList = root.lookupType("LogGroupList");

/** A log group with every field, whose log was written now. */
export function sampleMessage(level = "info"): Buffer {
  const sample = {
    Logs: [{ Time: Math.floor(Date.now() / 1_000), Contents: [{ Key: "level", Value: level }], Time_ns: 7 }],
    Topic: "t",
    Source: "10.0.0.1",
    LogTags: [{ Key: "__path__", Value: "/a" }],
  };
  return Buffer.from(LogGroup.encode(sample).finish());
}

export const keyOfShard0 = "0".repeat(32);
export const keyOfShard1 = "f".repeat(32);

/** Posts one log group to the shard of a key; a logstore that was just made may refuse it for a while. */
export async function postSample(
  shop: WireShop,
  logstore: WireLogstore,
  key: string,
  level?: string,
): Promise<void> {
  const path = `${logstore.shards}/route?key=${key}`;
  const headers = { "content-type": "application/x-protobuf" };
  const request = { method: "POST", path, body: sampleMessage(level), headers };
  const answer = await shop.eventually(
    async () => shop.sls.send(request),
    ({ outcome }) => outcome === "200",
  );
  if (answer.outcome !== "200") throw new Error(`The log group was not taken: ${answer.text}`);
}
