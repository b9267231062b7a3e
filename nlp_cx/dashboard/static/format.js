// Numbers and dates in the form of the reader's language.
import { lang, locale } from "./words.js";

const made = new Map();

function formatter(kind, options) {
  const key = `${locale()} ${kind} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl[kind](locale(), options));
  return made.get(key);
}

const missing = (value) => value === null || value === undefined || Number.isNaN(value);
const minus = (text) => text.replace("-", "\u2212");

/** 12345.6 -> "12,345.6"; "–" for nothing. */
export function number(value, digits = 0) {
  if (missing(value)) return "–";
  return minus(formatter("NumberFormat", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value));
}

/** 12345 -> "12K" in little room. */
export function compact(value) {
  return missing(value) ? "–" : minus(formatter("NumberFormat", { notation: "compact", maximumFractionDigits: 1 }).format(value));
}

/** 0.123 -> "12%". */
export function percent(value, digits = 0) {
  if (missing(value)) return "–";
  return minus(formatter("NumberFormat", { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value));
}

/** 3.4 -> "+3.4"; the sign is always there but at 0. */
export function signed(value, digits = 1) {
  if (missing(value)) return "–";
  return minus(formatter("NumberFormat", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero" }).format(value));
}

/** 0.034 -> "+3.4 pp", points of percent. */
export function points(value, digits = 1) {
  return missing(value) ? "–" : `${signed(100 * value, digits)} ${lang() === "vi" ? "điểm %" : "pp"}`;
}

/** "2026-11-24" or "2026-11-24T09:30:00+07:00" -> "24 Nov 2026"; a bare day is a day, whatever the time zone. */
export function date(value) {
  if (!value) return "–";
  const bare = /^\d{4}-\d\d-\d\d$/.test(value);
  return formatter("DateTimeFormat", { day: "numeric", month: lang() === "vi" ? "numeric" : "short", year: "numeric", ...(bare ? { timeZone: "UTC" } : {}) }).format(new Date(value));
}

/** "2026-11-24T09:30:00+07:00" -> "24 Nov 2026, 09:30". */
export function moment(value) {
  const style = lang() === "vi" ? { day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit" } : { dateStyle: "medium", timeStyle: "short" };
  return value ? formatter("DateTimeFormat", style).format(new Date(value)) : "–";
}

/** How long ago, in words. */
export function ago(value) {
  const seconds = (new Date(value) - Date.now()) / 1000;
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return formatter("RelativeTimeFormat", { numeric: "auto" }).format(Math.round(seconds / size), unit);
  }
  return formatter("RelativeTimeFormat", { numeric: "auto" }).format(Math.round(seconds), "second");
}

/** A bucket of a trend: "2026-11", "2026-Q4", "2026-11-23", "2026" -> as people write it. */
export function bucket(value) {
  const quarter = /^(\d{4})-Q(\d)$/.exec(value ?? "");
  if (quarter) return lang() === "vi" ? `Quý ${quarter[2]}/${quarter[1]}` : `Q${quarter[2]} ${quarter[1]}`;
  if (/^\d{4}-\d\d$/.test(value ?? "")) {
    return lang() === "vi" ? `${Number(value.slice(5))}/${value.slice(0, 4)}` : formatter("DateTimeFormat", { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${value}-01`));
  }
  if (/^\d{4}-\d\d-\d\d$/.test(value ?? "")) return formatter("DateTimeFormat", { day: "numeric", month: lang() === "vi" ? "numeric" : "short", timeZone: "UTC" }).format(new Date(value));
  return value ?? "–";
}

/** 95 -> "1 min 35 s"; at least a second. */
export function duration(seconds) {
  if (missing(seconds)) return "–";
  const whole = Math.max(1, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const [hour, minute, second] = lang() === "vi" ? ["giờ", "phút", "giây"] : ["h", "min", "s"];
  if (hours) return `${hours} ${hour} ${minutes} ${minute}`;
  return minutes ? `${minutes} ${minute} ${rest} ${second}` : `${rest} ${second}`;
}

/** 1234567 -> "1.2 MB". */
export function bytes(value) {
  const units = ["B", "kB", "MB", "GB"];
  let [size, unit] = [value, 0];
  while (size >= 1000 && unit < 3) [size, unit] = [size / 1000, unit + 1];
  return `${number(size, unit && size < 10 ? 1 : 0)} ${units[unit]}`;
}
