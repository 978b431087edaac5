import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeOfficialFailure } from "../../../provider/src/sls/official/failure.js";

const secret = "Abcdef0123456789SecretOfAKey";

function error(message: string, more: object = {}): Error {
  return Object.assign(new Error(message), more);
}

describe("a failure of the credentials library", () => {
  // Every message of the library that quotes something, with a secret in what it quotes.
  const quoting = [
    `parse aliyun cli config from '/home/ci/.aliyun/config.json' failed: {"access_key_secret":"${secret}"`,
    `refresh session token failed: <html>${secret}</html>`,
    `refresh session token failed: {"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST&SecurityToken%3D${secret}"}`,
    `refresh RoleArn sts token err, unmarshal fail: ${secret}`,
    `get sts token failed with OIDC: {"Message":"${secret}"}`,
    `get sts token failed, json parse failed: Unexpected token, result: ${secret}.`,
    `error retrieving credentials from credentialsURI result: {"AccessKeySecret":"${secret}"}.`,
    `ReadTimeout(10000). POST https://sts.aliyuncs.com/?SecurityToken=${secret}&Signature=x failed.`,
    `ConnectTimeout: Connect https://sts.aliyuncs.com/?SecurityToken=${secret} failed.`,
    `failed to execute external command: printed ${secret}`,
    `invalid character in ${secret}`,
  ];

  test.each(quoting)("never repeats what the library quotes: %s", (message) => {
    for (const more of [{}, { name: "RequestTimeoutError" }, { code: "ENOENT" }, { code: secret }]) {
      expect(JSON.stringify(describeOfficialFailure(error(message, more)))).not.toContain(secret);
    }
  });

  test.each([
    [
      error("reading aliyun cli config from '/h/.aliyun/config.json' failed."),
      "there is no /h/.aliyun/config.json",
    ],
    [error("parse aliyun cli config from '/h/config.json' failed: {"), "/h/config.json is not JSON"],
    [error("no any configured profiles in '/h/config.json'"), "/h/config.json holds no profile"],
    [error("unable to get profile with 'ci'"), 'there is no profile "ci"'],
    [
      error("unsupported profile mode 'RsaKeyPair'"),
      'the profile\'s mode "RsaKeyPair" is not one that can be used here',
    ],
    [error('Can not find credential type for "default"'), "section [default] names no type"],
    [error("the CLI profile is disabled"), "turned off by ALIBABA_CLOUD_CLI_PROFILE_DISABLED"],
    [error("IMDS credentials is disabled"), "turned off by ALIBABA_CLOUD_ECS_METADATA_DISABLED"],
    [error("the access key secret is invalid"), "STS answered that the secret does not belong to the key"],
    [error("x", { code: "ENOENT", path: "/h/credentials" }), "there is no /h/credentials"],
    [error('x: {"Code":"NoPermission"}'), "STS answered NoPermission"],
    [
      error('error retrieving credentials from credentialsURI result: {"Code":"Success","AccessKeyId":"a"}.'),
      "what it gave is not a whole key pair with a token",
    ],
    [
      error('get sts token failed, httpStatus: 500, message = {"Code":"Success"}.'),
      "it failed for a reason that is not repeated here, because it may hold secrets",
    ],
    [
      error("session duration should be in the range of 900s - max session duration"),
      "expired_seconds is less than 900",
    ],
    [error("the security token is empty"), "the security token is empty"],
  ])("tells what is harmless: %s", (failure, what) => {
    expect(describeOfficialFailure(failure)).toEqual({ what, passing: false });
  });

  test.each([
    error("x", { code: "ENOTFOUND", hostname: "sts.aliyuncs.com" }),
    error("x", { code: "ECONNREFUSED", address: "10.0.0.1" }),
    error("x", { name: "RequestTimeoutError" }),
    error('x: {"Code":"Throttling.User"}'),
    error('x: {"Code":"ServiceUnavailable"}'),
  ])("may pass: %s", (failure) => {
    expect(describeOfficialFailure(failure).passing).toBe(true);
  });

  test("of any shape is told, without its own words", () => {
    const words = fc.string({ minLength: 12, maxLength: 40 });
    const thrown = fc.oneof(
      fc.anything(),
      fc
        .record({ message: words, code: fc.anything(), path: fc.anything() })
        .map((fields) => error(fields.message, fields)),
    );
    fc.assert(
      fc.property(thrown, (failure) => {
        const { what } = describeOfficialFailure(failure);
        expect(what).not.toBe("");
        if (failure instanceof Error) expect(what).not.toContain(failure.message);
      }),
    );
  });
});
