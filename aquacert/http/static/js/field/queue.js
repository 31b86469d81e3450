/* The queue: what waits, what was refused and why, what two devices say differently, what arrived today. Nothing leaves this page unsaid. */
import * as day from "./day.js";
import * as store from "./store.js";
import { badge, photosLeft, standingNotes } from "./bar.js";
import { button, h, icon, link, screen, tag } from "./dom.js";
import { standing, stop, wake } from "./sync.js";
import { clock, language, listed, named, t } from "./words.js";

const SIDES = { waiting: ["wait", "state_waiting"], accepted: ["ok", "state_accepted"], refused: ["no", "state_refused"], conflict: ["warn", "state_conflict"], resolved: ["info", "state_resolved"], withdrawn: ["info", "state_withdrawn"] };
const again = () => document.dispatchEvent(new Event("aquacert:changed"));

/* What a record says, in words */
export function told(state, one) {
  const { visit, batch } = day.batchOf(state, one.subject), paper = visit || day.visitOf(state, one.subject);
  const about = one.about || { where: "", names: {} }, name = (key) => about.names[key] || key;
  const what = { "visit.start": () => t("k_start"), arrived: () => t("k_arrived"), findings: () => named(t("k_findings"), listed(Object.keys(one.body.answers).map(name))),
    photo: () => named(t("k_photo"), name(one.body.slot)), clip: () => t("k_clip"),
    suspicion: () => named(t("k_suspicion"), listed(one.body.diseases.map((code) => (state.day && state.day.diseases[code]) || code)) || "—"),
    verdict: () => named(t("k_verdict"), t(one.body.outcome === "pass" ? "batch_passed" : "batch_failed")) }[one.kind];
  return { what: what ? what() : one.kind, where: paper ? about.where : `${about.where} · ${t("reassigned_short")}` };
}

export function queue(state) {
  const of = (...names) => state.records.filter((one) => names.includes(one.state)), waiting = of("waiting"), wrong = [...of("conflict"), ...of("refused")], over = of("accepted", "resolved", "withdrawn").reverse();
  const top = [...standingNotes(state), h("div", { class: "lead" }, h("p", { class: "big" }, waiting.length ? t("queue_waiting", { n: waiting.length }) : t("queue_none")),
    h("p", {}, t("queue_counts", { ok: of("accepted").length, no: of("refused").length, both: of("conflict").length })),
    standing.words && !["full", "wrong"].includes(standing.words) ? h("p", { class: "small" }, t("server_said", { what: standing.words })) : null,
    photosLeft() === null ? null : h("p", { class: "small" }, t("room", { n: photosLeft() > 999 ? "999+" : photosLeft() })))];
  const body = [
    wrong.length ? [h("h2", {}, t("needs_you")), h("div", { class: "group" }, wrong.map((one) => row(state, one)))] : null,
    waiting.length ? [h("h2", {}, t("still_waiting")), h("div", { class: "group" }, waiting.map((one) => row(state, one)))] : null,
    over.length ? [h("h2", {}, t("arrived_today")), h("div", { class: "group" }, over.map((one) => row(state, one)))] : null,
    h("h2", {}, t("this_app")), h("div", { class: "group" }, h("button", { type: "button", class: "cell", "data-k": "language", onclick: switchLanguage }, icon("globe"), h("span", { class: "t", lang: language === "en" ? "zh-CN" : "en" }, language === "en" ? "中文" : "English")),
      h("a", { class: "cell", href: "/inspections/" }, icon("list"), h("span", { class: "t" }, t("web_pages"), h("small", {}, t("web_pages_more")))),
      h("button", { type: "button", class: "cell", "data-k": "sign-out", onclick: () => signOut(state) }, icon("out"), h("span", { class: "t" }, t("sign_out"), h("small", {}, waiting.length ? t("sign_out_keeps", { n: waiting.length }) : t("sign_out_clears"))))),
    h("p", { class: "pad small" }, t("personal"))
  ];
  const act = standing.account === "out" && standing.net !== "offline" ? link(t("sign_in"), "/accounts/sign-in?next=/field/", { kind: "primary", glyph: "key" })
    : button(t(waiting.length ? "send_now" : "fetch_again"), () => wake({ now: true }), { kind: "primary", glyph: waiting.length ? "up" : "again", key: "send" });
  return screen({ title: t("queue"), sub: state.person ? state.person.label : "", badge: badge(state), top, body, dock: [h("div", { class: "pair" }, link(t("back"), "#/", { glyph: "back", "data-k": "back" }), act), h("p", { class: "hint" }, standing.net === "offline" ? t("will_send") : "")] });
}

function row(state, one) {
  const [kind, words] = SIDES[one.state] || SIDES.waiting, { what, where } = told(state, one);
  const lines = h("span", { class: "t" }, what, h("small", {}, `${where} · ${clock(one.at)}`), one.reason ? h("small", { class: ["refused", "conflict"].includes(one.state) ? "why" : "" }, one.reason) : null, h("span", { class: "tags" }, tag(kind, t(words))));
  const file = one.body.sha256 && state.files.find((each) => each.sha256 === one.body.sha256);
  if (one.state === "conflict") { return h("a", { class: "cell", href: `#/x/${one.id}`, "data-k": one.id }, lines, icon("go", "s")); }
  const act = one.state === "refused" && !one.seen ? button(t("seen"), async () => { await store.settle([[one.seq, { seen: true }]]); again(); }, { key: `seen:${one.id}`, "aria-label": `${t("seen")} ${what}` })
    : one.state === "waiting" && !one.tried ? button(t("take_back"), async () => { if (!await store.withdraw(one.seq)) { wake(); } again(); }, { key: `back:${one.id}`, "aria-label": `${t("take_back")} ${what}` }) : null;
  return h("div", { class: "cell", "data-record": one.id, "data-state": one.state }, lines, file && !file.uploaded && one.state === "waiting" ? h("small", {}, t("kb", { n: Math.round(file.size / 1024) })) : null, act);
}

async function switchLanguage() {
  await store.setSetting("language", language === "en" ? "zh_CN" : "en");
  location.reload();
}

/* Signing out here: with nothing unsent, the farms' names and numbers leave this device first. */
async function signOut(state) {
  const waits = state.person ? (await store.waitingOf(state.person.id)).length : 0;
  stop();
  if (state.person && !waits) { await store.forget(state.person.id); }
  location.href = "/accounts/sign-out";
}

