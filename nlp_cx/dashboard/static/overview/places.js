// Themes by where they arise: stages of the journey, touchpoints, segments.
import { heatMap } from "../charts.js";
import { h } from "../dom.js";
import { card, choice, empty, notes } from "../parts/bits.js";
import { ofSegment } from "../state.js";
import { chosenMetric, scoreText } from "./metrics.js";
import { metricName, segmentName } from "../words.js";
import { part } from "./part.js";

const MOST_PLACES = 12;
const MOST_KINDS = 4; // kinds of places that are looked through, beside the one that is shown

export function heatPart(now, dimensions) {
  const ctx = now();
  const options = [
    ...(dimensions.stages.length ? [{ value: "stage", label: ctx.t("stage") }] : []),
    ...(dimensions.touchpoints.length ? [{ value: "touchpoint", label: ctx.t("touchpoint") }] : []),
    ...dimensions.segments.map(({ name }) => ({ value: `segment:${name}`, label: segmentName(name) })),
    ...(dimensions.languages.length > 1 ? [{ value: "language", label: ctx.t("language") }] : []),
  ];
  const root = card({
    title: ctx.t("heat"), hint: ctx.t("heatHint"),
    tools: [options.length > 1 && choice({ label: ctx.t("place"), value: chosenPlace(ctx, dimensions), options, choose: (value) => now().set({ by: value }, { replace: true }) })],
  });
  return part(root, {
    own: ["by", "metric"],
    fetch: (_, { places }) => places,
    draw: (asked, found) => (found?.rows.length ? drawHeat(asked, found) : empty({ title: asked.t("noHeat"), text: asked.t("noHeatText") })),
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

/** What is compared: the chosen kind of place, else the usual one. */
function chosenPlace(ctx, dimensions) {
  return ctx.params.get("by") ?? usualPlace(dimensions) ?? (dimensions.segments.length ? `segment:${dimensions.segments[0].name}` : null) ?? (dimensions.languages.length > 1 ? "language" : null);
}

/** Ask for the table of places; the answer knows their names and how to filter by them. Null if there is no such kind. */
export async function findPlaces(ctx, dimensions, last) {
  const by = chosenPlace(ctx, dimensions);
  return by && askPlaces(ctx, dimensions, by, (query) => last.ask(ctx, "/v1/summaries/journey", query));
}

/** Ask for the tables of the other kinds of places, so that what stands out at one is seen whatever table is shown. */
export function findOtherPlaces(ctx, dimensions, last, after) {
  const sizes = [["stage", dimensions.stages], ["touchpoint", dimensions.touchpoints], ...dimensions.segments.map(({ name, values }) => [`segment:${name}`, values])];
  const kinds = sizes.filter(([by, values]) => by !== chosenPlace(ctx, dimensions) && values.length > 1 && values.length <= MOST_PLACES).slice(0, MOST_KINDS);
  return Promise.all(kinds.map(([by]) => askPlaces(ctx, dimensions, by, (query) => last.ask(ctx, "/v1/summaries/journey", query, { after, slot: by }))));
}

async function askPlaces(ctx, dimensions, by, ask) {
  const metric = ["comments", "mentions", "share", "net_sentiment", "negative"];
  const measure = chosenMetric(ctx, dimensions.metrics) ?? "nps";
  const found = await ask(ctx.filters.query({ by, metric, measure, most: MOST_PLACES }));
  const name = by.slice("segment:".length);
  return {
    ...found,
    measure,
    label: (place) => placeName(ctx, by, place),
    restrict: (place) => (by.startsWith("segment:")
      ? { segment: [...ctx.filters.all("segment").filter((one) => !one.startsWith(ofSegment(name))), ofSegment(name) + place] } : { [by]: place }),
  };
}

function drawHeat(ctx, { rows, notes: said, measure, label, restrict }) {
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
  const shown = [...places].slice(0, MOST_PLACES).map(([name, n]) => ({ name, n, label: label(name), note: ctx.format.number(n) }));
  const themes = [...mentions].filter(([, n]) => n > 0).sort(([, one], [, other]) => other - one).map(([theme]) => ({ theme, name: ctx.themeName(theme), href: ctx.link("read", { mentioning: theme, mentioning_as: null }) }));
  if (!shown.length || !themes.length) return empty({ title: ctx.t("noHeat"), text: ctx.t("noHeatText") });
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
          net, label: share, faint: n < 10, href: ctx.link("read", { mentioning: theme.theme, mentioning_as: null, ...restrict(place.name) }),
          tip: [ctx.t("heatTip", { theme: theme.name, place: place.label, n, share, net: ctx.format.signed(100 * net, 0) }), scoreOf(ctx, one[measure])].filter(Boolean).join("\n"),
        };
      },
    }),
    h("div.heat-scale", {}, h("span", {}, ctx.t("blame")), h("i", { "aria-hidden": "true" }), h("span", {}, ctx.t("praise"))),
    notes(said, ctx.lang),
  ];
}

/** The score of those who mention a theme at a place. */
function scoreOf(ctx, row) {
  return row && ctx.t("heatScore", { metric: metricName(row.metric), value: scoreText(ctx, row.metric, row.value), n: row.n });
}

function placeName(ctx, by, name) {
  if (by === "stage") return ctx.stageName(name);
  return by === "language" ? ctx.t(`language.${name}`) : name || ctx.t("unnamed");
}
