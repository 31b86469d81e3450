/* What every screen says of network, queue and room: the badge in the bar, and the notes in the upper part. */
import { aheadOf } from "./day.js";
import { h, icon, note } from "./dom.js";
import * as store from "./store.js";
import { standing } from "./sync.js";
import { seconds, t } from "./words.js";

const PHOTO = 800 * 1024, FEW = 20;
let left = null, at = null;

/* 已存本机 is said only after the disk said so */
export function saved(now) { at = now; }
export const savedAt = () => at;
export async function measure() { left = await store.room(); }
export const photosLeft = () => (left === null ? null : Math.floor(left / PHOTO));

/* 没有网络 · 3份待上传 · 正在上传 2/3 · 全部已上传; never by colour alone */
export function badge(state) {
  const waiting = state.records.filter((one) => one.state === "waiting").length, wrong = state.records.filter((one) => ["conflict"].includes(one.state) || (one.state === "refused" && !one.seen)).length;
  const say = (kind, glyph, words) => h("span", { class: `badge ${kind}`, "data-badge": kind }, icon(glyph, "s"), words);
  if (!state.person) { return null; }
  if (wrong) { return say("no", "alert", t("badge_wrong", { n: wrong })); }
  if (standing.sending && waiting) { return say("info", "up", t("badge_sending", { n: Math.min(standing.sending.done + 1, standing.sending.of), of: standing.sending.of })); }
  if (waiting) { return say("wait", standing.net === "offline" ? "cloudoff" : "clock", t("n_wait", { n: waiting })); }
  return standing.net === "offline" ? say("wait", "cloudoff", t("badge_offline")) : say("on", "cloud", t("badge_all"));
}

/* 手机时间快了 3 天: said once it is enough to mislead whoever reads a time on this screen */
function wrongClock(kept) {
  const minutes = aheadOf(kept), size = Math.abs(minutes);
  if (size < 5) { return null; }
  const gap = size < 120 ? t("gap_minutes", { n: size }) : size < 2880 ? t("gap_hours", { n: Math.round(size / 60) }) : t("gap_days", { n: Math.round(size / 1440) });
  return note("warn", t(minutes > 0 ? "clock_fast" : "clock_slow", { gap }), t("clock_more"));
}

export function standingNotes(state) {
  const waiting = state.records.filter((one) => one.state === "waiting").length, few = photosLeft();
  return [
    standing.account === "out" && standing.net !== "offline" ? note("warn", t(state.person ? "signed_out" : "sign_in_first"), waiting ? t("signed_out_more") : "") : null,
    !state.day && standing.words && !["full", "wrong"].includes(standing.words) ? note("no", t("server_said", { what: standing.words })) : null,
    state.kept ? wrongClock(state.kept) : null,
    state.others ? note("info", t("others_wait", { n: state.others }), t("others_wait_more")) : null,
    standing.words === "full" ? note("no", t("server_full"), t("nothing_lost")) : null,
    few !== null && few <= FEW ? note("warn", t("room_few", { n: few }), t("room_few_more")) : null,
    standing.net === "offline" && state.day ? note("off", t("offline"), at ? t("offline_saved", { at: seconds(at) }) : t("offline_more")) : null
  ].filter(Boolean);
}
