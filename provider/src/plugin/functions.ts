import { type CheckFailure, InvokeResponse, type InvokeRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import { RefusedError } from "../lifecycle/failures.js";
import { type Declared } from "../lifecycle/declared.js";
import { type ConfigurationKeys, type Reading, openReader } from "../lives.js";
import { checkpointsAnswer } from "../texts/answers/checkpointsAnswer.js";
import { planAnswer } from "../texts/answers/planAnswer.js";
import { progressAnswer } from "../texts/answers/progressAnswer.js";
import { describeReport } from "../texts/describeReport.js";
import { declaredOf, propertiesOf, structOf } from "./values.js";

/** Reads what a function is asked for, and words its answer. */
type ReadFunction = (keys: ConfigurationKeys, args: Declared) => Promise<Reading<object>>;

const functions: Readonly<Record<string, ReadFunction>> = {
  "sls:index:getConsumerGroupCheckpoints": async (keys, args) =>
    worded(await openReader(keys).checkpoints(args), checkpointsAnswer),
  "sls:index:getReplayPlan": async (keys, args) => worded(await openReader(keys).plan(args), planAnswer),
  "sls:index:getReplayProgress": async (keys, args) =>
    worded(await openReader(keys).progress(args), progressAnswer),
};

function worded<Seen>(reading: Reading<Seen>, word: (seen: Seen) => object): Reading<object> {
  return reading.failure === undefined ? { seen: word(reading.seen) } : reading;
}

/** Answers a read function of a program. */
export async function invoke(request: InvokeRequest, keys: ConfigurationKeys): Promise<InvokeResponse> {
  const token = request.getTok();
  const read = Object.hasOwn(functions, token) ? functions[token] : undefined;
  if (read === undefined) {
    throw new Error(`The plugin sls has no function ${token}; it has ${Object.keys(functions).join(", ")}`);
  }
  const reading = await read(keys, declaredOf(request.getArgs()));
  const { failure } = reading;
  if (failure !== undefined) {
    throw new Error(failure instanceof RefusedError ? describeReport(failure.report) : failure.message);
  }
  const response = new InvokeResponse();
  response.setFailuresList([] as CheckFailure[]);
  response.setReturn(structOf({ ...reading.seen }, propertiesOf(request.getArgs())));
  return response;
}
