// Draws the charts of the page from the same rows as the report's (nlp_cx/report/charts.py names them), as HTML and SVG
// whose marks are links. Vega's bundle is not used: it makes code from text, which the page's policy forbids, weighs a
// megabyte, and its marks can be neither tabbed to nor opened in a new tab.
import { h, svg, replace } from "./dom.js";
import { table } from "./parts/bits.js";
import { t } from "./words.js";
import * as format from "./format.js";

export const POLARITIES = ["negative", "neutral", "positive"];

// --- shared ---

/** A place that is drawn anew when its width changes: sized((width) => Node). */
export function sized(draw, attributes = {}) {
  const box = h("div.chart", attributes);
  let known = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && width !== known) {
      known = width;
      replace(box, draw(width));
    }
  }).observe(box);
  return box;
}

/** The same figures as a table, for who reads rather than looks. */
export function asTable({ columns, rows, caption }) {
  return h("details.as-table", { ontoggle: (event) => {
    const box = event.target;
    if (box.open && box.children.length === 1) box.append(table({ columns, rows, caption }));
  } }, h("summary", {}, t("asTable")));
}

/** What colours mean. */
export function legend(items) {
  return h("ul.legend", {}, items.map(([kind, label]) => h("li", {}, h("span.swatch", { class: kind, "aria-hidden": "true" }), label)));
}

const tip = h("div.tip", { hidden: true, role: "presentation" });

/** Show what `data-tip` says beside what is pointed at or focused, everywhere in a place. */
export function tips(place) {
  const show = (event) => {
    const mark = event.target.closest?.("[data-tip]");
    if (!mark) return hide();
    replace(tip, mark.getAttribute("data-tip").split("\n").map((line, at) => h(at ? "div" : "strong", {}, line)));
    if (!tip.isConnected) document.body.append(tip);
    tip.hidden = false;
    const box = (mark.querySelector("[data-anchor]") ?? mark).getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left + box.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 8));
    tip.style.left = `${left}px`;
    tip.style.top = `${box.top - own.height - 8 > 0 ? box.top - own.height - 8 : box.bottom + 8}px`;
    return undefined;
  };
  const hide = () => { tip.hidden = true; };
  place.addEventListener("pointerover", show);
  place.addEventListener("focusin", show);
  place.addEventListener("pointerleave", hide);
  place.addEventListener("focusout", hide);
  place.addEventListener("click", hide);
  return place;
}

/** Round numbers between two, about so many: ticks(0, 87, 5) -> [0, 20, 40, 60, 80]. */
export function ticks(low, high, about = 5) {
  const raw = (high - low || 1) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw * 0.999) ?? raw;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9 * step; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}

/** How many digits behind the point it takes to tell some numbers apart, at most three. */
const decimals = (values) => Math.max(0, ...values.map((value) => Math.min(3, (String(value).split(".")[1] ?? "").length)));

const spread = (low, high, share) => {
  const room = share * (high - low || 1);
  return [low - room, high + room];
};

// --- themes ---

/**
 * Bars split by judgement. Rows: name, href, negative, neutral, positive (comments), hrefs (by judgement), label, note.
 */
export function themeBars(rows, { names }) {
  const most = Math.max(1, ...rows.map((row) => row.negative + row.neutral + row.positive));
  return tips(h(`ol.bars${rows.some((row) => row.note) ? ".noted" : ""}`, {}, rows.map((row) => {
    const total = row.negative + row.neutral + row.positive;
    return h("li.bar-row", {},
      h("a.bar-name", { href: row.href }, row.name),
      h("div.bar-place", {},
        h("div.bar-room", {}, total > 0 && h("div.bar", { style: { width: `${(100 * total) / most}%` } }, POLARITIES.map((key) => row[key] > 0 && h(`a.seg.${key}`, {
          href: row.hrefs[key], style: { "flex-grow": row[key] },
          "aria-label": `${row.name}, ${names[key]}: ${format.number(row[key])}`,
          "data-tip": `${row.name}\n${names[key]}: ${format.number(row[key])} (${format.percent(row[key] / total)})`,
        })))),
        h("div.bar-label", {}, h("span", {}, row.label), row.note)));
  })));
}

// --- estimates with intervals ---

