import type { IncomingMessage } from "node:http";
import { httpRefusals } from "./httpRefusals.js";

/** The most that the service takes in one body. */
export const maximumBody = 10_485_760;

/** Reads a body, chunked or with a length; refuses one that is too large without keeping it. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  if (Number(message.headers["content-length"] ?? 0) > maximumBody)
    throw httpRefusals.postBodyTooLarge(maximumBody);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBody) throw httpRefusals.postBodyTooLarge(maximumBody);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
