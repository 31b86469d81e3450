/* Suspicion (抽样 or isolate and report) and the verdict about one batch. Hints come from the findings; the vet decides.
   The healthy path is three taps (合格, the number, given) and no word typed; a failing verdict needs its reason and nothing else. */
import * as day from "./day.js";
import { badge, standingNotes } from "./bar.js";
import { fewWords, keep, number, opposite } from "./check.js";
import { button, chips, facts, h, link, note, screen, segments } from "./dom.js";
import * as store from "./store.js";
import { listed, named, quantity, t } from "./words.js";

/* The part 抽样: what the findings may point to, what is suspected, what is done about it */
export function sampling(context) {
  const { state, batch, sheet, list } = context, hints = day.hintsOf(list, sheet), name = (code) => state.day.diseases[code] || code;
  const order = [...hints.map((hint) => hint.code), ...batch.diseases.map((one) => one.code)].filter((code, at, all) => all.indexOf(code) === at && batch.diseases.some((one) => one.code === code));
  const say = (diseases, course, because = "") => keep(state, batch, "suspicion", { diseases, course: diseases.length || course === "isolate" ? course || "sampling" : "", because });
  return [
    hints.length ? note("warn", t("hint_title"), hints.map((hint) => t(hint.fits ? "hint" : "hint_outside", { what: name(hint.code), why: listed(hint.why) }))) : null,
    h("div", { class: "group" },
      h("div", { class: "block" }, h("p", { class: "q" }, t("suspect_which"), h("small", {}, t("suspect_more"))),
        chips("suspected", t("suspect_which"), order.map((code) => [code, name(code)]), sheet.suspected, (code, on) =>
          say(order.filter((each) => (each === code ? on : sheet.suspected.includes(each))), sheet.course), { many: true })),
      sheet.suspected.length ? h("div", { class: "block" }, h("p", { class: "q" }, t("course"), h("small", {}, t("course_more"))),
        segments("course", t("course"), [["sampling", t("course_sampling"), "yes", "check"], ["isolate", t("course_isolate"), "no", "alert"]], sheet.course, (course) => say(sheet.suspected, course))) : null)
  ];
}

/* What is being decided is kept on the disk too, until it is given */
function draftOf(state, batch, sheet, list) {
  return state.drafts[batch.batch_id] || { outcome: "", quantity: null, note: "", reasons: [] };
}

export function verdict(state, id) {
  const { visit, batch } = day.batchOf(state, id);
  if (!batch) { return null; }
  const sheet = day.sheetOf(state, batch), list = day.checklistOf(state, batch), lacks = day.lacksOf(list, sheet), said = draftOf(state, batch, sheet, list);
  const set = async (values, { quiet = false } = {}) => {
    Object.assign(said, values);
    try { await store.keepDraft(state.person.id, batch.batch_id, said); } catch (error) { day.notSaved(error); return; }
    if (!quiet) { document.dispatchEvent(new Event("aquacert:changed")); }
  };
  const odd = list.items.filter((item) => sheet.answers[item.key] === "abnormal");
  const top = [
    ...standingNotes(state),
    ...opposite(state, batch, sheet),
    sheet.decided ? note(sheet.state === "passed" ? "ok" : "no", t(sheet.state === "passed" ? "batch_passed" : "batch_failed"), sheet.verdict && sheet.verdict.state === "waiting" ? t("verdict_waits") : t("verdict_fixed"))
      : said.outcome === "fail" ? note("warn", t("failing"), t("failing_more")) : lacks.length ? note("warn", t("pass_lacks"), lacks.map(([section, words]) => named(t(`part_${section}`), fewWords(words, 14)))) : note("ok", t("pass_lacks_none")),
    facts([[t("paper"), `${visit.farm} ${batch.pond}`], [t("declared"), quantity(batch.quantity, batch.unit), `${batch.species} ${batch.life_stage}`], odd.length ? [t("abnormal"), listed(odd.map((item) => item.ask))] : null,
      sheet.decided && sheet.state === "passed" ? [t("counted"), quantity(sheet.quantity, batch.unit)] : null, sheet.decided && sheet.note ? [t("note"), sheet.note] : null])
  ];
  const body = sheet.decided ? [] : [h("div", { class: "group" },
    h("div", { class: "block" }, h("p", { class: "q" }, t("verdict")), segments("outcome", t("verdict"), [["pass", t("batch_passed"), "yes", "check"], ["fail", t("batch_failed"), "no", "alert"]], said.outcome, (outcome) => set({ outcome }))),
    said.outcome === "pass" ? h("div", { class: "block" }, h("p", { class: "q" }, t("counted"), h("small", {}, t("unit_is", { unit: batch.unit }))), counted(batch, said, set)) : null,
    said.outcome && (odd.length || said.outcome === "fail") ? why(said, odd, set) : null), h("p", { class: "ferr pad", id: "verdict-wrong", role: "alert" })];
  return screen({ title: t("verdict"), sub: t("batch_of", { n: batch.number, number: visit.number }), badge: badge(state), top, body, dock: dock({ state, visit, batch, sheet, lacks, said, odd }) });
}

