// The page in a few sentences: only what chance alone would hardly give, and a word where nothing is told from it.
import { h } from "../dom.js";
import { card } from "../parts/bits.js";
import { sideOf } from "./drivers.js";
import { base, changeText, metricsOf, scoreText } from "./metrics.js";
import { metricName } from "../words.js";
import { part } from "./part.js";
import { findOtherPlaces } from "./places.js";
import { byTheme } from "./themes.js";

const CLEAR = 1.96; // standard errors that tell a difference from chance at one in twenty
const ALPHA = 0.05;
const ENOUGH = 5; // blaming comments of a theme, below which no place can stand out

export function shortPart(now, dimensions) {
  return part(card({ title: now().t("short") }), {
    own: ["metric", "by"],
    fetch: (asked, { last, figures, scores, driven, places }) => Promise.all([figures, scores, driven, places, findOtherPlaces(asked, dimensions, last, driven)]),
    draw: (ctx, [figures, scores, { found }, places, others]) => {
      const themes = [...byTheme(figures.rows)].filter(([theme]) => !ctx.restates(theme)).map(([theme, one]) => ({ theme, negative: one.negative?.value ?? 0 }));
      themes.sort((one, other) => other.negative - one.negative);
      const comments = figures.rows.find((row) => row.metric === "comments" && row.theme === null)?.value ?? 0;
      return h("ul.short", {}, [
        ofScore(ctx, scores.rows, found), ofBlame(ctx, themes, comments), ofPlace(ctx, themes, [places, ...others].filter(Boolean)), ...ofDrivers(ctx, found),
      ].filter(Boolean).map((said) => h("li", {}, said)));
    },
  });
}

/** Say something that holds links: values that are elements stand where their placeholders are. */
function compose(ctx, key, values) {
  const nodes = Object.entries(values).filter(([, value]) => value instanceof Node);
  const marked = Object.fromEntries(nodes.map(([name], at) => [name, `\u0002${at}\u0002`]));
  return ctx.t(key, { ...values, ...marked }).split("\u0002").map((text, at) => (at % 2 ? nodes[Number(text)][1] : text));
}

const link = (ctx, theme, as = null) => h("a", { href: ctx.link("read", { mentioning: theme, mentioning_as: as }) }, ctx.themeName(theme));

/** The score and how it moved. */
function ofScore(ctx, rows, found) {
  const metrics = metricsOf(rows);
  const metric = metrics.find((name) => base(name) === found?.metric) ?? metrics[0];
  const row = (name) => rows.find((one) => one.metric === name && one.theme === null);
  if (!metric || row(metric).low === null) return null;
  const say = (value) => scoreText(ctx, metric, value, 1);
  const head = ctx.t("short.score", { metric: metricName(metric), value: scoreText(ctx, metric, row(metric).value), low: say(row(metric).low), high: say(row(metric).high) });
  const change = row(`${metric}.change`);
  if (!change) return head;
  const clear = change.low > 0 || change.high < 0;
  const key = clear ? (change.value > 0 ? "short.up" : "short.down") : "short.same";
  return `${head} ${ctx.t(key, { change: changeText(ctx, metric, Math.abs(change.value)).replace("+", ""), before: scoreText(ctx, metric, row(`${metric}.before`).value) })}`;
}

/** Which theme is blamed most; two of them if chance may have set their order. */
function ofBlame(ctx, themes, comments) {
  const [first, second] = themes;
  if (!first?.negative) return null;
  const values = { theme: link(ctx, first.theme, "negative"), n: first.negative, share: ctx.format.percent(first.negative / comments, first.negative < 0.1 * comments ? 1 : 0) };
  const apart = !second?.negative || first.negative - second.negative > CLEAR * Math.sqrt(first.negative + second.negative);
  return apart ? compose(ctx, "short.blame", values) : compose(ctx, "short.blameTwo", { ...values, other: link(ctx, second.theme, "negative"), m: second.negative });
}

/** Which theme is blamed far more at one place than at the others of its kind. */
function ofPlace(ctx, themes, kinds) {
  const found = kinds.flatMap((places) => blamedAt(themes, places));
  const [best] = [...found].sort((one, other) => one.p - other.p);
  if (!best || best.p * found.length > ALPHA) return null; // however many cells are looked at
  const percent = (value) => ctx.format.percent(value, value < 0.1 ? 1 : 0);
  return compose(ctx, "short.place", {
    theme: h("a", { href: ctx.link("read", { mentioning: best.theme, mentioning_as: "negative", ...best.places.restrict(best.name) }) }, ctx.themeName(best.theme)),
    place: best.places.label(best.name), share: percent(best.share), rest: percent(best.rest),
  });
}

/** Where each theme is blamed, and how likely so much blame at one place is by chance. */
function blamedAt(themes, places) {
  const counts = new Map(places.rows.map((row) => [`${row.metric}\n${row.theme ?? ""}\n${row.segment ?? ""}`, row.value]));
  const count = (...key) => counts.get(key.join("\n")) ?? 0;
  const names = [...new Set(places.rows.map((row) => row.segment))].filter(Boolean);
  const all = names.reduce((sum, name) => sum + count("comments", "", name), 0);
  return themes.flatMap(({ theme }) => {
    const blamed = names.reduce((sum, name) => sum + count("negative", theme, name), 0);
    return names.map((name) => {
      const [n, there] = [count("comments", "", name), count("negative", theme, name)];
      const [share, rest] = [there / n, (blamed - there) / (all - n)];
      return { theme, name, places, share, rest, p: share > rest ? chance(there, n, blamed, all) : 1, enough: blamed >= ENOUGH && n > 0 && n < all };
    });
  }).filter(({ enough }) => enough);
}

/** How likely so many of a theme's comments or more fall into one place by chance alone (Fisher's exact test). */
function chance(there, n, blamed, all) {
  const choose = (from, taken) => logFactorial(from) - logFactorial(taken) - logFactorial(from - taken);
  const whole = choose(all, n);
  let sum = 0;
  for (let k = there; k <= Math.min(n, blamed); k += 1) {
    const term = Math.exp(choose(blamed, k) + choose(all - blamed, n - k) - whole);
    sum += term;
    if (term < 1e-9 * sum) break; // beyond its peak each term is smaller
  }
  return Math.min(1, sum);
}

/** ln(n!), by Stirling's series from 20 on. */
function logFactorial(n) {
  if (n >= 20) return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
  let sum = 0;
  for (let k = 2; k <= n; k += 1) sum += Math.log(k);
  return sum;
}

/** What goes with the lowest and the highest scores. */
function ofDrivers(ctx, found) {
  if (!found) return [];
  const clear = found.drivers.flatMap((driver) => (driver.reason === null && sideOf(driver.impacts.any) !== "unclear" ? [{ theme: driver.theme, ...driver.impacts.any }] : []));
  const ordered = clear.sort((one, other) => one.impact - other.impact);
  const metric = metricName(found.metric);
  if (!ordered.length) return [ctx.t("short.noDriver", { metric })];
  const digits = found.unit === "scale" ? 2 : 1;
  const say = (one) => compose(ctx, one.impact < 0 ? "short.lower" : "short.higher", {
    theme: link(ctx, one.theme), metric, value: ctx.format.number(Math.abs(one.impact), digits), unit: ctx.t(`unit.${found.unit}`),
    low: ctx.format.signed(one.low, digits), high: ctx.format.signed(one.high, digits),
  });
  const [first, last] = [ordered[0], ordered.at(-1)];
  return [first.impact < 0 && say(first), last.impact > 0 && say(last)].filter(Boolean);
}
