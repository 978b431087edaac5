/** The Unix milliseconds of an RFC 822 date, or of the compact form that V4 uses; undefined for anything else. */
export function parseRequestTime(text: string): number | undefined {
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const iso =
    compact && `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`;
  if (iso === null && !/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text))
    return undefined;
  const time = Date.parse(iso ?? text);
  return Number.isNaN(time) ? undefined : time;
}
