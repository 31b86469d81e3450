/* The day as the server gave it, and what this device added since: one view of a batch, whatever of it has arrived. Nothing is drawn here.
   The server's findings stand; over them lie this device's records that wait, and those the server took since the day was asked for. */
import * as store from "./store.js";
import { inWords, language, legalDay } from "./words.js";

export const SECTIONS = ["papers", "photos", "group", "individual", "sampling"];
const IN = { papers: ["papers", "facility"], group: ["group"], individual: ["individual"] };
export const TEMPERATURE = "water_temperature";

export const opened = Date.now();
export const run = store.newId(opened);
/* The device's clock is read once; later instants are that plus what has elapsed (a clock set back meanwhile changes nothing) */
const began = performance.now();
let asleep = 0, away = null;
export const elapsed = () => Math.max(0, Math.round(performance.now() - began + asleep));
/* A phone in the pocket stops the page's own clock: what its wall clock went further while the app was out of sight is counted as sleep */
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") { away = { wall: Date.now(), own: performance.now() }; return; }
  const gap = away ? Date.now() - away.wall - (performance.now() - away.own) : 0;
  if (gap > 1000) { asleep += gap; }
  away = null;
});
export const now = () => new Date(opened + elapsed()).toISOString();

/* What the screens read: who, the day, his records and files */
export async function load() {
  const person = await store.me();
  if (!person) { return { person: null, day: null, records: [], files: [], others: await store.othersWaiting(null) }; }
  const [kept, records, files, drafts, others] = await Promise.all([store.day(person.id), store.records(person.id), store.files(person.id), store.drafts(person.id), store.othersWaiting(person.id)]);
  return { person, kept, day: kept ? inWords(kept.data) : null, records, files, drafts, others, today: kept ? legalDay(trueNow(kept)) : legalDay() };
}

/* About now by the server's clock: its time at the download, and what has passed since. A device whose clock is hours wrong still knows the day. */
export const trueNow = (kept) => Date.parse(kept.data.server_time) + Math.max(0, Date.parse(now()) - Date.parse(kept.at));

/* By how many minutes the device's clock was ahead of the server's when the day came; a clock behind is negative */
export const aheadOf = (kept) => Math.round((Date.parse(kept.at) - Date.parse(kept.data.server_time)) / 60000);

/* Metres between the pond as registered and here, or null */
export function distance(visit, place) {
  if (!place || visit.lat === null || visit.lon === null) { return null; }
  const turn = Math.PI / 180, across = (place.lon - visit.lon) * turn * Math.cos(((place.lat + visit.lat) / 2) * turn), up = (place.lat - visit.lat) * turn;
  return Math.round(6371000 * Math.hypot(across, up));
}

/* The code for this batch's photographs today; empty when the day's codes are over */
export function codeOf(state, visit, batch) {
  const codes = (visit.codes_by_day || {})[state.today] || [];
  return codes.length ? codes[(batch.number - 1) % codes.length] : "";
}

export const visitOf = (state, id) => state.day && state.day.visits.find((visit) => visit.declaration_id === id);
export function batchOf(state, id) {
  for (const visit of (state.day ? state.day.visits : [])) {
    const batch = visit.batches.find((one) => one.batch_id === id);
    if (batch) { return { visit, batch }; }
  }
  return {};
}

/* Does this record still say more than the downloaded day does? */
const speaks = (state, one) => one.state === "waiting" || (one.state === "accepted" && !one.told);

export function isBegun(state, visit) {
  return visit.batches.every((batch) => batch.check) || state.records.some((one) => one.kind === "visit.start" && one.subject === visit.declaration_id && speaks(state, one));
}

export function arrivalOf(state, visit) {
  return state.records.filter((one) => one.kind === "arrived" && one.subject === visit.declaration_id && one.state !== "withdrawn").pop() || null;
}

/* One batch as it stands on this device */
export function sheetOf(state, batch) {
  const check = batch.check || { state: "open", version: 1, findings: {}, notes: {}, photos: [], suspected: [], quantity: null, note: "" };
  const mine = state.records.filter((one) => one.subject === batch.batch_id);
  const made = {
    version: check.version || 1, state: check.state, answers: { ...check.findings }, photos: {}, clips: [], suspected: [...check.suspected], course: check.course || "",
    quantity: check.quantity, note: check.note || "", decided: check.state !== "open", verdict: null, waiting: mine.filter((one) => one.state === "waiting").length,
    conflicts: mine.filter((one) => one.state === "conflict"), refused: mine.filter((one) => one.state === "refused" && !one.seen)
  };
  for (const photo of check.photos) { made.photos[photo.slot] = { sha256: photo.sha256, at: photo.taken_at, code: photo.code, there: true }; }
  for (const one of mine.filter((each) => speaks(state, each))) { lay(made, one); }
  for (const photo of Object.values(made.photos)) { photo.file = state.files.find((file) => file.sha256 === photo.sha256) || null; }
  return made;
}

