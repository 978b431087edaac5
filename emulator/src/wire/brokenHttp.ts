import { STATUS_CODES } from "node:http";
import { ServiceError } from "../service/serviceError.js";
import { errorAnswer } from "./answer.js";

/** The answer to what is no HTTP request: in the service's shape too. */
export function brokenHttpAnswer({ code, message }: NodeJS.ErrnoException, requestId: string): string {
  const status = code === "HPE_HEADER_OVERFLOW" ? 431 : code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const { body } = errorAnswer(new ServiceError(status, "BadRequest", message));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-log-requestid: ${requestId}`,
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body.toString()}`;
}
