import { once } from "node:events";
import { type Server, createServer } from "node:http";
import { type AddressInfo, type Server as SocketServer, createServer as createSocketServer } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfMilliseconds } from "../../provider/src/model/duration.js";
import { SlsClient } from "../../provider/src/sls/client.js";
import { readConfiguration } from "../../provider/src/sls/configuration.js";
import { Connections } from "../../provider/src/sls/connections.js";
import { type Credentials, CredentialsFailure } from "../../provider/src/sls/credentials.js";
import * as errors from "../../provider/src/sls/errors.js";
import { shard } from "./clientUnderTest.js";

const credentials: Credentials = {
  accessKeyId: "an-access-key-id",
  accessKeySecret: "the-secret/of-the+key-2vQ==",
  // Longer than what an error quotes of a field.
  securityToken: `the-token/of-the+session-${"9xK".repeat(100)}==`,
};

/** What must not show, nor any long part of it: V8 quotes the beginnings of what is no JSON. */
const hidden = /the-secret|of-the|2vQ|the-token|session|9xK9/;

let server: Server | SocketServer | undefined;

afterEach(async () => {
  if (server !== undefined && "closeAllConnections" in server) server.closeAllConnections();
  server?.close();
  if (server !== undefined) await once(server, "close");
  server = undefined;
});

