import { createRequire } from "node:module";
import type Protobuf from "protobufjs";
import type { StoredLogGroup } from "../service/logGroup.js";
import { encodeLogGroupMessage } from "./logGroupEncoder.js";

/** The protobuf schema of log groups, as the service publishes it. Values are bytes: not every log is UTF-8. */
const schema = {
  nested: {
    Content: {
      fields: {
        Key: { type: "string", id: 1, rule: "required" },
        Value: { type: "bytes", id: 2, rule: "required" },
      },
    },
    Log: {
      fields: {
        Time: { type: "uint32", id: 1, rule: "required" },
        Contents: { type: "Content", id: 2, rule: "repeated" },
        TimeNs: { type: "fixed32", id: 4 },
      },
    },
    LogTag: {
      fields: {
        Key: { type: "string", id: 1, rule: "required" },
        Value: { type: "string", id: 2, rule: "required" },
      },
    },
    LogGroup: {
      fields: {
        Logs: { type: "Log", id: 1, rule: "repeated" },
        Category: { type: "string", id: 2 },
        Topic: { type: "string", id: 3 },
        Source: { type: "string", id: 4 },
        MachineUUID: { type: "string", id: 5 },
        LogTags: { type: "LogTag", id: 6, rule: "repeated" },
      },
    },
    LogGroupList: { fields: { LogGroups: { type: "bytes", id: 1, rule: "repeated" } } },
  },
};

interface MessageTypes {
  readonly logGroup: Protobuf.Type;
  readonly logGroupList: Protobuf.Type;
}

let types: MessageTypes | undefined;

/** Whether bytes are a log group message. */
export function isLogGroup(bytes: Uint8Array): boolean {
  try {
    messageTypes().logGroup.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The protobuf bytes of a log group in a shard. */
export function encodeLogGroup({ content }: StoredLogGroup): Uint8Array {
  return content instanceof Uint8Array ? content : encodeLogGroupMessage(content);
}

/** The message that PullLogs answers with. */
export function encodeLogGroupList(groups: readonly Uint8Array[]): Uint8Array {
  const { logGroupList } = messageTypes();
  return logGroupList.encode({ LogGroups: groups }).finish();
}

/** Loaded when the first log group passes by, so that an emulator that serves none starts faster. */
function messageTypes(): MessageTypes {
  if (types === undefined) {
    const protobuf = createRequire(import.meta.url)("protobufjs/light") as typeof Protobuf;
    const root = protobuf.Root.fromJSON(schema);
    types = { logGroup: root.lookupType("LogGroup"), logGroupList: root.lookupType("LogGroupList") };
  }
  return types;
}
