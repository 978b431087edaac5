import { type MethodDefinition } from "@grpc/grpc-js";

/** A request whose bytes are not what the protocol says. The library itself would answer without a name and a reason. */
export class UnreadableRequest {
  constructor(readonly problem: string) {}
}

/** Returns a method of the service that hands over what it cannot read, so that the answer can say so. */
export function readable(method: Method): Method {
  const read = method.requestDeserialize;
  return {
    ...method,
    requestDeserialize: (bytes) => {
      try {
        return read(bytes);
      } catch (error) {
        return new UnreadableRequest(error instanceof Error ? error.message : String(error));
      }
    },
  };
}

/** A method of the service, whatever it is sent and answers. */
export type Method = MethodDefinition<unknown, unknown>;
