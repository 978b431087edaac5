import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Files with a certificate for 127.0.0.1 and names below sls.localhost, which signs itself, and its key; removed when the test ends. */
export function makeCertificate(): { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), "sls-emulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const how = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  const named = ["-subj", "/CN=sls-emulator", "-addext", "subjectAltName=IP:127.0.0.1,DNS:*.sls.localhost"];
  execFileSync("openssl", [...how, ...named, "-out", cert, "-keyout", key], { stdio: "ignore" });
  return { cert, key };
}
