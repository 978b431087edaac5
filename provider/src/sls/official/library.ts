import type * as Official from "@alicloud/credentials";

/** What is used of `@alicloud/credentials`. */
export type OfficialLibrary = Pick<
  typeof Official,
  | "CLIProfileCredentialsProvider"
  | "ECSRAMRoleCredentialsProvider"
  | "OIDCRoleArnCredentialsProvider"
  | "ProfileCredentialsProvider"
  | "RAMRoleARNCredentialsProvider"
  | "StaticAKCredentialsProvider"
  | "StaticSTSCredentialsProvider"
  | "URICredentialsProvider"
>;

/** What gives credentials, again and again. */
export type OfficialProvider = Pick<Official.CredentialsProvider, "getCredentials" | "getProviderName">;

/** Loads the library. It is loaded when it is needed and not before: a key pair needs nothing of it. */
export type LoadOfficialLibrary = () => Promise<OfficialLibrary>;

export const loadOfficialLibrary: LoadOfficialLibrary = () => import("@alicloud/credentials");