/** An answer made of what a request held: header by header, and the signature with them. */
type Echo = (
  headers: string,
  token: string,
) => {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What a debugging server, or a proxy's page, makes of a request: it repeats all of it. */
const echoes: Readonly<Record<string, Echo>> = {
  "the message of a refusal": (all) => ({
    status: 401,
    body: JSON.stringify({ errorCode: "SignatureNotMatch", errorMessage: `string to sign: ${all}` }),
  }),
  "the code of a refusal": (_all, token) => ({
    status: 400,
    body: JSON.stringify({ errorCode: token, errorMessage: "no" }),
  }),
  "a page": (all) => ({ status: 404, body: `<html>${all}</html>` }),
  "an error of wrong types": (all) => ({
    status: 400,
    body: JSON.stringify({ errorCode: [], errorMessage: all }),
  }),
  "an error with a wrong text": (_all, token) => ({ status: 400, body: JSON.stringify(token) }),
  "JSON that escapes more than it must": (all) => ({
    status: 401,
    body: escaped(all, (code) => `\\u${code.padStart(4, "0")}`),
  }),
  "JSON that escapes slashes": (all) => ({
    status: 401,
    body: escaped(all, (_code, part) => `\\${part}`, /\//g),
  }),
  "a percent-encoded page": (all) => ({ status: 404, body: encodeURIComponent(all) }),
  "a page of HTML": (all) => ({
    status: 404,
    body: all.replace(/[^\w ]/g, (part) => `&#${String(part.charCodeAt(0))};`),
  }),
  "a success with a token for a number": (_all, token) => ({
    status: 200,
    body: JSON.stringify([{ shard: token }]),
  }),
  "a success that is not JSON": (_all, token) => ({ status: 200, body: token }),
  "a success of wrong types": (_all, token) => ({ status: 200, body: JSON.stringify([token]) }),
  "a success with a wrong field": (_all, token) => ({ status: 200, body: JSON.stringify({ cursor: token }) }),
  "the request id": (_all, token) => ({
    status: 400,
    headers: { "x-log-requestid": token },
    body: JSON.stringify({ errorCode: "ParameterInvalid", errorMessage: "no" }),
  }),
};

/** A refusal of JSON in which characters of its message are written in another way. */
function escaped(all: string, write: (code: string, part: string) => string, what = /[/+=<>&']/g): string {
  const body = JSON.stringify({ errorCode: "SignatureNotMatch", errorMessage: all });
  return body.replace(what, (part) => write(part.charCodeAt(0).toString(16), part));
}

async function echoing(echo: Echo): Promise<string> {
  server = createServer((request, response) => {
    const { status, headers, body } = echo(
      `${JSON.stringify(request.headers)} ${credentials.accessKeySecret} `.repeat(2),
      String(request.headers["x-acs-security-token"]),
    );
    response.writeHead(status, headers).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** What is no server of HTTP at all: it sends back what it got. */
async function repeating(): Promise<string> {
  server = createSocketServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function clientOf(
  keys: Readonly<Record<string, string>>,
  current = () => Promise.resolve(credentials),
): SlsClient {
  const configuration = {
    ...readConfiguration((key) => keys[key], {}, "1.2.3"),
    requestTimeout: durationOfMilliseconds(2_000),
    maxRetries: 0,
  };
  const connections = new Connections();
  return new SlsClient(
    configuration,
    { current },
    {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep: () => Promise.resolve(),
      random: () => 0,
      dispatcher: (origin) => connections.dispatcher(origin, configuration),
    },
  );
}

async function errorOf(call: Promise<unknown>): Promise<errors.SlsError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!errors.SlsError.isInstance(error)) throw new Error("no SlsError", { cause: error });
  return error;
}

function everythingOf(error: Error): string {
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
  ].join("\n");
}

const signed = { "sls:accessKeyId": "configured-id", "sls:accessKeySecret": "configured-secret" };

describe.each(["v1", "v4"])("no secret of a request signed with %s shows", (version) => {
  test.each(Object.entries(echoes))("in an error whose answer repeats it in %s", async (_name, echo) => {
    const endpoint = await echoing(echo);
    const client = clientOf({
      ...signed,
      "sls:endpoint": endpoint,
      "sls:region": "cn-hangzhou",
      "sls:signatureVersion": version,
    });
    const read = await errorOf(client.getCursor(shard, "begin"));
    expect(everythingOf(read)).not.toMatch(hidden);
    const list = await client.getCheckPoint(shard).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    if (list !== undefined) expect(everythingOf(list)).not.toMatch(hidden);
    expect(everythingOf(read)).not.toMatch(/LOG an-access-key-id:|Signature=[0-9a-f]{8}/);
    const write = await client.updateCheckPoint(
      shard,
      { checkpoint: cursorAt(1n), forceSuccess: true },
      {
        attempt: 0,
        beforeSend: () => undefined,
      },
    );
    if (write.kind === "refused" || write.kind === "unknown") {
      expect(everythingOf(write.error)).not.toMatch(hidden);
    }
  });
});

describe("every class of error", () => {
  const about = { project: "shop", logstore: "orders" };
  const configurationWith = (more: Readonly<Record<string, string>>) =>
    clientOf({ ...signed, "sls:region": "cn-hangzhou", ...more });

  /** Each class as it comes out of the client, where everything that is secret is in everything it is made of. */
  const provoked: Readonly<Record<string, () => Promise<errors.SlsError>>> = {
    SlsServiceError: async () => {
      const client = clientOf({
        ...signed,
        "sls:endpoint": await echoing(echoes["the message of a refusal"]!),
      });
      return errorOf(client.getCursor(shard, "begin"));
    },
    SlsAnswerError: async () => {
      const client = clientOf({ ...signed, "sls:endpoint": await echoing(echoes["a page"]!) });
      return errorOf(client.getCursor(shard, "begin"));
    },
    SlsNetworkError: async () => {
      const client = clientOf({ ...signed, "sls:endpoint": await repeating() });
      return errorOf(client.getCursor(shard, "begin"));
    },
    SlsConfigurationError: () =>
      errorOf(
        configurationWith({
          "sls:accessKeyId": "",
          "sls:accessKeySecret": credentials.accessKeySecret,
          "sls:securityToken": String(credentials.securityToken),
          "sls:endpoint": `https://key:${credentials.accessKeySecret}@cn-hangzhou.log.aliyuncs.com`,
        }).getLogStore({ ...about, consumerGroup: "billing" }),
      ),
    SlsCredentialsError: () =>
      errorOf(
        clientOf({ ...signed, "sls:region": "cn-hangzhou" }, () =>
          Promise.reject(
            new CredentialsFailure("the role was not assumed", {
              facts: ["STS answered NoPermission"],
              wayOut: "Check sls:roleArn.",
              passing: false,
            }),
          ),
        ).getLogStore({ ...about, consumerGroup: "billing" }),
      ),
  };

  test("is provoked here", () => {
    const classes: readonly unknown[] = Object.values(errors);
    const names = classes
      .filter((value) => typeof value === "function" && value.prototype instanceof errors.SlsError)
      .map((value) => (value as { readonly name: string }).name);
    expect(names.sort()).toEqual(Object.keys(provoked).sort());
  });

  test.each(Object.entries(provoked))("%s shows no secret", async (name, provoke) => {
    const error = await provoke();
    expect(error.name).toBe(name);
    expect(everythingOf(error)).not.toMatch(hidden);
  });

  test("of credentials tells the call, what it was about, what was seen, and what to do", async () => {
    expect((await provoked["SlsCredentialsError"]!()).message).toMatchInlineSnapshot(`
      "GetLogStore cannot be signed: the role was not assumed
        project shop, logstore orders
        STS answered NoPermission
      Check sls:roleArn."
    `);
  });
});
