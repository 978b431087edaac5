import { createHash } from "node:crypto";

/**
 * Published, derived and captured vectors of signature V4, as data (docs/protocol.md 2.2 to 2.4). Headers
 * that V4 does not sign are kept, so that leaving them out is tested too.
 */
export interface V4Vector {
  readonly name: string;
  readonly source: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signature: string;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const officialSource =
  "aliyun/aliyun-log-go-sdk signature_v4_test.go, aliyun/aliyun-log-java-sdk SignerV4Test.java and " +
  "aliyun/aliyun-log-python-sdk tests/unit/test_auth.py";
const officialBody = "adasd= -asd zcas";
const officialQuery = { " abc": "efg", " agc ": "", "": "efg", "A-bc": "eFg" };

/** Names in lower case, as this signer wants them; the sources write `hello-Text` and ` Ko `. */
function officialHeaders(body: string, headers: Readonly<Record<string, string>>): V4Vector["headers"] {
  return { ...headers, "x-log-date": "20220808T032330Z", "x-log-content-sha256": sha256(body) };
}

const namedHeaders = {
  hello: "world",
  "hello-text": "a12X- ",
  " ko ": "",
  "x-log-test": "het123",
  "x-acs-ppp": "dds",
};

const official = {
  source: officialSource,
  accessKeyId: "acsddda21dsd",
  accessKeySecret: "zxasdasdasw2",
  region: "cn-hangzhou",
  method: "POST",
  path: "/logstores",
  query: officialQuery,
  headers: officialHeaders(officialBody, namedHeaders),
  body: officialBody,
} as const;
const officialEmpty = { headers: officialHeaders("", namedHeaders), body: "" } as const;

export const officialVectors: readonly V4Vector[] = [
  {
    ...official,
    name: "1",
    signature: "a98f5632e93836e63839cd836a54055f480020a9364ca944e2d34f2eb9bf1bed",
  },
  {
    ...official,
    name: "2",
    region: "cn-shanghai",
    query: {},
    headers: officialHeaders(officialBody, {}),
    signature: "8a10a5e723cb2e75964816de660b2c16a58af8bc0261f7f0722d832468c76ce8",
  },
  {
    ...official,
    ...officialEmpty,
    name: "3",
    signature: "5a66d8f8051983e0e9d08e0f960ef9252ef971eead5bb5c7acec8617a2eb2701",
  },
  {
    ...official,
    ...officialEmpty,
    name: "4",
    method: "GET",
    signature: "d92741852500791d662a8d469ff61627c0559ecd86c3f59b7bf6772b6c62666a",
  },
  {
    ...official,
    name: "5",
    path: "/logstores/hello/a+*~bb/cc",
    query: { ...officialQuery, "abs-ij*asd/vc": "a~js+d ada", "a abAas123/vc": "a~jdad a2ADFs+d ada" },
    signature: "2c204068e961a8813a6bcf7ac422f7fa6e9bf9a5da493e0165dfe100854d18ff",
  },
];

const derived = {
  source:
    "derived from the documented UpdateCheckPoint example, by an implementation that passes every official vector",
  accessKeyId: "testAccessKeyId",
  accessKeySecret: "testAccessKeySecret",
  region: "cn-shanghai",
} as const;
const derivedHeaders = {
  "x-log-date": "20180506T091453Z",
  host: "my-project.cn-shanghai.log.aliyuncs.com",
  "x-log-apiversion": "0.6.0",
  "x-log-bodyrawsize": "0",
} as const;

export const derivedVectors = {
  D7: {
    ...derived,
    name: "D7",
    method: "POST",
    path: "/logstores/logstore-4/consumergroups/consumer_group_test",
    query: { forceSuccess: "true", type: "checkpoint" },
    headers: {
      ...derivedHeaders,
      "content-type": "application/json",
      "x-log-content-sha256": "2e1a52748a403cd5e4ab12e6a4d5acf4104ec0feb4f4c517e31f5b0ce7772f56",
    },
    body: '{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}',
    signature: "23c84e1db65645475b29da6b6bfecce82c45ee0addb48d99513659d8e2baf963",
  },
  D8: {
    ...derived,
    name: "D8",
    method: "GET",
    path: "/logstores/logstore-4/shards/0",
    query: { cursor: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==", type: "cursor_time" },
    headers: {
      ...derivedHeaders,
      "x-log-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    body: "",
    signature: "01e536b158ece34e66557cb2e61feb9751b5823c7efc1c5af8482c4f28c5c415",
  },
} as const satisfies Readonly<Record<string, V4Vector>>;

/** What is told of D7 and D8 on the way to their signatures. */
export const derivedSteps = {
  signedHeaders: "content-type;host;x-log-apiversion;x-log-bodyrawsize;x-log-content-sha256;x-log-date",
  canonicalRequestSha256: "4add5f0195aaeb5742384d3d870892183ec64a1c6a620b7c402376f90476a47a",
  canonicalQuery: "cursor=MTUyNDE1NTM3OTM3MzkwODQ5Ng%3D%3D&type=cursor_time",
} as const;

/** A request of an unmodified official client, as it came over the wire. Its Host is signed with its port. */
export const capturedVectors: readonly V4Vector[] = [
  {
    name: "TS",
    source: "npm @alicloud/sls20201230 5.9.0 with signature version v4, captured on loopback",
    accessKeyId: "testAk",
    accessKeySecret: "testSk",
    region: "cn-hangzhou",
    method: "POST",
    path: "/logstores/my-logstore/consumergroups/cg",
    query: { consumer: "consumer_1", forceSuccess: "true", type: "checkpoint" },
    headers: {
      accept: "application/json",
      host: "my-project.cn-hangzhou.log.aliyuncs.com:39595",
      "user-agent": "AlibabaCloud (linux; x64) Node.js/v20.20.2 Core/1.0.1 TeaDSL/2",
      "x-log-apiversion": "0.6.0",
      "content-type": "application/json",
      "x-log-bodyrawsize": "55",
      "x-log-date": "20261121T235631Z",
      "x-log-content-sha256": "523d78f2f5c23de60ec7e7c9e8a33ad4ac283dff403ece6a6bde820e9d7a12f2",
    },
    body: '{"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng==","shard":0}',
    signature: "a4fd5f0308d97ef7301da9cba1a1cfc1d8ef7aaad06a777878328b22329d7cac",
  },
];

/** Percent-encoding, from the tests of the official clients. */
export const percentEncodeVectors = [
  {
    text: "123abc!@#$%^&*()-=_+ ~|\\/",
    encoded: "123abc%21%40%23%24%25%5E%26%2A%28%29-%3D_%2B%20~%7C%5C%2F",
  },
  {
    text: "!@#$%^&*()=-+ ~./_[()]%20你好\u0000đ❤😓",
    encoded:
      "%21%40%23%24%25%5E%26%2A%28%29%3D-%2B%20~.%2F_%5B%28%29%5D%2520%E4%BD%A0%E5%A5%BD%00%C4%91%E2%9D%A4%F0%9F%98%93",
  },
] as const;
