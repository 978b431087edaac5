import { Metadata, status } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb.js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import { RefusedError, UnfinishedError } from "../lifecycle/failures.js";
import { confidentialityOf } from "../marks.js";
import { describeReport } from "../texts/describeReport.js";
import { withoutOtherKeys } from "./providerKeys.js";
import { type Properties, structOf } from "./values.js";

const detailsHeader = "grpc-status-details-bin";

/** An error as gRPC sends it. */
export interface ServiceError {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** Words an error; one that keeps state takes its state along, with the secrets of the inputs marked again. */
export function serviceErrorOf(error: unknown, inputs: Properties): ServiceError {
  const details = withoutOtherKeys(wordsOf(error, inputs));
  if (!(error instanceof UnfinishedError)) return { code: status.UNKNOWN, details };
  return { code: status.UNKNOWN, details, metadata: keepingState(error, details, inputs) };
}

function wordsOf(error: unknown, inputs: Properties): string {
  if (error instanceof RefusedError || error instanceof UnfinishedError) {
    return describeReport(error.report, confidentialityOf(inputs));
  }
  return error instanceof Error ? error.message : String(error);
}

/** The one form of an error for which Pulumi keeps the state of a failed resource. */
function keepingState(error: UnfinishedError, details: string, inputs: Properties): Metadata {
  const kept = new ErrorResourceInitFailed();
  kept.setId(error.id);
  kept.setProperties(structOf(error.outs, inputs));
  kept.setReasonsList([details]);
  const any = new Any();
  any.pack(kept.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(details);
  answer.addDetails(any);
  const metadata = new Metadata();
  metadata.set(detailsHeader, Buffer.from(answer.serializeBinary()));
  return metadata;
}
