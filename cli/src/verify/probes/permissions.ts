import { getCheckPoint, getLogstore } from "../calls.js";
import { found, seenIn, unclear } from "../finding.js";
import { type Probe, type Stand } from "../probe.js";
import { isDenied, isDone, isKeyRefused } from "../reply.js";
import { type Wire } from "../wire.js";

/** What an identity without permissions is told. */

export const deniedStatus: Probe = {
  switches: ["deniedStatus"],
  need: "deniedProfile",
  asks: "GetLogStore with the key of --denied-profile",
  ask: async (stand) => {
    const reply = await deniedWire(stand).ask(getLogstore(stand.bench.logstore));
    const seen = seenIn([reply]);
    const status = ([401, 403] as const).find((each) => each === reply.status);
    if (isKeyRefused(reply)) return { deniedStatus: unclear(notAccepted, seen) };
    if (status !== undefined && isDenied(reply)) return { deniedStatus: found(status, seen) };
    return {
      deniedStatus: unclear(
        isDone(reply) ? "the key of --denied-profile may read the logstore" : "not a denial",
        seen,
      ),
    };
  },
};

export const getCheckPointPermission: Probe = {
  switches: ["getCheckPointPermission"],
  need: "deniedProfile",
  asks: "GetCheckPoint and GetLogStore with the key of --denied-profile",
  ask: async (stand) => {
    const { bench } = stand;
    const group = await bench.openGroup();
    const denied = deniedWire(stand);
    const control = await denied.ask(getLogstore(bench.logstore));
    const reply = await denied.ask(getCheckPoint(bench.logstore, group.name));
    const seen = seenIn([control, reply]);
    if (isKeyRefused(control)) return { getCheckPointPermission: unclear(notAccepted, seen) };
    if (!isDenied(control)) {
      return {
        getCheckPointPermission: unclear("the key of --denied-profile is not denied GetLogStore", seen),
      };
    }
    if (isDone(reply)) return { getCheckPointPermission: found("none", seen) };
    return {
      getCheckPointPermission: isDenied(reply)
        ? found("needed", seen)
        : unclear("neither answered nor denied", seen),
    };
  },
};

const notAccepted = "the key of --denied-profile is not accepted at all";

function deniedWire({ denied }: Stand): Wire {
  if (denied === undefined) throw new Error("a probe that needs --denied-profile was asked without it");
  return denied;
}
