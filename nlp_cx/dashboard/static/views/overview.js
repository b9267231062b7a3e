// What the comments say, on one page: scores, themes, drivers, course, places. Every figure leads to its comments.
import { asTable, days, heatMap, impactVolume, intervals, legend, lineOverTime, POLARITIES, spark, stackedOverTime, themeBars, tips, withGaps } from "../charts.js";
import { h, icon, replace } from "../dom.js";
import { card, chip, choice, empty, notes, segmented, skeleton, tile, trouble } from "../parts/bits.js";
import { filterBar, shareButton, swapBar } from "../parts/filters.js";

const USUAL = ["nps", "csat", "ces", "stars"];
const INTERVALS = ["day", "week", "month", "quarter"];
const MOST_PLACES = 12;
const FIGURES = ["comments", "mentions", "share", "share_change", "negative", "neutral", "positive"];

export async function render(root, first) {
  let ctx = first;
  const dimensions = await ctx.api.get("/v1/dimensions", {}, { signal: ctx.signal });
  if (dimensions.comments === 0) {
    root.append(h("header.view-head", {}, h("h1", {}, ctx.t("title"))), empty({
      title: ctx.t("noneTitle"), text: ctx.t("noneText"), symbol: "overview",
      actions: [h("a.button.primary", { href: "#/upload" }, icon("upload"), h("span", {}, ctx.t("noneAction")))],
    }));
    return {};
  }
  const said = h("p.span-text", {});
  let bar = filterBar(ctx, { dimensions });
  const parts = [scoreTiles, themesPart, scatterPart, driversPart, trendPart, heatPart].map((make) => make(() => ctx, dimensions));
  const [tiles, themes, scatter, drivers, trend, heat] = parts.map((part) => part.root);
  const body = h("div.stack", {}, tiles, themes, h("div.grid", {}, scatter, drivers), trend, heat);
  const nothing = h("div", { hidden: true });
  root.append(
    h("header.view-head", {}, h("div", {}, h("h1", {}, ctx.t("title")), said), h("div.tools", {}, exportButton(() => ctx), shareButton(ctx))),
    bar, body, nothing);

  let shown = null;
  const last = new Last();
  const update = async (now) => {
    ctx = now;
    if (shown !== null) bar = swapBar(bar, filterBar(ctx, { dimensions }));
    const other = shown !== ctx.filters.query().toString();
    shown = ctx.filters.query().toString();
    const figures = last.ask(ctx, "/v1/summaries/themes", ctx.filters.query({ metric: FIGURES }));
    const driven = findDrivers(ctx, dimensions, last);
    if (other) {
      figures.then(({ rows }) => {
        if (now !== ctx) return;
        const n = rows.find((row) => row.metric === "comments")?.value ?? 0;
        said.textContent = told(now, dimensions, n);
        nothing.hidden = n > 0;
        body.hidden = n === 0;
        if (n === 0) {
          replace(nothing, empty({ title: now.t("filteredTitle"), text: now.t("filteredText"), symbol: "search",
            actions: [h("button.button.plain", { type: "button", onclick: () => now.go("overview", now.filters.without()) }, now.t("clearFilters"))] }));
        }
        now.announce(now.t("comments", { n }));
      }).catch(() => {}); // the parts tell
    }
    await Promise.all(parts.map((part) => part.load(now, { figures, driven })));
  };
  await update(first);
  return { update, leave: () => last.leave() };
}

/** Say how many comments are shown, and of when. */
function told(ctx, dimensions, n) {
  const comments = ctx.t("comments", { n });
  const first = ctx.filters.get("since") ?? dimensions.first;
  const last = ctx.filters.get("until") ?? dimensions.last;
  return first && last ? ctx.t("span", { comments, first: ctx.format.date(first), last: ctx.format.date(last) }) : comments;
}

function exportButton(now) {
  return h("button.button.plain.small", {
    type: "button",
    onclick: async () => {
      const ctx = now();
      try {
        await ctx.api.download("/v1/summaries/themes", ctx.filters.query({ format: "csv" }), { name: ctx.t("exportName") });
      } catch (error) {
        ctx.toast(error.message, { kind: "bad" });
      }
    },
  }, icon("download"), h("span", {}, now().t("export")));
}

/**
 * A part that loads by itself: grey lines at first, then its old content stays, dimmed, until the new one is there. It
 * loads when the filters or one of its own parameters changed.
 */
