import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  canonicalRequestV4,
  percentEncode,
  signatureV4,
} from "../../emulator/src/wire/signature/signatureV4.js";

// The vectors that the official Go, Java and Python clients share.
const headers = {
  hello: "world",
  "hello-text": "a12X- ",
  " ko ": "",
  "x-log-test": "het123",
  "x-acs-ppp": "dds",
};
const parameters = { " abc": "efg", " agc ": "", "": "efg", "A-bc": "eFg" };
const more = { "abs-ij*asd/vc": "a~js+d ada", "a abAas123/vc": "a~jdad a2ADFs+d ada" };
const body = "adasd= -asd zcas";

const vectors = [
  {
    name: "POST with everything",
    method: "POST",
    path: "/logstores",
    region: "cn-hangzhou",
    headers,
    parameters,
    body,
    expected: "a98f5632e93836e63839cd836a54055f480020a9364ca944e2d34f2eb9bf1bed",
  },
  {
    name: "POST without headers and parameters",
    method: "POST",
    path: "/logstores",
    region: "cn-shanghai",
    headers: {},
    parameters: {},
    body,
    expected: "8a10a5e723cb2e75964816de660b2c16a58af8bc0261f7f0722d832468c76ce8",
  },
  {
    name: "POST without a body",
    method: "POST",
    path: "/logstores",
    region: "cn-hangzhou",
    headers,
    parameters,
    body: "",
    expected: "5a66d8f8051983e0e9d08e0f960ef9252ef971eead5bb5c7acec8617a2eb2701",
  },
  {
    name: "GET without a body",
    method: "GET",
    path: "/logstores",
    region: "cn-hangzhou",
    headers,
    parameters,
    body: "",
    expected: "d92741852500791d662a8d469ff61627c0559ecd86c3f59b7bf6772b6c62666a",
  },
  {
    name: "POST with a path and parameters of odd characters",
    method: "POST",
    path: "/logstores/hello/a+*~bb/cc",
    region: "cn-hangzhou",
    headers,
    parameters: { ...parameters, ...more },
    body,
    expected: "2c204068e961a8813a6bcf7ac422f7fa6e9bf9a5da493e0165dfe100854d18ff",
  },
];

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function parametersOf(query: Record<string, string>) {
  return Object.entries(query).map(([name, value]) => ({ name, value, bare: false }));
}

describe("the V4 signature", () => {
  it.each(vectors)(
    "of $name",
    ({ method, path, region, headers: own, parameters: query, body: text, expected }) => {
      const all = { ...own, "x-log-date": "20220808T032330Z", "x-log-content-sha256": sha256(text) };
      const request = {
        method,
        path,
        parameters: parametersOf(query),
        headers: new Map(Object.entries(all)),
      };
      expect(signatureV4(request, "zxasdasdasw2", region)).toBe(expected);
    },
  );

  const derived = {
    host: "my-project.cn-shanghai.log.aliyuncs.com",
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": "0",
    "x-log-date": "20180506T091453Z",
  };

  it("of UpdateCheckPoint", () => {
    const request = {
      method: "POST",
      path: "/logstores/logstore-4/consumergroups/consumer_group_test",
      parameters: parametersOf({ forceSuccess: "true", type: "checkpoint" }),
      headers: new Map(
        Object.entries({
          ...derived,
          "content-type": "application/json",
          "x-log-content-sha256": sha256('{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}'),
        }),
      ),
    };
    expect(sha256(canonicalRequestV4(request))).toBe(
      "4add5f0195aaeb5742384d3d870892183ec64a1c6a620b7c402376f90476a47a",
    );
    expect(signatureV4(request, "testAccessKeySecret", "cn-shanghai")).toBe(
      "23c84e1db65645475b29da6b6bfecce82c45ee0addb48d99513659d8e2baf963",
    );
  });

  it("of GetCursorTime", () => {
    const request = {
      method: "GET",
      path: "/logstores/logstore-4/shards/0",
      parameters: parametersOf({ type: "cursor_time", cursor: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==" }),
      headers: new Map(Object.entries({ ...derived, "x-log-content-sha256": sha256("") })),
    };
    expect(signatureV4(request, "testAccessKeySecret", "cn-shanghai")).toBe(
      "01e536b158ece34e66557cb2e61feb9751b5823c7efc1c5af8482c4f28c5c415",
    );
  });

  it("percent-encodes as the official vectors have it", () => {
    expect(percentEncode("123abc!@#$%^&*()-=_+ ~|\\/")).toBe(
      "123abc%21%40%23%24%25%5E%26%2A%28%29-%3D_%2B%20~%7C%5C%2F",
    );
    expect(percentEncode("!@#$%^&*()=-+ ~./_[()]%20你好\0đ❤😓")).toBe(
      "%21%40%23%24%25%5E%26%2A%28%29%3D-%2B%20~.%2F_%5B%28%29%5D%2520%E4%BD%A0%E5%A5%BD%00%C4%91%E2%9D%A4%F0%9F%98%93",
    );
  });
});
