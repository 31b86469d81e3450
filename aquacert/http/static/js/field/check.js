/* One batch's sheet: five parts, one on the screen at a time, so that what is pressed always lies under the thumb.
   正常 / 异常 with neither chosen, numbers by steppers and the numeric keypad, menus that unfold after 异常. Every tap is on disk before it is shown. */
import * as day from "./day.js";
import { badge, saved, savedAt, standingNotes } from "./bar.js";
import { shoot, thumbOf, usedIn } from "./camera.js";
import { button, chips, facts, h, icon, link, note, say, screen, segments } from "./dom.js";
import { sampling } from "./verdict.js";
import { shaOf } from "./files.js";
import { wake } from "./sync.js";
import { cameOf } from "./visit.js";
import { clock, language, listed, quantity, seconds, t } from "./words.js";

/* Why the last picture was not taken; it stands until the next one */
let wrong = null;
const NAMES = { papers: "part_papers", photos: "part_photos", group: "part_group", individual: "part_individual", sampling: "part_sampling" };

/* Keep one thing about this batch; the screen follows the disk. */
export async function keep(state, batch, kind, body, options = {}) {
  try {
    await day.done(state, kind, batch.batch_id, { batch_id: batch.batch_id, ...body }, { seen: day.sheetOf(state, batch).version, ...options });
  } catch (error) {
    day.notSaved(error);
    return false;
  }
  saved(day.now());
  say(t("saved"));
  document.dispatchEvent(new Event("aquacert:changed"));
  wake();
  return true;
}

/* A verdict that came too late and says the opposite of the one that stands: both are shown on the batch, also after it was seen in the list */
export const opposite = (state, batch, sheet) => state.records.filter((one) => one.kind === "verdict" && one.subject === batch.batch_id && one.state === "refused" && sheet.decided && (one.body.outcome === "pass") !== (sheet.state === "passed")).slice(-1)
  .map((one) => note("no", t("opposite"), t("opposite_both", { mine: t(one.body.outcome === "pass" ? "batch_passed" : "batch_failed"), note: one.body.note || "—", theirs: t(sheet.state === "passed" ? "batch_passed" : "batch_failed") }), t("opposite_more")));

export function check(state, id, section) {
  const { visit, batch } = day.batchOf(state, id);
  if (!batch) { return null; }
  const part = day.SECTIONS.includes(section) ? section : "papers", sheet = day.sheetOf(state, batch), list = day.checklistOf(state, batch), stand = day.progress(list, sheet, part);
  const context = { state, visit, batch, sheet, list, answer: (item, value) => keep(state, batch, "findings", { answers: { [item]: value } }) };
  const top = [
    ...standingNotes(state),
    ...sheet.conflicts.map((one) => note("warn", t("conflict_here"), t("conflict_here_more", { n: Object.keys(one.theirs || {}).length }))),
    ...opposite(state, batch, sheet),
    sheet.decided ? note(sheet.state === "passed" ? "ok" : "no", t(sheet.state === "passed" ? "batch_passed" : "batch_failed"), sheet.verdict && sheet.verdict.state === "waiting" ? t("verdict_waits") : t("verdict_fixed")) : null,
    facts([[t("paper"), `${visit.farm} ${batch.pond}`, `${quantity(batch.quantity, batch.unit)} ${batch.life_stage}${visit.destinations.length ? ` → ${listed(visit.destinations)}` : ""}`], cameOf(state, visit), savedAt() ? [t("kept_here"), t("just_saved", { at: seconds(savedAt()) })] : null]),
    h("div", { class: "sec" }, h("h2", {}, t(NAMES[part])), stand.of ? h("span", { class: "cnt" }, t("done_of", { n: stand.done, of: stand.of })) : null),
    part === "photos" && day.codeOf(state, visit, batch) ? h("div", { class: "slate" }, h("p", {}, t("code_now"), h("small", {}, t("code_write"))), h("b", { class: "code" }, day.codeOf(state, visit, batch))) : null
  ];
  const body = part === "photos" ? photos(context) : part === "sampling" ? sampling(context) : items(context, part);
  return screen({ title: batch.species, sub: t("batch_of", { n: batch.number, number: visit.number }), badge: badge(state), top, body: h("fieldset", { class: "sheet", disabled: sheet.decided }, h("legend", { class: "sr" }, t(NAMES[part])), body), dock: dock(context, part, stand) });
}

