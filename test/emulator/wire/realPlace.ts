import { createRequire } from "node:module";
import { inject } from "vitest";
import { parseEndpoint, regionOf } from "../../../provider/src/sls/endpoint.js";
import { type SlsPlace, type TestClientOptions } from "../slsClient.js";

/** A service that is there already, and who asks it. */
export interface RealPlace {
  readonly place: SlsPlace;
  readonly keys: TestClientOptions;
}

interface CredentialModule {
  readonly default: new () => {
    getCredential(): Promise<{
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
      readonly securityToken?: string;
    }>;
  };
}

declare module "vitest" {
  interface ProvidedContext {
    /** What `npm run test:real` was told; absent in every other run, whatever the environment holds. */
    readonly realProject?: { readonly endpoint: string; readonly project: string };
  }
}

/** The project that `npm run test:real` was told, with the key of the official credential places. */
export async function realPlace(): Promise<RealPlace | undefined> {
  const told = inject("realProject");
  if (told === undefined) return undefined;
  const { endpoint, project } = told;
  const { default: Credential } = createRequire(import.meta.url)("@alicloud/credentials") as CredentialModule;
  const { accessKeyId, accessKeySecret, securityToken } = await new Credential().getCredential();
  const parsed = parseEndpoint(endpoint);
  const region = parsed.ok ? regionOf(parsed.value) : undefined;
  return {
    place: { endpoint, project, now: Date.now },
    keys: {
      accessKeyId,
      accessKeySecret,
      ...(securityToken && { securityToken }),
      ...(region !== undefined && { region }),
    },
  };
}
