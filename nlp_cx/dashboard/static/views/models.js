// The models: which one reads new comments, how good each is, and how that is changed.
import { h, icon, replace } from "../dom.js";
import { card, chip, empty, skeleton, table, trouble } from "../parts/bits.js";
import { confirmed, dialog } from "../parts/dialog.js";
import { markdown } from "../parts/markdown.js";

const FIRST = ["cx_annotated:vi", "cx_annotated:en"]; // the sets that a reader should look at first
const FIGURES = ["sentiment_macro_f1", "theme_micro_f1", "theme_polarity_micro_f1"];

export async function render(root, ctx) {
  const { t, api, signal } = ctx;
  const body = h("div.stack", {}, skeleton(6));
  const tools = h("div.tools");
  root.append(h("header.view-head", {}, h("div", {}, h("h1", {}, t("title")), h("p", {}, t("lead"))), tools), body);
  let models;
  try {
    models = await api.get("/v1/models", null, { signal });
  } catch (error) {
    if (error.name !== "AbortError") replace(body, trouble(error, ctx.refresh));
    return;
  }
  const admin = ctx.caller.may("admin");
  replace(tools, admin && models.history.length > 0 && h("button.button.plain", { type: "button", onclick: () => rollback(ctx, models) }, icon("undo"), h("span", {}, t("rollback"))));
  replace(body,
    !admin && h("ul.notes", {}, h("li", {}, icon("info"), h("span", {}, t("mayNot")))),
    models.running !== models.live && h("ul.notes", {}, h("li", {}, icon("info"), h("span", {}, t("follows", { version: models.live })))),
    models.items.length === 0 ? empty({ title: t("none"), text: t("noneText"), symbol: "models" })
      : h("div.models", {}, [...models.items].reverse().map((model) => item(model, ctx, admin, models))),
    models.history.length > 0 && card({ title: t("history") }, table({
      caption: t("history"), cards: true, rows: models.history,
      columns: [
        { title: t("when"), cell: (event) => ctx.format.moment(event.at) },
        { title: t("what"), cell: (event) => chip(t(`did.${event.action}`), { kind: event.action === "promoted" ? "positive" : "warn" }) },
        { title: t("version"), cell: (event) => h("strong", {}, event.version) },
        { title: t("reason"), cell: (event) => event.reason || "–" },
        { title: t("by"), cell: (event) => event.by },
      ],
    })));
}

function item(model, ctx, admin, models) {
  const { t, format } = ctx;
  return h("section.card.model", { "aria-label": model.version },
    h("div.batch-main", {},
      h("div.batch-name", {}, icon("models"), h("strong", {}, model.version), model.live && chip(t("live"), { kind: "positive" })),
      h("p.hint", {}, [model.made && format.date(model.made), format.bytes(model.bytes), model.taxonomy && t("taxonomy", { version: model.taxonomy })].filter(Boolean).join(" · "))),
    h("dl.figures", {}, [["sentiment_macro_f1", model.sentiment_macro_f1], ["theme_micro_f1", model.theme_micro_f1]].map(([name, value]) =>
      h("div", {}, h("dt", {}, t(name)), h("dd", {}, value === null ? "–" : format.number(100 * value, 1))))),
    h("div.tools", {},
      h("button.button.plain.small", { type: "button", dataset: { pick: `card-${model.version}` }, onclick: () => detail(model.version, ctx) }, t("details")),
      admin && !model.live && h("button.button.primary.small", { type: "button", dataset: { pick: `promote-${model.version}` }, onclick: () => promote(model.version, models.live, ctx) }, t("promote"))));
}

