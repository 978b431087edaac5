import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { percentEncode } from "../../../provider/src/sls/request.js";
import {
  canonicalQuery,
  canonicalRequest,
  compactTime,
  signedHeaders,
  v4Authorization,
  v4Signer,
} from "../../../provider/src/sls/signing/v4.js";
import {
  type V4Vector,
  capturedVectors,
  derivedSteps,
  derivedVectors,
  officialVectors,
  percentEncodeVectors,
} from "./v4Vectors.js";

const vectors: readonly V4Vector[] = [
  ...officialVectors,
  ...Object.values(derivedVectors),
  ...capturedVectors,
];

function signatureOf(vector: V4Vector): string {
  return v4Authorization(vector, vector, vector.region).split("Signature=")[1] ?? "";
}

function isSigned(header: string): boolean {
  return /^(?:x-log-|x-acs-)|^(?:content-type|host)$/.test(header);
}

/** Every text that differs from the given one in a single byte, and the one with a byte more. */
function* withOneByteChanged(text: string): Generator<string> {
  for (let index = 0; index < text.length; index += 1) {
    const other = text[index] === "x" ? "y" : "x";
    yield `${text.slice(0, index)}${other}${text.slice(index + 1)}`;
  }
  yield `${text}x`;
}

/** Every vector that differs in a single byte of a signed value or name, with what differs. */
function* changedVectors(vector: V4Vector): Generator<readonly [string, V4Vector]> {
  for (const part of ["method", "path", "accessKeySecret", "region"] as const) {
    for (const text of withOneByteChanged(vector[part])) yield [part, { ...vector, [part]: text }];
  }
  for (const group of ["query", "headers"] as const) {
    for (const [name, value] of Object.entries(vector[group])) {
      if (group === "headers" && !isSigned(name)) continue;
      for (const text of withOneByteChanged(value)) {
        yield [`${group} ${name}`, { ...vector, [group]: { ...vector[group], [name]: text } }];
      }
      const { [name]: _removed, ...rest } = vector[group];
      yield [`no ${group} ${name}`, { ...vector, [group]: rest }];
      yield [`${group} ${name}x`, { ...vector, [group]: { ...rest, [`${name}x`]: value } }];
    }
  }
}

describe("signature V4", () => {
  test("is tested with five official requests, two derived ones, a captured one and two encodings", () => {
    const counts = [
      officialVectors,
      Object.values(derivedVectors),
      capturedVectors,
      percentEncodeVectors,
    ].map((each) => each.length);
    expect(counts).toEqual([5, 2, 1, 2]);
  });

  test.each(vectors)("of vector $name ($source)", (vector) => {
    const date = vector.headers["x-log-date"]?.slice(0, 8) ?? "";
    expect(v4Authorization(vector, vector, vector.region)).toBe(
      `SLS4-HMAC-SHA256 Credential=${vector.accessKeyId}/${date}/${vector.region}/sls/aliyun_v4_request,` +
        `Signature=${vector.signature}`,
    );
  });

  test.each(percentEncodeVectors)("encodes $text", ({ text, encoded }) => {
    expect(percentEncode(text)).toBe(encoded);
  });

  test("takes the steps to D7 and D8 that are written down", () => {
    const { D7, D8 } = derivedVectors;
    expect(signedHeaders(D7.headers)).toBe(derivedSteps.signedHeaders);
    expect(createHash("sha256").update(canonicalRequest(D7)).digest("hex")).toBe(
      derivedSteps.canonicalRequestSha256,
    );
    expect(canonicalQuery(D8.query)).toBe(derivedSteps.canonicalQuery);
  });

  test.each(vectors)("changes with every byte of every signed part of vector $name", (vector) => {
    const unnoticed = [...changedVectors(vector)]
      .filter(([, changed]) => signatureOf(changed) === vector.signature)
      .map(([part]) => part);
    expect(unnoticed).toEqual([]);
  });

  test.each(vectors)("does not cover other headers of vector $name", (vector) => {
    const headers = {
      ...vector.headers,
      "user-agent": "x",
      "content-length": "7",
      date: "today",
      accept: "*",
    };
    expect(signatureOf({ ...vector, headers })).toBe(vector.signature);
  });

  test("covers headers and queries in the order of their names, however they are given", () => {
    const reversed = (fields: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(fields).reverse());
    for (const vector of vectors) {
      const changed = { ...vector, query: reversed(vector.query), headers: reversed(vector.headers) };
      expect(signatureOf(changed)).toBe(vector.signature);
    }
  });
});

