/* Small hands for drawing: an element, an icon, a note, the upper part to read and the dock under the thumb. No HTML strings anywhere. */
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.6 3.8v4h-4", alert: "M12 4.2l8.6 15H3.4zM12 10v4.2M12 16.8v.1", back: "M15 5.5L8.5 12l6.5 6.5",
  camera: "M4 7.5h3.5L9 5h6l1.5 2.5H20v12H4zM15.6 13a3.6 3.6 0 1 1-7.2 0 3.6 3.6 0 0 1 7.2 0", check: "M5 12.5l4.6 4.6L19.2 7.4",
  clock: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0M12 7.5V12l3 2", cloud: "M7.5 18.5a4.5 4.5 0 0 1-.6-9A6 6 0 0 1 18 10.3a4.2 4.2 0 0 1-.8 8.2zM9.5 13.5l2 2 3.3-3.5",
  cloudoff: "M4 4l16 16M9 6.3A6 6 0 0 1 17.7 10 4.5 4.5 0 0 1 20.4 17M16 18.5H7.5a4.5 4.5 0 0 1-1-8.9", film: "M4 6h11v12H4zM15 10l5-3v10l-5-3",
  globe: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0M3.5 12h17M12 3.5c3 3 3 14 0 17M12 3.5c-3 3-3 14 0 17", go: "M9 5.5l6.5 6.5L9 18.5",
  info: "M20.8 12a8.8 8.8 0 1 1-17.6 0 8.8 8.8 0 0 1 17.6 0M12 11v5.5M12 7.7v.1", key: "M12 15.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0M11 12.7l8.5-8.2M16 8l2.5 2.5",
  list: "M5 4h14v16H5zM8.5 8.5h7M8.5 12h7M8.5 15.5h4", lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2.5", minus: "M5 12h14",
  out: "M10 4H5v16h5M13 12h7M16.5 8.5 20 12l-3.5 3.5", phone: "M6.2 4h3l1.5 4-2 1.5a11 11 0 0 0 5.8 5.8l1.5-2 4 1.5v3a1.7 1.7 0 0 1-1.9 1.7C11 18.7 5.3 13 4.5 5.9A1.7 1.7 0 0 1 6.2 4z",
  pin: "M12 21c4.5-4.7 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6.3 6.5 11zM14.3 10a2.3 2.3 0 1 1-4.6 0 2.3 2.3 0 0 1 4.6 0", plus: "M12 5v14M5 12h14",
  swap: "M5 8.5h13l-3.4-3.4M19 15.5H6l3.4 3.4", up: "M12 20V6M6 11.5 12 5.5l6 6", user: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0M4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6", x: "M6.5 6.5l11 11M17.5 6.5l-11 11"
};

/* h("button", {class, onclick, "data-k": …}, "words", child, [children], null) */
export function h(tag, set, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(set || {})) {
    if (value === null || value === undefined || value === false) { continue; }
    if (name.startsWith("on")) { made.addEventListener(name.slice(2), value); }
    else if (name === "checked" || (name === "value" && tag === "input")) { made[name === "checked" ? "defaultChecked" : "defaultValue"] = value; }
    else if (name === "value" || name === "disabled" || name === "hidden") { made[name] = value; }
    else { made.setAttribute(name, value === true ? "" : value); }
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("class", `i ${extra}`.trim());
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name] || "");
  svg.append(path);
  return svg;
}

const KINDS = { ok: "check", wait: "clock", warn: "alert", no: "x", info: "info", off: "cloudoff" };

export const note = (kind, title, ...lines) => h("div", { class: `note ${kind === "off" ? "warn" : kind}` }, icon(KINDS[kind]),
  h("p", {}, h("b", {}, title), lines.flat().filter(Boolean).map((line) => h("small", {}, line))));

export const tag = (kind, words) => h("span", { class: `tag ${kind}` }, icon(KINDS[kind], "s"), words);

export const facts = (rows) => h("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value, more]) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, value, more ? h("small", {}, more) : null))));

export const button = (words, onclick, { kind = "", glyph = "", key = "", ...set } = {}) =>
  h("button", { type: "button", class: `btn ${kind}`.trim(), onclick, "data-k": key || words, ...set }, glyph ? icon(glyph) : null, words);

export const link = (words, href, { kind = "", glyph = "", ...set } = {}) => h("a", { class: `btn ${kind}`.trim(), href, ...set }, glyph ? icon(glyph) : null, words);

/* A white row that leads somewhere */
export const cell = (glyph, title, more, href, side) => h("a", { class: "cell", href }, icon(glyph), h("span", { class: "t" }, title, more ? h("small", {}, more) : null), side || null, icon("go", "s"));

/* The screen: above to read (two fifths), below to act, the dock always under the thumb */
export function screen({ title, sub, badge, top = [], body = [], dock = [] }) {
  return [
    h("header", { class: "top" }, h("div", { class: "bar" }, h("h1", { tabindex: "-1" }, title, sub ? h("small", {}, sub) : null), badge || null), top),
    h("main", {}, body),
    h("footer", { class: "dock" }, dock)
  ];
}

/* A choice of one among few, none chosen at first: 正常 / 异常 */
export const segments = (name, label, options, chosen, pick, disabled = false) => h("div", { class: "seg", role: "radiogroup", "aria-label": label },
  options.map(([value, words, kind, glyph]) => h("label", { class: kind },
    h("input", { type: "radio", name, value, checked: chosen === value, disabled, "data-k": `${name}:${value}`, onchange: () => pick(value) }),
    h("span", { class: "o" }, glyph ? icon(glyph) : null, words))));

/* Several or one of a menu, as chips */
export const chips = (name, label, options, chosen, pick, { many = false, disabled = false } = {}) => h("div", { class: "chips", role: "group", "aria-label": label },
  options.map(([value, words]) => h("label", { class: "chip" },
    h("input", { type: many ? "checkbox" : "radio", name, value, checked: chosen.includes(value), disabled, "data-k": `${name}:${value}`, onchange: (event) => pick(value, event.target.checked) }),
    h("span", { class: "o" }, icon("check"), words))));

export function say(words) { document.getElementById("live").textContent = words; }
