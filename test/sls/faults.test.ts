import { type Socket, connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cursorAt } from "../../provider/src/model/cursor.js";
import { durationOfMilliseconds, durationOfSeconds } from "../../provider/src/model/duration.js";
import { type WriteAttempt } from "../../provider/src/sls/client.js";
import { type Credentials } from "../../provider/src/sls/credentials.js";
import { v1Authorization } from "../../provider/src/sls/signing/v1.js";
import {
  type ClientOptions,
  ClientUnderTest,
  codeOf,
  outcomeOfRead,
  outcomeOfWrite,
  secrets,
  shard,
  undici,
} from "./clientUnderTest.js";
import { documentedErrors, spellingsOf } from "./documentedCodes.js";
import { type Fault, FaultServer, page, serverDate, serviceError } from "./faultServer.js";

let server: FaultServer | undefined;
let tested: ClientUnderTest | undefined;
/** How many attempts were given their time. */
let timeouts = 0;

afterEach(async () => {
  restoreTime();
  timeouts = 0;
  await tested?.stop();
  await server?.stop();
  server = undefined;
  tested = undefined;
});

async function meeting(
  faults: readonly Fault[],
  options: Partial<ClientOptions> = {},
): Promise<ClientUnderTest> {
  await tested?.stop();
  await server?.stop();
  server = await FaultServer.start(faults);
  const configuration = {
    requestTimeout: durationOfMilliseconds(requestTimeout),
    ...options.configuration,
  };
  tested = new ClientUnderTest({ endpoint: server.endpoint, ...options, configuration });
  timeOutOnStall(server);
  return tested;
}

/** The time for an attempt: no other timer is set for as many milliseconds. */
const requestTimeout = 7_919;
const { setTimeout: realSetTimeout } = globalThis;

/**
 * Time runs out when an answer has stopped, and at no other moment: the machine may be as slow as it likes. Both ways
 * of setting a timer are watched, since it is no matter which one the client takes.
 */
function timeOutOnStall(stalling: FaultServer): void {
  const watch = (timeOut: () => void): void => {
    timeouts += 1;
    stalling.onStall = timeOut;
  };
  vi.stubGlobal("setTimeout", (act: () => void, milliseconds: number) => {
    if (milliseconds !== requestTimeout) return realSetTimeout(act, milliseconds);
    watch(act);
    return undefined;
  });
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
    expect(milliseconds).toBe(requestTimeout);
    const timer = new AbortController();
    watch(() => timer.abort(new DOMException("time is up", "TimeoutError")));
    return timer.signal;
  });
}

function restoreTime(): void {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
}

async function read({ client }: ClientUnderTest): Promise<string> {
  return outcomeOfRead(client.getCursor(shard, "begin"));
}

async function write({ client }: ClientUnderTest, attempt = 0, beforeSend = () => {}): Promise<string> {
  const checkpoint = { checkpoint: cursorAt(42n), forceSuccess: true };
  return outcomeOfWrite(client.updateCheckPoint(shard, checkpoint, { attempt, beforeSend }));
}

/** What one kind of fault leads to: how a read and a write end, and after how many requests. */
interface Row {
  readonly fault: string;
  readonly faults: readonly Fault[];
  readonly read: readonly [outcome: string, requests: number];
  readonly write: readonly [outcome: string, requests: number, effects: number];
  readonly options?: Partial<ClientOptions>;
}

const ok: Fault = { kind: "ok" };
const expired = serviceError(400, "RequestTimeExpired");
const throttled = serviceError(403, "MetaOperationQpsLimitExceeded");
const wrongCursor: Fault = { kind: "answer", status: 200, body: '{"cursor":7}' };
const undated: Fault = { kind: "answer", status: 200, body: '{"cursor":"NDI="}', date: null };
const earlyHints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nx-log-requestid: 0\r\n\r\n";
const informed: Fault = {
  kind: "bytes",
  bytes: `${earlyHints}HTTP/1.1 200 OK\r\nDate: ${serverDate}\r\nContent-Length: 17\r\n\r\n{"cursor":"NDI="}`,
};
const unavailable: Fault = { kind: "answer", status: 503 };

