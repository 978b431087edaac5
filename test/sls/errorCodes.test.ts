import { describe, expect, test } from "vitest";
import { classify, remedyFor, documentedCodes, usualSpelling } from "../../provider/src/sls/errorCodes.js";
import { documentedErrors, spellingsOf } from "./documentedCodes.js";

describe("an error code", () => {
  test("is known if and only if SLS documents it", () => {
    const documented = documentedErrors.map(({ code }) => code);
    expect(Object.keys(documentedCodes).sort()).toEqual([...documented].sort());
    expect(documented).toHaveLength(55);
  });

  test.each(documentedErrors)("$code is $kind, in every spelling", (error) => {
    const { code, status, kind } = error;
    expect(classify(code, status, "any message").kind).toBe(kind);
    expect(spellingsOf(error).map(usualSpelling)).toEqual(spellingsOf(error).map(() => code));
  });

  test.each(documentedErrors)("$code comes with what to do about it", ({ code, status }) => {
    expect(classify(code, status, "").remedy).toMatch(/^[A-Z].*\.$/);
  });

  test.each([
    { message: "The security token you provided is invalid", kind: "token" },
    { message: "The security token you provided has expired", kind: "token" },
    { message: "SECURITY TOKEN EXPIRED", kind: "token" },
    { message: "The project does not belong to you", kind: "denied" },
    { message: "AccessKeyId not found: id", kind: "denied" },
    { message: "AccessKeyId is disabled: id", kind: "denied" },
    { message: "denied by sts or ram, action: log:GetConsumerGroupCheckPoint", kind: "denied" },
    { message: "The request is invalid", kind: "denied" },
    { message: "", kind: "denied" },
  ])('Unauthorized with "$message" is $kind', ({ message, kind }) => {
    expect(classify("Unauthorized", 401, message).kind).toBe(kind);
    expect(classify(usualSpelling("UNAUTHORIZED"), 401, message).kind).toBe(kind);
  });

  test.each([
    { message: "AccessKeyId not found: id", remedy: /^Check sls:accessKeyId and sls:accessKeySecret/ },
    { message: "AccessKeyId is disabled: id", remedy: /^Check sls:accessKeyId and sls:accessKeySecret/ },
    { message: "The security token you provided has expired", remedy: /^Get a new security token/ },
    {
      message: "denied by sts or ram",
      remedy: /^Let the key's RAM policy allow log:ConsumerGroupUpdateCheckPoint/,
    },
  ])('Unauthorized with "$message" comes with a way out that fits', ({ message, remedy }) => {
    expect(remedyFor("UpdateCheckPoint", classify("Unauthorized", 401, message))).toMatch(remedy);
  });

  test("with a token's message is a token's only for Unauthorized", () => {
    expect(classify("ParameterInvalid", 400, "the security token is invalid").kind).toBe("invalid");
  });

  test.each([
    { status: 500, kind: "server" },
    { status: 503, kind: "server" },
    { status: 401, kind: "denied" },
    { status: 403, kind: "denied" },
    { status: 404, kind: "missing" },
    { status: 400, kind: "invalid" },
    { status: 302, kind: "invalid" },
  ])("that nobody documents counts by its status: $status is $kind", ({ status, kind }) => {
    expect(classify("SomethingNew", status, "").kind).toBe(kind);
    expect(usualSpelling("SomethingNew")).toBe("SomethingNew");
  });

  test.each([{ code: "constructor" }, { code: "__proto__" }, { code: "toString" }, { code: "" }])(
    'that every object has as a property is not documented: "$code"',
    ({ code }) => {
      expect(usualSpelling(code)).toBe(code);
      expect(classify(code, 500, "").kind).toBe("server");
    },
  );
});
