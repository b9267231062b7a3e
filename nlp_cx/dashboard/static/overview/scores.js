// The tiles: how many comments, and each score with its interval, its change and its course.
import { POLARITIES, spark, tips, withGaps } from "../charts.js";
import { h, replace } from "../dom.js";
import { skeleton, tile, trouble } from "../parts/bits.js";
import { base, changeText, isPercent, isPoints, metricsOf, scoreText } from "./metrics.js";
import { metricName } from "../words.js";
import { coarse } from "./periods.js";

export function scoreTiles(now, dimensions) {
  const place = h("div.tiles", {}, Array.from({ length: 4 }, () => h("div.tile", {}, skeleton(3))));
  let known = null;
  const load = async (ctx, more) => {
    const mine = ctx.filters.query().toString();
    place.classList.remove("loading");
    if (mine === known) return;
    place.classList.add("loading");
    try {
      const [scores, { rows }] = await Promise.all([more.scores, more.figures]);
      if (ctx.filters.query().toString() !== now().filters.query().toString()) return;
      const metrics = metricsOf(scores.rows);
      const sparks = metrics.map(() => h("div.spark-room"));
      replace(place, commentsTile(ctx, rows), metrics.map((metric, at) => scoreTile(ctx, metric, scores.rows, sparks[at], dimensions)));
      place.classList.remove("loading");
      known = mine;
      await more.driven.catch(() => {}); // the course is worth least: let the others go first
      const interval = coarse(ctx, dimensions);
      const course = dimensions.first && metrics.length > 0 ? await more.last.ask(ctx, "/v1/scores", ctx.filters.query({ interval, base: "respondents" }), { slot: "course" }) : { rows: [] };
      metrics.forEach((metric, at) => replace(sparks[at], spark(withGaps(course.rows.filter((row) => row.metric === metric && row.theme === null), interval).map((row) => row.value ?? null))));
    } catch (error) {
      if (error.name === "AbortError") return;
      place.classList.remove("loading");
      replace(place, trouble(error, () => ctx.refresh()));
    }
  };
  return { root: place, load };
}

function scoreTile(ctx, metric, rows, course, dimensions) {
  const found = (name) => rows.find((row) => row.metric === name && row.theme === null);
  const row = found(metric);
  const scale = dimensions.metrics.find((one) => one.metric === base(metric));
  const outOf = !isPoints(metric) && !isPercent(metric) && scale ? h("small", {}, ` / ${ctx.format.number(scale.max)}`) : null;
  const interval = row.low !== null ? ctx.t("interval", { low: scoreText(ctx, metric, row.low, 1), high: scoreText(ctx, metric, row.high, 1) }) : "";
  return tile({
    name: metricName(metric),
    value: [scoreText(ctx, metric, row.value), outOf],
    note: [interval, ctx.t("answers", { n: row.n })].filter(Boolean).join(" · "),
    foot: [
      changeLine(ctx, metric, found(`${metric}.change`), scale),
      isPoints(metric) ? mix(ctx, found, metric) : course,
    ],
  });
}

/** How the score moved since the period before, and whether that may be chance. */
function changeLine(ctx, metric, row, scale) {
  if (!row || row.value === null) return null;
  const better = row.value > 0 === (scale?.direction !== "lower_is_better");
  const certain = row.low === null || row.low > 0 || row.high < 0;
  return h("p.tile-change", {}, h(`span.delta.${certain ? (better ? "good" : "bad") : ""}`, {}, ctx.t("change", { value: `${row.value > 0 ? "▲" : row.value < 0 ? "▼" : ""} ${changeText(ctx, metric, row.value)}` })),
    !certain && h("span.hint", {}, ` (${ctx.t("unsure")})`));
}

function mix(ctx, found, metric) {
  const groups = [["detractors", "negative", "0..6"], ["passives", "neutral", "7..8"], ["promoters", "positive", "9..10"]];
  if (!found(`${metric}.promoters`)) return null;
  const share = (group) => found(`${metric}.${group}`)?.value ?? 0;
  return tips(h("div", {},
    h("div.mix", {}, groups.map(([group, kind, band]) => share(group) > 0 && h(`a.${kind}`, {
      href: ctx.link("read", { score: [...ctx.filters.all("score"), `${base(metric)}:${band}`] }), style: { "flex-grow": share(group) },
      "aria-label": ctx.t(group, { value: ctx.format.percent(share(group)) }), "data-tip": ctx.t(group, { value: ctx.format.percent(share(group)) }),
    }))),
    h("div.mix-names", { "aria-hidden": "true" }, h("span", {}, ctx.format.percent(share("detractors"))), h("span", {}, ctx.format.percent(share("promoters"))))));
}

function commentsTile(ctx, rows) {
  const count = (key) => rows.find((row) => row.theme === null && row.metric === key)?.value ?? 0;
  const judged = POLARITIES.reduce((sum, key) => sum + count(key), 0);
  return tile({
    name: ctx.t("commentsTile"),
    value: ctx.format.number(count("comments")),
    note: judged ? ctx.t("net", { value: ctx.format.signed((100 * (count("positive") - count("negative"))) / judged, 0) }) : null,
    foot: judged > 0 && tips(h("div", {},
      h("div.mix", {}, POLARITIES.map((key) => count(key) > 0 && h(`a.${key}`, {
        href: ctx.link("read", { sentiment: key }), style: { "flex-grow": count(key) },
        "aria-label": `${ctx.t(key)}: ${ctx.format.number(count(key))}`, "data-tip": `${ctx.t(key)}: ${ctx.format.number(count(key))} (${ctx.format.percent(count(key) / judged)})`,
      }))),
      h("div.mix-names", { "aria-hidden": "true" }, h("span", {}, ctx.format.percent(count("negative") / judged)), h("span", {}, ctx.format.percent(count("positive") / judged))))),
  });
}
