// The filters above the figures and above the comments: every one stands in the address.
import { h, icon } from "../dom.js";
import { dialog } from "./dialog.js";
import { chip } from "./bits.js";
import { menu, popover } from "./menu.js";
import { ofSegment } from "../state.js";
import { segmentName } from "../words.js";

const MOST_SEGMENTS = 6; // that stand in the bar without being asked for
const wanted = new Set(); // segments that were asked for

const FLAGS = ["needs_review", "human", "mixed", "complaint", "suggestion"];

/**
 * Ask what comments can be filtered by: of the files that are looked at, and which files there are, by name. A view
 * that shows other files asks anew.
 */
export async function findDimensions({ api, filters, signal, format }) {
  const batch = filters.all("batch");
  const [all, listed] = await Promise.all([api.get("/v1/dimensions", {}, { signal }), api.get("/v1/batches", { limit: 200 }, { signal })]);
  const some = batch.length > 0 ? await api.get("/v1/dimensions", { batch }, { signal }) : all;
  const counts = new Map(all.batches.map(({ value, comments }) => [value, comments]));
  const files = listed.items.filter(({ id }) => counts.has(id));
  const twice = (name) => files.filter((one) => one.name === name).length > 1;
  return {
    ...some, everything: all.comments,
    batches: files.map(({ id, name, created_at: at }) => ({ value: id, label: twice(name) ? `${name} (${format.moment(at)})` : name, comments: counts.get(id) })),
  };
}

/** Whether two views look at different files. */
export function otherFiles(one, other) {
  return one.filters.all("batch").join("\n") !== other.filters.all("batch").join("\n");
}

/**
 * Make the bar: filterBar(ctx, {dimensions, drill}). `dimensions` comes from `findDimensions`; with `drill` the
 * filters of single comments are there too. Every choice changes the address by `ctx.set`.
 */
export function filterBar(ctx, { dimensions, drill = false }) {
  const { filters, t } = ctx;
  const set = (name) => (values) => ctx.set({ [name]: values });
  const listed = (found, say = (value) => value) => found.map(({ value, comments }) => ({ value, label: say(value), count: comments }));
  const bar = h("div.filters", { role: "group", "aria-label": t("filters") });
  const add = (name, label, options) => {
    if (options.length > 1 || filters.has(name)) bar.append(menu({ name, label, options, chosen: filters.all(name), choose: set(name) }));
  };
  add("batch", t("filter.batch"), dimensions.batches.map(({ value, label, comments }) => ({ value, label, count: comments })));
  if (dimensions.first || filters.has("since") || filters.has("until")) bar.append(period(ctx, dimensions));
  add("language", t("language"), listed(dimensions.languages, (value) => t(`language.${value}`)));
  add("touchpoint", t("touchpoint"), listed(dimensions.touchpoints));
  add("stage", t("stage"), listed(dimensions.stages, (value) => ctx.stageName(value)));
  const chosen = (segment) => filters.all("segment").filter((value) => value.startsWith(ofSegment(segment.name)));
  const picker = (segment) => {
    const mine = chosen(segment);
    const others = filters.all("segment").filter((value) => !mine.includes(value));
    const options = segment.values.map(({ value, comments }) => ({ value: ofSegment(segment.name) + value, label: value || "–", count: comments }));
    return menu({ name: `segment:${segment.name}`, label: segmentName(segment.name), options, chosen: mine, choose: (values) => ctx.set({ segment: [...others, ...values] }) });
  };
  const shown = (segment, at) => at < MOST_SEGMENTS || wanted.has(segment.name) || chosen(segment).length > 0;
  bar.append(...dimensions.segments.filter(shown).map(picker));
  const further = dimensions.segments.filter((segment, at) => !shown(segment, at));
  if (further.length > 0) {
    const box = popover({
      name: "further", label: t("furtherFilters"),
      panel: (close) => h("div.presets", {}, further.filter((segment) => !wanted.has(segment.name)).map((segment) => h("button", {
        type: "button",
        onclick: () => {
          close();
          wanted.add(segment.name);
          const added = picker(segment);
          box.before(added);
          box.hidden = further.every(({ name }) => wanted.has(name));
          added.querySelector(".pick").click();
        },
      }, segmentName(segment.name)))),
    });
    bar.append(box);
  }
  add("sentiment", t("sentiment"), ["negative", "neutral", "positive"].map((value) => ({ value, label: t(value) })));
  add("mentioning", t("theme"), listed(dimensions.themes, ctx.themeName));
  if (drill || filters.has("mentioning_as")) add("mentioning_as", t("themeJudged"), ["negative", "neutral", "positive"].map((value) => ({ value, label: t(value) })));
  for (const name of FLAGS) {
    if (drill || filters.has(name)) {
      bar.append(h("button.pick", {
        type: "button", "aria-pressed": String(filters.get(name) === "true"), class: filters.has(name) ? "active" : "", dataset: { pick: name },
        onclick: () => ctx.set({ [name]: filters.get(name) === "true" ? null : "true" }),
      }, t(`flag.${name}`)));
    }
  }
  const chips = rest(ctx);
  if (chips.length) bar.append(...chips);
  if (filters.set().length > 0) bar.append(h("button.clear", { type: "button", dataset: { pick: "clear" }, onclick: () => ctx.go(ctx.view, filters.without()) }, t("clearFilters")));
  return bar;
}