/** Dots with intervals. Rows: name, href, value, low, high, label, side ("worse", "better", "unclear"), tip. */
export function intervals(rows, { line = 0, axis, tick = (value, digits) => format.number(value, digits) }) {
  const [low, high] = spread(Math.min(line, ...rows.map((row) => row.low ?? row.value)), Math.max(line, ...rows.map((row) => row.high ?? row.value)), 0.04);
  const at = (value) => `${(100 * (value - low)) / (high - low)}%`;
  const marks = ticks(low, high, 5);
  return tips(h("div.spans", {},
    h("ol", {}, rows.map((row) => h("li.span-row", {},
      h("a.span-name", { href: row.href }, row.name),
      h("a.span-room", { href: row.href, tabindex: "-1", "aria-hidden": "true", "data-tip": row.tip },
        h("span.span-zero", { style: { left: at(line) } }),
        row.low !== null && row.low !== undefined && h(`span.span-line.${row.side}`, { style: { left: at(row.low), width: `${(100 * (row.high - row.low)) / (high - low)}%` } }),
        h(`span.span-dot.${row.side}`, { "data-anchor": "", style: { left: at(row.value) } })),
      h("span.span-label", {}, row.label)))),
    h("div.span-axis", { "aria-hidden": "true" }, h("div.span-ticks", {}, marks.map((value) => h("span", { style: { left: at(value) } }, tick(value, decimals(marks)))))),
    axis && h("p.axis-title", {}, axis)));
}

/** Parts of a change on either side of 0. Rows: name, href, mix, rate, label, tip. */
export function mixBars(rows, { axis, tick = (value, digits) => format.signed(value, digits) }) {
  const parts = (row, sign) => ["mix", "rate"].filter((key) => row[key] * sign > 0);
  const end = (row, sign) => parts(row, sign).reduce((sum, key) => sum + row[key], 0);
  const [low, high] = spread(Math.min(0, ...rows.map((row) => end(row, -1))), Math.max(0, ...rows.map((row) => end(row, 1))), 0.04);
  const at = (value) => (100 * (value - low)) / (high - low);
  const bars = (row, sign) => {
    let base = 0;
    return parts(row, sign).map((key) => {
      const [from, to] = [base, base + row[key]].sort((one, other) => one - other);
      base += row[key];
      return h(`span.mix-part.by-${key}`, { style: { left: `${at(from)}%`, width: `${at(to) - at(from)}%` } });
    });
  };
  const marks = ticks(low, high, 5);
  return tips(h("div.spans", {},
    h("ol", {}, rows.map((row) => h("li.span-row", {},
      h("a.span-name", { href: row.href }, row.name),
      h("a.span-room", { href: row.href, tabindex: "-1", "aria-hidden": "true", "data-tip": row.tip }, bars(row, -1), bars(row, 1), h("span.span-zero", { style: { left: `${at(0)}%` } })),
      h("span.span-label", {}, row.label)))),
    h("div.span-axis", { "aria-hidden": "true" }, h("div.span-ticks", {}, marks.map((value) => h("span", { style: { left: `${at(value)}%` } }, tick(value, decimals(marks)))))),
    axis && h("p.axis-title", {}, axis)));
}

// --- impact against volume ---

