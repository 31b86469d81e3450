/* Drives a bulk check: asks for the next step until all is judged. Without script the page asks for itself again by a Refresh header. */
(function () {
  "use strict";
  var box = document.querySelector("[data-bulk]");
  if (!box) { return; }
  var form = document.querySelector("form[method=post]"), failed = 0;
  function rows() { return document.getElementById("rows"); }
  function left() { return rows().dataset.done !== rows().dataset.all; }
  function again() {
    if (!left()) { return; }
    fetch(box.dataset.bulk, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
      .then(function (text) {
        failed = 0;
        var made = new DOMParser().parseFromString(text, "text/html").getElementById("rows");
        rows().replaceWith(made);
        if (left()) { setTimeout(again, 50); } else { location.replace(location.pathname); }
      })
      .catch(function () {
        failed += 1;
        setTimeout(again, Math.min(30000, 1000 * failed));
      });
  }
  again();
})();
