import type { Policy } from "./policy.js";

/** A key pair that the emulator knows. */
export interface Identity {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The token that must come with a temporary key. */
  readonly securityToken?: string;
  /** When the token expires, in Unix milliseconds. */
  readonly tokenExpiresAt?: number;
  /** Whether the key was disabled. */
  readonly disabled?: boolean;
  /** What it may do. @default everything */
  readonly policy?: Policy;
}

/** The identity that is known unless others are named. */
export const defaultIdentity: Identity = {
  accessKeyId: "emulatorAccessKeyId",
  accessKeySecret: "emulatorAccessKeySecret",
};
