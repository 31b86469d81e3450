/* Sends the queue and fetches the day. Records go in the order they were made, their files first; every record has its id, and the server
   answers a second sending of it as the first: a lost reply costs nothing. One tab sends at a time (Web Locks). A failure waits and tries again;
   nothing leaves the queue but by the server's receipt. What holds one file up (a full disk, a bad line) holds up its batch, not the day. */
import * as day from "./day.js";
import { pieces, sendFile } from "./files.js";
import { Trouble, ask } from "./net.js";
import * as store from "./store.js";
import { t } from "./words.js";

const MOST = 40, LONGEST = 300, FRESH = 60000, LOCK = "aquacert-field-sync";
export const news = new EventTarget();
export const standing = { net: navigator.onLine ? "unknown" : "offline", sending: null, account: "in", words: "", newest: null };
const others = "BroadcastChannel" in window ? new BroadcastChannel("aquacert-field") : null;
let timer = null, tries = 0, isBusy = false, isWanted = false, isOver = false, fetched = null, isStale = true;

function changed(what) {
  Object.assign(standing, what);
  news.dispatchEvent(new Event("change"));
  if (others) { others.postMessage("change"); }
}

/* Ask for a sending as soon as may be; many calls make one. */
export function wake({ now = false } = {}) {
  clearTimeout(timer);
  if (now) { tries = 0; isStale = true; }
  if (isBusy) { isWanted = true; return; }
  timer = setTimeout(attempt, now ? 0 : 400);
}

/* The person signs out: a day that is on its way must not come back to this device. */
export function stop() {
  isOver = true;
  clearTimeout(timer);
}

async function attempt() {
  if (isOver) { return; }
  isBusy = true;
  isWanted = false;
  let isElsewhere = false;
  try {
    if (navigator.locks) { await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => { isElsewhere = !lock; return lock ? pass() : null; }); }
    else { await pass(); }
    if (!isElsewhere) { tries = 0; }
  } catch (error) {
    stumble(error);
  } finally {
    isBusy = false;
    changed({ sending: null });
  }
  if (isElsewhere) { timer = setTimeout(attempt, 3000); } else if (isWanted) { wake(); }
}

function stumble(error) {
  if (!error.kind) { changed({ words: "wrong" }); console.error(error); return again(0); }
  if (error.kind === "signed-out") { return signedOut(error); }
  if (error.kind === "refused") { changed({ net: "online", words: error.words }); return again(error.after); }
  changed({ net: error.kind === "offline" ? "offline" : "online", words: error.kind === "full" ? "full" : error.words });
  return again(error.after);
}

/* 2 s, 4 s, 8 s … five minutes, each a little uneven; `online` and the screen's return begin anew */
function again(after) {
  tries += 1;
  const wait = Math.max(after, Math.min(LONGEST, 2 ** tries) * (0.75 + (crypto.getRandomValues(new Uint8Array(1))[0] / 255) * 0.5));
  clearTimeout(timer);
  timer = setTimeout(attempt, wait * 1000);
}

/* The session is over: what was never sent stays, and the day with it; with an empty queue nothing of the farms stays on this device.
   Only our server can say so: a portal on the way that leads elsewhere does not take the day away. */
async function signedOut({ body }) {
  const person = await store.me();
  if (person && body && body.sign_in) { await store.forget(person.id); }
  changed({ account: "out", net: "online" });
}

async function pass() {
  const person = await store.me();
  if (!person) { await fetchDay(null); return; }
  try {
    await sendAll(person);
    await fetchDay(person);
  } catch (error) {
    if (error.kind === "other-person") { await another(person); return; }
    if (error.status === 403 && error.kind === "refused") { await store.forget(person.id); }
    throw error;
  }
}

/* Somebody else is signed in, who may not even inspect: what the first one has here is neither shown nor added to until he is back. */
async function another(person) {
  await store.forget(person.id);
  await store.setMe(undefined);
  changed({ account: "in", net: "online" });
  await fetchDay(null);
}

async function sendAll(person) {
  const total = (await store.waitingOf(person.id)).length;
  for (let sent = 0, idle = 0; ;) {
    const waiting = await store.waitingOf(person.id);
    if (!waiting.length) { break; }
    if (idle > 1) { throw new Trouble("later", { words: standing.words }); }
    changed({ sending: { done: Math.min(sent, total), of: Math.max(total, sent + waiting.length) } });
    const settled = await sendSome(person, waiting);
    sent += settled;
    idle = settled ? 0 : idle + 1;
  }
}

