/* Two devices said different things about one batch: both versions side by side, and the vet chooses, item by item.
   What he chooses, his own or theirs, goes as a new record on top of the present version and names the old one, which stays listed as settled. */
import * as day from "./day.js";
import * as store from "./store.js";
import { badge, saved, standingNotes } from "./bar.js";
import { button, h, icon, link, note, screen, segments } from "./dom.js";
import { wake } from "./sync.js";
import { clock, listed, quantity, t } from "./words.js";

const chosen = new Map();
const FIELDS = { diseases: "k_suspicion", outcome: "verdict", quantity: "counted", note: "note" };

/* A value in words, as the item understands it */
export function valueWords(state, item, value) {
  if (value === null || value === undefined || value === "") { return "—"; }
  if (value === "normal" || value === "abnormal" || value === "pass" || value === "fail") { return t({ normal: "normal", abnormal: "abnormal", pass: "batch_passed", fail: "batch_failed" }[value]); }
  if (Array.isArray(value)) {
    const labels = item ? Object.fromEntries(item.options.map((option) => [option.value, option.label])) : state.day.diseases;
    return listed(value.map((one) => labels[one] || one)) || "—";
  }
  if (typeof value === "number") { return item ? `${value / 10} ${item.unit}` : quantity(value); }
  return String(value);
}

/* What clashes: [key, label, mine, theirs, item]. A suspicion or a verdict clashes as a whole: what stands on the server is shown beside it. */
function clashes(state, one, list) {
  const mine = one.mine || {}, theirs = one.theirs || {};
  if (one.kind === "suspicion") {
    const words = (said) => [valueWords(state, null, said.diseases), said.course ? t(`course_${said.course}`) : ""].filter(Boolean).join(" · ");
    return [["suspicion", t("k_suspicion"), words(mine), words(theirs)]];
  }
  if (one.kind !== "verdict") {
    return Object.keys(mine).map((key) => {
      const item = list.items.find((each) => each.key === key);
      return [key, item ? item.ask : t(FIELDS[key] || key), valueWords(state, item, mine[key]), valueWords(state, item, theirs[key]), item];
    });
  }
  return [["verdict", t("verdict"), `${valueWords(state, null, mine.outcome)} ${mine.quantity ? quantity(mine.quantity) : ""} ${mine.note || ""}`.trim(), t("verdict_theirs")]];
}

export function conflict(state, id) {
  const one = state.records.find((each) => each.id === id && each.state === "conflict");
  if (!one) { return null; }
  const { visit, batch } = day.batchOf(state, one.subject);
  if (!batch) { return screen({ title: t("conflict"), badge: badge(state), top: [note("warn", t("reassigned"), t("reassigned_more"))], dock: [h("div", { class: "pair" }, link(t("queue"), "#/q"), button(t("seen"), () => settle(one, "#/q"), { kind: "primary", key: "seen" }))] }); }
  const list = day.checklistOf(state, batch), rows = clashes(state, one, list), picks = chosen.get(id) || {};
  chosen.set(id, picks);
  const pick = (key) => (value) => { picks[key] = value; document.dispatchEvent(new Event("aquacert:changed")); };
  const open = rows.filter(([key]) => !picks[key]).length;
  const top = [...standingNotes(state), note("warn", t("conflict"), one.reason || t("conflict_more"), (one.kept_items || []).length ? t("conflict_kept", { n: one.kept_items.length }) : ""),
    h("p", { class: "pad" }, `${visit.farm} ${batch.pond} · ${batch.species}`)];
  const body = h("div", { class: "group items" }, rows.map(([key, label, mine, theirs]) => h("div", { class: "clash" }, h("p", { class: "q" }, label),
    h("div", { class: "sides" }, h("div", {}, h("small", {}, `${t("this_device")} ${clock(one.at)}`), h("b", {}, mine)), icon("swap"), h("div", {}, h("small", {}, t("other_device")), h("b", {}, theirs))),
    segments(`c-${key}`, label, [["mine", t("take_mine"), "pick"], ["theirs", t("take_theirs"), "pick"]], picks[key], pick(key)))));
  return screen({ title: t("visit_conflict"), sub: t("batch_of", { n: batch.number, number: visit.number }), badge: badge(state), top, body, dock: [
    h("div", { class: "pair" }, link(t("back"), `#/b/${batch.batch_id}/papers`, { glyph: "back", "data-k": "back" }), button(t("settle"), (event) => choose(state, batch, one, picks, event.currentTarget), { kind: "primary", key: "settle", disabled: open > 0 })),
    open ? h("p", { class: "hint" }, t("choose_all", { n: open })) : null] });
}

async function choose(state, batch, one, picks, pressed) {
  pressed.disabled = true;
  const seen = one.version ?? day.sheetOf(state, batch).version, mine = Object.values(picks).includes("mine"), isFindings = one.kind === "findings";
  const said = isFindings ? { batch_id: batch.batch_id, answers: Object.fromEntries(Object.entries(picks).map(([key, side]) => [key, (side === "mine" ? one.body.answers : one.theirs)[key]])) } : one.body, body = { ...said, settles: one.id };
  const list = mine || (isFindings && !day.sheetOf(state, batch).decided) ? [day.made(state, one.kind, batch.batch_id, body, { seen, choice: true })] : [];
  if (!await settle(one, `#/b/${batch.batch_id}/papers`, list)) { pressed.disabled = false; }
}

/* The choice and the end of the dispute are one thing on the disk */
async function settle(one, to, list = []) {
  try {
    await store.enqueue(list, [], [[one.seq, { state: "resolved", resolved_at: day.now() }]]);
  } catch (error) {
    day.notSaved(error);
    return false;
  }
  chosen.delete(one.id);
  saved(day.now());
  wake({ now: true });
  location.hash = to;
  document.dispatchEvent(new Event("aquacert:changed"));
  return true;
}