/** Put a new bar where an old one is; the menu that is open stays open, and the focus where it is. */
export function swapBar(old, fresh) {
  const open = old.querySelector(".pick[aria-expanded=true]")?.dataset.pick;
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const pick = active?.dataset.pick;
  const ticked = active?.type === "checkbox" ? active.value : null;
  const searched = old.querySelector(".panel:not([hidden]) input[type=search]")?.value;
  const top = old.querySelector(".panel:not([hidden])")?.scrollTop;
  old.replaceWith(fresh);
  const button = open && fresh.querySelector(`.pick[data-pick="${CSS.escape(open)}"]`);
  if (button) {
    button.click();
    const panel = button.nextElementSibling;
    const search = panel.querySelector("input[type=search]");
    if (search && searched) {
      search.value = searched;
      search.dispatchEvent(new Event("input"));
    }
    const box = ticked !== null && panel.querySelector(`input[value="${CSS.escape(ticked)}"]`);
    if (box) box.focus({ preventScroll: true });
    panel.scrollTop = top;
  } else if (pick) {
    (fresh.querySelector(`[data-pick="${CSS.escape(pick)}"]`) ?? fresh.querySelector(".pick"))?.focus({ preventScroll: true });
  }
  return fresh;
}

/** Filters that have no menu are chips: score bands, models, respondents, searched words. */
function rest(ctx) {
  const { filters, t } = ctx;
  return ["score", "model", "respondent", "standing", "text"].flatMap((name) => filters.all(name).map((value) =>
    chip(`${t(`filter.${name}`)}: ${name === "score" ? value.replace("..", "–").replace(/^(\w+)/, (word) => word.toUpperCase()) : value}`, { remove: () => ctx.go(ctx.view, filters.toggle(name, value)) })));
}

function period(ctx, { first, last }) {
  const { filters, t, format } = ctx;
  const [since, until] = [filters.get("since"), filters.get("until")];
  const label = since || until ? `${since ? format.date(since) : "…"} – ${until ? format.date(until) : "…"}` : t("allTime");
  const preset = (days, months) => {
    const end = new Date(`${last}T00:00:00Z`);
    const begin = new Date(end);
    if (months) { begin.setUTCMonth(begin.getUTCMonth() - months); begin.setUTCDate(begin.getUTCDate() + 1); }
    else begin.setUTCDate(begin.getUTCDate() - days + 1);
    return { since: begin.toISOString().slice(0, 10), until: last };
  };
  return popover({
    name: "period", label, active: Boolean(since || until),
    panel: (close) => [
      h("div.presets", {},
        h("button", { type: "button", onclick: () => { close(true); ctx.set({ since: null, until: null }); } }, t("allTime")),
        last && [["last7", preset(7)], ["last30", preset(30)], ["last90", preset(90)], ["last12", preset(0, 12)]].map(([key, days]) =>
          h("button", { type: "button", onclick: () => { close(true); ctx.set(days); } }, t(key)))),
      last && h("p.hint", {}, t("dataSpan", { first: format.date(first), last: format.date(last) })),
      h("form.dates", {
        onsubmit: (event) => {
          event.preventDefault();
          let [from, to] = [event.target.elements.since.value, event.target.elements.until.value];
          if (from && to && to < from) [from, to] = [to, from];
          close(true);
          ctx.set({ since: from, until: to });
        },
      },
        h("label", {}, t("from"), h("input", { type: "date", name: "since", value: since ?? "" })),
        h("label", {}, t("to"), h("input", { type: "date", name: "until", value: until ?? "" })),
        h("button.button.primary.small", { type: "submit" }, t("apply"))),
    ],
  });
}

/** A button that shows the address of this very view, for a colleague. */
export function shareButton(ctx) {
  return h("button.button.plain.small", {
    type: "button",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        ctx.toast(ctx.t("copied"), { kind: "good" });
      } catch {
        await dialog({ title: ctx.t("share"), body: h("input.wide", { value: location.href, readonly: true, "aria-label": ctx.t("share") }), actions: [{ label: ctx.t("close"), value: null }] });
      }
    },
  }, icon("link"), h("span", {}, ctx.t("share")));
}
