import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { Provider } from "../../provider/src/resources/provider.js";
import { readConfiguration } from "../../provider/src/sls/configuration.js";

interface Registered {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

let registered: Registered[] = [];

beforeEach(async () => {
  registered = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, inputs: inputs as Registered["inputs"] });
      return { id: name, state: inputs as Registered["inputs"] };
    },
    call: () => ({}),
  });
});

async function inputsOf(args: ConstructorParameters<typeof Provider>[1]): Promise<Registered["inputs"]> {
  const provider = new Provider("prod", args);
  await new Promise((resolve) => provider.urn.apply(resolve));
  return registered[0]?.inputs ?? {};
}

const role = "acs:ram::123456789012:role/replay";

describe("an explicit provider", () => {
  test("hands every argument on under the key that stack config has for it", async () => {
    const inputs = await inputsOf({
      region: "cn-hangzhou",
      endpoint: "http://cn-hangzhou.log.aliyuncs.com",
      accessKeyId: pulumi.output("an-id"),
      accessKeySecret: "a-secret",
      securityToken: "a-token",
      profile: "ci",
      roleArn: role,
      roleSessionName: "deploy",
      signatureVersion: "v4",
      requestTimeout: "PT30S",
      maxRetries: 0,
      maxConcurrency: pulumi.output(4),
    });
    const configuration = readConfiguration((key) => plain(inputs[key]), {}, "1.2.3");
    expect(configuration.problems).toEqual([]);
    expect(configuration).toMatchObject({
      endpoint: { scheme: "http", authority: "cn-hangzhou.log.aliyuncs.com" },
      credentials: {
        base: {
          kind: "keys",
          credentials: { accessKeyId: "an-id", accessKeySecret: "a-secret", securityToken: "a-token" },
        },
        role: { arn: role, sessionName: "deploy" },
      },
      requestTimeout: 30_000_000,
      maxRetries: 0,
      maxConcurrency: 4,
    });
    const request = { method: "GET", path: "/", query: {}, host: "shop.example" };
    const signed = configuration.sign(request, { accessKeyId: "id", accessKeySecret: "s" }, new Date());
    expect(signed["authorization"]).toMatch(/^SLS4-HMAC-SHA256 .*\/cn-hangzhou\//);
    expect(plain(inputs["sls:profile"])).toBe("ci");
  });

  test("keeps secret and token encrypted, and nothing else", async () => {
    const inputs = await inputsOf({
      accessKeyId: "an-id",
      accessKeySecret: "a-secret",
      securityToken: "a-token",
    });
    const secret = Object.keys(inputs).filter((key) => pulumi.runtime.isRpcSecret(inputs[key]));
    expect(secret.sort()).toEqual(["sls:accessKeySecret", "sls:securityToken"]);
  });

  test("leaves out what is not declared", async () => {
    expect(await inputsOf({ region: "cn-hangzhou" })).toEqual({ "sls:region": "cn-hangzhou" });
  });
});

function plain(value: unknown): string | undefined {
  const unwrapped: unknown = pulumi.runtime.unwrapRpcSecret(value);
  if (unwrapped !== undefined && typeof unwrapped !== "string") throw new Error("not a text");
  return unwrapped;
}