const connection: readonly Row[] = [
  {
    fault: "reset before the effect",
    faults: [{ kind: "resetBefore" }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 0],
  },
  {
    fault: "reset after the effect",
    faults: [{ kind: "resetAfter" }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 1],
  },
  {
    fault: "reset once",
    faults: [{ kind: "resetBefore" }, ok],
    read: ["answered", 2],
    write: ["unknown Network", 1, 0],
  },
  {
    fault: "slow headers",
    faults: [{ kind: "slowHeaders" }],
    read: ["Timeout", 5],
    write: ["unknown Timeout", 1, 0],
  },
  {
    fault: "slow body",
    faults: [{ kind: "slowBody" }],
    read: ["Timeout", 5],
    write: ["unknown Timeout", 1, 1],
  },
  {
    fault: "body cut short",
    faults: [{ kind: "cutBody" }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 1],
  },
  {
    fault: "body cut short once",
    faults: [{ kind: "cutBody" }, ok],
    read: ["answered", 2],
    write: ["unknown Network", 1, 1],
  },
  {
    fault: "not HTTP",
    faults: [{ kind: "bytes", bytes: "SSH-2.0-OpenSSH_9.9\r\n" }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 0],
  },
  {
    fault: "a head that only informs, then the answer",
    faults: [informed],
    read: ["answered", 1],
    write: ["acknowledged", 1, 0],
  },
  {
    fault: "a head that only informs, then nothing",
    faults: [{ kind: "bytes", bytes: earlyHints }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 0],
  },
  {
    fault: "closed without a word",
    faults: [{ kind: "bytes", bytes: "" }],
    read: ["Network", 5],
    write: ["unknown Network", 1, 0],
  },
];

