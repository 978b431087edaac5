/** Takes secrets out of a text that is to be shown. */
export type Redact = (text: string) => string;

/** Real secrets have thirty characters and tokens hundreds; shorter ones are words that occur in any text. */
const shortestSecret = 8;

/**
 * Returns what takes the given secrets out of a text. Answers are quoted in errors, and a proxy's page or a debugging
 * server may repeat the request with all of its headers, in an encoding of its own.
 */
export function redaction(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter((secret = "") => secret.length >= shortestSecret) as readonly string[];
  let spellings: RegExp | undefined;
  let encodings: readonly string[] | undefined;
  const shortest = Math.min(...known.map(({ length }) => length));
  // Base64 makes four characters of three, less what a secret shares with its neighbours.
  const shortestEncoded = Math.floor((shortest * 4) / 3) - 2;
  return (text) => {
    // Each answer has an id that is looked at: it must cost nothing.
    if (text.length < shortest) return text;
    const decoded =
      text.length < shortestEncoded ? text : withoutEncoded(text, (encodings ??= known.flatMap(encodingsOf)));
    // Where nothing is escaped or broken into lines, a secret can only stand as it is.
    if (!/[\\%&\r\n]/.test(decoded) && !known.some((secret) => decoded.includes(secret))) return decoded;
    spellings ??= new RegExp(known.map(spellingsOf).join("|"), "gi");
    return decoded.replace(spellings, "(secret)");
  };
}

/**
 * A secret in base64, alone or within a longer text: which characters it becomes depends on how many bytes stand before it.
 * Those that it shares with its neighbours are left out.
 */
function encodingsOf(secret: string): readonly string[] {
  const bytes = Buffer.byteLength(secret);
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes) * 8) / 6));
  });
}

/** Base64 may be that of URLs, and broken into lines. A pattern is made only where one of them is there: it takes long. */
function withoutEncoded(text: string, encodings: readonly string[]): string {
  const joined = text.replace(lineBreaks, "").replaceAll("-", "+").replaceAll("_", "/");
  const found = encodings.filter((encoding) => joined.includes(encoding));
  if (found.length === 0) return text;
  const spelled = found.map((encoding) => Array.from(encoding, base64Character).join(lineBreak));
  return text.replace(new RegExp(spelled.join("|"), "g"), "(secret)");
}

function base64Character(character: string): string {
  if (character === "+") return "[+-]";
  return character === "/" ? "[/_]" : character;
}

/** What may stand between two characters of a text that was broken into lines, also within JSON. */
const lineBreak = "(?:(?:\\r|\\n|\\\\{1,8}[rn]){1,4}[ \\t]{0,16})?";
const lineBreaks = /(?:\r|\n|\\{1,8}[rn]){1,4}[ \t]{0,16}/g;

/** Each character as it is, escaped in JSON (also in JSON within JSON), percent-encoded, or escaped in HTML. */
function spellingsOf(secret: string): string {
  const characters = Array.from({ length: secret.length }, (_, index) => secret.charAt(index));
  return characters.map(spellingsOfCharacter).join(lineBreak);
}

/** Repetitions are bounded: an answer of nothing but backslashes must not keep the process busy. */
function spellingsOfCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const hexadecimal = code.toString(16);
  const json = `\\\\{1,8}u${hexadecimal.padStart(4, "0")}`;
  const percent = `%(?:25){0,4}${hexadecimal.padStart(2, "0")}`;
  const html = `&(?:amp;){0,4}(?:#0{0,8}${String(code)}|#x0{0,8}${hexadecimal}${htmlNames[character] ?? ""});`;
  const form = character === " " ? "|\\+" : "";
  const asItIs = `\\\\{0,8}\\u${hexadecimal.padStart(4, "0")}`;
  return `(?:${json}|${percent}|${html}${form}|${asItIs})`;
}

/** The characters that HTML has names for, as far as secrets and headers have them. */
const htmlNames: Readonly<Record<string, string>> = {
  "&": "|amp",
  "<": "|lt",
  ">": "|gt",
  '"': "|quot",
  "'": "|apos",
};
