import { describe, expect, test } from "vitest";
import {
  type Endpoint,
  endpointOfRegion,
  hostOf,
  originOf,
  parseEndpoint,
  projectInEndpoint,
} from "../../provider/src/sls/endpoint.js";

function endpoint(text: string): Endpoint {
  const result = parseEndpoint(text);
  if (!result.ok) throw new Error(`${text} ${result.problem}`);
  return result.value;
}

describe("an endpoint", () => {
  test.each([
    { text: "cn-hangzhou.log.aliyuncs.com", scheme: "https", authority: "cn-hangzhou.log.aliyuncs.com" },
    {
      text: "https://cn-hangzhou.log.aliyuncs.com/",
      scheme: "https",
      authority: "cn-hangzhou.log.aliyuncs.com",
    },
    {
      text: "http://cn-hangzhou-intranet.log.aliyuncs.com",
      scheme: "http",
      authority: "cn-hangzhou-intranet.log.aliyuncs.com",
    },
    { text: "HTTP://Log-Global.aliyuncs.com", scheme: "http", authority: "log-global.aliyuncs.com" },
    { text: "sls.example:8443", scheme: "https", authority: "sls.example:8443" },
    { text: "https://sls.example:443", scheme: "https", authority: "sls.example" },
    { text: "http://sls.example:80", scheme: "http", authority: "sls.example" },
    { text: "localhost:8080", scheme: "https", authority: "localhost:8080" },
    { text: "http://127.0.0.1:8080", scheme: "http", authority: "127.0.0.1:8080" },
    { text: "http://[::1]:8080", scheme: "http", authority: "[::1]:8080" },
  ] as const)("$text is $scheme to $authority", ({ text, scheme, authority }) => {
    expect(endpoint(text)).toEqual({ scheme, authority });
  });

  test.each([
    { text: "cn hangzhou", problem: "is not a host name" },
    { text: "https://", problem: "is not a host name" },
    { text: "sls.example:port", problem: "is not a host name" },
    { text: "ftp://sls.example", problem: "has a scheme other than https and http" },
    { text: "https://sls.example/shop", problem: "is more than a host" },
    { text: "https://sls.example?project=shop", problem: "is more than a host" },
    { text: "https://sls.example#shop", problem: "is more than a host" },
    { text: "https://user@sls.example", problem: "is more than a host" },
    { text: "https://:password@sls.example", problem: "is more than a host" },
  ])("refuses $text", ({ text, problem }) => {
    expect(parseEndpoint(text)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  test.each([{ region: "cn-hangzhou" }, { region: "ap-southeast-1" }, { region: "cn-shanghai-finance-1" }])(
    "of the region $region is the public one, over HTTPS",
    ({ region }) => {
      const value = { scheme: "https", authority: `${region}.log.aliyuncs.com` };
      expect(endpointOfRegion(region)).toEqual({ ok: true, value });
    },
  );

  test.each([
    { region: "" },
    { region: "cn hangzhou" },
    { region: "cn-" },
    { region: "CN-hangzhou" },
    { region: "evil.example/" },
  ])('refuses the region "$region"', ({ region }) => {
    expect(endpointOfRegion(region)).toEqual({
      ok: false,
      problem: "is not a region id, such as cn-hangzhou",
    });
  });
});

describe("the connection of a project", () => {
  test.each([
    { text: "cn-hangzhou.log.aliyuncs.com", origin: "https://shop.cn-hangzhou.log.aliyuncs.com" },
    { text: "http://sls.example:8080", origin: "http://shop.sls.example:8080" },
    { text: "http://127.0.0.1:8080", origin: "http://127.0.0.1:8080" },
    { text: "https://10.1.2.3", origin: "https://10.1.2.3" },
    { text: "http://localhost:8080", origin: "http://localhost:8080" },
    { text: "http://[::1]:8080", origin: "http://[::1]:8080" },
  ])("to $text goes to $origin", ({ text, origin }) => {
    expect(originOf(endpoint(text), "shop")).toBe(origin);
  });

  test.each([
    { text: "cn-hangzhou.log.aliyuncs.com", host: "shop.cn-hangzhou.log.aliyuncs.com" },
    { text: "http://127.0.0.1:8080", host: "shop.127.0.0.1:8080" },
    { text: "http://localhost:8080", host: "shop.localhost:8080" },
  ])("to $text names the project in the host $host", ({ text, host }) => {
    expect(hostOf(endpoint(text), "shop")).toBe(host);
  });
});

describe("an endpoint that the project stands in already", () => {
  const told = (endpoint: string, project: string) => {
    const result = parseEndpoint(endpoint);
    return result.ok ? projectInEndpoint(result.value, project) : result.problem;
  };

  test.each([
    ["https://shop.cn-hangzhou.log.aliyuncs.com", "cn-hangzhou.log.aliyuncs.com"],
    ["shop.cn-hangzhou-intranet.log.aliyuncs.com", "cn-hangzhou-intranet.log.aliyuncs.com"],
    ["http://shop.cn-hangzhou.sls.aliyuncs.com:8080", "cn-hangzhou.sls.aliyuncs.com:8080"],
    ["shop.log-global.aliyuncs.com", "log-global.aliyuncs.com"],
  ])("is told what to write: %s", (endpoint, rest) => {
    expect(told(endpoint, "shop")).toBe(`sls:endpoint "shop.${rest}" begins with the project: write ${rest}`);
  });

  test.each([
    ["cn-hangzhou.log.aliyuncs.com", "shop"],
    ["cn-hangzhou.log.aliyuncs.com", "cn-hangzhou"],
    ["shop.example.com", "shop"],
    ["log-global.aliyuncs.com", "log-global"],
  ])("is not what it is taken for: %s with project %s", (endpoint, project) => {
    expect(told(endpoint, project)).toBeUndefined();
  });
});
