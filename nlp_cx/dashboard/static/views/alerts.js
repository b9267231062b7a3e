// Rules that say when somebody wants to be told of a share, and what they told so far.
import { h, icon, replace, uid } from "../dom.js";
import { card, chip, empty, notes, pager, segmented, skeleton, trouble } from "../parts/bits.js";
import { confirmed, dialog } from "../parts/dialog.js";
import { ofSegment } from "../state.js";
import { segmentName } from "../words.js";

const MENTIONS = ["negative", "positive", "neutral", "any"];
const WINDOWS = ["day", "week", "month", "quarter"];
const SILENCES = [0, 24, 168, 720]; // hours
const MOST = 300; // values of one dimension to choose from
const FRESH = { name: "", kind: "threshold", theme: null, mention: "negative", filters: {}, window: "week", side: "above", limit: 0.2, certain: false, min_n: 30, cool_down_hours: 168, enabled: true };

export async function render(root, ctx) {
  const { t, api, signal } = ctx;
  const mayChange = ctx.caller.may("admin");
  const rules = h("div", {}, skeleton(4));
  const fired = h("div", {}, skeleton(3));
  root.append(
    h("header.view-head", {},
      h("div", {}, h("h1", {}, t("title")), h("p", {}, t("lead"))),
      h("div.tools", {}, mayChange && h("button.button.primary", { type: "button", onclick: () => edit(ctx, null) }, icon("plus"), h("span", {}, t("create"))))),
    card({ title: t("rules"), hint: mayChange ? t("rulesHint") : t("mayNot") }, rules),
    card({ title: t("fired"), hint: t("firedHint") }, fired));
  const show = async (place, work) => {
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") replace(place, trouble(error, ctx.refresh));
    }
  };
  await Promise.all([
    show(rules, async () => {
      const { items } = await api.get("/v1/alerts", null, { signal });
      if (items.length > 0) replace(rules, h("ul.batches", { "aria-label": t("rules") }, items.map((alert) => rule(alert, ctx, mayChange))));
      else replace(rules, empty({ title: t("none"), text: t("noneText"), symbol: "alerts", actions: mayChange ? [h("button.button.primary", { type: "button", onclick: () => edit(ctx, null) }, t("create"))] : [] }));
    }),
    show(fired, () => firings(fired, ctx)),
  ]);
}

/** Say a rule in one sentence. */
export function sentence(alert, { t, format, themeName }) {
  const what = alert.theme === null ? t(`overall.${alert.mention}`) : t(`what.${alert.mention}`, { theme: themeName(alert.theme) });
  const window = t(`window.${alert.window}`);
  if (alert.kind === "anomaly") return t(`rule.anomaly.${alert.side}`, { what, window });
  return [t(`rule.threshold.${alert.side}`, { what, window, limit: format.percent(alert.limit, Number.isInteger(Math.round(1e6 * alert.limit) / 1e4) ? 0 : 1) }), alert.certain && t("rule.certain")].filter(Boolean).join(" ");
}

/** Which comments a rule looks at, as chips. */
function restrictions(filters, { t, stageName }, remove) {
  const say = { language: (value) => t(`language.${value}`), sentiment: (value) => t(value), stage: stageName, segment: (value) => value.replace(/^((?:\\.|[^=\\])*)=/, (_, name) => `${name.replace(/\\(.)/g, "$1")}: `) };
  return Object.entries(filters).flatMap(([name, values]) => [values].flat().map((value) =>
    chip((say[name] ?? String)(value), { title: t(name === "score" ? "filter.score" : name), remove: remove && (() => remove(name, value)) })));
}

function rule(alert, ctx, mayChange) {
  const { t, api, format } = ctx;
  const path = `/v1/alerts/${encodeURIComponent(alert.id)}`;
  const enabled = h("input", {
    type: "checkbox", role: "switch", checked: alert.enabled, dataset: { pick: `on-${alert.id}` }, "aria-label": t("enabledOf", { name: alert.name }),
    onchange: async () => {
      try {
        await api.patch(path, { enabled: enabled.checked });
        ctx.refresh();
      } catch (error) {
        enabled.checked = alert.enabled;
        ctx.fail(error);
      }
    },
  });
  return h("li.batch", {},
    h("div.batch-main", {},
      h("div.batch-name", {}, icon("alerts"), h("strong.breaks", {}, alert.name),
        chip(t(alert.enabled ? `outcome.${alert.outcome ?? "new"}` : "off"), { kind: alert.enabled && ["fired", "known"].includes(alert.outcome) ? "warn" : alert.enabled && alert.outcome === "failed" ? "negative" : "" })),
      alert.name !== sentence(alert, ctx) && h("p.breaks", {}, sentence(alert, ctx)),
      Object.keys(alert.filters).length > 0 && h("div.facts.flat", {}, h("span.hint", {}, t("only")), restrictions(alert.filters, ctx)),
      h("p.hint", {}, [
        t("from", { n: alert.min_n }), t("silence", { time: silence(alert.cool_down_hours, ctx) }),
        alert.fired_at ? t("firedAgo", { ago: format.ago(alert.fired_at) }) : null,
        alert.checked_at ? t("checkedAgo", { ago: format.ago(alert.checked_at) }) : t("unchecked"),
      ].filter(Boolean).join(" · "))),
    mayChange && h("div.tools", {},
      h("label.tick", {}, enabled, h("span", {}, t("on"))),
      h("button.button.plain.small", { type: "button", dataset: { pick: `edit-${alert.id}` }, "aria-label": t("editOf", { name: alert.name }), onclick: () => edit(ctx, alert) }, t("edit")),
      h("button.icon-button", {
        type: "button", "aria-label": t("deleteOf", { name: alert.name }), title: t("delete"),
        onclick: async () => {
          if (!(await confirmed({ title: t("deleteTitle"), text: t("deleteText", { name: alert.name }), label: t("delete") }))) return;
          await api.delete(path).then(() => { ctx.toast(t("deleted"), { kind: "good" }); ctx.refresh(); }, ctx.fail);
        },
      }, icon("trash"))));
}

