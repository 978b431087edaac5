/** A name from the configuration may hold anything: as a heading of a comment or a summary it mentions nobody. */
export function title(name: string): string {
  return name.replace(/[^\w/-]/g, "?");
}
