import type { Identity } from "./service/identity.js";

/** What the command prints when it is up: how to point clients at it. */
export function guide(endpoint: string, { accessKeyId, accessKeySecret }: Identity): string {
  const { host, port } = new URL(endpoint);
  return `sls-emulator listens on ${endpoint}

  access key id      ${accessKeyId}
  access key secret  ${accessKeySecret}

  pulumi-sls-checkpoint   pulumi config set sls:endpoint ${endpoint}
  Python, Go              http_proxy=${endpoint}, endpoint http://cn-hangzhou.log.aliyuncs.com
  TypeScript              protocol http, endpoint cn-hangzhou.log.aliyuncs.com:${port}, its names resolved to loopback
  Java                    endpoint http://cn-hangzhou.log.aliyuncs.com, its names resolved to loopback, through SOCKS
  anything else           HTTP to ${host} with Host: <project>.${host}
  faults, clock, data     ${endpoint}/_emulator/ (see the README)

Stop it with Ctrl-C.
`;
}
