// @ts-nocheck -- the clients are not installed where types are checked
// The clients know no proxy: the names of the service resolve to loopback in this process, and nothing else does.
import dns from "node:dns";

dns.lookup = (hostname, options, callback) => {
  const [settings, done] = typeof options === "function" ? [{}, options] : [options, callback];
  if (!hostname.endsWith(".aliyuncs.com")) throw new Error(`This test does not dial ${hostname}.`);
  const address = { address: "127.0.0.1", family: 4 };
  process.nextTick(() =>
    settings?.all ? done(null, [address]) : done(null, address.address, address.family),
  );
};
