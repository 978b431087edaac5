import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { parseQuery, parseTarget } from "../../emulator/src/wire/requestTarget.js";
import { signatureV1 } from "../../emulator/src/wire/signature/signatureV1.js";

/** Every logstore that these tests make begins so. */
export const prefix = "sls-checkpoint-test-";

interface Keys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

interface CredentialModule {
  readonly default: new () => { getCredential(): Promise<Keys> };
}

const { default: Credential } = createRequire(import.meta.url)("@alicloud/credentials") as CredentialModule;

/** The endpoint and project that a person named; nothing is sent anywhere without both. */
function place(): { readonly endpoint: URL; readonly project: string } {
  const { SLS_TEST_ENDPOINT: endpoint, SLS_TEST_PROJECT: project } = process.env;
  if (!endpoint || !project) throw new Error("Set SLS_TEST_ENDPOINT and SLS_TEST_PROJECT.");
  return { endpoint: new URL(endpoint), project };
}

/** Signs and sends one call, and answers its outcome: the status, and the code of an error. */
export async function call(method: string, path: string, content?: unknown) {
  const { endpoint, project } = place();
  const keys = await new Credential().getCredential();
  const body = content === undefined ? "" : JSON.stringify(content);
  const host = `${project}.${endpoint.host}`;
  const headers: Record<string, string> = {
    host,
    date: new Date().toUTCString(),
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": String(Buffer.byteLength(body)),
    "x-log-signaturemethod": "hmac-sha1",
    ...(keys.securityToken && { "x-acs-security-token": keys.securityToken }),
    ...(body !== "" && { "content-type": "application/json", "content-md5": md5(body) }),
  };
  const target = parseTarget(path);
  const signed = {
    method,
    path: target.path,
    parameters: parseQuery(target.search),
    headers: new Map(Object.entries(headers)),
  };
  const signature = signatureV1(signed, keys.accessKeySecret, "hmac-sha1");
  const authorization = `LOG ${keys.accessKeyId}:${signature}`;
  const answer = await send(endpoint, host, { method, path, headers: { ...headers, authorization }, body });
  const json = (answer.text === "" ? {} : JSON.parse(answer.text)) as { errorCode?: string };
  return { outcome: [answer.status, json.errorCode].filter(Boolean).join(" "), json: json as unknown };
}

/** Makes a logstore of its own over the wire; it is removed when the test ends, however it ends. */
export async function openLogstore(shardCount = 2): Promise<string> {
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  onTestFinished(async () => {
    const { outcome } = await call("DELETE", `/logstores/${name}`);
    if (outcome !== "200" && outcome !== "404 LogStoreNotExist")
      throw new Error(`The logstore ${name} is left: ${outcome}. Delete it by hand.`);
  });
  const made = await call("POST", "/logstores", { logstoreName: name, ttl: 1, shardCount });
  if (made.outcome !== "200") throw new Error(`The logstore ${name} cannot be made: ${made.outcome}.`);
  return `/logstores/${name}`;
}

function md5(body: string): string {
  return createHash("md5").update(body).digest("hex").toUpperCase();
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function send(endpoint: URL, host: string, { body, ...rest }: Sent) {
  const isLoopback = endpoint.hostname === "127.0.0.1";
  const [dialled = ""] = isLoopback ? [endpoint.hostname] : host.split(":");
  const start = endpoint.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = start({ host: dialled, port: endpoint.port, agent: false, ...rest }, (response) => {
      text(response).then((content) => resolve({ status: response.statusCode ?? 0, text: content }), reject);
    });
    request.once("error", reject).end(body);
  });
}
