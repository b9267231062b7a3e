// Where the change of a score sits, against the period before: what is talked about, and how those who do score.
import { asTable, legend, mixBars } from "../charts.js";
import { h, replace } from "../dom.js";
import { card, notes, trouble } from "../parts/bits.js";
import { changeText, chosenMetric } from "./metrics.js";
import { metricName } from "../words.js";

const MOST = 8; // themes that are shown

/** A card that is there only if a period is chosen and its score differs from the one before beyond chance. */
export function changePart(_, dimensions) {
  const root = h("div", { hidden: true });
  let known = null;
  const load = async (ctx, { last, driven }) => {
    const closed = ctx.filters.has("since") && ctx.filters.has("until") && dimensions.metrics.length > 0;
    const mine = closed ? JSON.stringify([ctx.filters.query().toString(), ctx.params.get("metric")]) : null;
    if (mine === known) return;
    known = mine;
    if (!closed) {
      root.hidden = true;
      return;
    }
    try {
      const metric = (await driven.catch(() => null))?.found?.metric ?? chosenMetric(ctx, dimensions.metrics);
      const found = await last.ask(ctx, "/v1/summaries/mix", ctx.filters.query({ metric }));
      if (known !== mine) return;
      const shown = draw(ctx, metric, found);
      root.hidden = !shown;
      replace(root, shown);
    } catch (error) {
      if (known === mine) known = null;
      if (error.name === "AbortError") return;
      root.hidden = false;
      replace(root, trouble(error, () => ctx.refresh()));
    }
  };
  return { root, load };
}

function draw(ctx, metric, { rows, notes: said }) {
  const row = (theme, name) => rows.find((one) => one.theme === theme && one.metric.endsWith(`.${name}`));
  const change = row(null, "change");
  if (!change || change.value === null || !(change.low > 0 || change.high < 0)) return null;
  const say = (value) => changeText(ctx, metric, value);
  const themes = [...new Set(rows.map((one) => one.theme).filter((theme) => theme !== null))].map((theme) => {
    const [mix, rate] = [row(theme, "mix")?.value ?? 0, row(theme, "rate")?.value ?? 0];
    const share = (name) => ctx.format.percent(row(theme, name)?.value ?? 0, 1);
    const name = theme === "none" ? ctx.t("mix.none") : ctx.themeName(theme);
    return {
      theme, name, mix, rate, total: mix + rate, label: say(mix + rate),
      href: theme === "none" ? ctx.link("read", { standing: "none" }) : ctx.link("read", { mentioning: theme, mentioning_as: null }),
      tip: ctx.t("mix.tip", { name, mix: say(mix), rate: say(rate), before: share("share_before"), after: share("share_after") }),
    };
  }).sort((one, other) => Math.abs(other.total) - Math.abs(one.total));
  const shown = themes.slice(0, MOST);
  const name = metricName(metric);
  return card({
    title: ctx.t("mix.title", { metric: name }),
    hint: ctx.t("mix.text", { change: say(change.value), mix: say(row(null, "mix").value), rate: say(row(null, "rate").value) }),
  },
  legend([["by-mix", ctx.t("mix.mix")], ["by-rate", ctx.t("mix.rate")]]),
  mixBars(shown, { axis: ctx.t("mix.axis", { metric: name }) }),
  notes(said, ctx.lang),
  asTable({
    caption: ctx.t("mix.title", { metric: name }), rows: themes,
    columns: [
      { title: ctx.t("colTheme"), cell: (one) => h("a", { href: one.href }, one.name) },
      { title: ctx.t("mix.total"), number: true, cell: (one) => one.label },
      { title: ctx.t("mix.mix"), number: true, cell: (one) => say(one.mix) },
      { title: ctx.t("mix.rate"), number: true, cell: (one) => say(one.rate) },
    ],
  }));
}