function silence(hours, { t }) {
  if (hours === 0) return t("silence.none");
  return hours % 24 === 0 ? t("days", { n: hours / 24 }) : t("hours", { n: hours });
}

// --- what fired ---

async function firings(place, ctx) {
  const { t, api, signal } = ctx;
  const list = h("ul.batches", { "aria-label": t("fired") });
  const more = h("div");
  let after = null;
  const load = async () => {
    const page = await api.get("/v1/firings", { after, limit: 20 }, { signal });
    list.append(...page.items.map((one) => firing(one, ctx)));
    after = page.next;
    replace(more, after && pager(() => load().catch(ctx.fail)));
  };
  await load();
  if (list.childElementCount > 0) replace(place, list, more);
  else replace(place, empty({ title: t("nothingFired"), text: t("nothingFiredText"), symbol: "check" }));
}

function firing(one, ctx) {
  const { t, format, lang } = ctx;
  const judged = one.theme === null ? { sentiment: one.mention } : { mentioning: one.theme, mentioning_as: one.mention === "any" ? null : one.mention };
  const query = { ...one.filters, ...judged, since: one.since, until: one.until };
  return h("li.batch", {},
    h("div.batch-main", {},
      h("div.batch-name", {}, icon("warning"), h("strong.breaks", {}, one.name), one.model_changed && chip(t("modelChanged"), { kind: "warn" })),
      h("p.breaks", {}, one.message[lang]),
      Object.keys(one.filters).length > 0 && h("div.facts.flat", {}, h("span.hint", {}, t("only")), restrictions(one.filters, ctx)),
      notes(one.notes, lang),
      h("p.hint", {}, format.moment(one.at))),
    h("div.tools", {},
      h("a.button.plain.small", { href: ctx.href("read", query), "aria-label": t("readOf", { name: one.name }) }, t("nav.read")),
      h("a.button.plain.small", { href: ctx.href("overview", { ...one.filters, since: one.since, until: one.until }), "aria-label": t("overviewOf", { name: one.name }) }, t("nav.overview"))));
}

// --- making and changing ---

