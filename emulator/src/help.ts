import { defaultAssumptions } from "./service/assumptions.js";
import { assumptionValues } from "./service/assumptionValues.js";

const options = `Usage: sls-emulator [options]

A local Alibaba Cloud Simple Log Service. State is in memory and gone when it stops.

Options:
  --port N              port to listen on (default 8077; 0: any free one)
  --host ADDR           address to listen on (default 127.0.0.1)
  --seed FILE           JSON file with what to start with (see the README)
  --clock WHEN          where its clock starts: an instant (2026-11-20T10:00:00Z), or ahead of or behind the
                        machine's clock (--clock=+PT1H, --clock=-PT1H); it runs on from there
  --assume NAME=VALUE   turns a switch (below); may be repeated, and comes after --assumptions
  --assumptions FILE    JSON file with an object of switches
  --cert FILE           certificate (PEM), with --key FILE: speaks HTTPS
  --key FILE            private key (PEM) of the certificate
  --json                log requests as JSON, one object a line
  --quiet               do not log requests
  --help                show this
`;

/** Complete sessions, each to paste into a shell in an empty folder. */
export const sessions = {
  curl: `npx sls-emulator --port 8077 & emulator=$!
curl -s --retry 9 --retry-connrefused http://127.0.0.1:8077/_emulator/seed -H 'Content-Type: application/json' -d '
  {"project": "shop", "logstores": {"orders": {"fill": {"logGroups": 24, "hours": 24},
   "consumerGroups": {"billing": {"checkpoints": {"at": "PT3H"}}}}}}'
date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
group=/logstores/orders/consumergroups/billing
sign=$(printf 'GET\\n\\n\\n%s\\nx-log-apiversion:0.6.0\\nx-log-signaturemethod:hmac-sha1\\n%s' "$date" "$group" |
  openssl dgst -sha1 -hmac emulatorAccessKeySecret -binary | base64)
curl -s "http://127.0.0.1:8077$group" -H 'Host: shop.127.0.0.1' -H "Date: $date" -H 'x-log-apiversion: 0.6.0' \\
  -H 'x-log-signaturemethod: hmac-sha1' -H "Authorization: LOG emulatorAccessKeyId:$sign"
kill $emulator`,

  Python: `pip install aliyun-log-python-sdk
echo '{"project": "shop", "logstores": {"orders": {"fill": {"logGroups": 24, "hours": 24},
  "consumerGroups": {"billing": {}}}}}' > seed.json
npx sls-emulator --port 8077 --seed seed.json & emulator=$!
curl -s --retry 9 --retry-connrefused http://127.0.0.1:8077/_emulator/rules
cat > pin.py <<'END'
from aliyun.log import LogClient
client = LogClient("http://cn-hangzhou.log.aliyuncs.com", "emulatorAccessKeyId", "emulatorAccessKeySecret")
cursor = client.get_begin_cursor("shop", "orders", 0).get_cursor()
client.update_check_point("shop", "orders", "billing", 0, cursor, consumer="", force_success=True)
print(client.get_check_point("shop", "orders", "billing").get_consumer_group_check_points())
END
http_proxy=http://127.0.0.1:8077 python3 pin.py
kill $emulator`,

  Pulumi: `echo '{"project": "shop", "logstores": {"orders": {"fill": {"logGroups": 24, "hours": 24},
  "consumerGroups": {"billing": {"checkpoints": {"at": "end"}}}}}}' > seed.json
npx sls-emulator --port 8077 --seed seed.json & emulator=$!
cat > Pulumi.yaml <<'END'
name: replay
runtime: nodejs
END
cat > index.ts <<'END'
import * as pulumi from "@pulumi/pulumi";
import { ConsumerGroupReplay } from "pulumi-sls-checkpoint";
const from = new pulumi.Config().require("from");
const group = { project: "shop", logstore: "orders", consumerGroup: "billing" };
new ConsumerGroupReplay("billing", { ...group, from, reason: "a first try" });
END
npm install @pulumi/pulumi pulumi-sls-checkpoint typescript@6 @types/node
export PULUMI_BACKEND_URL=file://$PWD PULUMI_CONFIG_PASSPHRASE=secret
pulumi stack init dev
pulumi config set sls:endpoint http://127.0.0.1:8077
pulumi config set sls:accessKeyId emulatorAccessKeyId
pulumi config set --secret sls:accessKeySecret emulatorAccessKeySecret
pulumi config set from $(node -p 'new Date(Date.now() - 3 * 3600000).toISOString()')
pulumi up --yes
kill $emulator`,
} as const;

/** What `--help` prints. */
export function help(): string {
  const told = Object.entries(sessions).map(
    ([name, text]) => `\nA session with ${name}:\n\n${text.replace(/^(?=.)/gm, "  ")}\n`,
  );
  return `${options}\nSwitches, with their default first:\n${switches()}${told.join("")}`;
}

function switches(): string {
  const names = Object.keys(defaultAssumptions) as (keyof typeof assumptionValues)[];
  return names.map((name) => `  ${name.padEnd(32)}${assumptionValues[name].join(" | ")}\n`).join("");
}
