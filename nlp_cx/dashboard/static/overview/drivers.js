// What goes with a score: impact against volume, and impacts with their intervals.
import { asTable, impactVolume, intervals, legend } from "../charts.js";
import { h } from "../dom.js";
import { card, chip, choice, empty, notes, segmented } from "../parts/bits.js";
import { base, chosenMetric, metricsOf } from "./metrics.js";
import { metricName } from "../words.js";
import { part } from "./part.js";

const GATE = 30; // mentions that it takes to say something

/** Ask for the drivers of the chosen score, else of the usual one that these comments have. */
export async function findDrivers(ctx, last, scores) {
  const { rows } = await scores;
  const metric = chosenMetric(ctx, metricsOf(rows).map((name) => ({ metric: base(name), answers: rows.find((row) => row.metric === name && row.theme === null).n })));
  if (!metric) return { found: null, notes: [] };
  ctx.signal.throwIfAborted();
  return last.ask(ctx, "/v1/drivers", ctx.filters.query({ metric, resamples: 0 }));
}

function metricChoice(now, dimensions) {
  const ctx = now();
  const metrics = [...new Set(dimensions.metrics.map(({ metric }) => metric))];
  return metrics.length > 1 && choice({
    label: ctx.t("metric"), value: chosenMetric(ctx, dimensions.metrics), options: metrics.map((value) => ({ value, label: metricName(value) })),
    choose: (value) => now().set({ metric: value }, { replace: true }),
  });
}

/** Whether a theme goes with a worse or a better score, or cannot be told from chance over all themes; as in the report. */
export function sideOf(impact) {
  if (impact.q === null || impact.q >= 0.05) return "unclear";
  return impact.impact > 0 === (impact.direction === "higher_is_better") ? "better" : "worse";
}

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
  return ctx.t("impactAxis", { metric: metricName(found.metric), unit: ctx.t(`unit.${found.unit}`) });
}

export function scatterPart(now, dimensions) {
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

const sidesLegend = (ctx) => legend([["better round", ctx.t("better_side")], ["worse round", ctx.t("worse_side")], ["unclear round", ctx.t("unclear_side")], ["few round", ctx.t("few_side", { n: GATE })]]);

const driverColumns = (ctx) => [
  { title: ctx.t("colTheme"), cell: (row) => h("a", { href: row.href }, row.name) },
  { title: ctx.t("colMentions"), number: true, cell: (row) => ctx.format.number(row.n) },
  { title: ctx.t("colShare"), number: true, cell: (row) => ctx.format.percent(row.share, 1) },
  { title: ctx.t("colImpact"), number: true, cell: (row) => ctx.format.signed(row.impact, 2) },
  { title: ctx.t("colInterval"), number: true, cell: (row) => ctx.t("interval", { low: ctx.format.signed(row.low, 2), high: ctx.format.signed(row.high, 2) }) },
];

const noDrivers = (ctx) => empty({ title: ctx.t("noDrivers"), text: ctx.t("noDriversText") });

export function driversPart(now, dimensions) {
  const ctx = now();
  const mention = () => now().params.get("mention") ?? "any";
  const root = card({
    title: ctx.t("drivers"), hint: ctx.t("driversHint", { metric: metricName(chosenMetric(ctx, dimensions.metrics) ?? "nps") }),
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
      hint.textContent = asked.t("driversHint", { metric: metricName(found.metric) });
      const select = root.querySelector("select");
      if (select) select.value = found.metric;
      const all = impactRows(asked, found, mention());
      const [rows, few] = [all.filter((row) => !row.few), all.filter((row) => row.few)];
      rows.sort((one, other) => one.impact - other.impact);
      const say = (value) => asked.format.signed(value, found.unit === "scale" ? 2 : 1);
      return [
        rows.length ? intervals(rows.map((row) => ({ ...row, label: `${say(row.value)} (${say(row.low)}; ${say(row.high)})` })), { axis: axisOf(asked, found) }) : noDrivers(asked),
        few.length > 0 && h("div.gated", {}, h("h3", {}, asked.t("gated", { n: GATE })), h("ul", {}, few.sort((one, other) => other.n - one.n).map((row) =>
          h("li", {}, chip(asked.t("gatedOne", { name: row.name, n: row.n }), { href: row.href, title: row.reason?.[asked.lang] ?? "" }),
            row.n >= GATE && row.reason && h("span.hint", {}, ` ${row.reason[asked.lang]}`))))),
        notes(said, asked.lang),
        asTable({ caption: asked.t("drivers"), rows, columns: driverColumns(asked) }),
      ];
    },
  });
}