async function detail(version, ctx) {
  const { t, api, format } = ctx;
  let model;
  try {
    model = await api.get(`/v1/models/${encodeURIComponent(version)}`);
  } catch (error) {
    ctx.fail(error);
    return;
  }
  const sets = Object.entries(model.metrics).filter(([, set]) => set?.model && FIGURES.some((name) => typeof set.model[name] === "number"));
  sets.sort(([one], [other]) => (FIRST.indexOf(other) - FIRST.indexOf(one)) || one.localeCompare(other));
  const figure = (name) => ({
    title: t(name), number: true,
    cell: ([, set]) => {
      const [ours, simple] = [set.model[name], set.baseline?.[name]];
      if (typeof ours !== "number") return "–";
      return [format.number(100 * ours, 1), typeof simple === "number" && h("span.hint", {}, ` (${format.number(100 * simple, 1)})`)];
    },
  });
  await dialog({
    title: t("modelOf", { version }), wide: true,
    body: [
      sets.length > 0 && h("p.hint", {}, t("figuresHint")),
      sets.length > 0 && table({
        caption: t("figures"), rows: sets,
        columns: [{ title: t("set"), cell: ([name]) => name }, { title: t("rows"), number: true, cell: ([, set]) => format.number(set.rows) }, ...FIGURES.map(figure)],
      }),
      model.card && h("details", {}, h("summary", {}, t("card")), markdown(model.card)),
    ],
    actions: [{ label: t("close"), value: null }],
  });
}

function ask(ctx, { title, text, label, needed }) {
  const { t } = ctx;
  const reason = h("textarea.wide", { rows: 3, "aria-label": t("reason"), placeholder: t("reasonHint"), maxlength: 2000, autofocus: true });
  const wrong = h("p.wrong", { role: "alert" });
  return dialog({
    title, body: [h("p", {}, text), reason, wrong],
    actions: [
      { label: t("cancel"), value: null },
      { label, value: () => reason.value.trim(), kind: needed ? "danger" : "primary", check: () => {
        if (!needed || reason.value.trim()) return true;
        wrong.textContent = t("reasonNeeded");
        reason.focus();
        return false;
      } },
    ],
  }).then((given) => (given ? given() : null));
}

async function promote(version, live, ctx, force = false) {
  const { t, api } = ctx;
  const reason = await ask(ctx, force
    ? { title: t("forceTitle"), text: t("forceText", { version }), label: t("force"), needed: true }
    : { title: t("promoteTitle", { version }), text: t("promoteText", { live: live ?? "–" }), label: t("promote") });
  if (reason === null) return;
  const close = ctx.toast(t("comparing"), { seconds: 600 });
  try {
    await api.post(`/v1/models/${encodeURIComponent(version)}/promote`, { reason, force });
    ctx.toast(t("promoted", { version }), { kind: "good" });
    ctx.refresh();
  } catch (error) {
    if (error.code === "promotion_refused") await refused(version, live, error, ctx);
    else ctx.fail(error);
  } finally {
    close();
  }
}

/** Why the gates refused a model, with the figures. */
async function refused(version, live, error, ctx) {
  const { t, format } = ctx;
  const changes = error.document.verdict?.changes ?? [];
  const shown = [...changes].sort((one, other) => Number(other.regressed) - Number(one.regressed) || one.difference - other.difference).slice(0, 12);
  const again = await dialog({
    title: t("refusedTitle", { version }), wide: true,
    body: [
      h("p", {}, error.message),
      shown.length > 0 && table({
        caption: t("figures"), rows: shown,
        columns: [
          { title: t("of"), cell: (change) => [h("span", {}, change.name === "all" ? t("everything") : ctx.themeName(change.name)), h("span.hint", {}, ` · ${t(change.figure)}`)] },
          { title: live ?? "–", number: true, cell: (change) => format.number(100 * change.live, 1) },
          { title: version, number: true, cell: (change) => format.number(100 * change.candidate, 1) },
          { title: t("difference"), number: true, cell: (change) => [h("span", { class: change.regressed ? "worse" : "" }, format.signed(100 * change.difference)), h("span.hint", {}, ` (${format.signed(100 * change.low)} … ${format.signed(100 * change.high)})`)] },
        ],
      }),
    ],
    actions: [{ label: t("forceAnyway"), value: "force", kind: "plain" }, { label: t("close"), value: null, kind: "primary" }],
  });
  if (again === "force") await promote(version, live, ctx, true);
}

async function rollback(ctx, models) {
  const { t, api } = ctx;
  const before = models.history[0]?.previous;
  if (!(await confirmed({ title: t("rollback"), text: t("rollbackText", { live: models.live, before: before ?? "–" }), label: t("rollback") }))) return;
  try {
    const change = await api.post("/v1/models/rollback", { reason: "" });
    ctx.toast(t("rolled", { version: change.live }), { kind: "good" });
    ctx.refresh();
  } catch (error) {
    ctx.fail(error);
  }
}
