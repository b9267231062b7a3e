// Scores as people write them: NPS in points, CSAT in percent, others as a mean on their scale.

export const USUAL = ["nps", "csat", "ces", "stars"];
const ENOUGH = 30; // answers

/** The metrics that have a headline, the usual ones first: nps, csat, "csat:Phòng ở", or nps.mean for want of one. */
export function metricsOf(rows) {
  const names = new Set(rows.filter((row) => row.theme === null).map((row) => row.metric));
  const heads = [...names].filter((name) => !/\.(mean|promoters|passives|detractors|satisfied|easy|before|change|change_p|neutral|negative|positive)$/.test(name));
  const means = [...names].filter((name) => name.endsWith(".mean") && !names.has(name.slice(0, -5)));
  const order = (name) => { const at = USUAL.indexOf(name.split(/[.:( ]/)[0]); return at < 0 ? USUAL.length : at; };
  return [...heads, ...means].sort((one, other) => order(one) - order(other) || one.localeCompare(other));
}

export const base = (metric) => metric.replace(/ \(.*$/, "").replace(/\.mean$/, "");
export const isPoints = (metric) => base(metric) === "nps" && !metric.endsWith(".mean");
export const isPercent = (metric) => /^csat(:|$)/.test(base(metric)) && !metric.endsWith(".mean");

/** Write a score: NPS in points, CSAT in percent, others as a mean. */
export function scoreText(ctx, metric, value, digits) {
  if (value === null || value === undefined) return "–";
  if (isPoints(metric)) return ctx.format.signed(value, digits ?? 0);
  return isPercent(metric) ? `${ctx.format.number(value, digits ?? 0)}%` : ctx.format.number(value, digits ?? 2);
}

export function changeText(ctx, metric, value) {
  if (isPoints(metric) || isPercent(metric)) return ctx.format.signed(value, 1);
  return ctx.format.signed(value, 2);
}

/** The score that is explained: the chosen one, else the first usual one with answers enough, else the most answered. */
export function chosenMetric(ctx, asked) {
  const [most] = [...asked].sort((one, other) => other.answers - one.answers);
  const usual = USUAL.map((metric) => asked.find((one) => one.metric === metric)).find((one) => one && one.answers >= ENOUGH);
  return ctx.params.get("metric") ?? (usual ?? most)?.metric;
}
