import { refusals } from "../service/refusals.js";
import { ServiceError } from "../service/serviceError.js";

/** Whatever was thrown, as an answer of the service: what is not a refusal is an internal error. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const unexpected = refusals.internalServerError();
  unexpected.cause = error;
  return unexpected;
}
