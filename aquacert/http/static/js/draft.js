/* Keeps a draft as it is typed: a bonus only, the page's button keeps the same fields without it.
   Each change is sent 400 ms after the last key, at once when a field is left, and by a beacon when the page goes away.
   One request at a time; what changed meanwhile goes with the next. The hidden field `was` is what the server holds: it tells two windows apart. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) { return; }
  var said = form.querySelector("[data-kept]");
  var dirty = false, busy = false, timer = 0, tries = 0;

  function say(kind, more) {
    said.textContent = (said.dataset[kind] || "") + (more ? " " + more : "");
    said.className = "kept " + kind;
  }
  function body() { return new URLSearchParams(new FormData(form)); }
  /* what was understood of a typed day, and why a catch comes too late: at the field, as soon as it was kept */
  function readBack(told) {
    form.querySelectorAll("[data-read]").forEach(function (place) {
      var said = told[place.dataset.read];
      if (!said) { return; }
      place.textContent = said[1] || said[0];
      place.classList.toggle("late", Boolean(said[1]));
    });
  }
  function send() {
    clearTimeout(timer);
    if (!dirty || busy || form.dataset.sent) { return; }
    dirty = false; busy = true;
    say("saving");
    fetch(form.dataset.draft, { method: "POST", body: body(), credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (answer.redirected || answer.status === 401 || answer.status === 403) { say("signin"); throw new Error("signin"); }
        if (!answer.ok) { throw new Error("lost"); }
        return answer.json();
      })
      .then(function (kept) {
        tries = 0; busy = false;
        form.elements.was.value = JSON.stringify(kept.was);
        readBack(kept.read || {});
        say(Object.keys(kept.clash).length ? "clash" : "saved", Object.keys(kept.clash).length ? "" : kept.saved);
        if (dirty) { send(); }
      })
      .catch(function (error) {
        busy = false; dirty = true;
        if (error.message !== "signin") { say("lost"); }
        tries += 1;
        timer = setTimeout(send, Math.min(30000, 2000 * tries));
      });
  }
  form.addEventListener("input", function () {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(send, 400);
  });
  form.addEventListener("change", function () { dirty = true; send(); });
  form.addEventListener("submit", function () { dirty = false; clearTimeout(timer); });
  window.addEventListener("online", function () { send(); });
  function leave() {
    if (dirty && !form.dataset.sent && navigator.sendBeacon) {
      if (navigator.sendBeacon(form.dataset.draft, body())) { dirty = false; }
    }
  }
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { leave(); } });
})();
