/**
 * Answers every request as SLS answers a checkpoint that was written, and does nothing else: what is measured is the
 * client. Prints its port; ends with the process that started it.
 */
import { createServer } from "node:http";

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "x-log-requestid": "5B9FA6C2F4D6E7A8B9C0D1E2", "content-length": "0" });
    response.end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit());
