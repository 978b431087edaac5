import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { moveOf, type Move } from "./move";
import { hasDeadline, isCapped, namesTicket, skipsNoGroup, sparesConsumers } from "./rules";

/** A setting of a rule, which `--policy-pack-config` can change. */
interface Setting {
  readonly name: string;
  readonly description: string;
  readonly byDefault: string;
}

const production: Setting = {
  name: "production",
  description: "A regular expression for the names of production stacks.",
  byDefault: "^prod",
};

function rule(
  name: string,
  description: string,
  wrongWith: (move: Move, setting: string) => string | undefined,
  setting?: Setting,
): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    configSchema: {
      properties: setting
        ? { [setting.name]: { type: "string", default: setting.byDefault, description: setting.description } }
        : {},
    },
    validateResource(resource, report) {
      const move = moveOf(resource.type, resource.urn, resource.props);
      if (move === undefined) return;
      const settings = resource.getConfig<Record<string, string>>();
      const wrong = wrongWith(move, setting ? (settings[setting.name] ?? setting.byDefault) : "");
      if (wrong !== undefined) report(wrong);
    },
  };
}

new PolicyPack("sls-replays", {
  policies: [
    rule("move-has-deadline", "A move of checkpoints has a deadline.", hasDeadline),
    rule("move-names-ticket", "A move of checkpoints says which ticket it is for.", namesTicket, {
      name: "ticket",
      description: "A regular expression that `reason` has to match.",
      byDefault: "\\b[A-Z][A-Z0-9]+-[0-9]+\\b",
    }),
    rule("move-is-capped", "No shard is moved further than the cap.", isCapped, {
      name: "cap",
      description: "The largest `maxMove`, as an ISO-8601 duration.",
      byDefault: "P3D",
    }),
    rule(
      "production-consumers-are-spared",
      "In production, running consumers are not overwritten.",
      sparesConsumers,
      production,
    ),
    rule(
      "production-skips-no-group",
      "In production, no whole group skips what nobody has read.",
      skipsNoGroup,
      production,
    ),
  ],
});
