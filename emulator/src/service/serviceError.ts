/** An answer of the service that is an error: what the wire shows as status, `errorCode` and `errorMessage`. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
