/* Receiving with a scanner: the field keeps the focus, scans wait in a queue while one is sent, function keys choose the condition.
   Without this script each scan is a page of its own and works the same. */
(function () {
  "use strict";
  var queue = [], busy = false;
  function field() { return document.querySelector("[data-scan]"); }
  function focus() { var at = field(); if (at && !busyElsewhere()) { at.focus(); } }
  function busyElsewhere() {
    var at = document.activeElement;
    return at && at !== document.body && at.matches("input:not([type=radio]),textarea,select,summary,a,button") && at !== field();
  }
  function shown(text) {
    var made = new DOMParser().parseFromString(text, "text/html"), fresh = made.querySelector("[data-box]"), old = document.querySelector("[data-box]");
    if (!fresh || !old) { location.reload(); return; }
    var typed = field() ? field().value : "", refused = fresh.querySelector(".scan .bad") !== null;
    old.replaceWith(fresh);
    if (field() && (typed || !refused)) { field().value = typed; }
    focus();
    if (field() && refused && !typed) { field().select(); }  // the next scan writes over what was refused
  }
  function next() {
    if (busy || !queue.length) { return; }
    var one = queue.shift();
    busy = true;
    fetch(one.to, { method: "POST", body: one.body, credentials: "same-origin" })
      .then(function (answer) { return answer.text(); })
      .then(function (text) { busy = false; shown(text); next(); })
      .catch(function () {
        busy = false;
        queue.unshift(one);  // the same key: a scan sent twice counts once
        var told = document.querySelector("[data-told]");
        if (told) { told.textContent = told.dataset.away || "…"; }
        setTimeout(next, 2000);
      });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.querySelector("[data-scan]") || !document.querySelector("[data-box]")) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    var at = field();
    if (!at.value.trim()) { return; }
    var body = new URLSearchParams(new FormData(form));
    body.set("once", "s" + Date.now() + "-" + Math.random().toString(36).slice(2));
    queue.push({ to: form.action, body: body });
    at.value = "";
    var note = form.querySelector("[name=note]"), good = form.querySelector("[name=condition][value=good]");
    if (note) { note.value = ""; }
    if (good) { good.checked = true; }
    at.focus();
    next();
  }, true);
  document.addEventListener("keydown", function (event) {
    var chosen = document.querySelector("[data-key=\"" + event.key + "\"]");
    if (chosen && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      chosen.checked = true;
      if (field()) { field().focus(); }
    } else if (event.key.length === 1 && !event.ctrlKey && !event.altKey && document.activeElement === document.body) {
      focus();
    }
  });
  focus();
})();