async function edit(ctx, alert) {
  const { t, api } = ctx;
  let places = [];
  try {
    places = dimensionsOf(await api.get("/v1/dimensions"), ctx);
  } catch { /* without them a rule is about all comments */ }
  const wanted = structuredClone({ ...FRESH, ...Object.fromEntries(Object.entries(alert ?? {}).filter(([name]) => name in FRESH)) });
  const name = h("input.wide", { type: "text", maxlength: 200, value: wanted.name, autocomplete: "off" });
  const limit = h("input.narrow", { type: "number", min: 0, max: 100, step: "any", id: uid("limit"), value: Math.round(1e6 * (wanted.limit ?? FRESH.limit)) / 1e4 });
  const least = h("input.narrow", { type: "number", min: 1, max: 1000000, step: 1, id: uid("least"), value: wanted.min_n });
  const said = h("p.rule-said", { "aria-live": "polite" });
  const seen = h("div");
  const wrong = h("p.wrong", { role: "alert" });
  const only = h("div.facts.flat");
  const limited = h("span.edit-row", {}, h("label", { for: limit.id }, t("limit")), limit, "%");
  const certain = h("label.tick", {}, h("input", { type: "checkbox", checked: wanted.certain, onchange: (event) => { wanted.certain = event.target.checked; draw(); } }), h("span", {}, t("certain")));
  const select = (label, key, options) => h("label.field", {}, label, h("select", {
    value: String(wanted[key] ?? ""), onchange: (event) => { wanted[key] = typeof FRESH[key] === "number" ? Number(event.target.value) : event.target.value || null; draw(); },
  }, options.map(([value, text]) => h("option", { value }, text))));
  const mention = select(t("counted"), "mention", MENTIONS.map((value) => [value, t(`mention.${value}`)]));
  const add = h("select", {
    "aria-label": t("restrict"),
    onchange: () => {
      const { key, value } = JSON.parse(add.value);
      wanted.filters[key] = [...new Set([...(wanted.filters[key] ?? []), value])];
      add.value = "";
      draw();
    },
  }, h("option", { value: "" }, t("restrict")), places.map(({ label, key, values }) => h("optgroup", { label },
    values.map(([value, text]) => h("option", { value: JSON.stringify({ key, value }) }, text)))));
  const asked = () => ({
    ...wanted, name: name.value.trim() || sentence(read(), ctx).slice(0, 200), ...pick(read(), ["limit", "min_n"]),
  });
  const read = () => ({ ...wanted, limit: wanted.kind === "anomaly" ? null : Math.round(1e4 * (limit.valueAsNumber || 0)) / 1e6, min_n: least.valueAsNumber || FRESH.min_n });
  const draw = () => {
    const anyMention = mention.querySelector("option[value=any]");
    anyMention.disabled = wanted.theme === null;
    if (wanted.theme === null && wanted.mention === "any") { wanted.mention = "negative"; mention.querySelector("select").value = "negative"; }
    for (const option of mention.querySelectorAll("option")) option.textContent = t(wanted.theme === null && option.value !== "any" ? option.value : `mention.${option.value}`);
    limited.hidden = wanted.kind === "anomaly";
    certain.hidden = wanted.kind === "anomaly";
    replace(only, restrictions(wanted.filters, ctx, (key, value) => {
      wanted.filters[key] = [wanted.filters[key]].flat().filter((one) => one !== value);
      if (wanted.filters[key].length === 0) delete wanted.filters[key];
      draw();
      add.focus();
    }));
    said.textContent = sentence(read(), ctx);
    name.placeholder = said.textContent;
    replace(seen);
  };
  for (const field of [limit, least]) field.addEventListener("input", draw);
  draw();
  const done = await dialog({
    title: t(alert ? "change" : "create"), wide: true,
    body: [
      said,
      h("div.fields", {},
        select(t("theme"), "theme", [["", t("allThemes")], ...ctx.themes().map((id) => [id, ctx.themeName(id)])]),
        mention,
        select(t("window"), "window", WINDOWS.map((value) => [value, t(`each.${value}`)])),
        select(t("side"), "side", ["above", "below"].map((value) => [value, t(`side.${value}`)]))),
      h("div.facts.flat", {},
        segmented({ label: t("kind"), value: wanted.kind, options: ["threshold", "anomaly"].map((value) => ({ value, label: t(`kind.${value}`) })), choose: (value) => { wanted.kind = value; draw(); } }),
        limited),
      h("p.hint", {}, t("anomalyHint")),
      certain,
      places.length > 0 && h("div.facts.flat", {}, add, only),
      h("div.fields", {},
        h("label.field", {}, t("least"), least),
        select(t("silenceAfter"), "cool_down_hours", [...new Set([...SILENCES, wanted.cool_down_hours])].sort((a, b) => a - b).map((hours) => [String(hours), silence(hours, ctx)]))),
      h("label.field", {}, t("name"), name),
      h("div.facts.flat", {}, h("button.button.plain.small", {
        type: "button",
        onclick: async () => {
          replace(seen, skeleton(1));
          try {
            const look = await api.post("/v1/alerts/preview", asked());
            replace(seen, h("p.hint", { role: "status" }, outcome(look, ctx)));
          } catch (error) {
            replace(seen, trouble(error));
          }
        },
      }, t("preview"))),
      seen, wrong,
    ],
    actions: [
      { label: t("cancel"), value: null },
      {
        label: t("save"), value: true, kind: "primary",
        check: async () => {
          wrong.textContent = "";
          try {
            if (alert) await api.patch(`/v1/alerts/${encodeURIComponent(alert.id)}`, asked());
            else await api.post("/v1/alerts", asked());
            return true;
          } catch (error) {
            wrong.textContent = error.lines?.().join(" ") ?? error.message;
            return false;
          }
        },
      },
    ],
  });
  if (!done) return;
  ctx.toast(t("saved"), { kind: "good" });
  ctx.refresh();
}

const pick = (given, names) => Object.fromEntries(names.map((name) => [name, given[name]]));

/** Say what a rule sees now. */
function outcome(look, { t, format, lang }) {
  if (look.message) return t("wouldFire", { message: look.message[lang] });
  const now = look.bucket ? t("sees", { bucket: format.bucket(look.bucket), share: format.percent(look.share ?? 0, 1), count: look.count, n: look.n }) : "";
  return [t(`see.${look.outcome}`), now].filter(Boolean).join(" ");
}

/** The values that comments can be told apart by: [{label, key, values: [[value, text]]}]. */
function dimensionsOf(dimensions, { t, stageName }) {
  const plain = (label, key, found, say = (value) => value) => ({ label, key, values: found.slice(0, MOST).map(({ value }) => [value, say(value)]) });
  return [
    plain(t("language"), "language", dimensions.languages, (value) => t(`language.${value}`)),
    plain(t("touchpoint"), "touchpoint", dimensions.touchpoints),
    plain(t("stage"), "stage", dimensions.stages, stageName),
    ...dimensions.segments.map(({ name, values }) => ({ label: segmentName(name), key: "segment", values: values.slice(0, MOST).map(({ value }) => [ofSegment(name) + value, value || "–"]) })),
  ].filter(({ values }) => values.length > 1);
}
