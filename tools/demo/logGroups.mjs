/**
 * The logs in an answer of PullLogs, each as its fields by name: as much of the protobuf message as a consumer needs.
 * @param {Uint8Array} list
 * @returns {Record<string, string>[]}
 */
export function logsIn(list) {
  const groups = messagesIn(list, 1);
  const logs = groups.flatMap((group) => messagesIn(group, 1));
  return logs.map((log) => Object.fromEntries(messagesIn(log, 2).map(fieldOf)));
}

/** @param {Uint8Array} content */
function fieldOf(content) {
  const [name, value] = [1, 2].map((field) => messagesIn(content, field).map((bytes) => String(bytes))[0]);
  return [name, value];
}

/**
 * What stands in the fields of one number that hold bytes.
 * @param {Uint8Array} message
 * @param {number} wanted
 */
function messagesIn(message, wanted) {
  const found = [];
  let rest = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  while (rest.length > 0) {
    const [tag, afterTag] = varint(rest);
    const [value, afterValue] = varint(afterTag);
    const holdsBytes = tag % 8 === 2;
    if (!holdsBytes && tag % 8 !== 0) throw new Error(`A log group with the tag ${tag} is not of this shop`);
    if (holdsBytes && tag >>> 3 === wanted) found.push(afterValue.subarray(0, value));
    rest = holdsBytes ? afterValue.subarray(value) : afterValue;
  }
  return found;
}

/**
 * @param {Buffer} bytes
 * @returns {[number, Buffer]} the number that they begin with, and the rest
 */
function varint(bytes) {
  const length = bytes.findIndex((byte) => byte < 0x80) + 1;
  const value = bytes.subarray(0, length).reduceRight((sum, byte) => sum * 0x80 + (byte % 0x80), 0);
  return [value, bytes.subarray(length)];
}
