/* What a phone believes, in one file: digits → CBOR → COSE_Sign1 → claims, key windows, status lists, trust lists.
   As strict as the server (docs/record.md): one encoding for each value, nothing behind the end, known algorithm and version, low s.
   No network and no page in here. Every refusal is an Error whose `why` is a code of trust/errors.py. */

const SIZES = [0, 3, 5, 8, 10, 13, 15, 17];
export const UNITS = ["尾", "只", "粒", "枚", "个", "克", "千克", "株", "片", "条", "头"];
export const PURPOSES = ["养殖", "饲养", "种用", "增殖放流", "观赏", "试验", "科研", "参展", "比赛", "食用", "其他"];
const KINDS = ["A", "B"];
const ES256 = -7n, SM2 = -65537n;
const ALGORITHMS = new Map([[ES256, "ES256"], [SM2, "SM2"]]);
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const SM2_ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const STATUS_TYPE = "application/statuslist+cwt";
const DAY = 86400000, CHINA = 8 * 3600000, SKEW = 300000;
const LARGEST_LIST = 1 << 26;

export function refuse(why, detail) {
  const error = new Error(why + (detail ? ": " + detail : ""));
  error.why = why;
  throw error;
}

/* 17 decimal digits carry 7 bytes, little-endian (the base-10 code of FIDO caBLE) */
export function fromDigits(text) {
  if (!/^[0-9]+$/.test(text)) { refuse("malformed", "digits"); }
  const bytes = [];
  for (let at = 0; at < text.length; at += 17) {
    const group = text.slice(at, at + 17), size = SIZES.indexOf(group.length);
    if (size < 1) { refuse("malformed", "short"); }
    let value = BigInt(group);
    for (let i = 0; i < size; i += 1) { bytes.push(Number(value & 255n)); value >>= 8n; }
    if (value) { refuse("not-canonical", "digits"); }
  }
  return new Uint8Array(bytes);
}

function later(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) { if (a[i] !== b[i]) { return a[i] > b[i]; } }
  return a.length > b.length;
}

/* Deterministic CBOR (RFC 8949 §4.2.1) of integers, bytes, text, lists, maps, true, false, null; integers as BigInt, maps as Map */
export function read(bytes) {
  let at = 0;
  function take(n) {
    if (at + n > bytes.length) { refuse("malformed", "short"); }
    at += n;
    return bytes.subarray(at - n, at);
  }
  function head() {
    const first = take(1)[0], info = first & 31;
    if (info < 24) { return [first >> 5, BigInt(info)]; }
    if (info > 27) { refuse("malformed"); }
    const size = 1 << (info - 24);
    let value = 0n;
    take(size).forEach((b) => { value = (value << 8n) | BigInt(b); });
    if (value < (info === 24 ? 24n : 1n << BigInt(4 * size))) { refuse("not-canonical"); }
    return [first >> 5, value];
  }
  function map(n, depth) {
    const out = new Map();
    let last = new Uint8Array(0);
    for (let i = 0; i < n; i += 1) {
      const from = at, key = item(depth), raw = bytes.subarray(from, at);
      if (typeof key !== "bigint" && typeof key !== "string") { refuse("malformed"); }
      if (!later(raw, last)) { refuse("not-canonical"); }
      last = raw;
      out.set(typeof key === "bigint" ? Number(key) : key, item(depth));
    }
    return out;
  }
  function item(depth) {
    if (depth > 16) { refuse("malformed"); }
    const [major, value] = head(), n = Number(value);
    if (major > 1 && major < 6 && n > bytes.length) { refuse("malformed", "short"); }
    switch (major) {
    case 0: case 1:
      if (value >= 1n << 63n) { refuse("malformed"); }
      return major ? -1n - value : value;
    case 2: return take(n);
    case 3:
      try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(take(n)); } catch (e) { return refuse("malformed", "text"); }
    case 4: return Array.from({ length: n }, () => item(depth + 1));
    case 5: return map(n, depth + 1);
    case 7:
      if (value > 19n && value < 23n) { return [false, true, null][n - 20]; }
    /* falls through */
    default: return refuse("malformed");
    }
  }
  const whole = item(0);
  if (at !== bytes.length) { refuse("not-canonical", "trailing"); }
  return whole;
}

const isBytes = (value, size) => value instanceof Uint8Array && (size === undefined || value.length === size);
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => new Uint8Array((text.match(/../g) || []).map((b) => parseInt(b, 16)));
export const unbase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

/* COSE_Sign1 (RFC 9052 §4.2): untagged, {1: alg, 4: kid} and 16: type where one is asked, nothing unprotected */
export function opened(cose, type) {
  const parts = read(cose);
  if (!Array.isArray(parts) || parts.length !== 4) { refuse("malformed"); }
  const [head, loose, payload, signature] = parts;
  if (!isBytes(head) || !(loose instanceof Map) || loose.size || !isBytes(payload) || !isBytes(signature, 64)) { refuse("malformed"); }
  const header = read(head);
  if (!(header instanceof Map)) { refuse("malformed"); }
  const alg = ALGORITHMS.get(header.get(1)) || refuse("unknown-algorithm");
  if (header.size !== (type ? 3 : 2) || header.get(16) !== type || !isBytes(header.get(4), 4)) { refuse("malformed"); }
  return { head, payload, signature, alg, kid: hex(header.get(4)) };
}

