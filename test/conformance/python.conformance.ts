import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { SlsEmulator } from "../../emulator/src/index.js";
import { makeCertificate } from "../emulator/certificate.js";
import { ClientProcess } from "./clientProcess.js";
import { testConsumerLibrary } from "./consumerLibrary.js";
import { hasClient, installed, proxyEnvironment } from "./installed.js";
import { journey } from "./journey.js";
import { testJourney } from "./wholeJourney.js";

const script = (name: string) => fileURLToPath(new URL(`python/${name}`, import.meta.url));

describe.skipIf(!hasClient("python"))("the Python client", () => {
  testJourney(async () => [installed.python, script("journey.py")], journey);

  it("makes the journey over TLS, without a proxy", async () => {
    const files = makeCertificate();
    const tls = { cert: readFileSync(files.cert, "utf8"), key: readFileSync(files.key, "utf8") };
    const emulator = await SlsEmulator.start({ tls });
    onTestFinished(async () => emulator.stop());
    const environment = proxyEnvironment(emulator, {
      http_proxy: "",
      SLS_ENDPOINT: `https://sls.localhost:${emulator.port}`,
      SLS_SIGNATURE: "v4",
      REQUESTS_CA_BUNDLE: files.cert,
    });
    const client = new ClientProcess(
      installed.python,
      [script("loopback.py"), script("journey.py")],
      environment,
    );
    expect(await client.result()).toEqual(journey);
    expect(emulator.endpoint).toMatch(/^https:/);
    expect(emulator.requests.length).toBeGreaterThan(20);
  });
});

describe.skipIf(!hasClient("python"))("the Python consumer library", () => {
  testConsumerLibrary(async () => [installed.python, script("consumer.py")]);
});
