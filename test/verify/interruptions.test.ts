import { describe, expect, it } from "vitest";
import { defaultAssumptions, type AssumptionName, type Fault } from "../../emulator/src/index.js";
import { scratchName, Verifier, type Ended } from "./verifier.js";

/** The calls of a whole run, in order. */
async function callsOfWholeRun(): Promise<readonly string[]> {
  const verifier = await Verifier.open();
  await verifier.run();
  await verifier.close();
  return verifier.emulator.requests.map(({ call }) => call);
}

/** The requests at which a run is ended: those that create, and every tenth; each one with VERIFY_IN_FULL. */
function momentsOf(calls: readonly string[]): readonly number[] {
  const isFull = Boolean(process.env["VERIFY_IN_FULL"]);
  return calls.map((_, index) => index + 1).filter((nth) => isFull || nth <= 5 || nth % 10 === 0);
}

const cleaning =
  "Remove it with: sls-checkpoint verify --clean --project shop --region cn-test --endpoint http";

/** Whether some runs have ended by then: a provider that is slow looks once more, so that runs differ by some requests. */
function isBeyondSome(nth: number, calls: readonly string[]): boolean {
  return nth > calls.length - 12;
}

/** Expects that every scratch logstore that is still there is named, with the command that removes it. */
function expectNothingLeftUnsaid(verifier: Verifier, { out }: Ended): void {
  for (const name of verifier.left()) {
    expect(name).toMatch(scratchName);
    expect(out).toContain(`The logstore ${name} of project shop may be left`);
    expect(out).toContain(cleaning);
  }
}

const page = { contentType: "text/html", body: "<p>a proxy's page" };

const everyFault: readonly Fault[] = [
  { kind: "resetBefore" },
  { kind: "resetAfter" },
  { kind: "truncate" },
  { kind: "error", status: 500, code: "InternalServerError" },
  { kind: "error", status: 404, code: "LogStoreNotExist" },
  { kind: "error", status: 404, code: "ConsumerGroupNotExist" },
  { kind: "quota" },
  { kind: "body", status: 200, ...page },
  { kind: "body", status: 502, ...page },
];

async function interruptedAt(verifier: Verifier, nth: number): Promise<Ended> {
  void verifier.emulator
    .waitForRequest(() => true, nth)
    .then(() => verifier.interruption.abort())
    .catch(() => undefined);
  const ended = await verifier.run();
  verifier.emulator.clearRules();
  return ended;
}

describe("a run of verify", { timeout: 900_000 }, () => {
  it("that Ctrl-C ends before any answer leaves nothing", async () => {
    const whole = await Verifier.open();
    const acceptable = whole.emulator.rule({ do: { kind: "delay", ms: 0 } });
    await whole.run();
    await whole.close();
    // Not while it tidies up: an answer to that is waited for, in real time.
    const moments = momentsOf(Array.from({ length: acceptable.hits - 12 }, String));
    for (const nth of moments) {
      const verifier = await Verifier.open();
      const held = verifier.emulator.rule({ nth, do: { kind: "holdAnswer" } });
      void held.acted().then(() => verifier.interruption.abort());
      const { code } = await verifier.run();
      const where = `answer ${String(nth)} of ${String(acceptable.hits)}`;
      expect([where, code, verifier.left()]).toEqual([where, 130, []]);
      await verifier.close();
    }
    expect(moments.length).toBeGreaterThan(30);
  });

  it("whose network is cut names what may be left, with the command that removes it", async () => {
    const calls = await callsOfWholeRun();
    for (const nth of momentsOf(calls)) {
      const verifier = await Verifier.open();
      verifier.emulator.rule({ times: nth - 1, do: { kind: "delay", ms: 0 } });
      verifier.emulator.rule({ do: { kind: "resetAfter" } });
      const ended = await verifier.run();
      const where = `request ${String(nth)}, ${calls[nth - 1] ?? ""}`;
      expect([where, ended.code]).toEqual([where, isBeyondSome(nth, calls) ? ended.code : 1]);
      expectNothingLeftUnsaid(verifier, ended);
      await verifier.close();
    }
  });

  it("whose network comes back in time removes what it made", async () => {
    const verifier = await Verifier.open();
    const cut = verifier.emulator.rule({ call: "DeleteLogStore", nth: 2, do: { kind: "resetBefore" } });
    const ended = await verifier.run();
    expect([ended.code, cut.hits, verifier.left()]).toEqual([0, 1, []]);
  });

  it("that is ended while the creation is still under way names the logstore: it may come to be later", async () => {
    const verifier = await Verifier.open();
    const creation = verifier.emulator.rule({ call: "CreateLogStore", do: { kind: "hold" } });
    void verifier.emulator
      .waitForRequest(({ call }) => call === "CreateLogStore")
      .then(() => verifier.interruption.abort())
      .catch(() => undefined);
    const ended = await verifier.run();
    expect(ended.code).toBe(130);
    expect(ended.out).toContain("its creation was not answered, and it is not there yet");
    creation.release();
    await expect.poll(() => verifier.left()).toHaveLength(1);
    expectNothingLeftUnsaid(verifier, ended);
  });

  it("whose logstore somebody removes says so, and takes no answer for one about a switch", async () => {
    const calls = await callsOfWholeRun();
    for (const nth of momentsOf(calls).filter((each) => each > 40 && !isBeyondSome(each, calls))) {
      const verifier = await Verifier.open();
      void verifier.emulator
        .waitForRequest(() => true, nth)
        .then(() => verifier.removeScratchLogstore())
        .catch(() => undefined);
      const { code, out, observed } = await verifier.run();
      const where = `request ${String(nth)} of ${String(calls.length)}, ${calls[nth - 1] ?? ""}`;
      expect([where, code, observed]).toEqual([where, 1, undefined]);
      expect(out).toMatch(
        /The logstore \S+ is not there any more: somebody removed it, as verify --clean does\./,
      );
      const rows = [...out.matchAll(/^(\w+) +(failed|unclear|not asked|\w+) /gm)];
      const values = rows.flatMap(([, name = "", value = ""]) =>
        name in defaultAssumptions && !/^(?:failed|unclear|not asked)$/.test(value) ? [[name, value]] : [],
      );
      const expected = values.map(([name = ""]) => [
        name,
        String(defaultAssumptions[name as AssumptionName]),
      ]);
      expect([where, values]).toEqual([where, expected]);
      await verifier.close();
    }
  });

  it("that meets faults of every kind leaves nothing unsaid, and finds nothing that is not so", async () => {
    const seeds = process.env["VERIFY_IN_FULL"] ? 100 : 12;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const verifier = await Verifier.open();
      for (const [index, fault] of everyFault.entries())
        verifier.emulator.rule({ probability: 0.02, seed: seed * 100 + index, do: fault });
      const ended = await verifier.run();
      expect([seed, /fault of this program[^]*/.exec(ended.out)?.[0]]).toEqual([seed, undefined]);
      expectNothingLeftUnsaid(verifier, ended);
      const { observed: _observed, ...found } = ended.observed ?? { observed: {} };
      const expected = Object.keys(found).map((name) => [name, defaultAssumptions[name as AssumptionName]]);
      expect([seed, found]).toEqual([seed, Object.fromEntries(expected)]);
      await verifier.close();
    }
  });

  it("that ends early shows what it has found by then, and writes no file", async () => {
    const verifier = await Verifier.open();
    const ended = await interruptedAt(verifier, 250);
    expect(ended.out).toContain("Ended by Ctrl-C before everything was asked.");
    expect(ended.out).toMatch(/^untouchedShards +listed/m);
    expect(ended.observed).toBeUndefined();
  });
});