function byteHead(n) { return n < 24 ? [64 | n] : n < 256 ? [88, n] : n < 65536 ? [89, n >> 8, n & 255] : [90, n >>> 24, n >> 16 & 255, n >> 8 & 255, n & 255]; }

/* Sig_structure of RFC 9052 §4.4 */
function toBeSigned(o) {
  const start = [0x84, 0x6a, ...new TextEncoder().encode("Signature1"), ...byteHead(o.head.length), ...o.head, 0x40, ...byteHead(o.payload.length)];
  const all = new Uint8Array(start.length + o.payload.length);
  all.set(start);
  all.set(o.payload, start.length);
  return all;
}

async function isSigned(o, row, crypto) {
  return row.alg === o.alg && holds(toBeSigned(o), o.signature, row, crypto);
}

/* Tells the row whose signature holds; a kid is a hint, so every row that carries it is tried */
async function signerOf(o, rows, crypto) {
  const tried = rows.filter((row) => row.kid === o.kid);
  if (!tried.length) { refuse("unknown-key", o.kid); }
  for (const row of tried) { if (await isSigned(o, row, crypto)) { return row; } }
  return refuse("bad-signature");
}

/* Whether a signature that `row` made at `at` (ms) may be believed */
export function covers(row, at) {
  if (!(at >= Date.parse(row.nbf) && at < Date.parse(row.exp))) { return false; }
  return row.state !== "compromised" || Boolean(row.compromised_since && at < Date.parse(row.compromised_since));
}

/* The sixteen claims of profile B (trust/claims.py) */
export function claimsOf(payload) {
  const c = read(payload);
  if (!Array.isArray(c) || !c.length || typeof c[0] !== "bigint") { refuse("malformed"); }
  if (c[0] !== 1n) { refuse("unknown-version"); }
  const within = (v, limit) => (typeof v === "bigint" && v >= 0n && v < limit ? v : refuse("malformed"));
  const fixed = (v, n) => String(within(v, 10n ** BigInt(n))).padStart(n, "0");
  const text = (v) => (typeof v === "string" && new TextEncoder().encode(v).length <= 12 ? v : refuse("malformed"));
  const listed = (list, v) => list[Number(within(v, BigInt(list.length)))];
  if (c.length !== 16 || !isBytes(c[15], 16)) { refuse("malformed"); }
  const claims = {
    number: fixed(c[1], 10), issued: Number(within(c[2], 1n << 37n)) * 1000, days: Number(within(c[3], 366n)), kind: listed(KINDS, c[4]),
    authority: fixed(c[5], 6), species: text(c[6]), quantity: within(c[7], 1n << 63n), unit: listed(UNITS, c[8]), origin: fixed(c[9], 6),
    destination: fixed(c[10], 6), purpose: listed(PURPOSES, c[11]), vet: text(c[12]), list: Number(within(c[13], 1n << 32n)),
    index: Number(within(c[14], 1n << 32n)), digest: hex(c[15])
  };
  /* A: days × 24 h, rounded up to the end of that day in China; B: the day of issue */
  const day = Math.floor((claims.issued + CHINA) / DAY) + (claims.kind === "A" ? claims.days : 0);
  claims.ends = (day + 1) * DAY - CHINA - 1000;
  return claims;
}

/* Digits of a code → its claims, believed. A key's list says when it counted and for which division. */
export async function readCode(digits, rows, crypto) {
  const o = opened(fromDigits(digits));
  if (o.alg === "ES256" && BigInt("0x" + hex(o.signature.subarray(32))) > HALF_ORDER) { refuse("not-canonical", "high s"); }
  const row = await signerOf(o, rows.filter((key) => key.use === "issue"), crypto);
  const claims = claimsOf(o.payload);
  if (!covers(row, claims.issued) || row.issuer.division !== claims.authority) { refuse("key-not-valid"); }
  if (row.kinds && !row.kinds.includes(claims.kind)) { refuse("key-not-valid", "kind"); }
  return { claims, row };
}

/* Only to show what an unbelieved code says; never to judge by */
export function peek(digits) {
  try { return claimsOf(opened(fromDigits(digits)).payload); } catch (e) { return null; }
}

async function inflate(data) {
  const stream = new Response(data).body.pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let step = await stream.read(); !step.done; step = await stream.read()) {
      parts.push(step.value);
      size += step.value.length;
      if (size > LARGEST_LIST) { break; }
    }
  } catch (e) { refuse("malformed", "zlib"); }
  if (size > LARGEST_LIST) { refuse("too-large"); }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