/** Dots. Rows: name, href, share (0 to 1), impact, side, named (whether to write its name), tip. */
export function impactVolume(rows, { xAxis, yAxis, height = 380 }) {
  return tips(sized((width) => {
    const [left, right, top, bottom] = [44, 12, 12, 44];
    const most = 1.08 * (Math.max(...rows.map((row) => row.share)) || 1);
    const reach = spread(Math.min(0, ...rows.map((row) => row.impact)), Math.max(0, ...rows.map((row) => row.impact)), 0.12);
    const x = (value) => left + ((width - left - right) * value) / most;
    const y = (value) => top + ((height - top - bottom) * (reach[1] - value)) / (reach[1] - reach[0]);
    const marks = ticks(...reach, 5);
    const placed = place(rows.map((row) => ({ ...row, x: x(row.share), y: y(row.impact) })), { left, right: width - 2, top, bottom: height - bottom });
    return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${xAxis}; ${yAxis}` },
      marks.map((value) => svg("g", {},
        svg("line", { class: value === 0 ? "zero" : "gridline", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        svg("text.tick-text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, format.number(value, decimals(marks))))),
      ticks(0, most, width < 500 ? 4 : 6).map((value) => svg("text.tick-text", { x: x(value), y: height - bottom + 18, "text-anchor": "middle" }, format.percent(value, value > 0 && most < 0.05 ? 1 : 0))),
      svg("text.axis-text", { x: left, y: height - 6 }, xAxis),
      placed.map((row) => svg("a.dot-link", { href: row.href, "aria-label": row.tip.replaceAll("\n", ". "), "data-tip": row.tip },
        svg(`circle.dot.${row.side}${row.few ? ".few" : ""}`, { "data-anchor": "", cx: row.x, cy: row.y, r: 6.5 }),
        row.at && svg("text.dot-name", { x: row.x + SIDES[row.at][1], y: row.y + SIDES[row.at][2] + 4, "text-anchor": SIDES[row.at][0], "aria-hidden": "true" }, row.name))));
  }, { class: "tall", style: { "min-height": `${height}px` } }));
}

const SIDES = { right: ["start", 11, 0], left: ["end", -11, 0], above: ["middle", 0, -15], below: ["middle", 0, 16] };

/** Place names where they cover neither dots nor names, the first rows first; else leave them out. */
function place(rows, frame) {
  const taken = rows.map(({ x, y }) => [x - 8, y - 8, x + 8, y + 8]);
  const overlap = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
  return rows.map((row, own) => {
    const letters = 6.8 * row.name.length;
    const boxes = {
      right: [row.x + 9, row.y - 8, row.x + 11 + letters, row.y + 8],
      left: [row.x - 11 - letters, row.y - 8, row.x - 9, row.y + 8],
      above: [row.x - letters / 2, row.y - 25, row.x + letters / 2, row.y - 9],
      below: [row.x - letters / 2, row.y + 9, row.x + letters / 2, row.y + 25],
    };
    const at = row.named === false ? undefined : Object.keys(boxes).find((side) => {
      const box = boxes[side];
      return box[0] >= frame.left && box[2] <= frame.right && box[1] >= frame.top && box[3] <= frame.bottom
        && !taken.some((other, index) => index !== own && overlap(box, other));
    });
    if (at) taken.push(boxes[at]);
    return { ...row, at };
  });
}

// --- time ---

/** The first and the last day of a bucket: "2026-Q1" -> ["2026-01-01", "2026-03-31"]. */
export function days(bucket, interval) {
  const first = firstDay(bucket);
  const next = firstDay(following(bucket, interval));
  next.setUTCDate(next.getUTCDate() - 1);
  return [first, next].map((day) => day.toISOString().slice(0, 10));
}

function firstDay(bucket) {
  const quarter = /^(\d{4})-Q(\d)$/.exec(bucket);
  if (quarter) return new Date(Date.UTC(Number(quarter[1]), 3 * (Number(quarter[2]) - 1), 1));
  const [year, month = "01", day = "01"] = bucket.split("-");
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
}

function following(bucket, interval) {
  const day = firstDay(bucket);
  if (interval === "day") day.setUTCDate(day.getUTCDate() + 1);
  else if (interval === "week") day.setUTCDate(day.getUTCDate() + 7);
  else if (interval === "month") day.setUTCMonth(day.getUTCMonth() + 1);
  else if (interval === "quarter") day.setUTCMonth(day.getUTCMonth() + 3);
  else day.setUTCFullYear(day.getUTCFullYear() + 1);
  const iso = day.toISOString();
  if (interval === "month") return iso.slice(0, 7);
  if (interval === "quarter") return `${iso.slice(0, 4)}-Q${Math.floor(day.getUTCMonth() / 3) + 1}`;
  return interval === "year" ? iso.slice(0, 4) : iso.slice(0, 10);
}

/** Rows in order with the buckets that have none put in, at most so many: a line must not bridge silence. */
export function withGaps(rows, interval, most = 1200) {
  const known = new Map(rows.map((row) => [row.bucket, row]));
  const names = [...known.keys()].sort();
  if (!names.length) return [];
  const found = [];
  for (let at = names[0]; at <= names.at(-1) && found.length < most; at = following(at, interval)) found.push(known.get(at) ?? { bucket: at });
  return found.length < most ? found : rows;
}

function timeFrame(rows, width, height, yTicks, low, high, say) {
  const [left, right, top, bottom] = [Math.max(36, 10 + 7 * Math.max(...yTicks.map((value) => say(value).length))), 12, 10, 28];
  const step = (width - left - right) / Math.max(1, rows.length);
  const x = (at) => left + step * (at + 0.5);
  const y = (value) => top + ((height - top - bottom) * (high - value)) / (high - low || 1);
  const every = Math.max(1, Math.ceil(72 / step));
  const frame = [
    yTicks.map((value) => svg("g", {}, svg("line", { class: value === 0 ? "zero" : "gridline", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      svg("text.tick-text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, say(value)))),
    rows.map((row, at) => at % every === 0 && svg("text.tick-text", { x: x(at), y: height - 8, "text-anchor": "middle" }, format.bucket(row.bucket))),
  ];
  return { x, y, step, frame, top, floor: height - bottom };
}

/** Comments over time, stacked by judgement. Rows: bucket, negative, neutral, positive, href, tip. */
export function stackedOverTime(rows, { height = 260, label }) {
  return tips(sized((width) => {
    const most = Math.max(1, ...rows.map((row) => POLARITIES.reduce((sum, key) => sum + (row[key] ?? 0), 0)));
    const marks = ticks(0, most, 4).filter(Number.isInteger);
    const { x, y, step, frame, floor, top } = timeFrame(rows, width, height, marks, 0, 1.03 * most, (value) => format.compact(value));
    const broad = Math.max(1, Math.min(44, step * 0.72));
    return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label }, frame, rows.map((row, at) => {
      if (!row.href) return null;
      let base = 0;
      return svg("a.column", { href: row.href, tabindex: rows.length > 40 ? "-1" : null, "aria-label": row.tip.replaceAll("\n", ". "), "data-tip": row.tip },
        svg("rect.hit", { x: x(at) - step / 2, y: top, width: step, height: floor - top }),
        svg("g", { "data-anchor": "" }, POLARITIES.map((key) => {
          const value = row[key] ?? 0;
          if (!value) return null;
          base += value;
          return svg(`rect.fill-${key}`, { x: x(at) - broad / 2, y: y(base), width: broad, height: Math.max(0.5, y(base - value) - y(base)) });
        })));
    }));
  }, { style: { "min-height": `${height}px` } }));
}

/** A figure over time with its interval. Rows: bucket, value, low, high, href, tip (value missing: a gap). */
export function lineOverTime(rows, { height = 260, label, say, digits }) {
  return tips(sized((width) => {
    const told = rows.filter((row) => row.value !== null && row.value !== undefined);
    const values = told.flatMap((row) => [row.value, row.low ?? row.value, row.high ?? row.value]);
    const [low, high] = spread(Math.min(...values), Math.max(...values), 0.06);
    const { x, y, step, frame, floor, top } = timeFrame(rows, width, height, ticks(low, high, 4), low, high, (value) => say(value, digits));
    const runs = [[]];
    rows.forEach((row, at) => {
      if (row.value === null || row.value === undefined) runs.push([]);
      else runs.at(-1).push({ ...row, at });
    });
    const points = (run, key) => run.map((row) => `${x(row.at).toFixed(1)},${y(row[key] ?? row.value).toFixed(1)}`);
    return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label }, frame,
      runs.filter((run) => run.length > 0).map((run) => [
        run.length > 1 ? svg("polygon.band", { points: [...points(run, "low"), ...points(run, "high").reverse()].join(" ") })
          : run[0].low !== undefined && svg("line.whisker", { x1: x(run[0].at), x2: x(run[0].at), y1: y(run[0].low ?? run[0].value), y2: y(run[0].high ?? run[0].value) }),
        svg("polyline.line", { points: points(run, "value").join(" ") }),
      ]),
      rows.map((row, at) => row.href && row.value !== null && row.value !== undefined && svg("a.column", { href: row.href, tabindex: rows.length > 40 ? "-1" : null, "aria-label": row.tip.replaceAll("\n", ". "), "data-tip": row.tip },
        svg("rect.hit", { x: x(at) - step / 2, y: top, width: step, height: floor - top }),
        svg(`circle.point${step < 8 ? ".small" : ""}`, { "data-anchor": "", cx: x(at), cy: y(row.value), r: step < 8 ? 3 : step < 14 ? 2.5 : 4 }))));
  }, { style: { "min-height": `${height}px` } }));
}

/** A small line without axes, which says only which way it goes. Values: numbers or null. */
export function spark(values) {
  const told = values.filter((value) => value !== null && value !== undefined);
  if (told.length < 3) return null;
  const [width, height] = [120, 32];
  const [low, high] = spread(Math.min(...told), Math.max(...told), 0.1);
  const x = (at) => (width * at) / (values.length - 1);
  const y = (value) => (height * (high - value)) / (high - low);
  const points = values.map((value, at) => (value === null || value === undefined ? null : `${x(at).toFixed(1)},${y(value).toFixed(1)}`)).filter(Boolean);
  return svg("svg.spark", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, preserveAspectRatio: "none", "aria-hidden": "true" }, svg("polyline.line", { points: points.join(" "), "vector-effect": "non-scaling-stroke" }));
}

// --- places ---

/**
 * A table of themes by place, coloured by how they are judged. `places`: [{name, label, note}]; `themes`: [{name, href}];
 * `cell(theme, place)`: {net (-1 to 1), label, href, tip, faint} or null.
 */
export function heatMap({ places, themes, cell, caption, corner }) {
  return tips(h("div.table-box.heat-box", { tabindex: "0", role: "region", "aria-label": t("tableOf", { what: caption }) }, h("table.heat", {},
    h("caption.hidden", {}, caption),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, corner), places.map((one) => h("th", { scope: "col" }, h("span", {}, one.label), one.note && h("small", {}, one.note))))),
    h("tbody", {}, themes.map((theme) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: theme.href }, theme.name)), places.map((one) => {
      const found = cell(theme, one);
      if (!found) return h("td", {}, h("span.heat-cell.none", {}, "·"));
      return h("td", {}, h("a.heat-cell", {
        class: `${found.net < 0 ? "below" : "above"} ${found.faint ? "few" : ""}`, href: found.href, "data-tip": found.tip,
        style: { "--depth": (found.faint ? 0.4 : 1) * Math.min(1, Math.abs(found.net)) },
        "aria-label": found.tip.replaceAll("\n", ". "),
      }, found.label));
    })))))));
}
