// The course of comments, scores and themes.
import { asTable, days, legend, lineOverTime, POLARITIES, stackedOverTime, withGaps } from "../charts.js";
import { h, replace } from "../dom.js";
import { card, empty, notes, segmented } from "../parts/bits.js";
import { isPercent, isPoints, metricsOf, scoreText } from "./metrics.js";
import { metricName } from "../words.js";
import { part } from "./part.js";
import { coarse, INTERVALS, longBucket } from "./periods.js";

export function trendPart(now, dimensions) {
  const ctx = now();
  const metrics = [...new Set(dimensions.metrics.map(({ metric }) => metric))];
  const shown = () => now().params.get("trend") ?? "comments";
  const per = (asked) => (INTERVALS.includes(asked.params.get("bucket")) ? asked.params.get("bucket") : coarse(asked, dimensions));
  const select = h("select", { "aria-label": ctx.t("show"), onchange: (event) => now().set({ trend: event.target.value === "comments" ? null : event.target.value }, { replace: true }) },
    h("option", { value: "comments" }, ctx.t("trend.comments")),
    metrics.length > 0 && h("optgroup", { label: ctx.t("trend.groupScores") }, metrics.map((metric) => h("option", { value: `score:${metric}` }, metricName(metric)))),
    h("optgroup", { label: ctx.t("trend.groupThemes") }, dimensions.themes.map(({ value: theme }) => h("option", { value: `theme:${theme}` }, ctx.themeName(theme)))));
  select.value = shown();
  const buckets = h("span", {});
  const root = card({ title: ctx.t("trend"), hint: ctx.t("trendHint"), tools: [h("div.choice", {}, select), buckets] });
  return part(root, {
    own: ["trend", "bucket"],
    fetch: (asked) => {
      if (!dimensions.first) return null;
      const interval = per(asked);
      replace(buckets, segmented({ label: asked.t("per"), value: interval, options: INTERVALS.map((value) => ({ value, label: asked.t(`bucket.${value}`) })), choose: (value) => now().set({ bucket: value }, { replace: true }) }));
      const [kind, ...rest] = shown().split(":");
      const get = (path, more) => asked.api.get(path, asked.filters.query({ interval, ...more }), { signal: asked.signal });
      if (kind === "score") return get("/v1/scores", { metric: rest.join(":"), base: "respondents" });
      if (kind === "theme") return get("/v1/summaries/trend", { theme: rest.join(":"), metric: "share" });
      return get("/v1/summaries/trend", { by: "sentiment", metric: "comments" });
    },
    draw: (asked, found) => {
      if (!found?.rows.length) return empty({ title: asked.t("noTrend"), text: asked.t("noTrendText") });
      const [kind, ...rest] = shown().split(":");
      return kind === "comments" ? drawVolume(asked, found, per(asked)) : drawLine(asked, found, per(asked), kind, rest.join(":"));
    },
  });
}

function drawVolume(ctx, { rows, notes: said }, interval) {
  const buckets = new Map();
  for (const row of rows) {
    if (!buckets.has(row.bucket)) buckets.set(row.bucket, { bucket: row.bucket });
    if (POLARITIES.includes(row.segment)) buckets.get(row.bucket)[row.segment] = row.value;
  }
  const filled = withGaps([...buckets.values()], interval).map((row) => {
    const count = Object.fromEntries(POLARITIES.map((key) => [key, row[key] ?? 0]));
    const [since, until] = days(row.bucket, interval);
    return {
      ...row, ...count, href: POLARITIES.some((key) => count[key]) ? ctx.link("read", { since, until }) : null,
      tip: ctx.t("bucketTip", { bucket: longBucket(ctx, row.bucket, interval), ...count }),
    };
  });
  return [
    stackedOverTime(filled, { label: ctx.t("trend.comments") }), legend(POLARITIES.map((key) => [key, ctx.t(key)])), notes(said, ctx.lang),
    asTable({ caption: ctx.t("trend.comments"), rows: filled.filter((row) => row.href), columns: [
      { title: ctx.t("colPeriod"), cell: (row) => h("a", { href: row.href }, longBucket(ctx, row.bucket, interval)) },
      ...POLARITIES.map((key) => ({ title: ctx.t(key), number: true, cell: (row) => ctx.format.number(row[key]) })),
    ] }),
  ];
}

function drawLine(ctx, { rows, notes: said }, interval, kind, name) {
  const metric = kind === "score" ? metricsOf(rows)[0] : "share";
  const say = kind === "theme" ? (value, digits = 1) => ctx.format.percent(value, digits) : (value, digits) => scoreText(ctx, metric, value, digits ?? (isPoints(metric) || isPercent(metric) ? 1 : 2));
  const mine = rows.filter((row) => row.metric === metric);
  const filled = withGaps(mine, interval).map((row) => {
    const [since, until] = days(row.bucket, interval);
    const told = { bucket: longBucket(ctx, row.bucket, interval), value: say(row.value), low: say(row.low), high: say(row.high), n: row.n ?? 0 };
    return { ...row, href: ctx.link("read", { since, until, ...(kind === "theme" ? { mentioning: name, mentioning_as: null } : {}) }), tip: ctx.t(row.low === null || row.low === undefined ? "lineTipPlain" : "lineTip", told) };
  });
  if (!filled.some((row) => row.value !== null && row.value !== undefined)) return empty({ title: ctx.t("filteredTitle"), text: ctx.t("filteredText") });
  const label = kind === "theme" ? ctx.themeName(name) : metricName(metric);
  return [
    lineOverTime(filled, { label, say, digits: kind === "score" && !isPoints(metric) && !isPercent(metric) ? 1 : 0 }), notes(said, ctx.lang),
    asTable({ caption: label, rows: filled.filter((row) => row.value !== undefined), columns: [
      { title: ctx.t("colPeriod"), cell: (row) => h("a", { href: row.href }, longBucket(ctx, row.bucket, interval)) },
      { title: ctx.t("colValue"), number: true, cell: (row) => say(row.value) },
      { title: ctx.t("colInterval"), number: true, cell: (row) => (row.low === null ? "–" : ctx.t("interval", { low: say(row.low), high: say(row.high) })) },
      { title: ctx.t("colN"), number: true, cell: (row) => ctx.format.number(row.n) },
    ] }),
  ];
}