function dock({ batch, sheet, list, visit }, part, stand) {
  const jumps = h("nav", { class: "jump", "aria-label": t("parts") }, day.SECTIONS.map((name) => {
    const { done, of, lack } = day.progress(list, sheet, name), full = of > 0 && !lack.length && (name === "photos" || done === of);
    const count = name === "sampling" ? (sheet.suspected.length ? t("suspected_n", { n: sheet.suspected.length }) : t("suspected_none")) : full ? icon("check") : `${done}/${of}`;
    return h("a", { href: `#/b/${batch.batch_id}/${name}`, class: full ? "full" : "", "aria-current": name === part ? "true" : null, "data-k": `jump:${name}` }, h("b", {}, count, full ? h("span", { class: "sr" }, t("complete")) : null), t(`${NAMES[name]}_short`));
  }));
  const next = day.SECTIONS[day.SECTIONS.indexOf(part) + 1], open = sheet.conflicts[0];
  const act = open ? link(t("conflict_choose"), `#/x/${open.id}`, { kind: "primary caution", "data-k": "conflict" })
    : sheet.decided ? link(t("back_visit"), `#/v/${visit.declaration_id}`, { kind: "primary", "data-k": "next" })
      : next ? link(t("next_part", { part: t(NAMES[next]) }), `#/b/${batch.batch_id}/${next}`, { kind: "primary", "data-k": "next" })
        : link(t("next_verdict"), `#/b/${batch.batch_id}/verdict`, { kind: "primary", "data-k": "next" });
  return [jumps, h("div", { class: "pair" }, link(t("back"), `#/v/${visit.declaration_id}`, { glyph: "back", "data-k": "back" }), act),
    stand.lack.length && !sheet.decided ? h("p", { class: "hint" }, t("part_lacks", { part: t(NAMES[part]), what: fewWords(stand.lack) })) : null,
    part === "sampling" && sheet.suspected.length ? h("p", { class: "hint" }, t("course_now", { what: t(sheet.course === "isolate" ? "course_isolate" : "course_sampling") })) : null];
}

/* As many as fit in a line, and how many there are */
export function fewWords(words, most = 16) {
  const room = language === "en" ? most * 2 : most;
  let line = "", shown = 0;
  for (const word of words) {
    if (shown && line.length + word.length > room) { break; }
    line += (shown ? listed(["", ""]) : "") + word;
    shown += 1;
  }
  return shown === words.length ? line : t("and_others", { what: line, n: words.length });
}

function items(context, part) {
  const { list, sheet } = context, mine = day.itemsIn(list, part), heads = part === "papers";
  let last = "";
  return h("div", { class: "group items" }, mine.filter((item) => !item.only_if).map((item) => {
    const head = heads && item.section !== last && last ? h("h3", {}, item.section_label) : null;
    last = item.section;
    const folded = sheet.answers[item.key] === "abnormal" ? mine.filter((other) => other.only_if === item.key) : [];
    return [head, h("div", { class: "item" }, asked(item), control(context, item), folded.length || (sheet.answers[item.key] === "abnormal" && item.signs.length) ? more(context, item, folded) : null)];
  }));
}

const asked = (item) => h("p", { class: "q" }, item.ask, h("small", {}, item.kind === "choice" ? t("normal_is", { what: item.normal }) : [item.normal, item.unit ? t("unit_is", { unit: item.unit }) : ""].filter(Boolean).join(language === "en" ? ", " : "，")));

function control({ sheet, answer }, item) {
  const value = sheet.answers[item.key], name = `i-${item.key}`;
  if (item.kind === "number") { return number(item, value, (tenths) => answer(item.key, tenths)); }
  if (item.kind === "pick") {
    const chosen = Array.isArray(value) ? value : [];
    return chips(name, item.ask, item.options.map((option) => [option.value, option.label]), chosen, (picked, on) => {
      const next = item.is_single ? [picked] : item.options.map((option) => option.value).filter((each) => (each === picked ? on : chosen.includes(each)));
      if (next.length) { answer(item.key, next); } else { document.dispatchEvent(new Event("aquacert:changed")); }
    }, { many: !item.is_single });
  }
  return segments(name, item.ask, [["normal", t("normal"), "yes", "check"], ["abnormal", t("abnormal"), "no", "alert"]], value, (picked) => answer(item.key, picked));
}

function more(context, item, folded) {
  const names = [...new Set(item.signs.map((sign) => context.state.day.diseases[sign.disease] || sign.disease))];
  return h("div", { class: "more" }, folded.map((other) => [h("p", {}, h("b", {}, other.ask)), control(context, other)]),
    names.length ? h("p", { class: "small" }, t("signs_of", { what: listed(names) })) : null, h("p", { class: "small" }, t("you_decide")));
}