function part(root, { own = [], fetch, draw }) {
  const place = h("div", {}, skeleton(6));
  root.append(place);
  let known = null;
  const load = async (ctx, more) => {
    const mine = JSON.stringify([ctx.filters.query().toString(), ...own.map((name) => ctx.params.get(name))]);
    if (mine === known) return;
    place.classList.add("loading");
    place.setAttribute("aria-busy", "true");
    try {
      const found = await fetch(ctx, more);
      if (ctx.signal.aborted) return;
      known = mine;
      replace(place, draw(ctx, found));
    } catch (error) {
      if (error.name === "AbortError") return;
      known = null;
      replace(place, trouble(error, () => load(ctx, more)));
    }
    place.classList.remove("loading");
    place.removeAttribute("aria-busy");
  };
  return { root, load };
}

// --- scores ---

function scoreTiles(_, dimensions) {
  const place = h("div.tiles", {}, Array.from({ length: 4 }, () => h("div.tile", {}, skeleton(3))));
  let known = null;
  const load = async (ctx, more) => {
    const mine = ctx.filters.query().toString();
    if (mine === known) return;
    place.classList.add("loading");
    try {
      const get = (query) => ctx.api.get("/v1/scores", ctx.filters.query(query), { signal: ctx.signal });
      const [scores, { rows }] = await Promise.all([get({}), more.figures]);
      if (ctx.signal.aborted) return;
      const metrics = metricsOf(scores.rows);
      const sparks = metrics.map(() => h("div.spark-room"));
      replace(place, commentsTile(ctx, rows), metrics.map((metric, at) => scoreTile(ctx, metric, scores.rows, sparks[at], dimensions)));
      place.classList.remove("loading");
      known = mine;
      await more.driven.catch(() => {}); // the course is worth least: let the others go first
      const interval = coarse(ctx, dimensions);
      const course = dimensions.first && metrics.length > 0 ? await get({ interval }) : { rows: [] };
      metrics.forEach((metric, at) => replace(sparks[at], spark(withGaps(course.rows.filter((row) => row.metric === metric && row.theme === null), interval).map((row) => row.value ?? null))));
    } catch (error) {
      if (error.name === "AbortError") return;
      place.classList.remove("loading");
      replace(place, trouble(error, () => { known = null; load(ctx, more); }));
    }
  };
  return { root: place, load };
}

