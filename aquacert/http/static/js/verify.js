/* Behind the QR code's page: checks the code's own signature on this phone and holds the signed claims against the facts of the page.
   The trust logic is trust.js; the one key that is needed comes from /trust/keys/<kid>.json. Without script, or when the fragment was lost
   on the way (some chat apps drop it), the page says that the server checked. SM2 loads its library only when the key is SM2. */
import { fromDigits, opened, readCode } from "./trust.js";

const NOT_PROVABLE = ["unknown-algorithm", "unknown-version", "unknown-key", "key-not-valid", "open"];

export const crypto = {
  subtle: window.crypto && window.crypto.subtle,
  sm() {
    if (globalThis.SmCryptoV2) { return globalThis.SmCryptoV2; }
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "/static/vendor/sm-crypto.js";
      script.onload = () => resolve(globalThis.SmCryptoV2);
      script.onerror = reject;
      document.head.append(script);
    });
  }
};

/* Digits as chat apps leave them: "#123?from=singlemessage", "#123%20", "%23123" in the path */
export function digitsOf(address) {
  let text = address;
  for (let i = 0; i < 3 && /%[0-9a-f]{2}/i.test(text); i += 1) {
    try { text = decodeURIComponent(text); } catch (e) { break; }
  }
  const found = /#\s*([0-9]+)/.exec(text);
  return found ? found[1] : "";
}

async function listed(kid) {
  const answer = await fetch(`/trust/keys/${kid}.json`, { credentials: "omit" });
  return answer.ok ? (await answer.json()).keys : [];
}

function same(claims, facts) {
  const told = {
    number: claims.number, issued: claims.issued / 1000, days: claims.days, kind: claims.kind, authority: claims.authority, species: claims.species,
    quantity: claims.quantity, origin: claims.origin, destination: claims.destination, vet: claims.vet, list: claims.list, index: claims.index, digest: claims.digest
  };
  return Object.keys(told).every((name) => String(told[name]) === facts[name]);
}

/* "good", "bad", "short" (incomplete), or "open" (cannot tell here: the server's word stands) */
async function check(digits, facts) {
  try {
    const { kid } = opened(fromDigits(digits));
    const { claims } = await readCode(digits, await listed(kid), crypto);
    return same(claims, facts) ? "good" : "bad";
  } catch (error) {
    if (!error.why || NOT_PROVABLE.includes(error.why)) { return "open"; }
    return error.message.endsWith("short") ? "short" : "bad";
  }
}

function mark(line, icon, kind, text) {
  line.querySelector("use").setAttribute("href", "#i-" + icon);
  line.querySelector("svg").classList.add(kind);
  line.querySelector("span").textContent = text;
}

function show(main, result) {
  const proof = document.getElementById("proof"), line = proof && proof.querySelector("[data-fragment]");
  main.dataset.checked = result;
  if (result === "bad") {
    main.querySelector(".verdict").replaceWith(document.getElementById("forged").content.cloneNode(true));
    main.dataset.state = "forged";
    main.querySelectorAll("h2,.facts,.steps,.proof,.note,.group").forEach((part) => part.remove());
    document.title = main.querySelector(".verdict h1").textContent + " · " + document.title.split(" · ").pop();
  } else if (proof && result === "good") {
    const who = proof.querySelector("[data-local]");
    who.textContent = who.dataset.local;
    mark(line, "check", "ok", line.dataset.good);
  } else if (proof && result === "short") {
    proof.open = true;
    mark(line, "warn", "warn", line.dataset.short);
  }
}

const main = document.getElementById("c");
if (main) {
  document.querySelectorAll("a[data-keep]").forEach((link) => { link.href = link.getAttribute("href") + location.hash; });
  const digits = digitsOf(location.pathname + location.hash);
  if (main.dataset.number && digits && crypto.subtle && typeof BigInt !== "undefined") {
    check(digits, main.dataset).then((result) => show(main, result));
  }
}
