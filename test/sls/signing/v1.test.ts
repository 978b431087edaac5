import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalResource,
  contentMd5,
  signV1,
  v1Authorization,
} from "../../../provider/src/sls/signing/v1.js";
import {
  type RequestVector,
  derivedVectors,
  md5Vectors,
  officialVectors,
  queryVectors,
} from "./v1Vectors.js";

const requestVectors: readonly RequestVector[] = [...officialVectors, ...Object.values(derivedVectors)];

function authorizationOf(vector: RequestVector): string {
  return v1Authorization(vector, vector);
}

function isSigned(header: string): boolean {
  return /^(?:x-log-|x-acs-)|^(?:content-md5|content-type|date)$/.test(header);
}

/** Every text that differs from the given one in a single byte, and the one with a byte more. */
function* withOneByteChanged(text: string): Generator<string> {
  for (let index = 0; index < text.length; index += 1) {
    const other = text[index] === "x" ? "y" : "x";
    yield `${text.slice(0, index)}${other}${text.slice(index + 1)}`;
  }
  yield `${text}x`;
}

/** Every vector that differs in a single byte of a signed value, with the name of the value. */
function* changedVectors(vector: RequestVector): Generator<readonly [string, RequestVector]> {
  for (const part of ["method", "path", "accessKeySecret"] as const) {
    for (const text of withOneByteChanged(vector[part])) yield [part, { ...vector, [part]: text }];
  }
  for (const group of ["query", "headers"] as const) {
    for (const [name, value] of Object.entries(vector[group])) {
      if (group === "headers" && !isSigned(name)) continue;
      for (const text of withOneByteChanged(value)) {
        yield [`${group} ${name}`, { ...vector, [group]: { ...vector[group], [name]: text } }];
      }
    }
  }
}

describe("signature V1", () => {
  test("is tested with nine official requests, five derived ones, one query and six MD5s", () => {
    const counts = [officialVectors, Object.values(derivedVectors), queryVectors, md5Vectors].map(
      (vectors) => vectors.length,
    );
    expect(counts).toEqual([9, 5, 1, 6]);
  });

  test.each(requestVectors)("of vector $name ($source)", (vector) => {
    expect(authorizationOf(vector)).toBe(vector.authorization);
  });

  test.each(queryVectors)(
    "signs the query of vector $name raw and sorted ($source)",
    ({ query, canonical }) => {
      expect(canonicalResource("/logstores/a", query)).toBe(`/logstores/a?${canonical}`);
    },
  );

  test.each(md5Vectors)("writes the MD5 of $hex in upper case, leading zeros kept (J2)", ({ hex, md5 }) => {
    expect(contentMd5(Buffer.from(hex, "hex"))).toBe(md5);
  });

  test.each(requestVectors.filter(({ body }) => body !== undefined))(
    "writes the MD5 of the body of vector $name",
    ({ body, headers }) => {
      expect(contentMd5(body ?? "")).toBe(headers["content-md5"]);
    },
  );

  test.each(requestVectors)("changes with every byte of every signed part of vector $name", (vector) => {
    const unnoticed = [...changedVectors(vector)]
      .filter(([, changed]) => authorizationOf(changed) === vector.authorization)
      .map(([part]) => part);
    expect(unnoticed).toEqual([]);
  });

  test.each(requestVectors)("does not cover other headers of vector $name", (vector) => {
    const headers = { ...vector.headers, host: "shop.example", "user-agent": "x", "content-length": "7" };
    expect(authorizationOf({ ...vector, headers })).toBe(vector.authorization);
  });

  test("covers headers and queries in the order of their names, however they are given", () => {
    const vector: RequestVector = derivedVectors.D3;
    const reversed = (fields: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(fields).reverse());
    const changed = { ...vector, query: reversed(vector.query), headers: reversed(vector.headers) };
    expect(authorizationOf(changed)).toBe(vector.authorization);
  });

  test("leaves out blanks around a header's value, as the service does", () => {
    const { D4 } = derivedVectors;
    const headers = { ...D4.headers, "x-acs-security-token": "  test-token " };
    expect(authorizationOf({ ...D4, headers })).toBe(D4.authorization);
  });
});

