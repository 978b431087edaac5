import { expect, it, onTestFinished } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { ClientProcess } from "./clientProcess.js";
import { proxyEnvironment } from "./installed.js";
import { journeyCalls } from "./journey.js";

/** The command that starts a client program, which may depend on where the emulator is. */
export type ClientCommand = (emulator: SlsEmulator) => Promise<readonly [program: string, ...args: string[]]>;

const signatures = {
  v1: { method: "hmac-sha1", authorization: /^LOG / },
  v4: { method: undefined, authorization: /^SLS4-HMAC-SHA256 / },
};

/** What a client can do. */
export interface JourneyOptions {
  /** Calls that it does not have. */
  readonly without?: readonly string[];
  readonly signatures?: readonly (keyof typeof signatures)[];
}

/** Lets a client make the journey with each signature. */
export function testJourney(command: ClientCommand, expected: object, options: JourneyOptions = {}): void {
  const { without = [] } = options;
  it.each(options.signatures ?? (["v1", "v4"] as const))(
    "makes the journey, signed with %s",
    async (signature) => {
      const emulator = await SlsEmulator.start();
      onTestFinished(async () => emulator.stop());
      const [program, ...args] = await command(emulator);
      const client = new ClientProcess(
        program,
        args,
        proxyEnvironment(emulator, { SLS_SIGNATURE: signature }),
      );
      expect(await client.result()).toEqual(expected);
      const calls = new Set(emulator.requests.map(({ call }) => call));
      expect(calls).toEqual(new Set(journeyCalls.filter((call) => !without.includes(call))));
      const { method, authorization } = signatures[signature];
      for (const { headers } of emulator.requests) {
        expect(headers["authorization"]).toMatch(authorization);
        expect(headers["x-log-signaturemethod"]).toBe(method);
      }
    },
  );
}
