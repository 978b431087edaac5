import type { IncomingCall } from "../wire/incomingCall.js";
import { AdminRefusal } from "./adminRefusal.js";

/**
 * Refuses what a web page can send. Any page that someone has open may post to loopback, with a form's content type or
 * with an Origin; programs that steer an emulator send neither.
 */
export function refuseForeign({ headers, body }: IncomingCall): void {
  const origin = headers.get("origin");
  if (origin !== undefined || isCrossSite(headers.get("sec-fetch-site"))) {
    throw new AdminRefusal(
      403,
      "CrossSiteRequest",
      `a web page cannot steer the emulator, and only a web page sends the header ${origin === undefined ? "Sec-Fetch-Site" : `Origin (${origin})`}; send the request from a program, without it`,
    );
  }
  const type = headers.get("content-type");
  if (type === undefined && body.length === 0) return;
  if (/^application\/json\s*(;|$)/i.test(type ?? "")) return;
  throw new AdminRefusal(
    415,
    "UnsupportedContentType",
    `the content type is ${type ?? "not given"}; send Content-Type: application/json`,
  );
}

function isCrossSite(site: string | undefined): boolean {
  return site === "cross-site" || site === "same-site";
}