/* A number between − and +, typed on the numeric keypad; kept as whole tenths, told at once when it cannot be */
export function number(item, value, keepIt, isWrong = () => {}) {
  const step = item.step || 10, text = value === undefined || value === null ? "" : String(value / 10), wrong = h("p", { class: "ferr", role: "alert" });
  const input = h("input", { inputmode: item.decimals ? "decimal" : "numeric", value: text, placeholder: "—", "aria-label": `${item.ask}${item.unit ? ` ${item.unit}` : ""}`, "data-k": `n-${item.key}`, autocomplete: "off", onchange: () => typed() });
  const no = () => { wrong.textContent = t("number_between", { least: item.least / 10, most: item.most / 10 }); isWrong(); };
  const put = (tenths) => {
    if (tenths < item.least || tenths > item.most || (!item.decimals && tenths % 10)) { no(); return; }
    wrong.textContent = "";
    input.value = String(tenths / 10);
    keepIt(tenths);
  };
  function typed() {
    const clean = input.value.normalize("NFKC").replace(/[,\s]/g, "").replace("。", "."), said = /^(-?\d+(?:\.\d+)?)(万?)$/.exec(clean);
    if (clean === "") { isWrong(); return; }
    const tenths = said ? Number(said[1]) * (said[2] ? 100000 : 10) : NaN;
    if (!(Math.abs(tenths - Math.round(tenths)) < 1e-6)) { no(); return; }
    put(Math.round(tenths));
  }
  const by = (sign) => () => put(Math.min(item.most, Math.max(item.least, Math.round((Number(input.value) || 0) * 10) + sign * step)));
  return h("div", { class: "number" }, h("div", { class: "stepper" }, h("button", { type: "button", "aria-label": t("less", { what: item.ask }), onclick: by(-1), "data-k": `m-${item.key}` }, icon("minus")), input,
    h("button", { type: "button", "aria-label": t("more", { what: item.ask }), onclick: by(1), "data-k": `p-${item.key}` }, icon("plus"))), wrong);
}

function photos(context) {
  const { state, visit, batch, sheet, list } = context, expired = !day.codeOf(state, visit, batch);
  const slots = list.slots.map((slot) => {
    const photo = sheet.photos[slot.slot], address = photo ? thumbOf(photo.file) : null;
    const stamp = photo ? h("span", { class: "stamp" }, h("span", {}, photo.code || ""), h("span", {}, clock(photo.at))) : null;
    const picture = photo ? h("span", { class: "pic" }, address ? h("img", { src: address, alt: "" }) : h("span", { class: "there" }, icon("cloud")), stamp) : h("span", { class: "pic empty" }, icon("camera"), t("take"));
    return h("button", { type: "button", class: "slot", "data-k": `slot:${slot.slot}`, onclick: () => take(context, slot, expired) }, picture,
      h("b", { class: photo ? "ok" : "" }, photo ? icon(photo.there ? "check" : "clock") : null, slot.label, slot.needed ? "" : h("small", {}, t("optional"))));
  });
  const clip = h("label", { class: "btn file" }, h("input", { type: "file", accept: "video/mp4,video/webm,video/quicktime,video/*", capture: "environment", "data-k": "clip", onchange: (event) => event.target.files[0] && addClip(context, event.target.files[0], event.target) }), icon("film"), sheet.clips.length ? t("clips_n", { n: sheet.clips.length }) : t("clip"));
  return [expired ? note("warn", t("code_expired"), t("code_expired_more")) : null, wrong && wrong.batch === batch.batch_id ? note("no", wrong.words) : null, h("div", { class: "slots" }, slots), h("div", { class: "pad" }, clip)];
}

async function take(context, slot, expired) {
  wrong = null;
  const { state, visit, batch, list } = context, code = day.codeOf(state, visit, batch) || Object.values(visit.codes_by_day || {}).flat()[0] || "";
  const made = await shoot({ code, label: slot.label, expired });
  if (!made) { document.dispatchEvent(new Event("aquacert:changed")); return; }
  const used = usedIn(state, made.picture, (name) => (list.slots.find((one) => one.slot === name) || { label: name }).label);
  if (used) { tellWrong(batch, t("same_picture", { slot: used, here: slot.label })); return; }
  const { picture, taken_at, elapsed_ms, place, live } = made;
  const file = { person: state.person.id, uploaded: false, at: taken_at, ...picture };
  await keep(state, batch, "photo", { slot: slot.slot, sha256: picture.sha256, code, taken_at, elapsed_ms, live, ...(place ? { place } : {}) }, { files: [file] });
}

async function addClip(context, picked, input) {
  const { state, batch } = context, most = (state.day.limits || {}).clip_bytes || 200 * 1024 * 1024;
  if (picked.size > most) { tellWrong(batch, t("clip_large", { mb: Math.floor(most / 1048576) })); input.value = ""; return; }
  const sha256 = await shaOf(picked), at = day.now();
  await keep(state, batch, "clip", { sha256, taken_at: at, elapsed_ms: day.elapsed() }, { files: [{ person: state.person.id, uploaded: false, at, data: picked.slice(0, picked.size, picked.type), size: picked.size, type: picked.type || "video/mp4", sha256, original: sha256 }] });
}

function tellWrong(batch, words) {
  wrong = { batch: batch.batch_id, words };
  say(words);
  document.dispatchEvent(new Event("aquacert:changed"));
}
