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
  return (text) => {
    // Where nothing is escaped, a secret can only stand as it is.
    if (!/[\\%&]/.test(text) && !known.some((secret) => text.includes(secret))) return text;
    spellings ??= new RegExp(known.map(spellingsOf).join("|") || "(?!)", "gi");
    return text.replace(spellings, "(secret)");
  };
}

/** Each character as it is, escaped in JSON (also in JSON within JSON), percent-encoded, or escaped in HTML. */
function spellingsOf(secret: string): string {
  return Array.from({ length: secret.length }, (_, index) => spellingsOfCharacter(secret.charAt(index))).join(
    "",
  );
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
