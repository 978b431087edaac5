import { ServiceError } from "../service/serviceError.js";
import { errorAnswer, type Answer } from "./answer.js";
import type { Fault } from "./fault.js";
import { httpRefusals } from "./httpRefusals.js";

/** The answer that a fault puts in the place of the call, or undefined when the call is carried out. */
export function injectedAnswer(fault: Fault): Answer | undefined {
  switch (fault.kind) {
    case "error":
      return errorAnswer(new ServiceError(fault.status, fault.code, fault.message ?? fault.code));
    case "quota":
      return errorAnswer(httpRefusals.quotaExceeded(fault.code ?? "MetaOperationQpsLimitExceeded"));
    case "expiredToken":
      return errorAnswer(httpRefusals.tokenExpired());
    case "body":
      return { status: fault.status, headers: { "Content-Type": fault.contentType }, body: fault.body };
    default:
      return undefined;
  }
}
