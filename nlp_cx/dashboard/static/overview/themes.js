// The themes as bars, split by how they are judged.
import { asTable, legend, POLARITIES, themeBars } from "../charts.js";
import { h } from "../dom.js";
import { card, choice, empty, notes } from "../parts/bits.js";
import { part } from "./part.js";

export function themesPart(now) {
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

/** The figures of each theme by metric. */
export function byTheme(rows) {
  const themes = new Map();
  for (const row of rows) {
    if (row.theme === null) continue;
    if (!themes.has(row.theme)) themes.set(row.theme, {});
    themes.get(row.theme)[row.metric] = row;
  }
  return themes;
}
