import { type CheckFailure, InvokeResponse, type InvokeRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import { RefusedError } from "../lifecycle/failures.js";
import { type Declared } from "../lifecycle/declared.js";
import { type ConfigurationKeys, openReader } from "../lives.js";
import { describeReport } from "../texts/describeReport.js";
import { declaredOf, propertiesOf, structOf } from "./values.js";

type Reader = ReturnType<typeof openReader>;

const functions: Readonly<
  Record<string, (reader: Reader, args: Declared) => ReturnType<Reader[keyof Reader]>>
> = {
  "sls:index:getConsumerGroupCheckpoints": (reader, args) => reader.checkpoints(args),
  "sls:index:getReplayPlan": (reader, args) => reader.plan(args),
  "sls:index:getReplayProgress": (reader, args) => reader.progress(args),
};

/** Answers a read function of a program. */
export async function invoke(request: InvokeRequest, keys: ConfigurationKeys): Promise<InvokeResponse> {
  const token = request.getTok();
  const read = Object.hasOwn(functions, token) ? functions[token] : undefined;
  if (read === undefined) {
    throw new Error(`The plugin sls has no function ${token}; it has ${Object.keys(functions).join(", ")}`);
  }
  const reading = await read(openReader(keys), declaredOf(request.getArgs()));
  const { failure } = reading;
  if (failure !== undefined) {
    throw new Error(failure instanceof RefusedError ? describeReport(failure.report) : failure.message);
  }
  const response = new InvokeResponse();
  response.setFailuresList([] as CheckFailure[]);
  response.setReturn(structOf({ ...reading.answer }, propertiesOf(request.getArgs())));
  return response;
}