describe("a request signed with V4", () => {
  const date = new Date("2018-05-06T09:14:53.999Z");
  const host = derivedVectors.D7.headers.host;

  function signed(
    { method, path, query, body, accessKeyId, accessKeySecret, region }: V4Vector,
    securityToken?: string,
  ) {
    const credentials = {
      accessKeyId,
      accessKeySecret,
      ...(securityToken !== undefined && { securityToken }),
    };
    const request = { method, path, query, host, ...(body !== "" && { body }) };
    return v4Signer(region)(request, credentials, date);
  }

  test("is vector D7, with the true size of the body", () => {
    const { D7 } = derivedVectors;
    const { authorization, ...headers } = signed(D7);
    expect(headers).toEqual({ ...D7.headers, "x-log-bodyrawsize": "55" });
    expect(authorization).toBe(v4Authorization({ ...D7, headers }, D7, D7.region));
    expect(signatureOf({ ...D7, headers: { ...headers, "x-log-bodyrawsize": "0" } })).toBe(D7.signature);
  });

  test("without a body is exactly vector D8", () => {
    const { D8 } = derivedVectors;
    const { authorization, ...headers } = signed(D8);
    expect(headers).toEqual(D8.headers);
    expect(authorization).toContain(`Signature=${D8.signature}`);
  });

  test("is signed with the key of its day, region and credentials", () => {
    const { D7 } = derivedVectors;
    const credentials = { accessKeyId: D7.accessKeyId, accessKeySecret: D7.accessKeySecret };
    const request = { method: D7.method, path: D7.path, query: D7.query, host };
    const days = ["2018-05-06T23:59:59Z", "2018-05-07T00:00:00Z", "2018-05-06T00:00:00Z"];
    for (const day of days) {
      for (const region of ["cn-hangzhou", "cn-shanghai"]) {
        for (const by of [credentials, { ...credentials, accessKeySecret: "another" }]) {
          const { authorization, ...headers } = v4Signer(region)(request, by, new Date(day));
          expect(authorization).toBe(v4Authorization({ ...request, headers }, { ...by }, region));
        }
      }
    }
  });

  test("covers the token", () => {
    const { D7 } = derivedVectors;
    const { authorization, ...headers } = signed(D7, "a-token");
    expect(headers["x-acs-security-token"]).toBe("a-token");
    expect(authorization).toBe(v4Authorization({ ...D7, headers }, D7, D7.region));
    expect(authorization).not.toBe(signed(D7)["authorization"]);
  });

  test("hashes the bytes of a body, not its characters", () => {
    const headers = signed({ ...derivedVectors.D7, body: "é" });
    expect(headers["x-log-bodyrawsize"]).toBe("2");
    expect(headers["x-log-content-sha256"]).toBe(
      createHash("sha256").update(Buffer.from("c3a9", "hex")).digest("hex"),
    );
  });

  test("writes its time to the second, in UTC", () => {
    expect(compactTime(new Date("2026-11-22T07:08:09.999+08:00"))).toBe("20261121T230809Z");
  });

  test("leaves its input as it was", () => {
    const request = Object.freeze({ method: "GET", path: "/", query: {}, host });
    v4Signer("cn-shanghai")(request, { accessKeyId: "id", accessKeySecret: "secret" }, date);
    expect(request).toEqual({ method: "GET", path: "/", query: {}, host });
  });
});
