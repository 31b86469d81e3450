/* Two screens: today's visits in the order of the route, and one visit with its batches. */
import * as day from "./day.js";
import * as store from "./store.js";
import { placeWithin, watchPlace } from "./camera.js";
import { badge, standingNotes } from "./bar.js";
import { button, cell, facts, h, icon, link, note, screen, tag } from "./dom.js";
import { standing, wake } from "./sync.js";
import { clock, day as dayWords, language, legalDay, quantity, seconds, t } from "./words.js";

const beginning = new Set();
const KINDS = { open: ["wait", "batch_open"], passed: ["ok", "batch_passed"], failed: ["no", "batch_failed"] };

/* How far a visit is: todo, begun, done, with its words */
export function standOf(state, visit) {
  const sheets = visit.batches.map((batch) => day.sheetOf(state, batch)), decided = sheets.filter((sheet) => sheet.decided).length;
  const subjects = [visit.declaration_id, ...visit.batches.map((batch) => batch.batch_id)], waiting = state.records.filter((one) => one.state === "waiting" && subjects.includes(one.subject)).length;
  if (sheets.some((sheet) => sheet.conflicts.length)) { return ["warn", t("visit_conflict"), waiting]; }
  if (visit.state === "inspected" || (sheets.length && decided === sheets.length)) { return ["ok", waiting ? t("visit_done_waits") : t("visit_done"), waiting]; }
  if (day.isBegun(state, visit)) { return ["info", t("visit_begun", { n: decided, of: sheets.length }), waiting]; }
  return ["wait", t("visit_todo"), waiting];
}

export function today(state) {
  const visits = state.day ? state.day.visits : [], here = visits.filter((visit) => !visit.visit_at || legalDay(visit.visit_at) <= state.today), later = visits.filter((visit) => !here.includes(visit));
  const isDone = (visit) => standOf(state, visit)[0] === "ok";
  const next = here.find((visit) => !isDone(visit)), done = here.filter(isDone).length;
  const top = [
    ...standingNotes(state),
    state.day ? h("div", { class: "lead" }, h("p", { class: "big" }, t("today_count", { n: here.length, done })), next
      ? [h("p", { class: "next" }, h("b", {}, `${t("next_visit")} ${clock(next.visit_at)}`), h("span", {}, next.farm), h("small", {}, next.place))]
      : h("p", {}, here.length ? t("today_all_done") : t("today_none")), h("p", { class: "small" }, t("day_at", { at: `${dayWords(state.kept.at)} ${clock(state.kept.at)}` })))
      : note("warn", t("nothing_kept"), t("nothing_kept_more"))
  ];
  const body = [h("h2", {}, t("today")), h("div", { class: "group" }, here.map((visit) => visitCell(state, visit))), here.length ? null : h("p", { class: "pad" }, t("today_none")),
    later.length ? [h("h2", {}, t("tomorrow")), h("div", { class: "group" }, later.map((visit) => visitCell(state, visit)))] : null];
  return screen({ title: t("app"), sub: state.person ? state.person.label : "", badge: badge(state), top, body: state.day ? body : [], dock: [dockOf(next), ...hintOf(state)] });
}

function dockOf(next) {
  if (standing.account === "out" && standing.net !== "offline") {
    return h("div", { class: "pair" }, link(t("queue"), "#/q", { glyph: "list", "data-k": "queue" }), link(t("sign_in"), "/accounts/sign-in?next=/field/", { kind: "primary", glyph: "key", "data-k": "sign-in" }));
  }
  return h("div", { class: "pair" }, link(t("queue"), "#/q", { glyph: "list", "data-k": "queue" }),
    next ? link(t("go_next"), `#/v/${next.declaration_id}`, { kind: "primary", glyph: "go", "data-k": "next" })
      : button(t("fetch_again"), () => wake({ now: true }), { kind: "primary", glyph: "again", key: "fetch" }));
}

const hintOf = (state) => (standing.account === "out" && state.records.some((one) => one.state === "waiting") ? [h("p", { class: "hint" }, t("signed_out_more"))] : []);

function visitCell(state, visit) {
  const [kind, words, waiting] = standOf(state, visit), time = visit.visit_at ? clock(visit.visit_at) : "";
  return h("a", { class: "cell visit", href: `#/v/${visit.declaration_id}`, "data-k": visit.declaration_id }, time ? h("b", { class: "time" }, time) : null,
    h("span", { class: "t" }, visit.farm, h("small", {}, visit.place), h("small", {}, batchWords(visit)), h("span", { class: "tags" }, tag(kind, words), waiting ? h("span", { class: "tag wait" }, icon("cloudoff", "s"), t("n_wait", { n: waiting })) : null)), icon("go", "s"));
}

function batchWords(visit) {
  const [first, ...rest] = visit.batches;
  if (!first) { return ""; }
  return `${first.species} ${first.life_stage} ${quantity(first.quantity, first.unit)}${rest.length ? ` ${t("and_more", { n: visit.batches.length })}` : ""}`;
}

