/* The HTTP side of the protocol. Every failure becomes an ApiError; status 0 means the server was not reached. */

export class ApiError extends Error {
  constructor(status, code, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Worth another try with the same content: not reached, overloaded or broken for the moment. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const retryAfter = (value) => Math.min(Math.max(Number(value) || 0, 0), 300);

export class Api {
  token = null;
  lang = "zh";

  constructor(base) {
    this.base = base;
  }

  url(path) {
    return new URL(path, this.base).href;
  }

  headers() {
    const headers = { "Accept-Language": this.lang === "zh" ? "zh-CN" : "en" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    return headers;
  }

  /** The raw response; the caller aborts through `signal`. */
  async open(path, { method = "GET", json, headers = {}, signal, keepalive } = {}) {
    const init = { method, signal, keepalive, credentials: "omit", cache: "no-store", headers: { ...this.headers(), ...headers } };
    if (json !== undefined) {
      init.body = JSON.stringify(json);
      init.headers["Content-Type"] = "application/json";
    }
    let response;
    try {
      response = await fetch(this.url(path), init);
    } catch (error) {
      throw new ApiError(0, error.name === "AbortError" ? "aborted" : "unreachable", String(error));
    }
    if (!response.ok) throw await this.#failure(response);
    return response;
  }

  async request(path, { timeout = 20000, ...options } = {}) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeout);
    try {
      const response = await this.open(path, { ...options, signal: abort.signal });
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0, "unreachable", String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  async #failure(response) {
    let error = {};
    try {
      error = (await response.json()).error || {};
    } catch {
      // A proxy in between answers with its own page; the status is all there is to know.
    }
    return new ApiError(response.status, error.code || "http", error.message || "", retryAfter(response.headers.get("Retry-After")));
  }

  /** Sends one file. XMLHttpRequest, because fetch reports no upload progress. Returns {done, cancel}. */
  upload(file, onProgress) {
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
      request.open("POST", this.url("api/uploads"));
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.responseType = "json";
      request.timeout = 300000;
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
      request.onload = () => {
        const body = request.response || {};
        if (request.status === 201) resolve(body);
        else reject(new ApiError(request.status, body.error?.code || "http", body.error?.message || "", retryAfter(request.getResponseHeader("Retry-After"))));
      };
      request.onerror = request.ontimeout = () => reject(new ApiError(0, "unreachable", ""));
      request.onabort = () => reject(new ApiError(0, "aborted", ""));
      const form = new FormData();
      form.append("file", file, file.name);
      request.send(form);
    });
    return { done, cancel: () => request.abort() };
  }
}