function lay(made, one) {
  const { body } = one;
  if (one.kind === "findings") {
    for (const [item, value] of Object.entries(body.answers)) { if (value === null) { delete made.answers[item]; } else { made.answers[item] = value; } }
  } else if (one.kind === "photo") {
    made.photos[body.slot] = { sha256: body.sha256, at: body.taken_at, code: body.code, there: one.state === "accepted" };
  } else if (one.kind === "clip") {
    made.clips.push({ sha256: body.sha256, there: one.state === "accepted" });
  } else if (one.kind === "suspicion") {
    made.suspected = [...body.diseases];
    made.course = body.course || "";
  } else if (one.kind === "verdict") {
    made.state = body.outcome === "pass" ? "passed" : "failed";
    made.quantity = body.quantity;
    made.note = body.note;
    made.decided = true;
    made.verdict = one;
  }
}

export const checklistOf = (state, batch) => state.day.checklists[batch.checklist] || { items: [], slots: [] };

/* Items asked now: one that unfolds is asked only after its item is abnormal */
export const askedOf = (items, answers) => items.filter((item) => !item.only_if || answers[item.only_if] === "abnormal");
const isOpen = (item, answers) => item.is_needed && (answers[item.key] === undefined || answers[item.key] === null || (Array.isArray(answers[item.key]) && !answers[item.key].length));

/* What a section has and what it still lacks: { done, of, lack: [words] } */
export function progress(list, sheet, section) {
  if (section === "photos") {
    const needed = list.slots.filter((slot) => slot.needed);
    return { done: list.slots.filter((slot) => sheet.photos[slot.slot]).length, of: list.slots.length, lack: needed.filter((slot) => !sheet.photos[slot.slot]).map((slot) => slot.label) };
  }
  if (section === "sampling") { return { done: sheet.suspected.length, of: 0, lack: [] }; }
  const items = askedOf(list.items, sheet.answers).filter((item) => IN[section].includes(item.section));
  const open = items.filter((item) => isOpen(item, sheet.answers)), needed = items.filter((item) => item.is_needed);
  return { done: needed.filter((item) => sheet.answers[item.key] !== undefined).length, of: needed.length, lack: open.map((item) => item.ask) };
}

export const itemsIn = (list, section) => list.items.filter((item) => (IN[section] || []).includes(item.section));
export const isAbnormal = (sheet) => Object.values(sheet.answers).includes("abnormal");

/* What stands before a passing verdict, as the server will judge it (rules/checks.py): section → words */
export function lacksOf(list, sheet) {
  return SECTIONS.map((section) => [section, progress(list, sheet, section).lack]).filter(([, lack]) => lack.length);
}

/* Diseases that the findings may point to; outside its window of temperature a disease is told, but last. A hint, never a verdict. */
export function hintsOf(list, sheet) {
  const measured = sheet.answers[TEMPERATURE], found = new Map();
  for (const item of askedOf(list.items, sheet.answers)) {
    if (item.kind !== "choice" || sheet.answers[item.key] !== "abnormal") { continue; }
    const menus = list.items.filter((menu) => menu.only_if === item.key && !menu.is_single), picked = menus.flatMap((menu) => sheet.answers[menu.key] || []);
    const words = Object.fromEntries(menus.flatMap((menu) => menu.options.map((option) => [option.value, item.ask + (language === "en" ? ": " : "") + option.label])));
    for (const sign of item.signs.filter((one) => !picked.length || !one.option || picked.includes(one.option))) {
      const hint = found.get(sign.disease) || { code: sign.disease, why: new Set(), fits: true };
      hint.why.add((picked.length && words[sign.option]) || item.ask);
      hint.fits = !sign.window || measured === undefined || (sign.window[0] <= measured && measured <= sign.window[1]);
      found.set(sign.disease, hint);
    }
  }
  return [...found.values()].map((hint) => ({ ...hint, why: [...hint.why] })).sort((a, b) => Number(b.fits) - Number(a.fits) || b.why.length - a.why.length);
}

/* Put one thing that was done into the queue. `seen`: the version of the check that the person had before him. */
export function done(state, kind, subject, body, { seen = null, files = [], choice = false, settled = [] } = {}) {
  return store.enqueue([made(state, kind, subject, body, { seen, choice })], files, settled);
}

export function made(state, kind, subject, body, { seen = null, choice = false } = {}) {
  return { person: state.person.id, kind, subject, base_version: seen, at: now(), elapsed_ms: elapsed(), run, body, choice, about: aboutOf(state, subject, body) };
}

/* The disk did not take it: the screen says so, and nothing on it pretends otherwise */
export function notSaved(error) { document.dispatchEvent(new CustomEvent("aquacert:not-saved", { detail: error && error.name })); }

/* Where it was and what the items are called: the list must still say so when the visit is somebody else's */
function aboutOf(state, subject, body) {
  const { visit, batch } = batchOf(state, subject), paper = visit || visitOf(state, subject), list = batch ? checklistOf(state, batch) : { items: [], slots: [] };
  const names = [...list.items.filter((item) => body.answers && item.key in body.answers).map((item) => [item.key, item.ask]), ...list.slots.map((slot) => [slot.slot, slot.label])];
  return { where: paper ? `${paper.farm}${batch ? ` ${batch.pond}` : ""}` : "", names: Object.fromEntries(names) };
}