/* A status list as signed (IETF Token Status List, CWT): {uri, issued, expires, get}. Stale is for the caller to see: `expires` in ms. */
export async function readStatus(token, rows, crypto) {
  const o = opened(token, STATUS_TYPE), row = await signerOf(o, rows.filter((key) => key.use === "status"), crypto), c = read(o.payload);
  const list = c instanceof Map ? c.get(65533) : undefined;
  if (!(list instanceof Map) || typeof c.get(2) !== "string" || typeof c.get(4) !== "bigint" || typeof c.get(6) !== "bigint") { refuse("malformed"); }
  const bits = Number(list.get("bits")), issued = Number(c.get(6)) * 1000;
  if (![1, 2, 4, 8].includes(bits) || !isBytes(list.get("lst"))) { refuse("malformed"); }
  if (!covers(row, issued)) { refuse("key-not-valid"); }
  const data = await inflate(list.get("lst")), per = 8 / bits;
  return {
    uri: c.get(2), issued, expires: Number(c.get(4)) * 1000, division: row.issuer.division,
    get(index) {
      if (index >= data.length * per) { refuse("malformed", "index"); }
      return data[Math.floor(index / per)] >> (index % per * bits) & ((1 << bits) - 1);
    }
  };
}

/* Canonical JSON (RFC 8785) of text, integers, lists and maps: the same as `jq -jcS` */
export function canon(value) {
  if (Array.isArray(value)) { return "[" + value.map(canon).join(",") + "]"; }
  if (value && typeof value === "object") {
    return "{" + Object.keys(value).sort().map((key) => JSON.stringify(key) + ":" + canon(value[key])).join(",") + "}";
  }
  return JSON.stringify(value);
}

async function holds(message, sig, row, crypto) {
  if (row.alg === "SM2") {
    /* GB/T 32918.2 §7.1 B1, B2: the library leaves this to its caller */
    const [r, t] = [sig.subarray(0, 32), sig.subarray(32)].map((half) => BigInt("0x" + hex(half)));
    if (sig.length !== 64 || r < 1n || r >= SM2_ORDER || t < 1n || t >= SM2_ORDER) { return false; }
    const { sm2 } = await crypto.sm();
    return sm2.doVerifySignature(message, hex(sig), row.spki.slice(-130), { hash: true, der: false, userId: "1234567812345678" });
  }
  const key = await crypto.subtle.importKey("spki", unhex(row.spki), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, sig, message);
}

/* How many different keys of `roots` signed; a signature names its key by kid only */
async function signedBy(roots, signatures, message, crypto) {
  const good = new Set();
  for (const one of signatures) {
    for (const root of roots.keys.filter((row) => row.kid === one.kid && !good.has(row.spki))) {
      if (await holds(message, unbase64(one.sig), root, crypto)) { good.add(root.spki); }
    }
  }
  return good.size;
}

/* A published trust list → what enough roots signed, its keys flat in `rows`. `pinned`: {threshold, keys: [{kid, alg, spki}], version} that
   this phone holds fast. As on the server the threshold is the pinned one, and the list's own roots must have signed too: so roots change
   only by a list that the old and the new threshold signed, and one stolen root cannot lower the bar. */
export async function readTrust(document, pinned, crypto) {
  const signed = document.signed;
  if (!signed || signed.type !== "aquacert-trust-list" || !Array.isArray(document.signatures)) { refuse("malformed"); }
  if (signed.v !== 2) { refuse("unknown-version"); }
  const message = new TextEncoder().encode(canon(signed));
  for (const roots of [pinned, signed.roots]) {
    if (!Number.isInteger(roots.threshold) || roots.threshold < 1 || !Array.isArray(roots.keys)) { refuse("malformed", "roots"); }
    const good = await signedBy(roots, document.signatures, message, crypto);
    if (good < roots.threshold) { refuse(good ? "not-enough-roots" : "bad-signature"); }
  }
  if (!Number.isInteger(signed.version) || (pinned.version || 0) > signed.version) { refuse("old-version"); }
  if (signed.issuers.some((issuer) => issuer.division.slice(0, 2) !== signed.province.slice(0, 2))) { refuse("key-not-valid", "reach"); }
  const rows = signed.issuers.flatMap((issuer) => issuer.keys.map((key) => ({ ...key, kinds: issuer.kinds, issuer: { division: issuer.division, name: issuer.name } })));
  return { signed, rows, expires: Date.parse(signed.expires), issued: Date.parse(signed.issued) };
}

/* What may be said of a believed code here and now. `status`: a list of readStatus, or null; green needs everything. */
export function verdict(claims, status, now) {
  const early = now + SKEW < claims.issued || (status && now + SKEW < status.issued);
  let value = null;
  if (status) {
    try { value = status.get(claims.index); } catch (e) { return ["unsure", "no-list"]; }
    if (value === 1) { return ["invalid", "void"]; }
    if (value === 3) { return ["invalid", "replaced"]; }
  }
  if (early) { return ["unsure", "clock"]; }
  if (now > claims.ends) { return ["invalid", "expired"]; }
  if (!status) { return ["unsure", "no-list"]; }
  if (now >= status.expires) { return ["unsure", "stale"]; }
  if (value === 2) { return ["unsure", "suspended"]; }
  return value === 0 ? ["valid", "good"] : ["unsure", "no-list"];
}
