/* AquaCert page script: a bonus only. Every page reads and every form works without it.
   1. one submit per click: the second press of a form does nothing (its idempotency key stays, so even a lost answer is safe);
   2. keys: J / K next and previous row, Enter opens, / goes to the search box, Esc closes a side panel. Never while a field has the focus;
   3. the error summary takes the focus; 4. copy buttons; 5. "leave without saving" only where a form asks for it;
   6. buttons and calendar of a day's field. */
(function () {
  "use strict";

  function typing(el) {
    return el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(el.tagName));
  }

  /* Going back fetches the page anew with a new key, but the browser fills in what was typed: the key of
     what was sent from here is put back, so that the same press is the same act. */
  function place(form) {
    return "once:" + location.pathname + "#" + Array.prototype.indexOf.call(document.forms, form);
  }
  function keep(form) {
    var key = form.querySelector("[name=once]");
    try { if (key) { sessionStorage.setItem(place(form), key.value); } } catch (error) { /* no storage: the key stays new */ }
  }
  function back() {
    var came = performance.getEntriesByType ? performance.getEntriesByType("navigation")[0] : null;
    return came && came.type === "back_forward";
  }
  function putBack(form) {
    var key = form.querySelector("[name=once]"), was = null;
    try { was = sessionStorage.getItem(place(form)); } catch (error) { return; }
    if (key && was) { key.value = was; }
  }

  /* 1. one submit */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    keep(form);
    var button = event.submitter;
    if (button && button.dataset.busy) {
      button.dataset.label = button.textContent;
      button.setAttribute("aria-disabled", "true");
      /* after the form data is taken: a disabled or renamed button must not change what is sent */
      setTimeout(function () { button.textContent = button.dataset.busy; }, 0);
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-once]").forEach(function (form) {
      delete form.dataset.sent;
      if (back()) { putBack(form); }
      form.querySelectorAll("[data-label]").forEach(function (button) {
        button.textContent = button.dataset.label;
        button.removeAttribute("aria-disabled");
      });
    });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form[data-once]");
    if (form) { delete form.dataset.sent; }
  });

  /* nobody is signed out while typing: at most every five minutes the house hears that somebody is here */
  var heard = Date.now();
  document.addEventListener("input", function () {
    if (Date.now() - heard < 300000 || !document.querySelector("a[href*='/accounts/sign-out']")) { return; }
    heard = Date.now();
    fetch("/accounts/here", { credentials: "same-origin", redirect: "manual" }).catch(function () { /* offline: later */ });
  });

  /* 2. keys; whoever switched them off keeps them off */
  try { if (localStorage.getItem("keys") === "off") { document.body.dataset.keys = "off"; } } catch (error) { /* private window */ }
  var at = -1;
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-rows] [data-href]")); }
  function go(step) {
    var all = rows();
    if (!all.length) { return; }
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all.forEach(function (row, i) { row.classList.toggle("pick", i === at); });
    all[at].scrollIntoView({ block: "nearest" });
    var link = all[at].querySelector("a");
    if (link) { link.focus({ preventScroll: true }); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (document.body.dataset.keys === "off") { return; }
    if (event.key === "Escape") {
      var panel = document.querySelector("[data-close]");
      if (panel && panel.href) { location.href = panel.href; }
      return;
    }
    if (typing(event.target)) { return; }
    if (event.key === "j") { go(1); }
    else if (event.key === "k") { go(-1); }
    else if (event.key === "/") {
      var box = document.querySelector("[data-find]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "Enter" && at >= 0 && event.target === document.body) {
      var row = rows()[at];
      if (row) { location.href = row.dataset.href; }
    }
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest("[data-rows] [data-href]");
    if (!row || event.target.closest("a,button,input,select,label,summary")) { return; }
    if (String(window.getSelection())) { return; }
    location.href = row.dataset.href;
  });

  /* 3. focus */
  var first = document.querySelector("[data-focus]");
  if (first) { first.focus({ preventScroll: false }); }

  /* 4. copy */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) { return; }
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      button.classList.add("done");
      button.textContent = button.dataset.done || "✓";
    });
  });
  /* 6. a day: 今天 and 昨天 write it, the calendar opens from its button; typed words stay words until they are kept */
  var WEEK = "日一二三四五六";
  function setDay(box, text) {
    var field = box.querySelector("input[type=text]"), read = box.querySelector("[data-read]");
    var on = new Date(text + "T00:00:00Z");
    field.value = text;
    read.textContent = document.documentElement.lang.indexOf("zh") === 0 ? text + "（周" + WEEK.charAt(on.getUTCDay()) + "）"
      : text + " (" + on.toLocaleDateString("en", { weekday: "short", timeZone: "UTC" }) + ")";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  document.querySelectorAll("[data-day]").forEach(function (box) {
    var pick = box.querySelector("input[type=date]"), field = box.querySelector("input[type=text]");
    box.classList.add("on");
    box.querySelectorAll("[data-fill]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { setDay(box, button.dataset.fill); });
    });
    pick.addEventListener("click", function () { try { pick.showPicker(); } catch (error) { /* the browser opens its own */ } });
    pick.addEventListener("change", function (event) {
      event.stopPropagation();
      if (pick.value) { var text = pick.value; pick.value = ""; setDay(box, text); }
    });
    field.addEventListener("input", function () { var read = box.querySelector("[data-read]"); read.textContent = ""; read.classList.remove("late"); });
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });
})();
