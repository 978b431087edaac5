import { createHash } from "node:crypto";
import type { V1Method } from "../../emulator/src/wire/signature/signatureV1.js";

/** One signed request. Queries are decoded, as they are signed. */
export interface V1Vector {
  readonly name: string;
  readonly id: string;
  readonly secret: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly signatureMethod?: V1Method;
  readonly expected: string;
}

const goHeaders = { "x-log-apiversion": "0.6.0", "x-log-signaturemethod": "hmac-sha1" };
const goKeys = { id: "mockAccessKeyID", secret: "mockAccessKeySecret" };
const nodeKeys = { id: "bq2sjzesjmo86kq35behupbq", secret: "4fdO2fTDDnZPU/L7CHNdemB2Nsk=" };
const nodePost = {
  date: "Mon, 09 Nov 2015 06:03:03 GMT",
  ...goHeaders,
  "content-md5": "1DD45FA4A70A9300CC9FE7305AF2C494",
  "content-length": "52",
  "content-type": "application/x-protobuf",
  "x-log-bodyrawsize": "50",
  "x-log-compresstype": "lz4",
};
const rustBody = '\n            {"key": "value"}\n        ';
const rustHeaders = { date: "Thu, 01 Jan 1970 00:00:00 GMT", ...goHeaders };
const rustPost = { ...rustHeaders, "content-type": "application/json", "content-md5": md5(rustBody) };
const rustKeys = { id: "test-access-key-id", secret: "test-access-key" };
const stsToken =
  "CAISiwJ1q6Ft5B2yfSjIr5D7Et3+35R02JuKR1P1lk40dt1giPfK1Dz2IHhLdXNrAuEXs/w0mmBQ7v8TlqZdVplOWU3Da+B364xK7Q75jHw5B0zwv9I+k5SANTW5KXyShb3/AYjQSNfaZY3eCTTtnTNyxr3XbCirW0ffX7SClZ9gaKZ8PGD6F00kYu1bPQx/ssQXGGLMPPK2SH7Qj3HXEVBjt3gX6wo9y9zmnZHNukGH3QOqkbVM9t6rGPX+MZkwZqUYesyuwel7epDG1CNt8BVQ/M909vccpmad5YrMUgQJuEvWa7KNo8caKgJmI7M3AbBFp/WlyKMn5raOydSrkE8cePtSVynP+g0hR0dZ+YgagAEFdb+5rO1e+OZ3kcmPKF5Zh2Sni+vF1qzKA/SElND5koQQV6uvVCweKnfzCPMKjY0OXWmfgtcwOTyJ4ABGsTGnILzBNRD/+Gdqe7wclZrj0aDUkTdFf8k7SudZuO9KOPBe8mS3pJoMs1p67mWA/J4Wn0dottbprb5EQOBRxUC6bw==";
const documentedBody = '{"shard":0,"checkpoint":"MTUyNDE1NTM3OTM3MzkwODQ5Ng=="}';
const documented = {
  id: "testAccessKeyId",
  secret: "testAccessKeySecret",
  method: "POST",
  path: "/logstores/logstore-4/consumergroups/consumer_group_test",
};
const documentedHeaders = {
  "x-log-apiversion": "0.6.0",
  "x-log-signaturemethod": "hmac-sha1",
  "x-log-bodyrawsize": "0",
  "content-type": "application/json",
  "content-md5": md5(documentedBody),
  date: "Sun, 06 May 2018 09:14:53 GMT",
};
const forced = { forceSuccess: "true", type: "checkpoint" };

