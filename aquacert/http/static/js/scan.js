/* The scanner at /verify: camera, picture or text → digits → trust.js, with the lists kept on this device. Nothing found here leaves it.
   Roots are held fast from the first trust list this page got over https; a later list counts only when enough of them signed it, and
   brings other roots only when enough of those signed it too. */
import { canon, hex, peek, readCode, readStatus, readTrust, verdict } from "./trust.js";
import { crypto, digitsOf } from "./verify.js";

const $ = (id) => document.getElementById(id);
const english = document.documentElement.lang === "en";
const say = (zh, en) => (english ? en : zh);
const LISTS = "aquacert-lists", ROOTS = "aquacert.pins", PAST = "aquacert.history", KEEP = 50;
const WAIT = 3000, LAST = 3;
const world = { lists: [], status: new Map(), tables: { divisions: {}, species: {} }, shown: 0 };

const WORDS = {
  valid: ["有效", "Valid"], invalid: ["无效", "Not valid"], unsure: ["待核", "Not settled"]
};
const WHY = {
  good: ["签名正确，状态清单里没有撤销、暂停、换证。请与实物核对", "Signature good; not void, suspended or replaced. Compare with the goods"],
  void: ["已作废或召回，请不要收货", "Void or recalled; do not take the goods"],
  replaced: ["已换新证，这张不能再用。请出示新证", "Replaced; ask for the new certificate"],
  recalled: ["已召回，请不要收货", "Recalled; do not take the goods"],
  expired: ["已过有效期", "Expired"],
  arrived: ["这批苗种已到达，不能再用于运输", "These goods have arrived; no further transport under it"],
  forged: ["签名不符：内容可能被改过", "The signature does not fit"],
  suspended: ["正在复查，先不要运输和收货", "Suspended: do not move or take the goods"],
  stale: ["状态清单已过期，不能确认有没有被撤销。联网更新后再查", "The status list is too old; update it on a network and check again"],
  "stale-trust": ["信任名单已过期。联网更新后再查", "The trust list is too old; update it on a network"],
  "no-list": ["本机没有这张证的状态清单。联网后再查", "This device has no status list for it; try on a network"],
  "no-trust": ["本机还没有信任名单。请先联网打开一次", "No trust list here yet: open this page once on a network"],
  clock: ["手机时间可能不对，请先校准", "The clock of this phone may be wrong"],
  "unknown-key": ["签发机构不在本机的信任名单里。不等于假证，也不等于有效", "The issuer is on no list of this device: neither forged nor valid"],
  "key-not-valid": ["签发时这把密钥不在有效期内，或已被收回", "The key was not entitled to sign this when it did"],
  "unknown-version": ["编码版本不认识，请更新本页", "Unknown version: update this page"],
  "unknown-algorithm": ["签名算法不认识，请更新本页", "Unknown algorithm: update this page"],
  malformed: ["二维码不完整，或不是检疫证明。请重新扫码", "The code is incomplete or no certificate. Scan again"],
  "not-canonical": ["二维码的写法不合规定，不予采信", "Not the prescribed encoding: not believed"],
  "no-code": ["二维码里没有签名，没有网络时不能核验", "The code holds no signature; a network is needed"],
  unreadable: ["照片里没有找到二维码。擦干净、对准、靠近再拍", "No code found in the picture"],
  broken: ["这台手机的浏览器太旧，不能在本机验证。请用编号查验", "This browser cannot verify; check by number"]
};
const OF_ERROR = { "unknown-key": "unsure", "key-not-valid": "unsure", "unknown-version": "unsure", "unknown-algorithm": "unsure", stale: "unsure", broken: "unsure", "no-trust": "unsure" };
const MARKS = { valid: "check", invalid: "x", unsure: "ask" };
const SERVER = { valid: null, arrived: ["invalid", "arrived"], suspended: ["unsure", "suspended"], void: ["invalid", "void"], replaced: ["invalid", "replaced"], recalled: ["invalid", "recalled"], expired: ["invalid", "expired"], forged: ["invalid", "forged"], unsure: ["unsure", "key-not-valid"] };

