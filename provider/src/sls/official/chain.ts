import { type Duration, millisecondsOf } from "../../model/duration.js";
import { CredentialsFailure } from "../credentials.js";
import { type ChainVariables, type OidcExchange } from "../credentialsOrigin.js";
import { type OfficialFailure, describeOfficialFailure } from "./failure.js";
import { type OfficialLibrary, type OfficialProvider } from "./library.js";

/** One place of the chain. Some refuse to be made where the environment turns them off. */
export interface ChainPlace {
  readonly name: string;
  readonly make: () => OfficialProvider;
  /** Whether to wait for it: metadata that does not answer at once is not there. */
  readonly mayPass: boolean;
}

/**
 * The places of the library's own default chain, in its order, but for the environment's key pairs, which come
 * before. Its last two are left out where nothing names them: off the cloud the instance's metadata would be
 * waited for, in a network where anyone may answer, and a URI that is not set would be asked as
 * `https://undefined`.
 */
export function chainPlaces(
  library: OfficialLibrary,
  { oidc, ignoreProfiles, ecsRoleName, credentialsUri }: ChainVariables,
  requestTimeout: Duration,
): readonly ChainPlace[] {
  return [
    oidc !== undefined && {
      name: "OIDC",
      mayPass: true,
      make: () => oidcProvider(library, oidc, requestTimeout),
    },
    ignoreProfiles !== true && {
      name: "the aliyun CLI's profile",
      mayPass: true,
      make: () => library.CLIProfileCredentialsProvider.builder().build(),
    },
    {
      name: "the credentials file",
      mayPass: true,
      make: () => library.ProfileCredentialsProvider.builder().build(),
    },
    ecsRoleName !== undefined && {
      name: "the ECS instance's role",
      mayPass: false,
      make: () => library.ECSRAMRoleCredentialsProvider.builder().withRoleName(ecsRoleName).build(),
    },
    credentialsUri !== undefined && {
      name: "the credentials URI",
      mayPass: true,
      make: () => uriProvider(library, credentialsUri, requestTimeout),
    },
  ].filter((place) => place !== false);
}

export function oidcProvider(
  library: OfficialLibrary,
  { roleArn, providerArn, tokenFile, sessionName, policy, durationSeconds }: OidcExchange,
  requestTimeout: Duration,
): OfficialProvider {
  const builder = library.OIDCRoleArnCredentialsProvider.builder()
    .withRoleArn(roleArn)
    .withOIDCProviderArn(providerArn)
    .withOIDCTokenFilePath(tokenFile)
    .withConnectTimeout(millisecondsOf(requestTimeout))
    .withReadTimeout(millisecondsOf(requestTimeout));
  if (sessionName !== undefined) builder.withRoleSessionName(sessionName);
  if (policy !== undefined) builder.withPolicy(policy);
  if (durationSeconds !== undefined) builder.withDurationSeconds(durationSeconds);
  return builder.build();
}

export function uriProvider(
  library: OfficialLibrary,
  uri: string,
  requestTimeout: Duration,
): OfficialProvider {
  return library.URICredentialsProvider.builder()
    .withCredentialsURI(uri)
    .withConnectTimeout(millisecondsOf(requestTimeout))
    .withReadTimeout(millisecondsOf(requestTimeout))
    .build();
}

/** Asks one place after the other, and from then on the one that answered. */
export class Chain implements OfficialProvider {
  readonly #places: readonly ChainPlace[];
  #answering: OfficialProvider | undefined;

  constructor(places: readonly ChainPlace[]) {
    this.#places = places;
  }

  async getCredentials(): ReturnType<OfficialProvider["getCredentials"]> {
    if (this.#answering !== undefined) return this.#answering.getCredentials();
    const failures: (OfficialFailure & { readonly name: string })[] = [];
    for (const { name, make, mayPass } of this.#places) {
      try {
        const provider = make();
        const answered = await provider.getCredentials();
        this.#answering = provider;
        return answered;
      } catch (error) {
        const failure = describeOfficialFailure(error);
        failures.push({ ...failure, name, passing: failure.passing && mayPass });
      }
    }
    const login = failures.find((failure) => failure.login !== undefined)?.login;
    throw new CredentialsFailure("no credentials were found", {
      facts: failures.map(({ name, what }) => `${name}: ${what}`),
      wayOut:
        (login === undefined ? "" : `Log in again: aliyun configure --mode ${login}. Or: `) +
        "Set sls:accessKeyId and sls:accessKeySecret (or alicloud:accessKey and alicloud:secretKey, or " +
        "ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY), or sls:profile. On an ECS instance name its role in ALICLOUD_ECS_ROLE_NAME.",
      passing: failures.some(({ passing }) => passing),
    });
  }

  getProviderName(): string {
    return this.#answering?.getProviderName() ?? "default";
  }
}
