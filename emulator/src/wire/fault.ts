/** Something that goes wrong on purpose. */
export type Fault =
  /** Nothing happens until the rule is released: neither the effect nor the answer. */
  | { readonly kind: "hold" }
  /** The effect happens at once; the answer is kept back until the rule is released. */
  | { readonly kind: "holdAnswer" }
  /** Everything happens this many milliseconds late. */
  | { readonly kind: "delay"; readonly ms: number }
  /** An error of the service; nothing happens. */
  | { readonly kind: "error"; readonly status: number; readonly code: string; readonly message?: string }
  /** 403 with a quota code, `MetaOperationQpsLimitExceeded` unless named; nothing happens. */
  | { readonly kind: "quota"; readonly code?: string }
  /** 401 as for a token that has expired; nothing happens. */
  | { readonly kind: "expiredToken" }
  /** The connection is reset; nothing happens. */
  | { readonly kind: "resetBefore" }
  /** The effect happens, and the connection is reset instead of an answer. */
  | { readonly kind: "resetAfter" }
  /** Any answer, such as the HTML page of a proxy; nothing happens. */
  | { readonly kind: "body"; readonly status: number; readonly contentType: string; readonly body: string }
  /** The effect happens; the answer ends in the middle of its body. */
  | { readonly kind: "truncate" }
  /** The server's clock is this much ahead (behind when negative), for the check of the date and for `Date`. */
  | { readonly kind: "skewDate"; readonly ms: number };
