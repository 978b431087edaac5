/**
 * Published and derived vectors of signature V1 with hmac-sha1, as data (docs/protocol.md 1.2 and 1.3).
 *
 * D5 of the derived ones is hmac-sha256, which this signer does not speak, and is left out.
 */

/** A whole signed request. Headers that V1 does not sign are kept, so that leaving them out is tested too. */
export interface RequestVector {
  readonly name: string;
  readonly source: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** What the `content-md5` header was made of, where the source tells. */
  readonly body?: string | Uint8Array;
  readonly authorization: string;
}

const sha1Headers = { "x-log-apiversion": "0.6.0", "x-log-signaturemethod": "hmac-sha1" };

const goSource = "aliyun/aliyun-log-go-sdk signature_test.go and signature_v4_test.go";
const goKeys = { accessKeyId: "mockAccessKeyID", accessKeySecret: "mockAccessKeySecret" };
const goLogGroup = Buffer.from(
  "0a320a1e08f8b2939e0512160a07546573744b6579120b54657374436f6e74656e741a00220e31302e3233302e3230312e313137",
  "hex",
);

const nodeSource = "aliyun/aliyun-log-nodejs-sdk test/unit.test.js";
const nodeKeys = {
  accessKeyId: "bq2sjzesjmo86kq35behupbq",
  accessKeySecret: "4fdO2fTDDnZPU/L7CHNdemB2Nsk=",
};
const nodePost = {
  ...sha1Headers,
  date: "Mon, 09 Nov 2015 06:03:03 GMT",
  "content-md5": "1DD45FA4A70A9300CC9FE7305AF2C494",
  "content-length": "52",
  "content-type": "application/x-protobuf",
  "x-log-bodyrawsize": "50",
  "x-log-compresstype": "lz4",
};
const nodeToken =
  "CAISiwJ1q6Ft5B2yfSjIr5D7Et3+35R02JuKR1P1lk40dt1giPfK1Dz2IHhLdXNrAuEXs/w0mmBQ7v8TlqZdVplOWU3Da+B364xK7Q75jHw5B0zwv9I+k5SANTW5KXyShb3/AYjQSNfaZY3eCTTtnTNyxr3XbCirW0ffX7SClZ9gaKZ8PGD6F00kYu1bPQx/ssQXGGLMPPK2SH7Qj3HXEVBjt3gX6wo9y9zmnZHNukGH3QOqkbVM9t6rGPX+MZkwZqUYesyuwel7epDG1CNt8BVQ/M909vccpmad5YrMUgQJuEvWa7KNo8caKgJmI7M3AbBFp/WlyKMn5raOydSrkE8cePtSVynP+g0hR0dZ+YgagAEFdb+5rO1e+OZ3kcmPKF5Zh2Sni+vF1qzKA/SElND5koQQV6uvVCweKnfzCPMKjY0OXWmfgtcwOTyJ4ABGsTGnILzBNRD/+Gdqe7wclZrj0aDUkTdFf8k7SudZuO9KOPBe8mS3pJoMs1p67mWA/J4Wn0dottbprb5EQOBRxUC6bw==";

const rustSource = "aliyun/aliyun-log-rust-sdk sign/src/sign.rs";
const rustKeys = { accessKeyId: "test-access-key-id", accessKeySecret: "test-access-key" };
const rustGet = { ...sha1Headers, date: "Thu, 01 Jan 1970 00:00:00 GMT" };
const rustPost = {
  ...rustGet,
  "content-type": "application/json",
  "content-md5": "CE688F8D1AC3ED309BA9BE0A5ABAFCE5",
};
const rustBody = '\n            {"key": "value"}\n        ';

export const officialVectors: readonly RequestVector[] = [
  {
    name: "G1",
    source: goSource,
    ...goKeys,
    method: "GET",
    path: "/logstores",
    query: {},
    headers: { ...sha1Headers, "x-log-bodyrawsize": "0", date: "Mon, 3 Jan 2010 08:33:47 GMT" },
    authorization: "LOG mockAccessKeyID:Rwm6cTKzoti4HWoe+GKcb6Kv07E=",
  },
  {
    name: "G2",
    source: goSource,
    ...goKeys,
    method: "GET",
    path: "/logstores/app_log",
    query: {},
    headers: {
      ...sha1Headers,
      "x-log-bodyrawsize": "50",
      "content-md5": "8D6881250FF5559F59BBDF04100F6E59",
      "content-type": "application/x-protobuf",
      "content-length": "50",
      date: "Mon, 3 Jan 2010 08:33:47 GMT",
    },
    body: goLogGroup,
    authorization: "LOG mockAccessKeyID:87xQWqFaOSewqRIma8kPjGYlXHc=",
  },
  {
    name: "N1",
    source: nodeSource,
    ...nodeKeys,
    method: "GET",
    path: "/logstores",
    query: { logstoreName: "", offset: "0", size: "1000" },
    headers: { ...sha1Headers, date: "Mon, 09 Nov 2015 06:11:16 GMT" },
    authorization: "LOG bq2sjzesjmo86kq35behupbq:jEYOTCJs2e88o+y5F4/S5IsnBJQ=",
  },
  {
    name: "N2",
    source: nodeSource,
    ...nodeKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    query: {},
    headers: nodePost,
    authorization: "LOG bq2sjzesjmo86kq35behupbq:XWLGYHGg2F2hcfxWxMLiNkGki6g=",
  },
  {
    name: "N3",
    source: nodeSource,
    accessKeyId: "STS.NSNYgJ2KUoYaEuDrNazRLg2a6",
    accessKeySecret: "56Xqw2THF5vTHTNkGWR6uGRKXToKWMi2eLFjppPNV8RR",
    method: "POST",
    path: "/logstores/test-logstore",
    query: {},
    headers: { ...nodePost, "x-acs-security-token": nodeToken },
    authorization: "LOG STS.NSNYgJ2KUoYaEuDrNazRLg2a6:G3R03b6PwVI+zUaLtqezsBDL/j8=",
  },
  {
    name: "R1",
    source: rustSource,
    accessKeyId: "",
    accessKeySecret: "",
    method: "GET",
    path: "/",
    query: {},
    headers: rustGet,
    authorization: "LOG :SApFTtfTFKHmzdEdaMe5TjNn+RQ=",
  },
  {
    name: "R2",
    source: rustSource,
    ...rustKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    query: { type: "log", offset: "0", line: "100" },
    headers: rustPost,
    body: rustBody,
    authorization: "LOG test-access-key-id:4pL2xZJERC3tPKtRiHh9+nMG3tI=",
  },
  {
    name: "R3",
    source: rustSource,
    ...rustKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    query: { type: "log", offset: "0", line: "100" },
    headers: { ...rustPost, "x-acs-security-token": "test-security-token" },
    body: rustBody,
    authorization: "LOG test-access-key-id:ZQt+0wIvpd+O9yIJKeKxZTJ2hv0=",
  },
  {
    name: "R4",
    source: rustSource,
    ...rustKeys,
    method: "POST",
    path: "/logstores/test/shards/2",
    query: { type: "log", count: "1000", cursor: "MTczNzY2OTAzNjAxNzIxODQ1NA==" },
    headers: { ...rustPost, "x-acs-security-token": "test-security-token" },
    body: rustBody,
    authorization: "LOG test-access-key-id:K3rw5WXRe77aZ/meSyEa8NNUYFc=",
  },
];

