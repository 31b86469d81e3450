/* The app at the pond: reads what is on the device, draws the screen that the address names, and draws it again when something changed.
   The screen is drawn from the disk alone; the network only brings the day and takes the queue away (sync.js). */
import { measure } from "./bar.js";
import { check } from "./check.js";
import { conflict } from "./conflict.js";
import * as day from "./day.js";
import { h, note, say } from "./dom.js";
import { queue } from "./queue.js";
import * as store from "./store.js";
import { listen, news } from "./sync.js";
import { verdict } from "./verdict.js";
import { today, visit } from "./visit.js";
import { loadWords, t } from "./words.js";

const app = document.getElementById("app");
let shown = "", isDrawing = false, isStale = false, isPressed = false, isForced = false, last = "";

/* #/ · #/v/<declaration> · #/b/<batch>/<part> · #/q · #/x/<record> */
function drawn(state) {
  const [, place, id, part] = location.hash.split("/");
  if (!state.day) { return place === "q" ? queue(state) : today(state); }
  const made = { v: () => visit(state, id), b: () => (part === "verdict" ? verdict(state, id) : check(state, id, part)), q: () => queue(state), x: () => conflict(state, id) }[place];
  return (made && made()) || (place === "b" ? visit(state, id) : today(state));
}

async function draw() {
  if (isDrawing || isPressed) { isStale = true; return; }
  isDrawing = true;
  try {
    const address = location.hash, state = await day.load();
    await measure();
    const isNew = address !== shown, focus = document.activeElement, key = focus && focus.dataset ? focus.dataset.k : null;
    const made = h("div", {}, drawn(state)), words = made.innerHTML;
    if (!isNew && focus && focus.matches("input[inputmode], textarea") && document.hasFocus()) { redrawLater(focus, made); return; }
    if (!isNew && words === last && !isForced) { return; }
    last = words;
    isForced = false;
    app.replaceChildren(...made.childNodes);
    app.dataset.ready = address || "#/";
    const opened = app.querySelector("h1");
    document.title = `${opened.firstChild.textContent} · AquaCert`;
    if (isNew) {
      shown = address;
      scrollTo(0, 0);
      if (key) { opened.focus({ preventScroll: true }); }
    } else if (key) {
      const again = app.querySelector(`[data-k="${CSS.escape(key)}"]`);
      if (again) { again.focus({ preventScroll: true }); }
    }
  } finally {
    isDrawing = false;
    if (isStale && !isPressed) { isStale = false; draw(); }
  }
}

/* Nothing is drawn anew under a finger that presses: the press would be lost. */
function press(event) {
  isPressed = event.type === "pointerdown";
  if (!isPressed) { setTimeout(() => { if (isStale) { isStale = false; draw(); } }, 0); }
}

/* Nobody's typing is drawn over: only the badge follows, the rest waits until the field is left. */
function redrawLater(field, made) {
  const old = app.querySelector(".badge"), fresh = made.querySelector(".badge");
  if (old && fresh) { old.replaceWith(fresh); }
  field.addEventListener("blur", () => setTimeout(draw, 0), { once: true });
}

function notSaved(event) {
  isForced = true;
  const isFull = event.detail === "QuotaExceededError";
  app.querySelector("main").prepend(h("div", { role: "alert" }, note("no", t("not_saved"), t(isFull ? "room_none" : "not_saved_more"))));
  say(t("not_saved"));
}

async function begin() {
  await loadWords(await store.setting("language").catch(() => null));
  await store.keepForGood();
  document.addEventListener("aquacert:changed", draw);
  document.addEventListener("aquacert:not-saved", notSaved);
  for (const name of ["pointerdown", "pointerup", "pointercancel"]) { document.addEventListener(name, press, { capture: true, passive: true }); }
  window.addEventListener("hashchange", draw);
  news.addEventListener("change", draw);
  await draw();
  listen();
  if ("serviceWorker" in navigator && window.isSecureContext) { navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" }).catch(() => {}); }
}

begin();
