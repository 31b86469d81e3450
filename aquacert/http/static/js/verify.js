/* Checks a certificate's own signature on the phone: digits of the QR fragment → CBOR → COSE_Sign1 → ES256 (WebCrypto),
   with the key that the trust list publishes (/trust/keys/<kid>.json: the one row of it that is needed), and holds the signed claims against the facts of the page.
   Only strict forms are believed (docs/record.md): one encoding, nothing behind the end, known algorithm and version.
   Without script, or when the fragment was lost on the way, the page says that the server checked. */
(function () {
  "use strict";

  var DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];
  var KINDS = ["A", "B"];
  var VERSION = 1, ES256 = -7, CLAIMS = 16;

  function refuse(why) { var e = new Error(why); e.refused = why; throw e; }

  /* 17 decimal digits carry 7 bytes, little-endian (FIDO caBLE base 10) */
  function fromDigits(text) {
    if (!/^[0-9]+$/.test(text)) { refuse("short"); }
    var bytes = [];
    for (var at = 0; at < text.length; at += 17) {
      var group = text.slice(at, at + 17);
      var size = DIGITS.indexOf(group.length);
      if (size < 1) { refuse("short"); }
      var value = BigInt(group);
      for (var i = 0; i < size; i += 1) {
        bytes.push(Number(value & 255n));
        value >>= 8n;
      }
      if (value !== 0n) { refuse("bad"); }
    }
    return new Uint8Array(bytes);
  }

  /* Deterministic CBOR only: integers, byte strings, text, arrays, maps with integer keys */
  function reader(bytes) {
    var at = 0;
    function take(n) {
      if (at + n > bytes.length) { refuse("short"); }
      at += n;
      return bytes.subarray(at - n, at);
    }
    function head() {
      var first = take(1)[0], major = first >> 5, info = first & 31, size, value = 0n, least;
      if (info < 24) { return { major: major, value: BigInt(info) }; }
      if (info > 27) { refuse("bad"); }
      size = 1 << (info - 24);
      take(size).forEach(function (b) { value = (value << 8n) | BigInt(b); });
      least = info === 24 ? 24n : 1n << BigInt(8 * (size / 2));
      if (value < least) { refuse("bad"); }
      return { major: major, value: value };
    }
    function item(depth) {
      if (depth > 4) { refuse("bad"); }
      var h = head(), n = Number(h.value), out, i, key;
      if (h.major > 1 && n > bytes.length) { refuse("short"); }
      switch (h.major) {
      case 0: return h.value;
      case 1: return -1n - h.value;
      case 2: return take(n);
      case 3:
        try { return new TextDecoder("utf-8", { fatal: true }).decode(take(n)); } catch (e) { return refuse("bad"); }
      case 4:
        for (out = [], i = 0; i < n; i += 1) { out.push(item(depth + 1)); }
        return out;
      case 5:
        for (out = new Map(), i = 0; i < n; i += 1) {
          key = item(depth + 1);
          if (typeof key !== "bigint" || out.has(String(key))) { refuse("bad"); }
          out.set(String(key), item(depth + 1));
        }
        return out;
      default: return refuse("bad");
      }
    }
    var whole = item(0);
    if (at !== bytes.length) { refuse("bad"); }
    return whole;
  }

  function isBytes(value, size) { return value instanceof Uint8Array && (size === undefined || value.length === size); }

  function opened(cose) {
    var parts = reader(cose);
    if (!Array.isArray(parts) || parts.length !== 4) { refuse("bad"); }
    if (!isBytes(parts[0]) || !(parts[1] instanceof Map) || parts[1].size || !isBytes(parts[2]) || !isBytes(parts[3], 64)) { refuse("bad"); }
    var header = reader(parts[0]);
    if (!(header instanceof Map) || header.size !== 2 || header.get("1") !== BigInt(ES256) || !isBytes(header.get("4"), 4)) { refuse("bad"); }
    return { protected: parts[0], payload: parts[2], signature: parts[3], kid: hex(header.get("4")) };
  }

  function bytesHead(major, n) {
    if (n < 24) { return [major << 5 | n]; }
    if (n < 256) { return [major << 5 | 24, n]; }
    return [major << 5 | 25, n >> 8, n & 255];
  }

  /* Sig_structure of RFC 9052 §4.4 */
  function toBeSigned(o) {
    var context = new TextEncoder().encode("Signature1");
    return new Uint8Array([0x84].concat(
      bytesHead(3, context.length), Array.from(context),
      bytesHead(2, o.protected.length), Array.from(o.protected),
      [0x40],
      bytesHead(2, o.payload.length), Array.from(o.payload)));
  }

  function hex(bytes) { return Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join(""); }
  function unhex(text) { return new Uint8Array((text.match(/../g) || []).map(function (b) { return parseInt(b, 16); })); }

  function believed(key, seconds, authority) {
    var at = Number(seconds) * 1000;
    if (key.alg !== "ES256" || key.use !== "issue" || key.issuer.division !== authority) { return false; }
    if (at < Date.parse(key.nbf) || at >= Date.parse(key.exp)) { return false; }
    return key.state !== "compromised" || (key.compromised_since && at < Date.parse(key.compromised_since));
  }

  /* claims in their fixed order, as the page's data attributes write them */
  function told(claims) {
    function fixed(value, n) { return typeof value === "bigint" && value >= 0n ? String(value).padStart(n, "0") : refuse("bad"); }
    if (!Array.isArray(claims) || claims.length !== CLAIMS || claims[0] !== BigInt(VERSION) || !isBytes(claims[15], 16)) { refuse("bad"); }
    return {
      number: fixed(claims[1], 10), issued: fixed(claims[2], 1), days: fixed(claims[3], 1), kind: KINDS[Number(claims[4])],
      authority: fixed(claims[5], 6), species: claims[6], quantity: fixed(claims[7], 1), origin: fixed(claims[9], 6),
      destination: fixed(claims[10], 6), vet: claims[12], list: fixed(claims[13], 1), index: fixed(claims[14], 1), digest: hex(claims[15])
    };
  }

  /* "good", "bad", "short" (incomplete), or "open" (cannot tell here: the server's word stands) */
  async function check(digits, facts, fetchKeys, subtle) {
    try {
      var o = opened(fromDigits(digits)), claims = told(reader(o.payload));
      var same = Object.keys(claims).every(function (name) { return claims[name] === facts[name]; });
      if (!same) { return "bad"; }
      var keys = (await fetchKeys(o.kid)).filter(function (k) { return k.kid === o.kid && believed(k, claims.issued, claims.authority); });
      if (!keys.length) { return "open"; }
      for (var i = 0; i < keys.length; i += 1) {
        var key = await subtle.importKey("spki", unhex(keys[i].spki), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
        if (await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, o.signature, toBeSigned(o))) { return "good"; }
      }
      return "bad";
    } catch (error) {
      return error.refused || "open";
    }
  }

  function listed(kid) {
    return fetch("/trust/keys/" + kid + ".json", { credentials: "omit" }).then(function (r) { return r.ok ? r.json() : refuse("open"); }).then(function (list) { return list.keys; });
  }

  function show(main, result) {
    var proof = document.getElementById("proof"), line = proof && proof.querySelector("[data-fragment]");
    main.dataset.checked = result;
    if (result === "bad") {
      var panel = main.querySelector(".verdict"), forged = document.getElementById("forged").content.cloneNode(true);
      panel.replaceWith(forged);
      main.dataset.state = "forged";
      main.querySelectorAll("h2,.facts,.steps,.proof,.note").forEach(function (part) { part.remove(); });
      document.title = main.querySelector(".verdict h1").textContent + " · " + document.title.split(" · ").pop();
      return;
    }
    if (!proof) { return; }
    if (result === "good") {
      var who = proof.querySelector("[data-local]");
      who.textContent = who.dataset.local;
      line.querySelector("use").setAttribute("href", "#i-check");
      line.querySelector("svg").classList.add("ok");
      line.querySelector("span").textContent = line.dataset.good;
    } else if (result === "short") {
      proof.open = true;
      line.querySelector("use").setAttribute("href", "#i-warn");
      line.querySelector("svg").classList.add("warn");
      line.querySelector("span").textContent = line.dataset.short;
    }
  }

  var api = { fromDigits: fromDigits, read: reader, check: check };
  if (typeof module === "object" && module.exports) { module.exports = api; return; }

  document.querySelectorAll("a[data-keep]").forEach(function (link) { link.href = link.getAttribute("href") + location.hash; });
  var main = document.getElementById("c"), digits = location.hash.slice(1).split(/[^0-9]/)[0];
  if (!main || !main.dataset.number || !location.hash.slice(1)) { return; }
  if (!window.crypto || !window.crypto.subtle || typeof BigInt === "undefined") { return; }
  if (/^#[0-9]/.test(location.hash)) {
    check(digits, main.dataset, listed, window.crypto.subtle).then(function (result) { show(main, result); });
  }
})();
