/* One way to ask the server: the person and the app are named in headers, an answer of a stranger's sign-in page counts as signed out,
   and no answer in time counts as no network. Errors carry `kind`: offline, signed-out, other-person, full, large, later, refused.
   Only our own server refuses: its errors are JSON with a `code`. What a proxy or a portal says on the way is trouble that passes. */
export class Trouble extends Error {
  constructor(kind, { status = 0, words = "", body = null, after = 0 } = {}) {
    super(words || kind);
    Object.assign(this, { kind, status, words, body, after });
  }
}

const KINDS = { 401: "signed-out", 507: "full", 413: "large", 408: "later", 425: "later", 429: "later" };

function kindOf(status, code) {
  if (status === 403 && code === "other_person") { return "other-person"; }
  return KINDS[status] || (status >= 500 || !code ? "later" : "refused");
}

/* Returns { status, body (JSON or null), headers }; `allow`: statuses that are answers, not trouble */
export async function ask(path, person, { method = "GET", json = null, bytes = null, headers = {}, allow = [], seconds = 30 } = {}) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), seconds * 1000);
  const set = { "X-Field": "1", Accept: "application/json", ...headers };
  if (person) { set["X-Field-Person"] = person; }
  if (json) { set["Content-Type"] = "application/json"; }
  try {
    const answer = await fetch(path, { method, headers: set, body: json ? JSON.stringify(json) : bytes, redirect: "manual", cache: "no-store", signal: stop.signal });
    if (answer.type === "opaqueredirect") { throw new Trouble("signed-out"); }
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    const text = answer.status === 304 || method === "HEAD" ? "" : await answer.text();
    const body = isJson && text ? JSON.parse(text) : null;
    if (answer.ok && answer.status !== 204 && method !== "HEAD" && !body) { throw new Trouble("offline"); }
    if (answer.ok || (allow.includes(answer.status) && (answer.status === 304 || body))) { return { status: answer.status, body, headers: answer.headers }; }
    const words = (body && (body.title || body.sentence || body.reason)) || "";
    throw new Trouble(kindOf(answer.status, body && body.code), { status: answer.status, words, body, after: Number(answer.headers.get("Retry-After")) || 0 });
  } catch (error) {
    if (error instanceof Trouble) { throw error; }
    throw new Trouble("offline");
  } finally {
    clearTimeout(timer);
  }
}
