import { createHash } from "node:crypto";
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { SlsEmulator } from "../../emulator/src/index.js";
import { type Endpoint, hostOf, originOf, parseEndpoint } from "../../provider/src/sls/endpoint.js";
import { parseQuery, parseTarget } from "../../emulator/src/wire/requestTarget.js";
import { signatureV1, type V1Method } from "../../emulator/src/wire/signature/signatureV1.js";
import { signatureV4 } from "../../emulator/src/wire/signature/signatureV4.js";

/** One request of a test. */
export interface TestRequest {
  readonly method?: string;
  readonly path: string;
  readonly project?: string | undefined;
  readonly body?: string | Buffer | undefined;
  readonly headers?: Record<string, string | undefined>;
}

/** What came back. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: unknown;
  /** `status code` of an error answer, else the status alone. */
  readonly outcome: string;
}

/** How a client signs. */
export interface TestClientOptions {
  readonly signature?: V1Method | "v4";
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
  /** What V4 signs. @default `cn-test` */
  readonly region?: string;
  readonly now?: () => number;
  /** @default a connection for each request */
  readonly agent?: Agent;
}

/** Where a service listens, and what its clock says. */
export interface SlsPlace extends Pick<SlsEmulator, "endpoint" | "now"> {
  /** The project of calls that name none. @default `shop` */
  readonly project?: string;
}

/** A signing client for tests. */
export class SlsClient {
  readonly #place: SlsPlace;
  readonly #options: TestClientOptions;

  constructor(place: SlsPlace, options: TestClientOptions = {}) {
    this.#place = place;
    this.#options = options;
  }

  async get(path: string, project = this.#project): Promise<TestAnswer> {
    return this.send({ path, project });
  }

  async post(path: string, body?: unknown, project = this.#project): Promise<TestAnswer> {
    return this.send({
      method: "POST",
      path,
      project,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** Signs and sends. Headers given as undefined are left out after signing. */
  async send(request: TestRequest): Promise<TestAnswer> {
    return this.sendRaw({ ...request, headers: this.sign(request) });
  }

  /** The headers of a request, signed. */
  sign({
    method = "GET",
    path,
    project = this.#project,
    body = "",
    headers = {},
  }: TestRequest): Record<string, string> {
    const { accessKeyId = "emulatorAccessKeyId", accessKeySecret = "emulatorAccessKeySecret" } =
      this.#options;
    const { signature = "hmac-sha1", securityToken, region = "cn-test" } = this.#options;
    const now = (this.#options.now ?? (() => this.#place.now()))();
    const bytes = Buffer.from(body);
    const all: Record<string, string | undefined> = {
      host: project === "" ? this.#endpoint.authority : hostOf(this.#endpoint, project),
      "x-log-apiversion": "0.6.0",
      "x-log-bodyrawsize": String(bytes.length),
      ...(bytes.length > 0 && { "content-type": "application/json" }),
      ...(securityToken !== undefined && { "x-acs-security-token": securityToken }),
      ...(signature === "v4" ? v4Headers(now, bytes) : v1Headers(now, bytes, signature)),
      ...headers,
    };
    const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const target = parseTarget(path);
    const parameters = parseQuery(target.search);
    const signed = { method, path: target.path, parameters, headers: new Map(present) };
    const authorization =
      signature === "v4"
        ? `SLS4-HMAC-SHA256 Credential=${accessKeyId}/${v4Time(now).slice(0, 8)}/${region}/sls/aliyun_v4_request,Signature=${signatureV4(signed, accessKeySecret, region)}`
        : `LOG ${accessKeyId}:${signatureV1(signed, accessKeySecret, signature)}`;
    return { authorization, ...Object.fromEntries(present) };
  }

  get #project(): string {
    return this.#place.project ?? "shop";
  }

  get #endpoint(): Endpoint {
    const result = parseEndpoint(this.#place.endpoint);
    if (!result.ok) throw new Error(`The endpoint ${this.#place.endpoint} ${result.problem}.`);
    return result.value;
  }

  /** Sends exactly what is given. */
  async sendRaw({
    method = "GET",
    path,
    project = this.#project,
    body,
    headers = {},
  }: TestRequest): Promise<TestAnswer> {
    return new Promise((resolve, reject) => {
      const present = Object.entries(headers).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const origin = new URL(originOf(this.#endpoint, project));
      const start = origin.protocol === "https:" ? httpsRequest : httpRequest;
      const request = start(
        {
          host: origin.hostname,
          port: origin.port,
          method,
          path,
          headers: Object.fromEntries(present),
          agent: this.#options.agent ?? false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () =>
            resolve(answerOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
          );
        },
      );
      request.once("error", reject);
      request.end(body);
    });
  }
}

function v1Headers(now: number, body: Buffer, method: V1Method): Record<string, string> {
  return {
    date: new Date(now).toUTCString(),
    "x-log-signaturemethod": method,
    ...(body.length > 0 && { "content-md5": createHash("md5").update(body).digest("hex").toUpperCase() }),
  };
}

function v4Headers(now: number, body: Buffer): Record<string, string> {
  return {
    "x-log-date": v4Time(now),
    "x-log-content-sha256": createHash("sha256").update(body).digest("hex"),
  };
}

function v4Time(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
}

function answerOf(status: number, headers: IncomingHttpHeaders, bytes: Buffer): TestAnswer {
  const text = bytes.toString("utf8");
  const isJson = String(headers["content-type"]).startsWith("application/json");
  const json: unknown = isJson ? tryJson(text) : undefined;
  const code = (json as { errorCode?: string } | undefined)?.errorCode;
  return {
    status,
    headers,
    bytes,
    text,
    json,
    outcome: code === undefined ? String(status) : `${status} ${code}`,
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
