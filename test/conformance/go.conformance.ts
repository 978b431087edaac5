import { describe } from "vitest";
import { testConsumerLibrary } from "./consumerLibrary.js";
import { hasClient, installed } from "./installed.js";
import { journey } from "./journey.js";
import { testJourney } from "./wholeJourney.js";

describe.skipIf(!hasClient("go"))("the Go client", () => {
  // It has no call to delete a shard.
  const { left: _left, ...expected } = journey;
  testJourney(async () => [`${installed.go}/journey`], expected, { without: ["DeleteShard"] });
});

describe.skipIf(!hasClient("go"))("the Go consumer library", () => {
  testConsumerLibrary(async () => [`${installed.go}/consumer`]);
});
