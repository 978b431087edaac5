import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";

/** @typedef {{ headers: import("node:http").IncomingHttpHeaders, bytes: Buffer }} Answer */

/** Speaks to one project of an SLS as consumers do: over HTTP, with signature V1. */
export class SignedClient {
  #port;
  #project;
  #identity;

  /**
   * @param {number} port of an SLS on this machine
   * @param {string} project
   * @param {import("sls-emulator").Identity} identity
   */
  constructor(port, project, identity) {
    this.#port = port;
    this.#project = project;
    this.#identity = identity;
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} [query]
   */
  async get(path, query = {}) {
    return this.#send("GET", path, query, "");
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} query
   * @param {unknown} body
   */
  async post(path, query, body) {
    return this.#send("POST", path, query, JSON.stringify(body));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} query
   * @param {string} body
   * @returns {Promise<Answer>}
   */
  async #send(method, path, query, body) {
    const headers = {
      host: `${this.#project}.127.0.0.1`,
      ...sign(method, path, query, body, this.#identity),
    };
    const target = `${path}?${new URLSearchParams(query).toString()}`;
    const { status, ...answer } = await exchange({ port: this.#port, method, path: target, headers }, body);
    if (status !== 200)
      throw new Error(`${method} ${target} was answered ${status}: ${String(answer.bytes)}`);
    return answer;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} query
 * @param {string} body
 * @param {import("sls-emulator").Identity} identity
 */
function sign(method, path, query, body, { accessKeyId, accessKeySecret }) {
  const own = {
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": String(Buffer.byteLength(body)),
    "x-log-signaturemethod": "hmac-sha1",
  };
  const date = new Date().toUTCString();
  const md5 = body === "" ? "" : createHash("md5").update(body).digest("hex").toUpperCase();
  const type = body === "" ? "" : "application/json";
  const resource = [path, pairsOf(query, "=").join("&")].filter((part) => part !== "").join("?");
  const signed = [method, md5, type, date, ...pairsOf(own, ":"), resource].join("\n");
  const signature = createHmac("sha1", accessKeySecret).update(signed).digest("base64");
  const content = body === "" ? {} : { "content-md5": md5, "content-type": type };
  return { ...own, ...content, date, authorization: `LOG ${accessKeyId}:${signature}` };
}

/**
 * @param {Record<string, string>} values
 * @param {string} separator
 */
function pairsOf(values, separator) {
  return Object.keys(values)
    .sort()
    .map((name) => `${name}${separator}${values[name]}`);
}

/**
 * @param {import("node:http").RequestOptions} options
 * @param {string} body
 * @returns {Promise<Answer & { status: number | undefined }>}
 */
async function exchange(options, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", agent: false, ...options }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      const { statusCode: status, headers } = response;
      response.on("end", () => resolve({ status, headers, bytes: Buffer.concat(chunks) }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
