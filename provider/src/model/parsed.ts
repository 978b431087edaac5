/** What a parser answers: the value, or why the text is not one. The problem reads on after "`name` ". */
export type Parsed<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string };

export function parsed<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function unparsed(problem: string): Parsed<never> {
  return { ok: false, problem };
}
