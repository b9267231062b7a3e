// What the comments say, on one page: scores, themes, drivers, course, places. Every figure leads to its comments.
import { h, icon, replace } from "../dom.js";
import { changePart } from "../overview/change.js";
import { driversPart, findDrivers, scatterPart } from "../overview/drivers.js";
import { Last } from "../overview/part.js";
import { findPlaces, heatPart } from "../overview/places.js";
import { scoreTiles } from "../overview/scores.js";
import { shortPart } from "../overview/short.js";
import { themesPart } from "../overview/themes.js";
import { trendPart } from "../overview/trend.js";
import { empty } from "../parts/bits.js";
import { filterBar, findDimensions, otherFiles, shareButton, swapBar } from "../parts/filters.js";

const FIGURES = ["comments", "mentions", "share", "share_change", "negative", "neutral", "positive"];

export async function render(root, first) {
  let ctx = first;
  const dimensions = await findDimensions(ctx);
  if (dimensions.everything === 0) {
    root.append(h("header.view-head", {}, h("h1", {}, ctx.t("title"))), empty({
      title: ctx.t("noneTitle"), text: ctx.t("noneText"), symbol: "overview", level: 2,
      actions: [h("a.button.primary", { href: "#/upload" }, icon("upload"), h("span", {}, ctx.t("noneAction")))],
    }));
    return {};
  }
  const said = h("p.span-text", {});
  let bar = filterBar(ctx, { dimensions });
  const parts = [scoreTiles, shortPart, themesPart, scatterPart, driversPart, changePart, trendPart, heatPart].map((make) => make(() => ctx, dimensions));
  const [tiles, short, themes, scatter, drivers, change, trend, heat] = parts.map((part) => part.root);
  const body = h("div.stack", {}, tiles, short, themes, dimensions.metrics.length > 0 && h("div.grid", {}, scatter, drivers), change, trend, heat);
  const nothing = h("div", { hidden: true });
  root.append(
    h("header.view-head", {}, h("div", {}, h("h1", {}, ctx.t("title")), said), h("div.tools", {}, exportButton(() => ctx), shareButton(ctx))),
    bar, body, nothing);

  let shown = null;
  const last = new Last();
  const update = async (now) => {
    if (otherFiles(now, ctx)) return now.refresh();
    ctx = now;
    if (shown !== null) bar = swapBar(bar, filterBar(ctx, { dimensions }));
    const other = shown !== ctx.filters.query().toString();
    shown = ctx.filters.query().toString();
    const figures = last.ask(ctx, "/v1/summaries/themes", ctx.filters.query({ metric: FIGURES }));
    const scores = last.ask(ctx, "/v1/scores", ctx.filters.query({ base: "respondents" })); // who scores and writes nothing counts
    const driven = findDrivers(ctx, last, scores);
    const places = findPlaces(ctx, dimensions, last);
    for (const one of [driven, places]) one.catch(() => {}); // the parts that show it tell
    if (other) {
      Promise.all([figures, last.ask(ctx, "/v1/dimensions", ctx.filters.query())]).then(([{ rows }, span]) => {
        if (now !== ctx) return;
        const n = rows.find((row) => row.metric === "comments")?.value ?? 0;
        said.textContent = told(now, span, n);
        nothing.hidden = n > 0;
        body.hidden = n === 0;
        if (n === 0) {
          replace(nothing, empty({ title: now.t("filteredTitle"), text: now.t("filteredText"), symbol: "search", level: 2,
            actions: [h("button.button.plain", { type: "button", onclick: () => now.go("overview", now.filters.without()) }, now.t("clearFilters"))] }));
        }
        now.announce(now.t("comments", { n }));
      }).catch(() => {}); // the parts tell
    }
    return Promise.all(parts.map((part) => part.load(now, { last, figures, scores, driven, places })));
  };
  await update(first);
  return { update, leave: () => last.leave() };
}

/** Say how many comments are shown, and of when. */
function told({ t, format }, { first, last }, n) {
  const comments = t("comments", { n });
  return first && n > 0 ? t("span", { comments, first: format.date(first), last: format.date(last) }) : comments;
}

function exportButton(now) {
  return h("button.button.plain.small", {
    type: "button",
    onclick: async () => {
      const ctx = now();
      try {
        await ctx.api.download("/v1/summaries/themes", ctx.filters.query({ format: "csv" }), { name: ctx.t("exportName") });
      } catch (error) {
        ctx.fail(error);
      }
    },
  }, icon("download"), h("span", {}, now().t("export")));
}
