import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import type { SlsEmulator } from "../../emulator/src/index.js";
import { testConsumerLibrary } from "./consumerLibrary.js";
import { hasClient, installed } from "./installed.js";
import { journey } from "./journey.js";
import { openSocksGate } from "./socksGate.js";
import { testJourney } from "./wholeJourney.js";

const file = (name: string) => fileURLToPath(new URL(`java/${name}`, import.meta.url));

/** The library takes neither ports nor proxies: its names resolve to loopback, and SOCKS leads to the emulator. */
function java(program: string) {
  return async (emulator: SlsEmulator): Promise<readonly [string, ...string[]]> => [
    "java",
    "-XX:TieredStopAtLevel=1",
    `-Djdk.net.hosts.file=${file("hosts")}`,
    "-DsocksProxyHost=127.0.0.1",
    `-DsocksProxyPort=${await openSocksGate(emulator.port)}`,
    "-DsocksNonProxyHosts=",
    "-cp",
    `${installed.java}/*`,
    file(program),
  ];
}

describe.skipIf(!hasClient("java"))("the Java client", () => {
  // This version has neither a call to delete a shard nor V4.
  const { left: _left, ...expected } = journey;
  testJourney(java("Journey.java"), expected, { without: ["DeleteShard"], signatures: ["v1"] });
});

describe.skipIf(!hasClient("java"))("the Java consumer library", () => {
  testConsumerLibrary(java("Consumer.java"));
});
