import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { testConsumerLibrary } from "./consumerLibrary.js";
import { hasClient, installed } from "./installed.js";
import { journey } from "./journey.js";
import { testJourney } from "./wholeJourney.js";

const script = (name: string) => fileURLToPath(new URL(`python/${name}`, import.meta.url));

describe.skipIf(!hasClient("python"))("the Python client", () => {
  testJourney(async () => [installed.python, script("journey.py")], journey);
});

describe.skipIf(!hasClient("python"))("the Python consumer library", () => {
  testConsumerLibrary(async () => [installed.python, script("consumer.py")]);
});