/** The vectors in the tests of the official clients: Go, Node and Rust. */
export const officialVectors: readonly V1Vector[] = [
  {
    name: "Go: GET without a body",
    ...goKeys,
    method: "GET",
    path: "/logstores",
    headers: { ...goHeaders, "x-log-bodyrawsize": "0", date: "Mon, 3 Jan 2010 08:33:47 GMT" },
    expected: "Rwm6cTKzoti4HWoe+GKcb6Kv07E=",
  },
  {
    name: "Go: GET with a protobuf body",
    ...goKeys,
    method: "GET",
    path: "/logstores/app_log",
    headers: {
      ...goHeaders,
      "x-log-bodyrawsize": "50",
      "content-md5": "8D6881250FF5559F59BBDF04100F6E59",
      "content-type": "application/x-protobuf",
      "content-length": "50",
      date: "Mon, 3 Jan 2010 08:33:47 GMT",
    },
    expected: "87xQWqFaOSewqRIma8kPjGYlXHc=",
  },
  {
    name: "Node: GET with an empty query value",
    ...nodeKeys,
    method: "GET",
    path: "/logstores",
    query: { logstoreName: "", offset: "0", size: "1000" },
    headers: { date: "Mon, 09 Nov 2015 06:11:16 GMT", ...goHeaders },
    expected: "jEYOTCJs2e88o+y5F4/S5IsnBJQ=",
  },
  {
    name: "Node: POST of compressed logs",
    ...nodeKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    headers: nodePost,
    expected: "XWLGYHGg2F2hcfxWxMLiNkGki6g=",
  },
  {
    name: "Node: POST with a token",
    id: "STS.NSNYgJ2KUoYaEuDrNazRLg2a6",
    secret: "56Xqw2THF5vTHTNkGWR6uGRKXToKWMi2eLFjppPNV8RR",
    method: "POST",
    path: "/logstores/test-logstore",
    headers: { ...nodePost, "x-acs-security-token": stsToken },
    expected: "G3R03b6PwVI+zUaLtqezsBDL/j8=",
  },
  {
    name: "Rust: GET of the root with empty keys",
    id: "",
    secret: "",
    method: "GET",
    path: "/",
    headers: rustHeaders,
    expected: "SApFTtfTFKHmzdEdaMe5TjNn+RQ=",
  },
  {
    name: "Rust: POST with a query",
    ...rustKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    query: { type: "log", offset: "0", line: "100" },
    headers: rustPost,
    expected: "4pL2xZJERC3tPKtRiHh9+nMG3tI=",
  },
  {
    name: "Rust: POST with a token",
    ...rustKeys,
    method: "POST",
    path: "/logstores/test-logstore",
    query: { type: "log", offset: "0", line: "100" },
    headers: { ...rustPost, "x-acs-security-token": "test-security-token" },
    expected: "ZQt+0wIvpd+O9yIJKeKxZTJ2hv0=",
  },
  {
    name: "Rust: POST with a raw cursor in the query",
    ...rustKeys,
    method: "POST",
    path: "/logstores/test/shards/2",
    query: { type: "log", count: "1000", cursor: "MTczNzY2OTAzNjAxNzIxODQ1NA==" },
    headers: { ...rustPost, "x-acs-security-token": "test-security-token" },
    expected: "K3rw5WXRe77aZ/meSyEa8NNUYFc=",
  },
];

/** Vectors for UpdateCheckPoint, derived with a third implementation that passes every official one. */
export const derivedVectors: readonly V1Vector[] = [
  {
    name: "UpdateCheckPoint, forced",
    ...documented,
    query: forced,
    headers: documentedHeaders,
    expected: "RJb5hzgSm3BynI0Pm0QjYUCs/Aw=",
  },
  {
    name: "UpdateCheckPoint with an empty consumer",
    ...documented,
    query: { consumer: "", ...forced },
    headers: documentedHeaders,
    expected: "6z6z1AdrIKFYCD7m4rBdrkkoMkE=",
  },
  {
    name: "UpdateCheckPoint of a consumer",
    ...documented,
    query: { consumer: "consumer_1", forceSuccess: "false", type: "checkpoint" },
    headers: documentedHeaders,
    expected: "efljpd6oxoSs8/Y4y636+zcM3cs=",
  },
  {
    name: "UpdateCheckPoint with a token",
    ...documented,
    query: forced,
    headers: { ...documentedHeaders, "x-acs-security-token": "test-token" },
    expected: "ReI4sxwnMgnC0M67TiHCBhrN23o=",
  },
  {
    name: "UpdateCheckPoint with hmac-sha256",
    ...documented,
    query: forced,
    headers: { ...documentedHeaders, "x-log-signaturemethod": "hmac-sha256" },
    signatureMethod: "hmac-sha256",
    expected: "Ssz/I5Pn5bKZQ5urYZUEzslL0BDSXuMLfv+xsnaUU/c=",
  },
  {
    name: "GetCursorTime",
    ...documented,
    method: "GET",
    path: "/logstores/logstore-4/shards/0",
    query: { cursor: "MTUyNDE1NTM3OTM3MzkwODQ5Ng==", type: "cursor_time" },
    headers: {
      "x-log-apiversion": "0.6.0",
      "x-log-signaturemethod": "hmac-sha1",
      "x-log-bodyrawsize": "0",
      date: "Sun, 06 May 2018 09:14:53 GMT",
    },
    expected: "MtsCRq+Y9oMr1pSVvX0hLfzBqfs=",
  },
];

function md5(body: string): string {
  return createHash("md5").update(body).digest("hex").toUpperCase();
}
