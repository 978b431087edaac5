import type { Identity } from "./service/identity.js";

/** What the command prints when it is up: how to point clients at it. */
export function guide(endpoint: string, { accessKeyId, accessKeySecret }: Identity): string {
  const { host, port } = new URL(endpoint);
  return `sls-emulator listens on ${endpoint}

  access key id      ${accessKeyId}
  access key secret  ${accessKeySecret}

  pulumi-sls-checkpoint   pulumi config set sls:endpoint ${endpoint}
  Python SDK              http_proxy=${endpoint}, endpoint http://cn-hangzhou.log.aliyuncs.com
  Go SDK                  endpoint http://localhost:${port} (projects are dialled as <project>.localhost)
  any client              send HTTP to ${host} with Host: <project>.${host}

Stop it with Ctrl-C.
`;
}
