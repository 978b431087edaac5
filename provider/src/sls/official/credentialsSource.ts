import { type Duration, durationOfSeconds, millisecondsOf } from "../../model/duration.js";
import {
  type Credentials,
  CredentialsFailure,
  type CredentialsSource,
  sameCredentials,
} from "../credentials.js";
import { type BaseCredentials, type CredentialsOrigin } from "../credentialsOrigin.js";
import { type Role } from "../role.js";
import { Chain, chainPlaces, oidcProvider, uriProvider } from "./chain.js";
import { type OfficialFailure, describeOfficialFailure } from "./failure.js";
import {
  type LoadOfficialLibrary,
  type OfficialLibrary,
  type OfficialProvider,
  loadOfficialLibrary,
} from "./library.js";

export interface OfficialOptions {
  readonly load?: LoadOfficialLibrary;
  /** How long one request of the library may take. */
  readonly requestTimeout: Duration;
  /** How long it may take altogether: a profile may name a program that waits for a person. */
  readonly patience?: Duration;
}

/**
 * Answers where credentials come from, as configured. Keys are used as they are; everything else is got by
 * `@alicloud/credentials`, so that profiles, roles and tokens behave as with every other tool of the cloud.
 */
export function credentialsSource(
  origin: CredentialsOrigin | undefined,
  options: OfficialOptions,
): CredentialsSource {
  if (origin === undefined) return { current: () => Promise.reject(notConfigured()) };
  if (origin.base.kind === "keys" && origin.role === undefined) {
    const { credentials } = origin.base;
    return { current: () => Promise.resolve(credentials) };
  }
  return new OfficialCredentials(origin, options);
}

/**
 * Credentials that the library gets. Whoever asks while it gets some waits for the same: the library itself would
 * ask STS once for each, and takes what it is asked next from a place that it has not heard of yet.
 */
class OfficialCredentials implements CredentialsSource {
  readonly #origin: CredentialsOrigin;
  readonly #load: LoadOfficialLibrary;
  readonly #requestTimeout: Duration;
  readonly #patience: Duration;
  #provider: Promise<OfficialProvider> | undefined;
  #getting: Promise<Credentials> | undefined;
  #last: Credentials | undefined;
  /** What a program of the profile printed. The library would run it again for nearly every request. */
  #printed: Credentials | undefined;

  constructor(origin: CredentialsOrigin, options: OfficialOptions) {
    this.#origin = origin;
    this.#load = options.load ?? loadOfficialLibrary;
    this.#requestTimeout = options.requestTimeout;
    this.#patience = options.patience ?? durationOfSeconds(30);
  }

  readonly current = (): Promise<Credentials> => {
    this.#getting ??= this.#get().finally(() => {
      this.#getting = undefined;
    });
    return this.#getting;
  };

  /** The library keeps a token until shortly before it ends, so a new one takes a new provider of the library. */
  readonly refresh = async (expired: Credentials): Promise<void> => {
    const replaced = this.#last !== undefined && !sameCredentials(this.#last, expired);
    if (this.#getting === undefined && !replaced) {
      this.#provider = undefined;
      this.#printed = undefined;
    }
    await this.current();
  };

  async #get(): Promise<Credentials> {
    if (this.#printed !== undefined) return this.#printed;
    try {
      this.#provider ??= this.#makeProvider();
      const provider = await this.#provider;
      const answered = await within(this.#patience, provider.getCredentials());
      this.#last = credentialsOf(answered);
      if (isPrinted(answered.providerName)) this.#printed = this.#last;
      return this.#last;
    } catch (error) {
      // One that failed once does not find its way back by itself.
      this.#provider = undefined;
      throw failureOf(this.#origin, error);
    }
  }

  async #makeProvider(): Promise<OfficialProvider> {
    const library = await this.#load().catch(() => {
      throw notLoaded();
    });
    const base = baseProvider(library, this.#origin.base, this.#requestTimeout);
    const { role } = this.#origin;
    return role === undefined ? base : roleProvider(library, base, role, this.#requestTimeout);
  }
}

function baseProvider(
  library: OfficialLibrary,
  base: BaseCredentials,
  requestTimeout: Duration,
): OfficialProvider {
  switch (base.kind) {
    case "keys":
      return keysProvider(library, base.credentials);
    case "profile":
      return library.CLIProfileCredentialsProvider.builder().withProfileName(base.name).build();
    case "ecsRole":
      return library.ECSRAMRoleCredentialsProvider.builder().withRoleName(base.name).build();
    case "uri":
      return uriProvider(library, base.uri, requestTimeout);
    case "oidc":
      return oidcProvider(library, base.oidc, requestTimeout);
    case "chain":
      return new Chain(chainPlaces(library, base.chain, requestTimeout));
  }
}

function keysProvider(library: OfficialLibrary, credentials: Credentials): OfficialProvider {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  return securityToken === undefined
    ? library.StaticAKCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .build()
    : library.StaticSTSCredentialsProvider.builder()
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .withSecurityToken(securityToken)
        .build();
}