function counted(batch, said, set) {
  const item = { key: "counted", ask: t("counted"), unit: batch.unit, least: 10, most: batch.quantity * 10, decimals: 0, step: 10 * Math.max(1, 10 ** (String(batch.quantity).length - 2)) };
  const unsaid = () => { set({ quantity: null }, { quiet: true }); document.querySelector('[data-k="give"]').disabled = true; };
  return h("div", { class: "counted" }, number(item, said.quantity === null ? null : said.quantity * 10, (tenths) => set({ quantity: tenths / 10 }), unsaid),
    said.quantity !== batch.quantity ? button(t("as_declared", { n: quantity(batch.quantity, batch.unit) }), () => set({ quantity: batch.quantity }), { key: "as-declared" }) : null);
}

/* Reasons by a menu first; words only when the menu does not have them */
function why(said, odd, set) {
  const menu = said.outcome === "fail" ? ["why_signs", "why_dead", "why_papers", "why_count", "why_facility"] : ["why_few", "why_handling", "why_moult", "why_sampled"];
  return h("div", { class: "block" }, h("p", { class: "q" }, t("note"), h("small", {}, said.outcome === "fail" ? t("note_fail") : t("note_pass", { what: listed(odd.map((item) => item.ask)) }))),
    chips("why", t("note"), menu.map((key) => [key, t(key)]), said.reasons, (key, on) => set({ reasons: menu.filter((each) => (each === key ? on : said.reasons.includes(each))) }), { many: true }),
    h("label", { class: "sr", for: "verdict-note" }, t("note_more")), h("textarea", { id: "verdict-note", rows: "2", placeholder: t("note_more"), value: said.note, "data-k": "verdict-note", oninput: (event) => set({ note: event.target.value }, { quiet: true }) }));
}

const noteOf = (said) => [...said.reasons.map((key) => t(key)), said.note.trim()].filter(Boolean).join("；");

function dock({ state, visit, batch, sheet, lacks, said, odd }) {
  const back = link(t("back"), `#/b/${batch.batch_id}/sampling`, { glyph: "back", "data-k": "back" });
  if (sheet.decided) {
    const own = sheet.verdict && sheet.verdict.state === "waiting" && !sheet.verdict.tried ? sheet.verdict : null;
    return [h("div", { class: "pair" }, own ? link(t("take_back"), "#/q", { "data-k": "take-back" }) : back, link(t("back_visit"), `#/v/${visit.declaration_id}`, { kind: "primary", "data-k": "next" }))];
  }
  if (said.outcome === "pass" && lacks.length) {
    const [[section]] = lacks;
    return [h("div", { class: "pair" }, back, link(t("go_fill", { part: t(`part_${section}`) }), `#/b/${batch.batch_id}/${section}`, { kind: "primary", "data-k": "fill" })), h("p", { class: "hint" }, t("pass_lacks"))];
  }
  const words = said.outcome === "fail" ? t("give_fail") : said.outcome === "pass" && !said.quantity ? t("count_first") : said.outcome === "pass" ? t("give_pass", { n: quantity(said.quantity, batch.unit) }) : t("verdict_choose");
  return [h("div", { class: "pair" }, back, button(words, (event) => give({ state, visit, batch, sheet, said, odd }, event.currentTarget), { kind: said.outcome === "fail" ? "danger solid" : "primary", key: "give", disabled: !said.outcome || (said.outcome === "pass" && !said.quantity) })),
    h("p", { class: "hint" }, t("verdict_final"))];
}

async function give({ state, visit, batch, said, odd, sheet }, pressed) {
  const words = noteOf(said), place = document.getElementById("verdict-wrong");
  if (said.outcome === "pass" && !said.quantity) { place.textContent = t("count_first"); return; }
  if (said.outcome === "pass" && sheet.course === "isolate") { place.textContent = t("isolated_no_pass"); return; }
  if ((said.outcome === "fail" || odd.length) && !words) { place.textContent = t("note_needed"); document.getElementById("verdict-note").focus(); return; }
  pressed.disabled = true;
  const body = { outcome: said.outcome, quantity: said.outcome === "pass" ? said.quantity : null, note: words };
  if (await keep(state, batch, "verdict", body)) { await store.keepDraft(state.person.id, batch.batch_id, null); location.hash = `#/v/${visit.declaration_id}`; } else { pressed.disabled = false; }
}