describe("a signed request", () => {
  const date = new Date("2018-05-06T09:14:53.999Z");
  const host = "shop.example";

  function signed(vector: RequestVector & { readonly body?: string }, securityToken?: string) {
    const { method, path, query, body, accessKeyId, accessKeySecret } = vector;
    const request = { method, path, query, host, ...(body !== undefined && { body }) };
    const credentials = {
      accessKeyId,
      accessKeySecret,
      ...(securityToken !== undefined && { securityToken }),
    };
    return signV1(request, credentials, date);
  }

  test.each([
    { vector: derivedVectors.D1, token: undefined },
    { vector: derivedVectors.D2, token: undefined },
    { vector: derivedVectors.D3, token: undefined },
    { vector: derivedVectors.D4, token: "test-token" },
  ])("of $vector.name is that vector's, with the true size of the body", ({ vector, token }) => {
    const { authorization, ...headers } = signed(vector, token);
    expect(headers).toEqual({ ...vector.headers, host, "x-log-bodyrawsize": "55" });
    expect(authorization).toBe(v1Authorization({ ...vector, headers }, vector));
    const asDocumented = { ...headers, "x-log-bodyrawsize": "0" };
    expect(v1Authorization({ ...vector, headers: asDocumented }, vector)).toBe(vector.authorization);
  });

  test("without a body is exactly vector D6", () => {
    const { D6 } = derivedVectors;
    expect(signed(D6)).toEqual({ ...D6.headers, host, authorization: D6.authorization });
  });

  test("counts and hashes the bytes of a body, not its characters", () => {
    const headers = signed({ ...derivedVectors.D1, body: "é" });
    expect(headers["x-log-bodyrawsize"]).toBe("2");
    expect(headers["content-md5"]).toBe(contentMd5(Buffer.from("c3a9", "hex")));
  });

  test("is what the generic signature makes of the headers that are sent", () => {
    const text = fc.string({ unit: "grapheme" });
    const request = fc.record(
      {
        method: fc.constantFrom("GET", "POST"),
        path: fc.webPath(),
        query: fc.dictionary(fc.stringMatching(/^[A-Za-z_]{1,9}$/), text),
        host: fc.domain(),
        body: text,
      },
      { requiredKeys: ["method", "path", "query", "host"] },
    );
    const credentials = fc.record(
      {
        accessKeyId: text,
        accessKeySecret: text,
        securityToken: fc.oneof(
          text,
          text.map((token) => ` ${token} `),
        ),
      },
      { requiredKeys: ["accessKeyId", "accessKeySecret"] },
    );
    fc.assert(
      fc.property(request, credentials, fc.date({ noInvalidDate: true }), (unsigned, by, at) => {
        const { authorization, ...headers } = signV1(unsigned, by, at);
        expect(authorization).toBe(v1Authorization({ ...unsigned, headers }, by));
        expect(signV1(unsigned, by, at)).toEqual({ authorization, ...headers });
      }),
    );
  });

  test("of other credentials with the same id is signed with their secret", () => {
    const [one, other] = ["one", "other"].map((accessKeySecret) =>
      signV1({ method: "GET", path: "/", query: {}, host }, { accessKeyId: "id", accessKeySecret }, date),
    );
    expect(one).not.toEqual(other);
  });

  test("leaves its input as it was", () => {
    const request = {
      method: "POST",
      path: "/logstores/a",
      query: { type: "checkpoint", consumer: "" },
      host,
      body: "{}",
    };
    const credentials = { accessKeyId: "id", accessKeySecret: "secret", securityToken: "token" };
    const before = structuredClone({ request, credentials });
    signV1(deeplyFrozen(request), deeplyFrozen(credentials), date);
    expect({ request, credentials }).toEqual(before);
  });
});

function deeplyFrozen<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deeplyFrozen(part as object);
  }
  return Object.freeze(value);
}