const derivedSource =
  "derived from the documented UpdateCheckPoint example, by an implementation that passes every official vector";
const documentedBody = '{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}';
const documentedGet = {
  ...sha1Headers,
  "x-log-bodyrawsize": "0",
  date: "Sun, 06 May 2018 09:14:53 GMT",
};
const documentedWrite = {
  source: derivedSource,
  accessKeyId: "testAccessKeyId",
  accessKeySecret: "testAccessKeySecret",
  method: "POST",
  path: "/logstores/logstore-4/consumergroups/consumer_group_test",
  headers: {
    ...documentedGet,
    "content-type": "application/json",
    "content-md5": "59457BAFB3F85A5117BDE243947583B0",
  },
  body: documentedBody,
} as const;

export const derivedVectors = {
  D1: {
    name: "D1",
    ...documentedWrite,
    query: { forceSuccess: "true", type: "checkpoint" },
    authorization: "LOG testAccessKeyId:RJb5hzgSm3BynI0Pm0QjYUCs/Aw=",
  },
  D2: {
    name: "D2",
    ...documentedWrite,
    query: { consumer: "", forceSuccess: "true", type: "checkpoint" },
    authorization: "LOG testAccessKeyId:6z6z1AdrIKFYCD7m4rBdrkkoMkE=",
  },
  D3: {
    name: "D3",
    ...documentedWrite,
    query: { consumer: "consumer_1", forceSuccess: "false", type: "checkpoint" },
    authorization: "LOG testAccessKeyId:efljpd6oxoSs8/Y4y636+zcM3cs=",
  },
  D4: {
    name: "D4",
    ...documentedWrite,
    query: { forceSuccess: "true", type: "checkpoint" },
    headers: { ...documentedWrite.headers, "x-acs-security-token": "test-token" },
    authorization: "LOG testAccessKeyId:ReI4sxwnMgnC0M67TiHCBhrN23o=",
  },
  D6: {
    name: "D6",
    source: derivedSource,
    accessKeyId: "testAccessKeyId",
    accessKeySecret: "testAccessKeySecret",
    method: "GET",
    path: "/logstores/logstore-4/shards/0",
    query: { cursor: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==", type: "cursor_time" },
    headers: documentedGet,
    authorization: "LOG testAccessKeyId:MtsCRq+Y9oMr1pSVvX0hLfzBqfs=",
  },
} as const satisfies Readonly<Record<string, RequestVector>>;

/** J1: a canonical query alone. */
export const queryVectors = [
  {
    name: "J1",
    source: "aliyun/aliyun-log-java-sdk SlsV1SignerTest",
    query: {
      type: "log",
      topic: "topic_1",
      from: "1300",
      to: "1400",
      query: "sls query string",
      reverse: "true",
    },
    canonical: "from=1300&query=sls query string&reverse=true&to=1400&topic=topic_1&type=log",
  },
] as const;

/** J2: the MD5 of a body, from aliyun/aliyun-log-java-sdk SlsV1SignerTest. */
export const md5Vectors = [
  { hex: "20", md5: "7215EE9C7D9DC229D2921A40E899EC5F" },
  { hex: "6f6c735f73646b", md5: "6130B39CFD626F8A4D48BFB3E44DAA79" },
  { hex: "6d6435", md5: "1BC29B36F623BA82AAF6724FD3B16718" },
  { hex: "6b6c3338797353016b64220a0964736938", md5: "802EAEB3D5AC8CBE65934997C0B83E4B" },
  { hex: "6b6c3338797353016b64220a090864736938", md5: "04568016387F3BF053211F01CF55E52E" },
  { hex: "89", md5: "2854272FEC044D0BDB16DE12CB62D07E" },
] as const;
