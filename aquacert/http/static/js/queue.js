/* The office's queue: clocks that run while the page is open, and single-letter keys. A bonus only: the page
   shows the same times and the same links without it. The keys are off while a field has the focus, and can
   be switched off altogether (WCAG 2.1.4); the choice stays in this browser. */
(function () {
  "use strict";

  /* clocks: the page's own words, with the minutes counted down */
  var words = document.querySelector("[data-clock-words]");
  function put(name, value) { return words.dataset[name].replace("{0}", value); }
  function span(seconds) {
    var minutes = Math.floor(seconds / 60), days = Math.floor(minutes / 1440);
    var hours = Math.floor((minutes % 1440) / 60), left = minutes % 60;
    if (days) { return put("days", days) + (hours ? " " + put("hours", hours) : ""); }
    if (hours) { return put("hours", hours) + (left ? " " + put("minutes", left) : ""); }
    return put("minutes", left);
  }
  var opened = Date.now();
  var today = document.querySelector("header time[datetime]");
  var start = today && Date.parse(today.getAttribute("datetime"));
  if (!start || !words) { start = 0; }
  function tick() {
    var now = start + (Date.now() - opened);
    document.querySelectorAll("[data-due]").forEach(function (clock) {
      var left = (Date.parse(clock.dataset.due) - now) / 1000, shown = clock.querySelector(".left");
      if (!shown || isNaN(left)) { return; }
      shown.textContent = left < 0 ? put("late", span(-left)) : put("left", span(left));
      clock.classList.toggle("late", left < 0);
      clock.classList.toggle("soon", left >= 0 && left <= 7200);
      clock.classList.toggle("calm", left > 7200);
    });
  }
  if (start) { setInterval(tick, 20000); }

  /* keys */
  function store(value) { try { localStorage.setItem("keys", value); } catch (error) { /* private window */ } }
  function off() { return document.body.dataset.keys === "off"; }
  var button = document.querySelector("[data-keys-switch]");
  function say() { if (button) { button.textContent = off() ? button.dataset.on : button.dataset.off; } }
  if (button) {
    button.hidden = false;
    say();
    button.addEventListener("click", function () {
      document.body.dataset.keys = off() ? "on" : "off";
      store(document.body.dataset.keys);
      say();
    });
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) { return; }
    var at = event.target;
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) { return; }
    if (event.key === "?") {
      var list = document.getElementById("shortcuts");
      if (list) { list.open = !list.open; if (list.open) { list.querySelector("summary").focus(); } }
      return;
    }
    var link = event.key.length === 1 && document.querySelector('[data-key="' + event.key.toLowerCase().replace(/[^a-z]/, "") + '"]');
    if (link) { event.preventDefault(); link.click(); }
  });
})();