function kept(name, other) { try { return JSON.parse(localStorage.getItem(name)) || other; } catch (e) { return other; } }
function keep(name, value) { try { localStorage.setItem(name, JSON.stringify(value)); } catch (e) { /* private mode: nothing is kept */ } }

async function fetched(url) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), WAIT);
  try {
    const answer = await fetch(url, { credentials: "omit", signal: stop.signal, cache: "no-cache" });
    return answer.ok ? answer : null;
  } catch (e) { return null; } finally { clearTimeout(timer); }
}
async function store() { return window.caches ? caches.open(LISTS) : null; }
async function fromStore(url) { const box = await store(); return box ? box.match(url) : null; }
async function toStore(url, body) { const box = await store(); if (box) { await box.put(url, new Response(body)); } }

/* A trust list is taken when pinned roots signed it and it is not older than one seen before; the first one of a division pins its roots. */
async function take(document, isNew) {
  const province = document.signed && document.signed.province, pins = kept(ROOTS, {});
  const pinned = pins[province] || (isNew ? document.signed.roots : null);
  if (!pinned) { return null; }
  const list = await readTrust(document, pinned, crypto);
  const old = world.lists.find((one) => one.signed.province === province);
  if (old && old.signed.version > list.signed.version) { return old; }
  pins[province] = { threshold: list.signed.roots.threshold, keys: list.signed.roots.keys, version: list.signed.version };
  keep(ROOTS, pins);
  world.lists = world.lists.filter((one) => one !== old).concat(list);
  return list;
}

async function loadTrust(isOnline) {
  const answer = isOnline ? await fetched("/trust/list.json") : await fromStore("/trust/list.json");
  if (answer) {
    const document = await answer.json(), own = await take(document, isOnline).catch(() => null);
    if (own) { own.isOwn = true; if (isOnline) { await toStore("/trust/list.json", JSON.stringify(document)); } }
  }
  const peers = isOnline ? await fetched("/trust/peers.json") : await fromStore("/trust/peers.json");
  if (peers) {
    const text = await peers.text();
    for (const peer of JSON.parse(text).lists || []) { await take(peer.document, isOnline).catch(() => null); }
    if (isOnline) { await toStore("/trust/peers.json", text); }
  }
}

function addressOf(list, number) { return list.isOwn ? `/trust/status/${number}` : list.signed.status.base + number; }

async function statusOf(list, number, isOnline) {
  const url = addressOf(list, number);
  let answer = isOnline ? await fetched(url) : null;
  if (answer) { await toStore(url, await answer.clone().arrayBuffer()); } else { answer = await fromStore(url); }
  if (!answer) { return world.status.get(url) || null; }
  const held = world.status.get(url), read = await readStatus(new Uint8Array(await answer.arrayBuffer()), list.rows, crypto).catch(() => null);
  if (!read || !read.uri.endsWith("/trust/status/" + number)) { return held || null; }
  if (!held || read.issued >= held.issued) { world.status.set(url, read); }
  return world.status.get(url);
}

/* Brings what this device keeps up to date: trust lists, then the newest status lists of its own province */
async function refresh() {
  await loadTrust(false);
  const isOnline = navigator.onLine !== false;
  if (isOnline) { await loadTrust(true); }
  const own = world.lists.find((list) => list.isOwn);
  if (own) {
    const index = isOnline ? await fetched("/trust/status/index.json") : await fromStore("/trust/status/index.json");
    if (index) {
      const text = await index.text();
      if (isOnline) { await toStore("/trust/status/index.json", text); }
      for (const uri of JSON.parse(text).status_lists.slice(-LAST)) { await statusOf(own, uri.split("/").pop(), isOnline); }
    }
  }
  const tables = await fetched("/verify/tables.json").catch(() => null);
  if (tables) { world.tables = await tables.json(); }
  showAges();
}

