/* Passkeys and security keys (WebAuthn) beside the six digits. Buttons stay hidden where the browser cannot; every form works by the code alone.
   A box `[data-key]` inside a form: "get" puts the key's answer into the field `assertion`, "create" into `answer`; then the form is sent. */
(function () {
  "use strict";
  var boxes = document.querySelectorAll("[data-key]");
  if (!boxes.length || !window.PublicKeyCredential || !navigator.credentials || !window.fetch) { return; }
  var FIELDS = { get: "assertion", create: "answer" };
  var busy = false;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = "";
    new Uint8Array(buffer).forEach(function (one) { plain += String.fromCharCode(one); });
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function known(list) {
    return (list || []).map(function (one) {
      var made = { type: one.type, id: bytes(one.id) };
      if (one.transports && one.transports.length) { made.transports = one.transports; }
      return made;
    });
  }
  function ready(kind, options) {
    options.challenge = bytes(options.challenge);
    if (kind === "get") {
      options.allowCredentials = known(options.allowCredentials);
    } else {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
    }
    return { publicKey: options };
  }
  function told(made) {
    var response = { clientDataJSON: text(made.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (made.response[name]) { response[name] = text(made.response[name]); }
    });
    if (made.response.getTransports) { response.transports = made.response.getTransports(); }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: response });
  }

  function say(box, words) {
    var place = box.querySelector("[role=alert]");
    place.textContent = words || "";
    place.hidden = !words;
  }
  function sentence(box, error) {
    if (error.sentence) { return error.sentence; }
    if (error.name === "InvalidStateError") { return box.dataset.known; }
    if (error.name === "SecurityError") { return box.dataset.unfit; }
    if (error.name === "NotAllowedError" || error.name === "AbortError") { return box.dataset.cancelled; }
    return box.dataset.lost;
  }
  function options(box, form) {
    var sent = new URLSearchParams();
    var token = form.querySelector("[name=csrf_token]");
    if (token) { sent.set("csrf_token", token.value); }
    sent.set("digest", box.dataset.digest || "");
    return fetch(box.dataset.url, { method: "POST", body: sent, credentials: "same-origin" }).then(function (answer) {
      return answer.json().then(function (got) {
        if (!answer.ok) { throw got; }
        return got;
      });
    });
  }
  function press(box) {
    var form = box.closest("form");
    var kind = box.dataset.key;
    if (busy || form.dataset.sent) { return; }
    if (kind === "create" && form.elements.name && !form.elements.name.value.trim()) {
      form.elements.name.focus();
      form.requestSubmit();
      return;
    }
    busy = true;
    say(box, "");
    options(box, form).then(function (got) {
      return navigator.credentials[kind](ready(kind, got));
    }).then(function (made) {
      form.querySelector("[name=" + FIELDS[kind] + "]").value = told(made);
      if (box.dataset.action) { form.setAttribute("action", box.dataset.action); }
      form.requestSubmit();
    }).catch(function (error) {
      say(box, sentence(box, error || {}));
    }).then(function () { busy = false; });
  }

  boxes.forEach(function (box) {
    box.hidden = false;
    box.querySelector("button").addEventListener("click", function () { press(box); });
  });
  /* A page brought back must not send an answer that was already used. */
  window.addEventListener("pageshow", function () {
    boxes.forEach(function (box) {
      var field = box.closest("form").querySelector("[name=" + FIELDS[box.dataset.key] + "]");
      if (field) { field.value = ""; }
    });
  });
})();
