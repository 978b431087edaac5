import { type CheckRequest, CheckResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import { sealed } from "../marks.js";
import { markedStructOf, propertiesOf } from "./values.js";

/** Settings that are encrypted in state, whether or not a program or a config marks them. */
const secretSettings: readonly string[] = ["accessKeySecret", "securityToken"];

/** Returns the settings of a connection as state keeps them. What is wrong about one, the call that needs it says. */
export function checkSettings(request: CheckRequest): CheckResponse {
  const settings = Object.entries(propertiesOf(request.getNews())).map(([name, value]) => [
    name,
    secretSettings.includes(name) ? sealed(value) : value,
  ]);
  const response = new CheckResponse();
  response.setInputs(markedStructOf(Object.fromEntries(settings) as Readonly<Record<string, unknown>>));
  return response;
}