/* Files of the first records, then these records; one whose file cannot go now holds its batch back. Returns how many were settled. */
async function sendSome(person, list) {
  const ready = [], held = new Set();
  let trouble = null, lost = 0;
  for (const one of list) {
    if (ready.length === MOST) { break; }
    if (held.has(one.subject)) { continue; }
    if (trouble && one.body.sha256) { held.add(one.subject); continue; }
    try {
      const wrong = one.body.sha256 ? await fileOf(person, one) : null;
      if (wrong) { await store.settle([[one.seq, { state: "refused", reason: wrong, done_at: day.now() }]]); lost += 1; } else { ready.push(one); }
    } catch (error) {
      if (!["full", "later", "offline"].includes(error.kind)) { throw error; }
      trouble = error;
      held.add(one.subject);
    }
  }
  const settled = await sendReady(person, await store.markTried(ready));
  if (trouble) { throw trouble; }
  return settled + lost;
}

async function sendReady(person, fixed) {
  if (!fixed.length) { return 0; }
  const { body } = await ask("/field/sync", person.id, { method: "POST", seconds: 60, json: {
    device: await store.device(), person: person.id, sent_at: day.now(), elapsed_ms: day.elapsed(), run: day.run,
    records: fixed.map(({ id, kind, base_version, at, elapsed_ms, run, body: said }) => ({ id, kind, base_version, at, elapsed_ms, run, body: said }))
  } });
  const settled = receipts(fixed, body.results || []), comesAgain = new Set((body.results || []).filter((result) => result.retry).map((result) => result.id));
  for (const one of fixed.filter((each) => comesAgain.has(each.id) && each.body.sha256)) { await store.fileArrived(person.id, one.body.sha256, false); }
  await store.settle(settled);
  if (settled.some(([, { state }]) => state !== "accepted")) { isStale = true; }
  changed({ net: "online", account: "in", words: body.stopped || "" });
  return settled.length;
}

/* Words why the file will never go, or null. Whoever may not send it any more sends the record alone: the server keeps that with the case. */
async function fileOf(person, one) {
  try {
    await sendFile(person.id, one.body.sha256);
    return null;
  } catch (error) {
    if (error.kind === "lost") { return t("file_lost"); }
    if (error.kind !== "refused") { throw error; }
    return error.status === 403 ? null : error.words || t("file_lost");
  }
}

export function receipts(sent, results) {
  const byId = new Map(results.map((result) => [result.id, result])), made = [];
  for (const one of sent) {
    const result = byId.get(one.id);
    if (!result || result.retry) { continue; }
    const outcome = result.outcome === "same" ? result.first || "accepted" : result.outcome;
    made.push([one.seq, { state: outcome, reason: result.reason || "", mine: result.mine || null, theirs: result.theirs || null, version: result.version ?? null, kept_items: result.kept || [], done_at: day.now() }]);
  }
  return made;
}

/* The day, when it changed; whoever is signed in becomes the person of this device, and another's queue waits for him.
   What this device sends is not asked back at once: a minute old is fresh, unless somebody wants it or the server differed. */
async function fetchDay(person) {
  if (person && !isStale && fetched !== null && day.elapsed() - fetched < FRESH) { return; }
  isStale = false;
  const at = day.now(), kept = person ? await store.day(person.id) : null;
  const told = person ? (await store.records(person.id)).filter((one) => one.state === "accepted" && !one.told).map((one) => one.seq) : [];
  const { status, body, headers } = await ask("/field/day.json", person ? person.id : null, { headers: kept ? { "If-None-Match": kept.etag } : {}, allow: [304], seconds: 45 });
  if (isOver) { return; }
  fetched = day.elapsed();
  if (status === 304) {
    await store.keepDay(person.id, { ...kept, at, data: { ...kept.data, server_time: headers.get("X-Server-Time") || new Date(day.trueNow(kept)).toISOString() } }, told);
    changed({ net: "online", account: "in", newest: at });
    return;
  }
  if (!body.person || !Array.isArray(body.visits)) { throw new Trouble("later"); }
  const isSame = person && person.id === body.person.id;
  if (person && !isSame) { await store.forget(person.id); }
  await store.setMe(body.person);
  if (isOver) { return; }
  await store.keepDay(body.person.id, { etag: headers.get("ETag") || "", at, data: body }, isSame ? told : []);
  pieces(body.limits && body.limits.chunk_bytes);
  await store.tidy(body.person.id, new Date(Date.parse(at) - 86400000).toISOString());
  changed({ net: "online", account: "in", newest: at });
  if (!isSame) { isWanted = isStale = true; }
}

/* Try when the network returns, when the screen does, and whenever another tab wrote something. */
export function listen() {
  window.addEventListener("online", () => { changed({ net: "unknown" }); wake({ now: true }); });
  window.addEventListener("offline", () => changed({ net: "offline" }));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") { wake({ now: true }); } });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
  if (others) { others.onmessage = () => news.dispatchEvent(new Event("change")); }
  wake({ now: true });
}
