// What the page says, in Vietnamese and English. A view's own words stand in words/<view>.js.
import { recall, remember } from "./store.js";
import { words as common } from "./words/common.js";

const books = { common };
let language = document.documentElement.lang === "vi" ? "vi" : "en";
const plurals = new Map();

/** The language of the page: "vi" or "en". */
export function lang() {
  return language;
}

/** Speak another language; the caller draws the page anew. */
export function speak(chosen) {
  language = chosen === "vi" ? "vi" : "en";
  remember("language", language);
  document.documentElement.lang = language;
}

/** Whether somebody chose a language before. */
export function chosen() {
  return recall("language");
}

/** Take the words of a view: {vi: {key: "..."}, en: {key: "..."}}. */
export function register(view, words) {
  books[view] = words;
}

/**
 * Say something: t("rows", {n: 3}). A text holds {placeholders}; a text may be {one: "...", other: "..."}, chosen by n.
 * A number that is not formatted yet is written in local form.
 */
export function t(key, values = {}, view = "common") {
  let text = books[view]?.[language]?.[key] ?? common[language][key] ?? books[view]?.en?.[key] ?? common.en[key];
  if (text === undefined) return key;
  if (typeof text === "object") text = text[plural(Number(values.count ?? values.n))] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    return typeof value === "number" ? value.toLocaleString(locale()) : String(value);
  });
}

/** What a score is called: nps -> NPS, "csat:Phòng ở" -> "CSAT: Phòng ở"; a name of one's own stays. */
export function metricName(metric) {
  const [, kind, rest] = /^([^:. (]+)(.*)$/.exec(metric) ?? [null, metric, ""];
  const name = t(`metric.${kind}`);
  return (name === `metric.${kind}` ? kind : name) + rest.replace(/\.mean$/, "").replace(/^:/, ": ");
}

/** What a segment is called: its column; the one that tells sheets of a workbook apart is ours. */
export function segmentName(name) {
  return name === "sheet" ? t("sheet") : name;
}

/** Give the `t` of a view, which looks into its words first. */
export function speaker(view) {
  return (key, values) => t(key, values, view);
}

/** The locale that numbers and dates are written in. */
export function locale() {
  return language === "vi" ? "vi-VN" : "en-GB";
}

function plural(n) {
  if (!plurals.has(language)) plurals.set(language, new Intl.PluralRules(locale()));
  return Number.isFinite(n) ? plurals.get(language).select(n) : "other";
}
