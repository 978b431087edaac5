/** A key pair, with the token that STS gives along with temporary ones. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** Where the credentials of each request come from. */
export interface CredentialsSource {
  readonly current: () => Promise<Credentials>;
  /** Gets new ones after the service called a token expired; absent where there are none to get. */
  readonly refresh?: () => Promise<void>;
}
