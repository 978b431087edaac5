/** Takes secrets out of a text that is to be shown. */
export type Redact = (text: string) => string;

/** Real secrets have thirty characters and tokens hundreds; shorter ones are words that occur in any text. */
const shortestSecret = 8;

/**
 * Answers what takes the given secrets out of a text. Answers are quoted in errors, and a proxy's page or a
 * debugging server may repeat the request with all of its headers.
 */
export function redaction(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= shortestSecret);
  return (text) => known.reduce<string>((shown, secret) => shown.replaceAll(secret ?? "", "(secret)"), text);
}