export function visit(state, id) {
  const one = day.visitOf(state, id);
  if (!one) { return gone(state, id); }
  const begun = day.isBegun(state, one), open = one.batches.find((batch) => !day.sheetOf(state, batch).decided);
  if (!begun) { watchPlace(); }
  const code = one.batches.length === 1 ? day.codeOf(state, one, one.batches[0]) : "";
  const top = [...standingNotes(state), facts([[t("farm"), one.farm, one.place], [t("paper"), one.number, one.destinations.length ? `→ ${one.destinations.join(language === "en" ? ", " : "、")}` : ""],
    one.visit_at ? [t("appointed"), `${dayWords(one.visit_at)} ${clock(one.visit_at)}`] : null, cameOf(state, one), code ? [t("code"), h("span", { class: "code small" }, code), t("code_more")] : null])];
  const body = [h("h2", {}, t("batches")), h("div", { class: "group" }, one.batches.map((batch) => batchCell(state, batch, begun))),
    h("h2", {}, t("then")), h("div", { class: "group" }, one.phone ? cell("phone", t("call_farm"), one.phone, `tel:${one.phone}`) : null,
      one.lat === null ? null : cell("pin", t("map"), t("map_more"), `geo:${one.lat},${one.lon}`), signing(one))];
  const back = link(t("back"), "#/", { glyph: "back", "data-k": "back" });
  const act = begun ? (open ? link(t("check_batch", { n: open.number }), `#/b/${open.batch_id}/papers`, { kind: "primary", "data-k": "go" }) : link(t("all_visits"), "#/", { kind: "primary", "data-k": "go" }))
    : button(t("arrive"), (event) => begin(state, one, event.currentTarget), { kind: "primary", glyph: "pin", key: "arrive" });
  return screen({ title: one.farm, sub: t("app"), badge: badge(state), top, body, dock: [h("div", { class: "pair" }, back, act), begun ? null : h("p", { class: "hint" }, t("arrive_more"))] });
}

/* When and where he arrived, as a row of facts */
export function cameOf(state, one) {
  const arrival = day.arrivalOf(state, one);
  return arrival ? [t("arrived_at"), seconds(arrival.at), arrival.body.place ? placeWords(one, arrival.body.place) : t("no_place")] : null;
}

function placeWords(one, place) {
  const metres = day.distance(one, place);
  return metres === null ? t("with_place", { m: place.accuracy_m }) : t("far", { m: metres });
}

function batchCell(state, batch, begun) {
  const sheet = day.sheetOf(state, batch), [kind, words] = KINDS[sheet.state] || KINDS.open, list = day.checklistOf(state, batch);
  const lack = day.lacksOf(list, sheet).reduce((sum, [, words_]) => sum + words_.length, 0);
  const more = [h("small", {}, `${batch.pond} · ${quantity(batch.quantity, batch.unit)}`), sheet.decided || !begun ? null : h("small", {}, lack ? t("still_lacks", { n: lack }) : t("lacks_nothing"))];
  const tags = h("span", { class: "tags" }, tag(kind, t(words)), sheet.waiting ? tag("wait", t("n_wait", { n: sheet.waiting })) : null, sheet.conflicts.length ? tag("warn", t("visit_conflict")) : null);
  const inner = h("span", { class: "t" }, t("batch_title", { n: batch.number, species: batch.species, stage: batch.life_stage }), more, tags);
  return begun ? h("a", { class: "cell", href: `#/b/${batch.batch_id}/papers`, "data-k": batch.batch_id }, inner, icon("go", "s")) : h("div", { class: "cell" }, inner);
}

/* Signing is the server's page and needs the network: offline this says so */
function signing(one) {
  if (standing.net === "offline") { return h("div", { class: "cell" }, icon("lock"), h("span", { class: "t" }, t("sign"), h("small", {}, t("sign_offline")))); }
  return cell("lock", t("sign"), t("sign_more"), `/inspections/${one.declaration_id}`);
}

/* Arrival and beginning are one thing on the disk; a second tap while the place is looked for is the same one. */
async function begin(state, one, pressed) {
  if (beginning.has(one.declaration_id)) { return; }
  beginning.add(one.declaration_id);
  pressed.disabled = true;
  const place = await placeWithin(2), checks = Object.fromEntries(one.batches.map((batch) => [batch.batch_id, batch.check ? batch.check.id : store.newId()]));
  const said = { declaration_id: one.declaration_id };
  try {
    await store.enqueue([day.made(state, "arrived", one.declaration_id, { ...said, ...(place ? { place } : {}) }), day.made(state, "visit.start", one.declaration_id, { ...said, checks })]);
  } catch (error) {
    pressed.disabled = false;
    day.notSaved(error);
    return;
  } finally {
    beginning.delete(one.declaration_id);
  }
  wake();
  location.hash = one.batches.length === 1 ? `#/b/${one.batches[0].batch_id}/papers` : `#/v/${one.declaration_id}`;
}

/* Assigned to somebody else meanwhile: what was recorded is sent and kept with the case */
function gone(state, id) {
  const waits = state.records.filter((one) => one.state === "waiting").length;
  return screen({ title: t("app"), badge: badge(state), top: [...standingNotes(state), note("warn", t("reassigned"), t("reassigned_more"), waits ? t("n_wait", { n: waits }) : "")],
    body: [], dock: [h("div", { class: "pair" }, link(t("queue"), "#/q", { glyph: "list" }), link(t("all_visits"), "#/", { kind: "primary", "data-k": id }))] });
}
