import { type CredentialsFailure } from "../../../provider/src/sls/credentials.js";
import { inFlags } from "../reader.js";

/** Someone pressed Ctrl-C: nothing more is asked. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** No answer came, also after everything that may be sent again was sent again. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** What the rest of a probe needs did not come about; it costs the rows of that probe. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
}

/** Nothing can be signed: says where a key was looked for, and what to do. */
export function withoutCredentials(failure: CredentialsFailure): VerificationRefused {
  const text = [failure.message, ...failure.facts, failure.wayOut].join("\n");
  return new VerificationRefused(inFlags(text), { cause: failure });
}

/** The run cannot begin or go on; the message says why, and what to do. */
export class VerificationRefused extends Error {
  override readonly name = "VerificationRefused";
}
