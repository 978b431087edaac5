/**
 * The tar format, as far as the plugin needs it. Written here, because the tar of each system writes owner, time and
 * order in its own way: the same sources make the same bytes, wherever they are packed.
 */

const block = 512;

/**
 * @typedef {object} PackedFile
 * @property {string} name with slashes, 100 bytes at the most
 * @property {Buffer} content
 * @property {number} mode
 */

/**
 * Returns a ustar archive of files, whose times are 1970-01-01 and whose owner is nobody in particular.
 * @param {readonly PackedFile[]} files
 */
export function tarOf(files) {
  const parts = files.flatMap((file) => [headerOf(file), file.content, padding(file.content.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** @param {PackedFile} file */
function headerOf({ name, content, mode }) {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is longer than a tar header takes`);
  const header = Buffer.alloc(block);
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  // The checksum is made with spaces in its own place.
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

/** @param {number} length */
function padding(length) {
  return Buffer.alloc((block - (length % block)) % block);
}

/**
 * @param {number} value
 * @param {number} digits
 */
function octal(value, digits) {
  return value.toString(8).padStart(digits, "0");
}