function ago(at) {
  const minutes = Math.max(0, Math.round((Date.now() - at) / 60000));
  if (minutes < 60) { return say(`${minutes} 分钟前`, `${minutes} min ago`); }
  return minutes < 2880 ? say(`${Math.floor(minutes / 60)} 小时前`, `${Math.floor(minutes / 60)} h ago`) : say(`${Math.floor(minutes / 1440)} 天前`, `${Math.floor(minutes / 1440)} d ago`);
}
function moment(at) {
  return new Date(at).toLocaleString(english ? "en-GB" : "zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
}

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}
function icon(name, extra) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "i" + (extra ? " " + extra : ""));
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

function ageLine(name, at, isStale) {
  const words = at ? `${moment(at)}（${ago(at)}）` : say("还没有", "none yet");
  return node("li", {}, icon(isStale ? "warn" : "check", isStale ? "warn" : "ok"), node("span", {}, `${name} ${words}${isStale ? say("，已过期", ", too old") : ""}`));
}

function showAges() {
  const box = $("ages"), now = Date.now();
  box.replaceChildren(...world.lists.map((list) => ageLine(say("信任名单 ", "Trust list ") + (list.signed.name ? list.signed.name[english ? "en" : "zh"] : list.signed.province), list.issued, list.expires <= now)));
  if (!world.lists.length) { box.append(ageLine(say("信任名单", "Trust list"), 0, true)); }
  const newest = Array.from(world.status.values()).sort((a, b) => b.issued - a.issued)[0];
  box.append(ageLine(say("状态清单", "Status list"), newest && newest.issued, !newest || newest.expires <= now));
  $("lists").hidden = false;
  if (crypto.subtle) { Promise.all(world.lists.map(fingerprint)).then((roots) => { $("pinned").textContent = roots.length ? say("根密钥指纹（请与公布的核对）", "Fingerprint of the roots (compare with what is published) ") + roots.join("；") : ""; }); }
}

/* What two people compare aloud: as `aquacert verify` and docs/verify-without-us.md print it */
async function fingerprint(list) {
  const { threshold, keys } = list.signed.roots, text = canon([threshold, keys.map((key) => key.spki).sort()]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `${list.signed.province} ${hex(new Uint8Array(digest)).slice(0, 32).replace(/(.{8})(?=.)/g, "$1 ")}`;
}

function divisionName(code) {
  const names = [];
  for (let at = code; at && world.tables.divisions[at] && names.length < 4; at = world.tables.divisions[at][1]) { names.unshift(world.tables.divisions[at][0]); }
  return names.join("") || code;
}

function factsOf(claims, row, isBelieved) {
  const [zh, latin] = world.tables.species[claims.species] || [claims.species, ""], quantity = claims.quantity.toLocaleString("zh-CN");
  const lines = [
    [say("编号", "Number"), `${claims.number.slice(0, 2)} ${claims.number.slice(2, 6)} ${claims.number.slice(6)}`],
    [say("品种", "Species"), english && latin ? latin : zh], [say("数量", "Quantity"), `${quantity} ${claims.unit}`],
    [say("路线", "Route"), `${divisionName(claims.origin)} → ${divisionName(claims.destination)}`],
    [say("有效期", "Valid until"), moment(claims.ends)], [say("签发", "Issued"), moment(claims.issued)],
    [say("签发机构", "Issued by"), `${row && row.issuer.name ? row.issuer.name[english ? "en" : "zh"] || row.issuer.name.zh : divisionName(claims.authority)} · ${say("官方兽医", "vet")} ${claims.vet}`]
  ];
  const head = node("h2", {}, isBelieved ? say("请与车上的苗种核对", "Compare with the goods") : say("二维码里写的内容（未核实）", "What the code says (not verified)"));
  const list = node("dl", { class: "facts" + (isBelieved ? "" : " is-unproven") }, ...lines.map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))));
  return [head, list];
}

