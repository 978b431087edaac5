/** A key pair, with the token that STS gives along with temporary ones. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** Where the credentials of each request come from. What they fail with is a {@link CredentialsFailure}. */
export interface CredentialsSource {
  readonly current: () => Promise<Credentials>;
  /**
   * Gets others in place of those that the service called expired, unless others are there already. Absent where
   * there are none to get.
   */
  readonly refresh?: (expired: Credentials) => Promise<void>;
}

/** Says why there are no credentials. Caught by the client, which knows the call. */
export class CredentialsFailure extends Error {
  override readonly name = "CredentialsFailure";
  /** What was seen, one line each. */
  readonly facts: readonly string[];
  readonly wayOut: string;
  /** Whether another try may well end otherwise. */
  readonly passing: boolean;

  constructor(
    what: string,
    told: { readonly facts: readonly string[]; readonly wayOut: string; readonly passing: boolean },
  ) {
    super(what);
    this.facts = told.facts;
    this.wayOut = told.wayOut;
    this.passing = told.passing;
  }
}

/**
 * Returns the name of the part that no HTTP header can hold, such as one with a line break inside. undici would refuse
 * the request, and lose one of its connections each time.
 */
export function unsendablePart(credentials: Credentials): "accessKeyId" | "securityToken" | undefined {
  if (!isHeaderText(credentials.accessKeyId)) return "accessKeyId";
  return isHeaderText(credentials.securityToken ?? "") ? undefined : "securityToken";
}

/** Returns credentials that a request can be signed with, or fails with the name of the part that cannot. */
export function sendable(credentials: Credentials): Credentials {
  const part = unsendablePart(credentials);
  if (part === undefined) return credentials;
  throw new CredentialsFailure(`no HTTP header can hold the ${part} of the credentials`, {
    facts: ["it has a line break, another control character, or a letter outside of ASCII"],
    wayOut: "Correct it where the credentials come from.",
    passing: false,
  });
}

/** Printable ASCII: what every header can hold, and everything between here and there passes on as it is. */
function isHeaderText(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Whether two are the same credentials; a source may hand out new objects for them. */
export function sameCredentials(left: Credentials, right: Credentials): boolean {
  return (
    left.accessKeyId === right.accessKeyId &&
    left.accessKeySecret === right.accessKeySecret &&
    left.securityToken === right.securityToken
  );
}