/** A write is answered with nothing but its status, so what a body holds counts only where it is an error's. */
const answers: readonly Row[] = [
  {
    fault: "truncated JSON",
    faults: [{ kind: "answer", status: 200, body: '{"cursor":"NDI' }],
    read: ["UnreadableAnswer", 1],
    write: ["acknowledged", 1, 0],
  },
  { fault: "HTML", faults: [page(200)], read: ["UnreadableAnswer", 1], write: ["acknowledged", 1, 0] },
  {
    fault: "empty body",
    faults: [{ kind: "answer", status: 200 }],
    read: ["UnreadableAnswer", 1],
    write: ["acknowledged", 1, 0],
  },
  {
    fault: "no content",
    faults: [{ kind: "answer", status: 204 }],
    read: ["UnreadableAnswer", 1],
    write: ["acknowledged", 1, 0],
  },
  {
    fault: "wrong types",
    faults: [wrongCursor],
    read: ["UnreadableAnswer", 1],
    write: ["acknowledged", 1, 0],
  },
  {
    fault: "endless body",
    faults: [{ kind: "endlessBody" }],
    read: ["UnreadableAnswer", 1],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
  {
    fault: "no Date header",
    faults: [undated],
    read: ["UnreadableAnswer", 1],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
  ...["yesterday", "1", "2026-11-22", "Sun, 22 Nov 2026 12:00:00", "Fri, 31 Dec 9999 23:59:59 GMT"].map(
    (date): Row => {
      const fault: Fault = { ...undated, date };
      return {
        fault: `a Date header that is not one: ${date}`,
        faults: [fault],
        read: ["UnreadableAnswer", 1],
        write: ["unknown UnreadableAnswer", 1, 0],
      };
    },
  ),
  ...[301, 302, 303, 307, 308].map((status): Row => ({
    fault: `redirect ${String(status)}`,
    faults: [page(status, { location: "/elsewhere" })],
    read: ["UnreadableAnswer", 1],
    write: ["unknown UnreadableAnswer", 1, 0],
  })),
  {
    fault: "HTML 404",
    faults: [page(404)],
    read: ["UnreadableAnswer", 1],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
  {
    fault: "HTML 502",
    faults: [page(502)],
    read: ["UnreadableAnswer", 5],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
  {
    fault: "empty 503, then fine",
    faults: [unavailable, unavailable, ok],
    read: ["answered", 3],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
  {
    fault: "an error of wrong types",
    faults: [{ kind: "answer", status: 400, body: '{"errorCode":7,"errorMessage":[]}' }],
    read: ["UnreadableAnswer", 1],
    write: ["unknown UnreadableAnswer", 1, 0],
  },
];

const refusals: readonly Row[] = [
  {
    fault: "500, then fine",
    faults: [serviceError(500, "InternalServerError"), ok],
    read: ["answered", 2],
    write: ["unknown InternalServerError", 1, 0],
  },
  {
    fault: "an undocumented 502",
    faults: [serviceError(502, "Odd")],
    read: ["Odd", 5],
    write: ["unknown Odd", 1, 0],
  },
  {
    fault: "throttled, then fine",
    faults: [throttled, ok],
    read: ["answered", 2],
    write: ["refused MetaOperationQpsLimitExceeded, again after 100 ms", 1, 0],
  },
  {
    fault: "throttled until the last try",
    faults: [throttled, throttled, throttled, throttled, ok],
    read: ["answered", 5],
    write: ["refused MetaOperationQpsLimitExceeded, again after 100 ms", 1, 0],
  },
  {
    fault: "throttled for good",
    faults: [throttled],
    read: ["MetaOperationQpsLimitExceeded", 5],
    write: ["refused MetaOperationQpsLimitExceeded, again after 100 ms", 1, 0],
  },
  {
    fault: "throttled, then reset",
    faults: [throttled, { kind: "resetAfter" }, ok],
    read: ["answered", 3],
    write: ["refused MetaOperationQpsLimitExceeded, again after 100 ms", 1, 0],
  },
  {
    fault: "clock skew",
    faults: [expired, ok],
    read: ["answered", 2],
    write: ["refused RequestTimeExpired, again after 0 ms", 1, 0],
  },
  {
    fault: "clock skew that no correction mends",
    faults: [expired],
    read: ["RequestTimeExpired", 2],
    write: ["refused RequestTimeExpired, again after 0 ms", 1, 0],
  },
  {
    fault: "clock skew without a Date header",
    faults: [{ ...expired, date: null } as Fault],
    read: ["RequestTimeExpired", 1],
    write: ["refused RequestTimeExpired", 1, 0],
  },
  {
    fault: "expired token",
    faults: [serviceError(401, "SecurityTokenExpired"), ok],
    read: ["answered", 2],
    write: ["refused SecurityTokenExpired, again after 0 ms", 1, 0],
  },
  {
    fault: "expired token that is Unauthorized",
    faults: [serviceError(401, "Unauthorized", "The security token you provided has expired"), ok],
    read: ["answered", 2],
    write: ["refused Unauthorized, again after 0 ms", 1, 0],
  },
  {
    fault: "expired token after its refresh",
    faults: [serviceError(401, "SecurityTokenExpired")],
    read: ["SecurityTokenExpired", 2],
    write: ["refused SecurityTokenExpired, again after 0 ms", 1, 0],
  },
  {
    fault: "expired token that nothing refreshes",
    faults: [serviceError(401, "SecurityTokenExpired"), ok],
    options: { canRefresh: false },
    read: ["SecurityTokenExpired", 1],
    write: ["refused SecurityTokenExpired", 1, 0],
  },
  {
    fault: "everything at once",
    faults: [expired, throttled, serviceError(401, "SecurityTokenExpired"), ok],
    read: ["answered", 4],
    write: ["refused RequestTimeExpired, again after 0 ms", 1, 0],
  },
];

describe.each([
  { about: "the connection", rows: connection, count: 11 },
  { about: "what is answered", rows: answers, count: 21 },
  { about: "a refusal of the service", rows: refusals, count: 14 },
])("a fault of $about", ({ rows, count }) => {
  test("is one of as many as there should be", () => {
    expect(rows).toHaveLength(count);
  });

  test.each(rows)("$fault: a read ends $read, a write $write", async ({ faults, options, ...row }) => {
    const reading = await meeting(faults, options);
    expect([await read(reading), server?.requests.length]).toEqual(row.read);
    expect(reading.attempts).toBe(row.read[1]);
    const writing = await meeting(faults, options);
    expect([await write(writing), server?.requests.length, server?.effects]).toEqual(row.write);
    expect(writing.attempts).toBe(row.write[1]);
  });
});

describe("a documented error", () => {
  const requests = { throttled: 5, clock: 2, token: 2, server: 5 } as const;
  const again = {
    throttled: ", again after 100 ms",
    clock: ", again after 0 ms",
    token: ", again after 0 ms",
  };

  test.each(documentedErrors)("$code is tried as often as its kind, in every spelling", async (error) => {
    const { code, status, kind } = error;
    const reads = kind in requests ? requests[kind as keyof typeof requests] : 1;
    const more = kind in again ? again[kind as keyof typeof again] : "";
    const outcome = kind === "server" ? "unknown" : "refused";
    for (const spelling of spellingsOf(error)) {
      const reading = await meeting([serviceError(status, spelling)]);
      expect([await read(reading), server?.requests.length]).toEqual([code, reads]);
      const writing = await meeting([serviceError(status, spelling)]);
      expect([await write(writing), server?.requests.length]).toEqual([`${outcome} ${code}${more}`, 1]);
    }
  });
});

describe("a connection that is refused", () => {
  async function freePort(): Promise<number> {
    const probe = await FaultServer.start([]);
    const { port } = probe;
    await probe.stop();
    return port;
  }

  test("was never used, so a read is tried again, and a write is worth another look", async () => {
    const endpoint = `http://127.0.0.1:${String(await freePort())}`;
    tested = new ClientUnderTest({ endpoint });
    expect([await read(tested), tested.attempts]).toEqual(["Network", 5]);
    expect([await write(tested), tested.attempts]).toEqual(["refused Network, again after 100 ms", 6]);
  });

  test("and then is not ends a read well", async () => {
    const port = await freePort();
    tested = new ClientUnderTest({
      endpoint: `http://127.0.0.1:${String(port)}`,
      onSleep: async () => {
        server ??= await FaultServer.start([ok], port);
      },
    });
    expect(await read(tested)).toBe("answered");
    expect([tested.attempts, server?.requests.length, server?.effects]).toEqual([2, 1, 1]);
  });
});

describe("an established connection that fails as one that was never made", () => {
  test.each(["EHOSTUNREACH", "ENETUNREACH", "ECONNREFUSED", "ENOTFOUND"])(
    "with %s leaves a write in doubt: what was sent may have arrived",
    async (code) => {
      server = await FaultServer.start([{ kind: "slowHeaders" }]);
      const agent = new undici.Agent({
        connect: (
          options: { port: string; hostname: string },
          done: (error: null, socket: Socket) => void,
        ) => {
          const socket = connect(Number(options.port), options.hostname, () => {
            done(null, socket);
          });
          socket.on("error", () => undefined);
          const write = socket.write.bind(socket) as (data: unknown) => boolean;
          socket.write = (data: unknown) => {
            setTimeout(
              () => socket.destroy(Object.assign(new Error(`read ${code}`), { code, syscall: "read" })),
              50,
            );
            return write(data);
          };
          return socket;
        },
      });
      tested = new ClientUnderTest({ endpoint: server.endpoint, dispatcher: agent });
      restoreTime();
      expect(await write(tested)).toBe("unknown Network");
      expect(server.requests).toHaveLength(1);
    },
  );
});

describe("each attempt", () => {
  test("after a wrong clock is signed anew, by the service's time", async () => {
    const skewed = await meeting([expired, ok]);
    skewed.now -= 3 * 24 * 3_600_000;
    expect(await write(skewed)).toBe("refused RequestTimeExpired, again after 0 ms");
    expect(await write(skewed, 1)).toBe("acknowledged");
    const [first, second] = server?.requests ?? [];
    expect(first?.headers["date"]).toBe("Thu, 19 Nov 2026 12:00:00 GMT");
    expect(second?.headers["date"]).toBe(serverDate);
    expect(second?.body).toBe(first?.body);
    for (const { method, headers } of server?.requests ?? []) {
      const credentials = { accessKeyId: "an-access-key-id", accessKeySecret: secrets.accessKeySecret };
      const query = { type: "checkpoint", forceSuccess: "true" };
      const path = "/logstores/orders/consumergroups/billing";
      expect(headers["authorization"]).toBe(v1Authorization({ method, path, query, headers }, credentials));
    }
  });

  test("of later calls keeps the corrected clock, and corrects it again", async () => {
    const skewed = await meeting([expired, ok, ok, expired, ok]);
    skewed.now += 3_600_000;
    expect([await read(skewed), await read(skewed)]).toEqual(["answered", "answered"]);
    skewed.now += 3_600_000;
    expect(await read(skewed)).toBe("answered");
    expect(server?.requests.map(({ headers }) => headers["date"])).toEqual([
      "Sun, 22 Nov 2026 13:00:00 GMT",
      serverDate,
      serverDate,
      "Sun, 22 Nov 2026 13:00:00 GMT",
      serverDate,
    ]);
  });

  test("after a wait is signed with the time it then is", async () => {
    const waiting = await meeting([throttled, ok], { onSleep: () => void (waiting.now += 60_000) });
    expect(await read(waiting)).toBe("answered");
    const dates = server?.requests.map(({ headers }) => headers["date"]);
    expect(dates).toEqual([serverDate, "Sun, 22 Nov 2026 12:01:00 GMT"]);
  });

  test("after a refresh carries the new token", async () => {
    const refreshing = await meeting([serviceError(401, "SecurityTokenExpired"), ok]);
    expect(await write(refreshing)).toBe("refused SecurityTokenExpired, again after 0 ms");
    expect(await write(refreshing, 1)).toBe("acknowledged");
    expect(server?.requests.map(({ headers }) => headers["x-acs-security-token"])).toEqual([
      secrets.securityToken,
      secrets.refreshedToken,
    ]);
    expect(refreshing.refreshes).toBe(1);
  });

  test("of a write is asked for right before it is sent, and a no leaves it unsent", async () => {
    const asked = await meeting([ok, ok]);
    let questions = 0;
    const gone = new Error("the engine is gone");
    const refuse = (): void => {
      questions += 1;
      throw gone;
    };
    const checkpoint = { checkpoint: cursorAt(42n), forceSuccess: true };
    const outcome = await asked.client.updateCheckPoint(shard, checkpoint, {
      attempt: 0,
      beforeSend: refuse,
    });
    expect(outcome).toEqual({ kind: "notSent", cause: gone });
    expect([questions, server?.requests.length]).toEqual([1, 0]);
    // The connection is kept: what is asked next goes through it.
    expect(await write(asked, 1)).toBe("acknowledged");
    expect([server?.requests.length, server?.connections]).toEqual([1, 1]);
  });

  test("that is refused for good says so, however often it was tried", async () => {
    const throttling = await meeting([throttled]);
    expect(await write(throttling, 3)).toBe("refused MetaOperationQpsLimitExceeded, again after 800 ms");
    expect(await write(throttling, 4)).toBe("refused MetaOperationQpsLimitExceeded");
  });

  const mendable = [
    { what: "clock", fault: expired, code: "RequestTimeExpired" },
    { what: "token", fault: serviceError(401, "SecurityTokenExpired"), code: "SecurityTokenExpired" },
  ];

  test.each(mendable)(
    "of a write is mended for its $what once, whatever it was refused for before",
    async ({ fault, code }) => {
      const writing = await meeting([throttled, fault, throttled, fault]);
      const checkpoint = { checkpoint: cursorAt(42n), forceSuccess: true };
      const outcomes: string[] = [];
      let mended: WriteAttempt["mended"];
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const sent = writing.client.updateCheckPoint(shard, checkpoint, {
          attempt,
          mended,
          beforeSend: () => undefined,
        });
        outcomes.push(await outcomeOfWrite(sent));
        const outcome = await sent;
        if (outcome.kind === "refused") ({ mended } = outcome);
      }
      expect(outcomes).toEqual([
        "refused MetaOperationQpsLimitExceeded, again after 100 ms",
        `refused ${code}, again after 0 ms`,
        "refused MetaOperationQpsLimitExceeded, again after 400 ms",
        `refused ${code}`,
      ]);
    },
  );

  test.each(mendable)("of a read is mended for its $what once, after it was throttled too", async (row) => {
    const { fault, code } = row;
    const reading = await meeting([throttled, fault, throttled, ok]);
    expect([await read(reading), reading.attempts]).toEqual(["answered", 4]);
    const inVain = await meeting([throttled, fault, throttled, fault]);
    expect([await read(inVain), inVain.attempts]).toEqual([code, 4]);
  });
});

describe("the time for an attempt", () => {
  test("is that of the configuration, anew for each", async () => {
    const waiting = await meeting([throttled, ok]);
    await read(waiting);
    expect(timeouts).toBe(2);
  });

  test.each([{ kind: "slowHeaders" }, { kind: "slowBody" }] as const)(
    "really runs out: $kind",
    async (fault) => {
      const waiting = await meeting([fault], {
        configuration: { requestTimeout: durationOfMilliseconds(50), maxRetries: 0 },
      });
      restoreTime();
      expect(await read(waiting)).toBe("Timeout");
    },
  );
});

describe("trying again", () => {
  test("waits longer each time, without the service's clock", async () => {
    const waiting = await meeting([throttled]);
    await read(waiting);
    expect(waiting.sleeps).toEqual([100, 200, 400, 800].map(durationOfMilliseconds));
  });

  test("does not wait where the request was mended", async () => {
    const mended = await meeting([expired, serviceError(401, "SecurityTokenExpired"), ok]);
    expect(await read(mended)).toBe("answered");
    expect(mended.sleeps).toEqual([]);
  });

  test("ends with the bound in time, though tries are left", async () => {
    const slowly = await meeting([throttled], {
      configuration: { maxRetries: 100, retryFor: durationOfSeconds(60) },
      onSleep: () => void (slowly.now += 25_000),
    });
    expect([await read(slowly), server?.requests.length]).toEqual(["MetaOperationQpsLimitExceeded", 4]);
  });

  test("is turned off by no retries", async () => {
    const once = await meeting([throttled], { configuration: { maxRetries: 0 } });
    expect([await read(once), server?.requests.length]).toEqual(["MetaOperationQpsLimitExceeded", 1]);
  });
});

describe("what comes back", () => {
  test("is taken up to a bound and no further", async () => {
    const flooded = await meeting([{ kind: "endlessBody" }]);
    expect(await read(flooded)).toBe("UnreadableAnswer");
    // Besides what the client takes, the server can get rid of what fits into the buffers between them.
    expect(server?.flooded).toBeLessThan(48 * 1024 * 1024);
  });

  test("is never followed elsewhere", async () => {
    const redirected = await meeting([page(307, { location: "/elsewhere" })]);
    await write(redirected);
    expect(server?.requests.map(({ target }) => target.split("?")[0])).toEqual([
      "/logstores/orders/consumergroups/billing",
    ]);
  });

  test("carries the request id into the error, also of an answer that is none", async () => {
    for (const fault of [serviceError(404, "ShardNotExist"), page(404), wrongCursor]) {
      const { client } = await meeting([fault]);
      const error: unknown = await client.getCursor(shard, "begin").catch((cause: unknown) => cause);
      codeOf(error);
      expect((error as Error).message).toContain("request id 5EF1A2B3");
    }
  });
});

describe("credentials that no header can hold", () => {
  test.each(["accessKeyId", "securityToken"] as const)(
    "are refused by the name of their part, %s, however often, and the next ones are used",
    async (part) => {
      const whole = { accessKeyId: "an-access-key-id", accessKeySecret: secrets.accessKeySecret };
      let credentials: Credentials = { ...whole, [part]: "two\nlines" };
      const mending = await meeting([ok], {
        configuration: { maxConcurrency: 1 },
        credentials: () => credentials,
      });
      for (let time = 0; time < 3; time += 1) {
        const error: unknown = await mending.client
          .getCursor(shard, "begin")
          .catch((cause: unknown) => cause);
        expect(codeOf(error)).toBe("Credentials");
        expect((error as Error).message).toContain(`no HTTP header can hold the ${part}`);
        expect(await write(mending)).toBe("refused Credentials");
      }
      expect(mending.sleeps).toEqual([]);
      credentials = whole;
      expect([await write(mending), server?.requests.length]).toEqual(["acknowledged", 1]);
    },
  );
});

describe("a client without a configuration", () => {
  test("sends nothing and says what is missing", async () => {
    const unconfigured = await meeting([ok], {
      configuration: { endpoint: undefined, problems: ["no region: set sls:region"] },
    });
    expect([await read(unconfigured), await write(unconfigured)]).toEqual([
      "Configuration",
      "refused Configuration",
    ]);
    expect([unconfigured.attempts, server?.requests.length]).toEqual([0, 0]);
  });
});