function show(tone, why, found) {
  const panel = $("verdict").content.cloneNode(true).firstElementChild, words = WORDS[tone][english ? 1 : 0];
  panel.classList.add("is-" + tone);
  panel.querySelector("use").setAttribute("href", "#i-" + MARKS[tone]);
  panel.querySelector("h1").textContent = words;
  panel.querySelector(".why").textContent = (WHY[why] || WHY.malformed)[english ? 1 : 0];
  panel.querySelector(".band span").textContent = say("本机验证 ", "Checked on this device ") + moment(Date.now());
  const parts = [panel], claims = found && found.claims;
  if (found && found.note) { parts.push(node("p", { class: "note wait" }, icon("warn"), node("span", { class: "t" }, found.note))); }
  if (claims) {
    panel.querySelector(".num").textContent = claims.number;
    parts.push(...factsOf(claims, found.row, found.isBelieved));
    if (found.status) { parts.push(node("p", { class: "foot" }, say("状态清单 ", "Status list ") + `${moment(found.status.issued)}（${ago(found.status.issued)}）`)); }
  }
  $("result").replaceChildren(...parts);
  $("result").dataset.tone = tone;
  $("result").dataset.why = why;
  $("result").dataset.shown = String(world.shown += 1);
  window.scrollTo(0, 0);
  if (claims) { remember({ at: Date.now(), number: claims.number, tone, why }); }
}

function remember(line) { keep(PAST, [line].concat(kept(PAST, [])).slice(0, KEEP)); showPast(); }
function showPast() {
  const lines = kept(PAST, []);
  $("past").hidden = !lines.length;
  $("history").replaceChildren(...lines.map((line) => node("li", { class: "cell" }, icon(MARKS[line.tone], line.tone === "valid" ? "ok" : line.tone === "invalid" ? "bad" : "warn"),
    node("span", { class: "t" }, `${WORDS[line.tone][english ? 1 : 0]} ${line.number}`, node("small", {}, moment(line.at))))));
}

/* What the server's table says now may only take green away: arrival and the last minutes are not in a list */
async function asked(id, claims) {
  const answer = id && navigator.onLine !== false ? await fetched(`/api/v1/verification/certificates/${id}`) : null;
  if (!answer) { return null; }
  const told = await answer.json();
  return told.number && told.number !== claims.number ? ["invalid", "forged"] : SERVER[told.verdict] || null;
}

export async function judge(text) {
  const code = text.trim(), digits = /^[0-9]{100,}$/.test(code) ? code : digitsOf(code), id = (/\/c\/([0-9a-z]{10})(?![0-9a-z])/i.exec(code) || [])[1];
  const report = (/\/r\/([0-9a-z]{10})(?![0-9a-z])/i.exec(code) || [])[1];
  if (report && navigator.onLine !== false) { location.href = "/r/" + report.toUpperCase(); return; }
  if (/^[0-9]{10}$/.test(code)) { $("number").value = code; $("code").focus(); return; }
  if (!digits) {
    if (id && navigator.onLine !== false) { location.href = "/c/" + id.toUpperCase(); return; }
    show(id ? "unsure" : "invalid", id ? "no-code" : "malformed");
    return;
  }
  if (!crypto.subtle || typeof DecompressionStream === "undefined") { show("unsure", "broken"); return; }
  await ready;
  try {
    if (!world.lists.length) { show("unsure", "no-trust", { claims: peek(digits) }); return; }
    const { claims, row } = await readCode(digits, world.lists.flatMap((list) => list.rows), crypto);
    const list = world.lists.find((one) => one.rows.includes(row)), status = await statusOf(list, claims.list, navigator.onLine !== false);
    let answer = verdict(claims, status, Date.now());
    if (answer[0] === "valid" && list.expires <= Date.now()) { answer = ["unsure", "stale-trust"]; }
    if (answer[0] === "valid" && list.isOwn) { answer = await asked(id, claims) || answer; }
    show(...answer, { claims, row, status, isBelieved: true, note: strange(code, list) });
  } catch (error) {
    const why = error.why || "broken", tone = OF_ERROR[why] || "invalid";
    show(tone, why === "bad-signature" ? "forged" : why, tone === "unsure" ? { claims: peek(digits) } : null);
  }
}

