import { createRequire } from "node:module";
import { deflateSync, inflateSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type * as Lz4 from "lz4-wasm-nodejs";

/** The compressions of the service, as `x-log-compresstype` and `Accept-Encoding` name them. */
export type Compression = "lz4" | "deflate" | "zstd";

/** The compression of a name, or undefined. */
export function compressionNamed(name: string): Compression | undefined {
  const text = name.trim().toLowerCase();
  return text === "lz4" || text === "deflate" || text === "zstd" ? text : undefined;
}

/** Compresses. lz4 is a bare block: no frame, and no size before it. */
export function compress(bytes: Uint8Array, compression: Compression): Buffer {
  if (compression === "deflate") return deflateSync(bytes);
  if (compression === "zstd") return zstdCompressSync(bytes);
  return Buffer.from(lz4().compress(bytes).subarray(sizePrefix));
}

/** Decompresses to exactly `size` bytes, or throws; a bomb is stopped at that size. */
export function decompress(bytes: Uint8Array, compression: Compression, size: number): Uint8Array {
  const raw = decompressAtMost(bytes, compression, size);
  if (raw.length !== size) throw new RangeError("The size is not the one that was stated.");
  return raw;
}

function decompressAtMost(bytes: Uint8Array, compression: Compression, size: number): Uint8Array {
  if (compression === "deflate") return inflateSync(bytes, { maxOutputLength: Math.max(size, 1) });
  if (compression === "zstd") return zstdDecompressSync(bytes, { maxOutputLength: Math.max(size, 1) });
  const prefixed = Buffer.alloc(sizePrefix + bytes.length);
  prefixed.writeUInt32LE(size);
  prefixed.set(bytes, sizePrefix);
  return lz4().decompress(prefixed);
}

/** The library puts the raw size before a block; on the wire there is none. */
const sizePrefix = 4;

function lz4(): typeof Lz4 {
  return createRequire(import.meta.url)("lz4-wasm-nodejs") as typeof Lz4;
}