/** The metrics that have a headline, the usual ones first: nps, csat, "csat:Phòng ở", or nps.mean for want of one. */
function metricsOf(rows) {
  const names = new Set(rows.filter((row) => row.theme === null).map((row) => row.metric));
  const heads = [...names].filter((name) => !/\.(mean|promoters|passives|detractors|satisfied|easy|before|change|change_p|neutral|negative|positive)$/.test(name));
  const means = [...names].filter((name) => name.endsWith(".mean") && !names.has(name.slice(0, -5)));
  const order = (name) => { const at = USUAL.indexOf(name.split(/[.:( ]/)[0]); return at < 0 ? USUAL.length : at; };
  return [...heads, ...means].sort((one, other) => order(one) - order(other) || one.localeCompare(other));
}

function metricName(ctx, metric) {
  const [, kind, rest] = /^([^:. (]+)(.*)$/.exec(metric) ?? [null, metric, ""];
  const name = ctx.t(`metric.${kind}`);
  return (name === `metric.${kind}` ? kind : name) + rest.replace(/\.mean$/, "").replace(/^:/, ": ");
}

const base = (metric) => metric.replace(/ \(.*$/, "").replace(/\.mean$/, "");
const isPoints = (metric) => base(metric) === "nps" && !metric.endsWith(".mean");
const isPercent = (metric) => /^csat(:|$)/.test(base(metric)) && !metric.endsWith(".mean");

/** Write a score: NPS in points, CSAT in percent, others as a mean. */
function scoreText(ctx, metric, value, digits) {
  if (value === null || value === undefined) return "–";
  if (isPoints(metric)) return ctx.format.signed(value, digits ?? 0);
  return isPercent(metric) ? `${ctx.format.number(value, digits ?? 0)}%` : ctx.format.number(value, digits ?? 2);
}

function changeText(ctx, metric, value) {
  if (isPoints(metric) || isPercent(metric)) return ctx.format.signed(value, 1);
  return ctx.format.signed(value, 2);
}

function scoreTile(ctx, metric, rows, course, dimensions) {
  const found = (name) => rows.find((row) => row.metric === name && row.theme === null);
  const row = found(metric);
  const scale = dimensions.metrics.find((one) => one.metric === base(metric));
  const outOf = !isPoints(metric) && !isPercent(metric) && scale ? h("small", {}, ` / ${ctx.format.number(scale.max)}`) : null;
  const interval = row.low !== null ? ctx.t("interval", { low: scoreText(ctx, metric, row.low, 1), high: scoreText(ctx, metric, row.high, 1) }) : "";
  return tile({
    name: metricName(ctx, metric),
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

// --- themes ---

function themesPart(now) {
  const ctx = now();
  const sorts = ["mentions", "negative", "share"];
  const root = card({
    title: ctx.t("themes"), hint: ctx.t("themesHint"),
    tools: [choice({ label: ctx.t("sort"), value: ctx.params.get("sort") ?? "mentions", options: sorts.map((value) => ({ value, label: ctx.t(`sort.${value}`) })), choose: (value) => now().set({ sort: value === "mentions" ? null : value }, { replace: true }) })],
  }, legend(POLARITIES.map((key) => [key, ctx.t(key)])));
  return part(root, {
    own: ["sort"],
    fetch: (_, { figures }) => figures,
    draw: drawThemes,
  });
}

function drawThemes(ctx, { rows, notes: said }) {
  const themes = byTheme(rows);
  const measure = {
    mentions: (one) => one.mentions?.value ?? 0, negative: (one) => one.negative?.value ?? 0,
    share: (one) => (one.mentions?.value ? one.negative.value / one.mentions.value : -1),
  }[ctx.params.get("sort") ?? "mentions"] ?? ((one) => one.mentions?.value ?? 0);
  const named = [...themes].filter(([, one]) => (one.mentions?.value ?? 0) > 0).sort(([, one], [, other]) => measure(other) - measure(one));
  if (!named.length) return empty({ title: ctx.t("filteredTitle"), text: ctx.t("filteredText") });
  const bars = named.map(([theme, one]) => ({
    name: ctx.themeName(theme),
    href: ctx.link("read", { mentioning: theme, mentioning_as: null }),
    hrefs: Object.fromEntries(POLARITIES.map((key) => [key, ctx.link("read", { mentioning: theme, mentioning_as: key })])),
    ...Object.fromEntries(POLARITIES.map((key) => [key, one[key]?.value ?? 0])),
    label: ctx.t("shareLabel", { n: one.mentions.value, share: ctx.format.percent(one.share?.value, one.share?.value < 0.1 ? 1 : 0) }),
    note: shareChange(ctx, one.share_change),
  }));
  return [
    themeBars(bars, { names: Object.fromEntries(POLARITIES.map((key) => [key, ctx.t(key)])) }),
    notes(said, ctx.lang),
    asTable({
      caption: ctx.t("themes"), rows: named,
      columns: [
        { title: ctx.t("colTheme"), cell: ([theme]) => ctx.themeName(theme) },
        { title: ctx.t("colMentions"), number: true, cell: ([, one]) => ctx.format.number(one.mentions.value) },
        { title: ctx.t("colShare"), number: true, cell: ([, one]) => ctx.format.percent(one.share?.value, 1) },
        { title: ctx.t("colInterval"), number: true, cell: ([, one]) => ctx.t("interval", { low: ctx.format.percent(one.share?.low, 1), high: ctx.format.percent(one.share?.high, 1) }) },
        ...POLARITIES.map((key) => ({ title: ctx.t(key), number: true, cell: ([, one]) => ctx.format.number(one[key]?.value) })),
      ],
    }),
  ];
}

/** How a theme's share moved; whether that is good or bad cannot be said of a share. */
function shareChange(ctx, row) {
  if (!row || row.value === null) return null;
  const certain = row.low > 0 || row.high < 0;
  return h("span", { class: certain ? "delta" : "", title: ctx.t("shareChange", { value: ctx.format.points(row.value) }) }, `${row.value > 0 ? "▲" : "▼"} ${ctx.format.points(row.value)}`);
}

function byTheme(rows) {
  const themes = new Map();
  for (const row of rows) {
    if (row.theme === null) continue;
    if (!themes.has(row.theme)) themes.set(row.theme, {});
    themes.get(row.theme)[row.metric] = row;
  }
  return themes;
}

// --- drivers ---

/** The score that is explained: the chosen one, else the usual one that was asked. */
function chosenMetric(ctx, dimensions) {
  const asked = dimensions.metrics.map(({ metric }) => metric);
  return ctx.params.get("metric") ?? USUAL.find((metric) => asked.includes(metric)) ?? asked[0];
}

function findDrivers(ctx, dimensions, last) {
  const metric = chosenMetric(ctx, dimensions);
  return metric ? last.ask(ctx, "/v1/drivers", ctx.filters.query({ metric, resamples: 0 })) : Promise.resolve({ found: null, notes: [] });
}

/** The last answer to each question, for several parts show one; a new question gives up the one before. */
class Last {
  known = new Map();

  ask(ctx, path, query) {
    const key = String(query);
    let one = this.known.get(path);
    if (one?.key !== key) {
      one?.stop.abort();
      one = { key, stop: new AbortController() };
      one.promise = ctx.api.get(path, query, { signal: one.stop.signal });
      one.promise.catch(() => this.known.get(path) === one && this.known.delete(path)); // whoever shows it tells
      this.known.set(path, one);
    }
    return one.promise;
  }

  leave() {
    for (const { stop } of this.known.values()) stop.abort();
  }
}

function metricChoice(now, dimensions) {
  const ctx = now();
  const metrics = [...new Set(dimensions.metrics.map(({ metric }) => metric))];
  return metrics.length > 1 && choice({
    label: ctx.t("metric"), value: chosenMetric(ctx, dimensions), options: metrics.map((value) => ({ value, label: metricName(ctx, value) })),
    choose: (value) => now().set({ metric: value }, { replace: true }),
  });
}

/** Whether a theme goes with a worse or a better score, or cannot be told from chance over all themes; as in the report. */
function sideOf(impact) {
  if (impact.q === null || impact.q >= 0.05) return "unclear";
  return impact.impact > 0 === (impact.direction === "higher_is_better") ? "better" : "worse";
}

const GATE = 30;

function impactRows(ctx, found, mention) {
  return found.drivers.map((driver) => ({ driver, impact: driver.impacts[mention] }))
    .filter(({ impact }) => impact && impact.impact !== null)
    .map(({ driver, impact }) => ({
      theme: driver.theme, name: driver.name[ctx.lang], n: impact.n, share: impact.n / found.n, impact: impact.impact,
      value: impact.impact, low: impact.low, high: impact.high, side: sideOf(impact), reason: driver.reason, q: impact.q,
      href: ctx.link("read", { mentioning: driver.theme, mentioning_as: mention === "any" ? null : mention }),
      few: impact.n < GATE || driver.reason !== null,
      tip: ctx.t("impactTip", { name: driver.name[ctx.lang], value: ctx.format.signed(impact.impact, 2), low: ctx.format.signed(impact.low, 2), high: ctx.format.signed(impact.high, 2), n: impact.n }),
    }));
}

function axisOf(ctx, found) {
  return ctx.t("impactAxis", { metric: metricName(ctx, found.metric), unit: ctx.t(`unit.${found.unit}`) });
}

function scatterPart(now, dimensions) {
  const ctx = now();
  const root = card({ title: ctx.t("scatter"), hint: ctx.t("scatterHint") });
  const hint = root.querySelector(".hint");
  return part(root, {
    own: ["metric"],
    fetch: (_, { driven }) => driven,
    draw: (asked, { found }) => {
      hint.textContent = asked.t(found?.direction === "lower_is_better" ? "scatterHintLower" : "scatterHint");
      const rows = found ? impactRows(asked, found, "any").filter((row) => row.n > 0) : [];
      if (!rows.length) return noDrivers(asked);
      const clear = [...rows].sort((one, other) => Math.abs(other.impact) - Math.abs(one.impact));
      return [
        impactVolume(clear, { xAxis: asked.t("volumeAxis"), yAxis: axisOf(asked, found) }),
        sidesLegend(asked),
        asTable({ caption: asked.t("scatter"), rows: clear, columns: driverColumns(asked) }),
      ];
    },
  });
}

const sidesLegend = (ctx) => legend([["better round", ctx.t("better_side")], ["worse round", ctx.t("worse_side")], ["round", ctx.t("unclear_side")]]);

const driverColumns = (ctx) => [
  { title: ctx.t("colTheme"), cell: (row) => h("a", { href: row.href }, row.name) },
  { title: ctx.t("colMentions"), number: true, cell: (row) => ctx.format.number(row.n) },
  { title: ctx.t("colShare"), number: true, cell: (row) => ctx.format.percent(row.share, 1) },
  { title: ctx.t("colImpact"), number: true, cell: (row) => ctx.format.signed(row.impact, 2) },
  { title: ctx.t("colInterval"), number: true, cell: (row) => ctx.t("interval", { low: ctx.format.signed(row.low, 2), high: ctx.format.signed(row.high, 2) }) },
];

const noDrivers = (ctx) => empty({ title: ctx.t("noDrivers"), text: ctx.t("noDriversText") });

function driversPart(now, dimensions) {
  const ctx = now();
  const mention = () => now().params.get("mention") ?? "any";
  const root = card({
    title: ctx.t("drivers"), hint: ctx.t("driversHint", { metric: metricName(ctx, chosenMetric(ctx, dimensions) ?? "nps") }),
    tools: [
      metricChoice(now, dimensions),
      segmented({ label: ctx.t("mention"), value: mention(), options: ["any", "negative", "positive"].map((value) => ({ value, label: ctx.t(`mention.${value}`) })), choose: (value) => now().set({ mention: value === "any" ? null : value }, { replace: true }) }),
    ],
  });
  const hint = root.querySelector(".hint");
  return part(root, {
    own: ["metric", "mention"],
    fetch: (_, { driven }) => driven,
    draw: (asked, { found, notes: said }) => {
      if (!found) return [noDrivers(asked), notes(said, asked.lang)];
      hint.textContent = asked.t("driversHint", { metric: metricName(asked, found.metric) });
      const all = impactRows(asked, found, mention());
      const [rows, few] = [all.filter((row) => !row.few), all.filter((row) => row.few)];
      rows.sort((one, other) => one.impact - other.impact);
      return [
        rows.length ? intervals(rows.map((row) => ({ ...row, label: `${asked.format.signed(row.value, 1)} (${asked.format.signed(row.low, 1)}; ${asked.format.signed(row.high, 1)})` })), { axis: axisOf(asked, found) }) : noDrivers(asked),
        few.length > 0 && h("div.gated", {}, h("h3", {}, asked.t("gated")), h("ul", {}, few.sort((one, other) => other.n - one.n).map((row) =>
          h("li", {}, chip(asked.t("gatedOne", { name: row.name, n: row.n }), { href: row.href, title: row.reason?.[asked.lang] ?? "" }))))),
        notes(said, asked.lang),
        asTable({ caption: asked.t("drivers"), rows, columns: driverColumns(asked) }),
      ];
    },
  });
}

// --- over time ---

/** How long the shown period is, in days. */
function lengthOf(ctx, dimensions) {
  const first = new Date(ctx.filters.get("since") ?? dimensions.first);
  const last = new Date(ctx.filters.get("until") ?? dimensions.last);
  return Math.max(1, (last - first) / 86_400_000 + 1);
}

/** The bucket that suits the period: two or three dozen points. */
function coarse(ctx, dimensions) {
  const length = lengthOf(ctx, dimensions);
  return length <= 45 ? "day" : length <= 250 ? "week" : length <= 1500 ? "month" : "quarter";
}

function trendPart(now, dimensions) {
  const ctx = now();
  const metrics = [...new Set(dimensions.metrics.map(({ metric }) => metric))];
  const shown = () => now().params.get("trend") ?? "comments";
  const per = (asked) => (INTERVALS.includes(asked.params.get("bucket")) ? asked.params.get("bucket") : coarse(asked, dimensions));
  const select = h("select", { "aria-label": ctx.t("show"), onchange: (event) => now().set({ trend: event.target.value === "comments" ? null : event.target.value }, { replace: true }) },
    h("option", { value: "comments" }, ctx.t("trend.comments")),
    metrics.length > 0 && h("optgroup", { label: ctx.t("trend.groupScores") }, metrics.map((metric) => h("option", { value: `score:${metric}` }, metricName(ctx, metric)))),
    h("optgroup", { label: ctx.t("trend.groupThemes") }, ctx.themes().map((theme) => h("option", { value: `theme:${theme}` }, ctx.themeName(theme)))));
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
      if (kind === "score") return get("/v1/scores", { metric: rest.join(":") });
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

const longBucket = (ctx, bucket, interval) => (interval === "day" || interval === "week" ? (interval === "week" ? days(bucket, interval).map(ctx.format.date).join(" – ") : ctx.format.date(bucket)) : ctx.format.bucket(bucket));

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
  const label = kind === "theme" ? ctx.themeName(name) : metricName(ctx, metric);
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

// --- places ---

function heatPart(now, dimensions) {
  const ctx = now();
  const options = [
    ...(dimensions.stages.length ? [{ value: "stage", label: ctx.t("stage") }] : []),
    ...(dimensions.touchpoints.length ? [{ value: "touchpoint", label: ctx.t("touchpoint") }] : []),
    ...dimensions.segments.map(({ name }) => ({ value: `segment:${name}`, label: name })),
    ...(dimensions.languages.length > 1 ? [{ value: "language", label: ctx.t("language") }] : []),
  ];
  const by = () => now().params.get("by") ?? usualPlace(dimensions) ?? options[0]?.value;
  const root = card({
    title: ctx.t("heat"), hint: ctx.t("heatHint"),
    tools: [options.length > 1 && choice({ label: ctx.t("place"), value: by(), options, choose: (value) => now().set({ by: value }, { replace: true }) })],
  });
  return part(root, {
    own: ["by"],
    fetch: (asked) => by() && journey(asked, by()),
    draw: (asked, found) => (found?.rows.length ? drawHeat(asked, found, by()) : empty({ title: asked.t("noHeat"), text: asked.t("noHeatText") })),
  });
}

/** What places are compared unless somebody chooses: stages, else touchpoints, else the segment that most comments have. */
function usualPlace({ stages, touchpoints, segments }) {
  if (stages.length > 1) return "stage";
  if (touchpoints.length > 1) return "touchpoint";
  const size = ({ values }) => (values.length > 1 && values.length <= MOST_PLACES ? values.reduce((sum, { comments }) => sum + comments, 0) : 0);
  const [best] = [...segments].sort((one, other) => size(other) - size(one));
  return best && `segment:${best.name}`;
}

/** Ask for the table of places: stages, touchpoints and segments in the order of a journey, languages by size. */
function journey(ctx, by) {
  const metric = ["comments", "mentions", "share", "net_sentiment"];
  return ctx.api.get("/v1/summaries/segments", ctx.filters.query({ by, metric, most: MOST_PLACES }), { signal: ctx.signal });
}

function drawHeat(ctx, { rows, notes: said }, by) {
  const cells = new Map();
  const [places, mentions] = [new Map(), new Map()];
  for (const row of rows) {
    if (row.segment === null) continue;
    if (row.theme === null) {
      if (row.metric === "comments") places.set(row.segment, row.value);
      continue;
    }
    const key = `${row.theme}\n${row.segment}`;
    if (!cells.has(key)) cells.set(key, {});
    cells.get(key)[row.metric] = row;
    if (row.metric === "mentions") mentions.set(row.theme, (mentions.get(row.theme) ?? 0) + row.value);
  }
  const shown = [...places].slice(0, MOST_PLACES).map(([name, n]) => ({ name, n, label: placeName(ctx, by, name), note: ctx.format.number(n) }));
  const themes = [...mentions].filter(([, n]) => n > 0).sort(([, one], [, other]) => other - one).map(([theme]) => ({ theme, name: ctx.themeName(theme), href: ctx.link("read", { mentioning: theme, mentioning_as: null }) }));
  if (!shown.length || !themes.length) return empty({ title: ctx.t("noHeat"), text: ctx.t("noHeatText") });
  const restrict = (place) => (by.startsWith("segment:") ? { segment: [...ctx.filters.all("segment").filter((one) => !one.startsWith(`${by.slice(8)}=`)), `${by.slice(8)}=${place.name}`] } : { [by]: place.name });
  return [
    heatMap({
      places: shown, themes, caption: ctx.t("heat"), corner: ctx.t("theme"),
      cell: (theme, place) => {
        const one = cells.get(`${theme.theme}\n${place.name}`);
        const n = one?.mentions?.value ?? 0;
        if (!n) return null;
        const net = one.net_sentiment?.value ?? 0;
        const share = ctx.format.percent(one.share?.value, one.share?.value < 0.1 ? 1 : 0);
        return {
          net, label: share, faint: n < 10, href: ctx.link("read", { mentioning: theme.theme, mentioning_as: null, ...restrict(place) }),
          tip: ctx.t("heatTip", { theme: theme.name, place: place.label, n, share, net: ctx.format.signed(100 * net, 0) }),
        };
      },
    }),
    h("div.heat-scale", {}, h("span", {}, ctx.t("blame")), h("i", { "aria-hidden": "true" }), h("span", {}, ctx.t("praise"))),
    notes(said, ctx.lang),
  ];
}

function placeName(ctx, by, name) {
  if (by === "stage") return ctx.stageName(name);
  return by === "language" ? ctx.t(`language.${name}`) : name || ctx.t("unnamed");
}