/* The signature is good, but the address printed with it leads elsewhere: said, since people follow addresses */
function strange(code, list) {
  const host = (/^https?:\/\/([^/]+)/i.exec(code) || [])[1];
  const good = [location.host, new URL(list.signed.status.base).host];
  if (list.signed.demo) { return say("演示样张·无效：单位和货物都是虚构的，不能作为凭证。", "Specimen, not valid: bodies and goods are fictional; this proves nothing."); }
  return !host || good.includes(host.toLowerCase()) ? "" : say(`二维码的网址是 ${host}，不是签发系统的网址。不要打开它，以本页结果为准。`, `The code's address is ${host}, not the issuer's. Do not open it.`);
}

/* Reading pictures and the camera */
async function symbols(image) {
  ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => "/static/vendor/zxing_reader.wasm" } });
  const found = await ZXingWASM.readBarcodes(image, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 2 });
  return found.map((one) => one.text).filter(Boolean);
}

async function fromPicture(file) {
  const found = await symbols(file).catch(() => []);
  const text = found.find((one) => one.includes("/c/")) || found[0];
  if (text) { await judge(text); } else { show("unsure", "unreadable"); }
}

let stream = null;
function stop() {
  if (stream) { stream.getTracks().forEach((track) => track.stop()); }
  stream = null;
  $("view").hidden = true;
  $("ways").hidden = false;
}

async function look() {
  const canvas = document.createElement("canvas"), video = $("video");
  while (stream) {
    if (video.videoWidth) {
      const scale = Math.min(1, 1280 / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const [text] = await symbols(pen.getImageData(0, 0, canvas.width, canvas.height)).catch(() => []);
      if (text && stream) { stop(); await judge(text); return; }
    }
    await new Promise((resolve) => { setTimeout(resolve, 120); });
  }
}

function noCamera(why) {
  const note = $("nocamera"), words = note.querySelector("small");
  words.textContent = words.dataset[why];
  note.hidden = false;
  $("camera").hidden = why !== "refused";
}

async function camera() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (e) { noCamera("refused"); return; }
  $("video").srcObject = stream;
  await $("video").play();
  $("view").hidden = false;
  $("ways").hidden = true;
  const track = stream.getVideoTracks()[0], can = track.getCapabilities ? track.getCapabilities() : {};
  $("torch").hidden = !can.torch;
  look();
}

let isLit = false;
function torch() {
  isLit = !isLit;
  stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: isLit }] }).catch(() => { $("torch").hidden = true; });
}

const ready = refresh().catch(() => showAges());
$("ways").hidden = false;
const isWeChat = /MicroMessenger/i.test(navigator.userAgent);
if (!window.isSecureContext) { noCamera("insecure"); } else if (isWeChat && !("serviceWorker" in navigator)) { noCamera("wechat"); } else if (!navigator.mediaDevices) { noCamera(isWeChat ? "wechat" : "insecure"); }
$("camera").addEventListener("click", camera);
$("stop").addEventListener("click", stop);
$("torch").addEventListener("click", torch);
$("picture").addEventListener("change", (event) => { if (event.target.files[0]) { fromPicture(event.target.files[0]); event.target.value = ""; } });
$("read").addEventListener("click", () => judge($("text").value));
$("refresh").addEventListener("click", () => refresh().catch(() => showAges()));
$("clear").addEventListener("click", () => { localStorage.removeItem(PAST); showPast(); });
showPast();
document.documentElement.dataset.ready = "1";
ready.then(() => { document.documentElement.dataset.lists = String(world.lists.length); });
if ("serviceWorker" in navigator && window.isSecureContext) { navigator.serviceWorker.register("/verify/worker.js", { scope: "/verify" }).catch(() => {}); }
