/** Why the admin path does not do what it is asked; programs tell the reasons apart by the code. */
export class AdminRefusal extends Error {
  override readonly name = "AdminRefusal";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
