/* Every sentence of the app, by its key: one JSON page made by the server's own catalogue, kept by the worker. Times are told in China's zone. */
let table = {};
export let language = "zh_CN";

export async function loadWords(chosen) {
  language = chosen || (document.documentElement.lang === "en" ? "en" : "zh_CN");
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  const answer = await fetch(`/field/words/${language}.json`);
  table = await answer.json();
}

export function t(key, values = {}) {
  return (table[key] || key).replace(/%\((\w+)\)s/g, (all, name) => (name in values ? String(values[name]) : all));
}

const zoned = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, ...options });
const CLOCK = zoned({ hour: "2-digit", minute: "2-digit" });
const SECONDS = zoned({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = zoned({ month: "numeric", day: "numeric" });
const LEGAL = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

export const clock = (at) => (at ? CLOCK.format(new Date(at)) : "");
export const seconds = (at) => (at ? SECONDS.format(new Date(at)) : "");
export const day = (at) => (at ? DAY.format(new Date(at)) : "");
export const legalDay = (at = new Date()) => LEGAL.format(new Date(at));

/* What stands between the words of a list, and between a thing and what is said of it */
export const listed = (words) => words.join(language === "en" ? ", " : "、");
export const named = (what, words) => `${what}${language === "en" ? ": " : "："}${words}`;

/* The day's checklists, species and diseases in the app's language: the server sends the English along */
const SAID = new Set(["ask", "normal", "unit", "label", "section_label", "species", "life_stage", "name"]);
export function inWords(data) {
  if (language !== "en" || !data.english) { return data; }
  const { english, person, ...rest } = data;
  return { ...JSON.parse(JSON.stringify(rest, function (key, value) {
    return typeof value === "string" && (SAID.has(key) || this === rest.diseases) && Object.hasOwn(english, value) ? english[value] : value;
  })), person };
}

/* 500000 → 50 万; other numbers in groups of three */
export function quantity(number, unit = "") {
  if (number === null || number === undefined || number === "") { return ""; }
  if (language !== "en" && number >= 10000 && number % 1000 === 0) { return `${number / 10000} 万${unit}`; }
  return `${String(number).replace(/\B(?=(\d{3})+$)/g, ",")} ${unit}`.trim();
}
