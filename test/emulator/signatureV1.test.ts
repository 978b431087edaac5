import { describe, expect, it } from "vitest";
import { signatureV1, stringToSignV1 } from "../../emulator/src/wire/signature/signatureV1.js";
import { derivedVectors, officialVectors, type V1Vector } from "./signatureV1Vectors.js";

function requestOf({ method, path, query = {}, headers }: V1Vector) {
  const parameters = Object.entries(query).map(([name, value]) => ({ name, value, bare: false }));
  return { method, path, parameters, headers: new Map(Object.entries(headers)) };
}

describe("the V1 signature", () => {
  it("is tested with nine official vectors and six derived ones", () => {
    expect([officialVectors.length, derivedVectors.length]).toEqual([9, 6]);
  });

  it.each([...officialVectors, ...derivedVectors])("of $name", (vector) => {
    const { secret, signatureMethod = "hmac-sha1", expected } = vector;
    expect(signatureV1(requestOf(vector), secret, signatureMethod)).toBe(expected);
  });

  it("changes with every signed part, and with nothing else", () => {
    const [vector] = derivedVectors;
    if (vector === undefined) throw new Error("no vector");
    const sign = (change: Partial<V1Vector>) =>
      signatureV1(requestOf({ ...vector, ...change }), vector.secret, "hmac-sha1");
    const header = (name: string, value: string) => ({ headers: { ...vector.headers, [name]: value } });
    expect(sign({})).toBe(vector.expected);
    const signed = [
      { method: "PUT" },
      { path: `${vector.path}x` },
      { query: { ...vector.query, forceSuccess: "false" } },
      header("content-md5", "59457BAFB3F85A5117BDE243947583B1"),
      header("content-type", "application/jsoN"),
      header("date", "Sun, 06 May 2018 09:14:54 GMT"),
      header("x-log-bodyrawsize", "1"),
      header("x-acs-anything", "1"),
    ];
    for (const change of signed) expect(sign(change)).not.toBe(vector.expected);
    const unsigned = [header("host", "x"), header("user-agent", "x"), header("x-log-date", "x")];
    for (const change of unsigned) expect(sign(change)).toBe(vector.expected);
  });

  it("signs query values raw and sorted by name", () => {
    const query = {
      type: "log",
      topic: "topic_1",
      from: "1300",
      to: "1400",
      query: "sls query string",
      reverse: "true",
    };
    const parameters = Object.entries(query).map(([name, value]) => ({ name, value, bare: false }));
    const text = stringToSignV1({ method: "GET", path: "/logstores/a", parameters, headers: new Map() });
    expect(text.split("?")[1]).toBe(
      "from=1300&query=sls query string&reverse=true&to=1400&topic=topic_1&type=log",
    );
  });
});
