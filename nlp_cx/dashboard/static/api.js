// Talks to the public API: key, language, problems in words, pages, downloads.
import { lang, t } from "./words.js";
import { recall, remember } from "./store.js";
import { toParams } from "./state.js";

/** An answer that tells of an error; `message` is ready to be shown. */
export class Problem extends Error {
  constructor({ status = 0, code = "error", detail = "", invalid = [], requestId = "", retryAfter = 0, document = {} }) {
    super(detail);
    this.name = "Problem";
    Object.assign(this, { status, code, invalid, requestId, retryAfter, document });
  }

  /** Everything a person needs: what is wrong, and where. */
  lines() {
    const told = this.invalid.map(({ name, reason }) => `${name}: ${reason}`);
    return [this.message, ...told.filter((line) => line !== this.message)];
  }
}

let asking = null; // one key dialog at a time, whoever needs it
let declined = -1; // when somebody closed it without a key: requests from before do not ask again
let askKey = async () => null;

/** Say who asks a person for a key; it gives {key, keep} or null. */
export function onKeyNeeded(ask) {
  askKey = ask;
}

/** The key in use; null if the service asks for none. */
export function currentKey() {
  return recall("key", "sessionStorage") ?? recall("key");
}

/** Use another key from now on; `keep` beyond this window. */
export function useKey(key, keep = false) {
  remember("key", keep ? null : key, "sessionStorage");
  remember("key", keep ? key : null);
}

/**
 * Send a request and give the Response; every error is a Problem, an aborted one throws AbortError.
 * Options: params, body (sent as JSON), headers, raw (a body that is sent as it is), signal.
 */
export async function send(method, path, { params, body, raw, headers = {}, signal, tries = 3 } = {}) {
  const query = toParams(params).toString();
  const key = currentKey();
  const begun = performance.now();
  const all = { "Accept-Language": lang(), ...headers };
  if (key) all.Authorization = `Bearer ${key}`;
  if (body !== undefined) all["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`${path}${query ? `?${query}` : ""}`, {
      method, headers: all, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)), signal,
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ code: "offline", detail: t("offline") });
  }
  if (response.ok || response.status === 304) return response;
  const problem = await read(response);
  if (response.status === 401 && begun > declined) {
    asking ??= askKey(key ? problem.message : "").then((given) => {
      if (!given) declined = performance.now();
      return given;
    }).finally(() => { asking = null; });
    const given = currentKey() === key ? await asking : { key: currentKey() };
    if (given) return send(method, path, { params, body, raw, headers, signal, tries });
  }
  if ((response.status === 429 || response.status === 503) && method === "GET" && tries > 1 && problem.retryAfter <= 10) {
    await wait(1000 * Math.max(problem.retryAfter, 0.5), signal);
    return send(method, path, { params, body, raw, headers, signal, tries: tries - 1 });
  }
  throw problem;
}

async function read(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  try {
    const document = await response.json();
    return new Problem({
      status: response.status, code: document.code, detail: document.detail ?? document.title,
      invalid: document.invalid_params ?? [], requestId: document.request_id, retryAfter, document,
    });
  } catch {
    return new Problem({ status: response.status, detail: t("failed", { status: response.status }), retryAfter });
  }
}

/** Wait for some milliseconds; aborting ends it with AbortError. */
export function wait(milliseconds, signal) {
  return new Promise((done, fail) => {
    const stop = () => fail(new DOMException("aborted", "AbortError"));
    if (signal?.aborted) return stop();
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); stop(); }, { once: true });
    return undefined;
  });
}

async function json(method, path, options) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
}

export const api = {
  /** GET as JSON: api.get("/v1/comments", {limit: 50}, {signal}). Params: an object or URLSearchParams. */
  get: (path, params, options = {}) => json("GET", path, { params, ...options }),
  post: (path, body, options = {}) => json("POST", path, { body, ...options }),
  put: (path, body, options = {}) => json("PUT", path, { body, ...options }),
  patch: (path, body, options = {}) => json("PATCH", path, { body, ...options }),
  delete: (path, options = {}) => json("DELETE", path, options),
  send,

  /** Go through a list page by page: for await (const items of api.pages("/v1/batches")). */
  async *pages(path, params, options = {}) {
    const query = toParams(params);
    for (;;) {
      const page = await json("GET", path, { params: query, ...options });
      yield page.items;
      if (!page.next) return;
      query.set("after", page.next);
    }
  },

  /** Save an answer as a file, under the name that the service gives it. */
  async download(path, params, { name = "", ...options } = {}) {
    const response = await send("GET", path, { params, ...options });
    const said = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
    save(await response.blob(), name || (said ? said[1] : ""));
  },
};

/** Save bytes as a file of the reader. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
