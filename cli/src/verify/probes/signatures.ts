import { getLogstore } from "../calls.js";
import { type Finding, found, seenIn, unclear } from "../finding.js";
import { type Probe, type Stand } from "../probe.js";
import { type Reply, isDone } from "../reply.js";
import { type Signing } from "../signedHeaders.js";

/** What is demanded of a request that is signed with V4. Each is compared with one that has everything. */

export const v4DateHeader: Probe = {
  switches: ["v4DateHeader"],
  need: "region",
  asks: "GetLogStore signed with V4, without Date and x-log-signaturemethod",
  ask: async (stand) => ({
    v4DateHeader: await compared(stand, { datedTwice: false }, { accepted: "optional", refused: "required" }),
  }),
};

export const v4ContentHash: Probe = {
  switches: ["v4ContentHash"],
  need: "region",
  asks: "GetLogStore signed with V4, with the hash of another body",
  ask: async (stand) => ({
    v4ContentHash: await compared(
      stand,
      { datedTwice: true, wrongHash: true },
      { accepted: "trusted", refused: "compared" },
    ),
  }),
};

async function compared<Value>(
  { bench, region = "" }: Stand,
  how: Omit<Extract<Signing, { version: "v4" }>, "version" | "region">,
  { accepted, refused }: { readonly accepted: Value; readonly refused: Value },
): Promise<Finding<Value>> {
  const call = getLogstore(bench.logstore);
  const control = await bench.ask(call, { version: "v4", region, datedTwice: true });
  const reply = await bench.ask(call, { version: "v4", region, ...how });
  const seen = seenIn([reply]);
  if (!isDone(control))
    return unclear("V4 is refused also with everything that it can have", seenIn([control, reply]));
  if (isDone(reply)) return found(accepted, seen);
  return isAboutTheRequest(reply) ? found(refused, seen) : unclear("neither accepted nor refused", seen);
}

/** A signature that is not accepted is refused as a key is, with 401. */
function isAboutTheRequest({ status }: Reply): boolean {
  return status >= 400 && status <= 499;
}
