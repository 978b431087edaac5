import type { Log, LogGroup } from "../service/logGroup.js";

/**
 * Writes the protobuf message of a log group, as PostLogStoreLogs takes it. Written out, because whoever only writes
 * log groups needs no library for it.
 */
export function encodeLogGroupMessage({ logs, topic, source, tags }: LogGroup): Uint8Array {
  return Buffer.concat([
    ...logs.map((log) => bytes(1, encodeLog(log))),
    ...(topic === undefined ? [] : [text(3, topic)]),
    ...(source === undefined ? [] : [text(4, source)]),
    ...Object.entries(tags ?? {}).map((tag) => bytes(6, encodePair(tag))),
  ]);
}

function encodeLog({ time, timeNanoseconds, contents }: Log): Uint8Array {
  return Buffer.concat([
    key(1, wireType.varint),
    varint(time),
    ...Object.entries(contents).map((content) => bytes(2, encodePair(content))),
    ...(timeNanoseconds === undefined ? [] : [key(4, wireType.fixed32), fixed32(timeNanoseconds)]),
  ]);
}

/** Fields of a log and tags of a group are both a key and a value. */
function encodePair([name, value]: [string, string]): Uint8Array {
  return Buffer.concat([text(1, name), text(2, value)]);
}

const wireType = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

function key(field: number, type: (typeof wireType)[keyof typeof wireType]): Uint8Array {
  return varint(field * 8 + type);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([key(field, wireType.lengthDelimited), varint(value.length), value]);
}

/** Seven bits a byte, the lowest first; a set high bit says that more follow. */
function varint(value: number): Uint8Array {
  const written: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) written.push((rest % 128) + 128);
  return Uint8Array.from([...written, rest]);
}

function fixed32(value: number): Uint8Array {
  const written = Buffer.alloc(4);
  written.writeUInt32LE(value);
  return written;
}
