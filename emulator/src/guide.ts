import type { Identity } from "./service/identity.js";

/** What the command prints when it is up: how to point clients at it. */
export function guide(endpoint: string, { accessKeyId, accessKeySecret }: Identity): string {
  const { host, port, protocol } = new URL(endpoint);
  if (protocol === "https:") return tlsGuide(endpoint, { host, port }, { accessKeyId, accessKeySecret });
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

/** Over TLS nobody can use it as a proxy: clients dial it, and have to trust its certificate. */
function tlsGuide(
  endpoint: string,
  { host, port }: { readonly host: string; readonly port: string },
  { accessKeyId, accessKeySecret }: Identity,
): string {
  return `sls-emulator listens on ${endpoint}

  access key id      ${accessKeyId}
  access key secret  ${accessKeySecret}

  pulumi-sls-checkpoint   pulumi config set sls:endpoint ${endpoint}, with NODE_EXTRA_CA_CERTS
  Python                  endpoint https://sls.localhost:${port}, its names resolved to loopback, with REQUESTS_CA_BUNDLE
  anything else           HTTPS to ${host} with Host: <project>.${host}
  faults, clock, data     ${endpoint}/_emulator/ (see the README)

Stop it with Ctrl-C.
`;
}