function roleProvider(
  library: OfficialLibrary,
  base: OfficialProvider,
  role: Role,
  requestTimeout: Duration,
): OfficialProvider {
  const builder = library.RAMRoleARNCredentialsProvider.builder()
    .withCredentialsProvider(base)
    .withRoleArn(role.arn)
    .withRoleSessionName(role.sessionName)
    .withConnectTimeout(millisecondsOf(requestTimeout))
    .withReadTimeout(millisecondsOf(requestTimeout));
  if (role.policy !== undefined) builder.withPolicy(role.policy);
  if (role.externalId !== undefined) builder.withExternalId(role.externalId);
  if (role.durationSeconds !== undefined) builder.withDurationSeconds(role.durationSeconds);
  return builder.build();
}

function credentialsOf({
  accessKeyId,
  accessKeySecret,
  securityToken,
}: Awaited<ReturnType<OfficialProvider["getCredentials"]>>): Credentials {
  // The library's types promise texts, and its profiles hold what someone wrote into a file.
  const whole = [accessKeyId, accessKeySecret].every(
    (part: unknown) => typeof part === "string" && part !== "",
  );
  if (!whole) throw new IncompleteCredentials("what it gave is not a whole key pair with a token");
  if (accessKeyId.startsWith("STS.") && !isFilled(securityToken)) {
    throw new IncompleteCredentials("the key that it gave begins with STS. and has no token");
  }
  return { accessKeyId, accessKeySecret, ...(isFilled(securityToken) && { securityToken }) };
}

/** The library names the way to a key pair: `cli_profile/external` is a program that a profile names. */
function isPrinted(providerName: unknown): boolean {
  return typeof providerName === "string" && providerName.endsWith("/external");
}

function isFilled(text: unknown): boolean {
  return typeof text === "string" && text !== "";
}

class IncompleteCredentials extends Error {}
class NothingInTime extends Error {}

async function within<Result>(patience: Duration, promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NothingInTime());
    }, millisecondsOf(patience));
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf({ base, role }: CredentialsOrigin, error: unknown): CredentialsFailure {
  if (error instanceof CredentialsFailure) return error;
  const { what, passing, login } = describe(error);
  const told = { facts: [what], passing };
  const named = base.kind === "profile" ? ` --profile ${base.name}` : "";
  if (login !== undefined) {
    const profile = base.kind === "profile" ? `profile "${base.name}"` : "the aliyun CLI";
    return new CredentialsFailure(`the login of ${profile} is missing or has expired`, {
      ...told,
      wayOut: `Log in again: aliyun configure --mode ${login}${named}`,
    });
  }
  if (role !== undefined) {
    return new CredentialsFailure(`the role ${role.arn} was not assumed`, {
      ...told,
      wayOut: "Check the role's ARN, and that the credentials may assume it (sts:AssumeRole).",
    });
  }
  return new CredentialsFailure(`the ${nameOf(base)} gave no credentials`, {
    ...told,
    wayOut: wayOutOf(base, error),
  });
}

function nameOf(base: BaseCredentials): string {
  switch (base.kind) {
    case "keys":
      return "key pair";
    case "profile":
      return `profile "${base.name}" of the aliyun CLI`;
    case "ecsRole":
      return `role "${base.name}" of the ECS instance`;
    case "uri":
      return "credentials URI";
    case "oidc":
      return `exchange of an OIDC token for ${base.oidc.roleArn}`;
    case "chain":
      return "credential chain";
  }
}

function wayOutOf(base: BaseCredentials, error: unknown): string {
  switch (base.kind) {
    case "profile":
      return modeIsUnknown(error)
        ? "Use a profile of another mode: AK, StsToken, RamRoleArn, EcsRamRole, ChainableRamRoleArn, OIDC, CloudSSO, OAuth or External."
        : `Check it with the aliyun CLI: aliyun sts GetCallerIdentity --profile ${base.name}`;
    case "ecsRole":
      return "Check that this runs on an ECS instance that has the role.";
    case "uri":
      return "Check what the URI answers: Code Success, AccessKeyId, AccessKeySecret, SecurityToken and Expiration.";
    case "oidc":
      return "Check the token file, the identity provider, and that the role trusts it.";
    case "keys":
    case "chain":
      return "Check it with the aliyun CLI: aliyun sts GetCallerIdentity";
  }
}

/** Whether the library does not know the profile's mode. The aliyun CLI does, so that asking it would help nobody. */
function modeIsUnknown(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("unsupported profile mode");
}

function describe(error: unknown): OfficialFailure {
  if (error instanceof NothingInTime) return { what: "nothing came in time", passing: false };
  if (error instanceof IncompleteCredentials) {
    return { what: error.message, passing: false };
  }
  return describeOfficialFailure(error);
}

function notConfigured(): CredentialsFailure {
  return new CredentialsFailure("the credentials are not configured as a whole", {
    facts: [],
    wayOut: "Set sls:accessKeyId and sls:accessKeySecret.",
    passing: false,
  });
}

function notLoaded(): CredentialsFailure {
  return new CredentialsFailure("the package @alicloud/credentials could not be loaded", {
    facts: [],
    wayOut: "Install the program's dependencies again, or set sls:accessKeyId and sls:accessKeySecret.",
    passing: false,
  });
}
