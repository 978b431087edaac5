/** The official client, led to a server on this machine. */
import dns from "node:dns";
import { createRequire } from "node:module";

/**
 * The official client names the project in the host, so the service's names have to lead to this machine.
 *
 * @param {string} port
 * @param {string} modules a file beside the `node_modules` that it is installed in
 */
export function officialClient(port, modules) {
  dns.lookup = /** @type {any} */ (
    (/** @type {string} */ _hostname, /** @type {any} */ options, /** @type {any} */ callback) => {
      const [settings, done] = typeof options === "function" ? [{}, options] : [options, callback];
      const found = settings?.all ? [[{ address: "127.0.0.1", family: 4 }]] : ["127.0.0.1", 4];
      process.nextTick(done, null, ...found);
    }
  );
  const requireModule = createRequire(modules);
  const { default: Client, ...model } = requireModule("@alicloud/sls20201230");
  const { $OpenApiUtil } = requireModule("@alicloud/openapi-core");
  const client = new Client(
    new $OpenApiUtil.Config({
      accessKeyId: "emulatorAccessKeyId",
      accessKeySecret: "emulatorAccessKeySecret",
      protocol: "http",
      endpoint: `cn-hangzhou.log.aliyuncs.com:${port}`,
      regionId: "cn-hangzhou",
    }),
  );
  return { client, model };
}
