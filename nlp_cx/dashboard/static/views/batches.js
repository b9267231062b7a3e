// All files that were handed in: how far each is, what became of it, and what can be done with it.
import { wait } from "../api.js";
import { h, icon, replace } from "../dom.js";
import { card, chip, empty, pager, progress, segmented, skeleton, trouble } from "../parts/bits.js";
import { confirmed } from "../parts/dialog.js";

const STATES = ["running", "completed", "failed", "cancelled"];
const LOOK = 1500; // milliseconds between two looks at what is under way
const UNDER_WAY = ["queued", "running"];

export async function render(root, ctx) {
  const { t, api, signal } = ctx;
  const list = h("ul.batches", { "aria-label": t("title") });
  const more = h("div");
  const wanted = ctx.params.get("state");
  root.append(
    h("header.view-head", {},
      h("div", {}, h("h1", {}, t("title")), h("p", {}, t("lead"))),
      h("div.tools", {},
        ctx.caller.may("analyze") && h("button.button.plain", { type: "button", onclick: () => rescore(ctx) }, icon("undo"), h("span", {}, t("rescore"))),
        h("a.button.primary", { href: ctx.href("upload") }, icon("upload"), h("span", {}, t("nav.upload"))))),
    segmented({
      label: t("show"), value: wanted ?? "",
      options: [{ value: "", label: t("all") }, ...STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))],
      choose: (state) => ctx.set({ state: state || null }),
    }),
    card({}, list, more));
  replace(list, h("li", {}, skeleton(5)));
  const rows = new Map(); // id -> {batch, element}
  let after = null;

  const place = (batch) => {
    const fresh = item(batch, ctx, () => { rows.delete(batch.id); fresh.remove(); if (rows.size === 0) showEmpty(); });
    const old = rows.get(batch.id);
    if (old) {
      const focus = old.element.contains(document.activeElement) ? document.activeElement.dataset.pick : null;
      old.element.replaceWith(fresh);
      if (focus) fresh.querySelector(`[data-pick="${focus}"]`)?.focus();
    } else list.append(fresh);
    rows.set(batch.id, { batch, element: fresh });
  };
  const showEmpty = () => replace(list, h("li", {}, empty(wanted
    ? { title: t("noneSuch"), symbol: "batches" }
    : { title: t("none"), text: t("noneText"), symbol: "batches", actions: [h("a.button.primary", { href: ctx.href("upload") }, t("nav.upload"))] })));
  const load = async () => {
    const page = await api.get("/v1/batches", { state: wanted === "running" ? UNDER_WAY : wanted, after, limit: 30 }, { signal });
    if (!after) replace(list);
    page.items.forEach(place);
    after = page.next;
    if (rows.size === 0) showEmpty();
    replace(more, after && pager(() => load().catch(ctx.fail)));
  };
  try {
    await load();
  } catch (error) {
    if (error.name !== "AbortError") replace(list, h("li", {}, trouble(error, ctx.refresh)));
    return;
  }
  watch(rows, place, ctx);
}

/** Look again at what is under way, gently, until another view is shown. */
async function watch(rows, place, ctx) {
  try {
    for (;;) {
      await wait(LOOK, ctx.signal);
      if (document.hidden) continue;
      for (const { batch } of [...rows.values()].filter((row) => UNDER_WAY.includes(row.batch.state)).slice(0, 10)) {
        const now = await ctx.api.get(`/v1/batches/${encodeURIComponent(batch.id)}`, null, { signal: ctx.signal }).catch((error) => {
          if (error.name === "AbortError") throw error;
          return null; // the next look may reach it
        });
        if (!now || !rows.has(now.id)) continue;
        if (JSON.stringify(now) !== JSON.stringify(batch)) place(now);
        if (!UNDER_WAY.includes(now.state)) ctx.announce(`${now.name}: ${ctx.t(`state.${now.state}`)}`);
      }
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function item(batch, ctx, gone) {
  const { t, format, api } = ctx;
  const only = { batch: batch.id };
  const path = `/v1/batches/${encodeURIComponent(batch.id)}`;
  const running = UNDER_WAY.includes(batch.state);
  const kind = { completed: "positive", failed: "negative", cancelled: "warn", running: "accent", queued: "" }[batch.state];
  const bar = running && progress({ value: batch.total === null ? null : batch.done + batch.rejected, max: batch.total, label: `${batch.name}: ${t(`state.${batch.state}`)}` });
  return h("li.batch", {},
    h("div.batch-main", {},
      h("div.batch-name", {}, icon(batch.kind === "rescore" ? "undo" : "file"), h("strong.breaks", {}, batch.kind === "rescore" && batch.name === "rescore" ? t("rescored") : batch.name), chip(t(`state.${batch.state}`), { kind })),
      h("p.hint", {}, [
        t("comments", { n: batch.done }),
        batch.rejected > 0 && t("rejected", { n: batch.rejected }),
        running && batch.per_second && t("perSecond", { n: format.number(batch.per_second) }),
        running && batch.seconds_left !== null && batch.total && t("left", { time: format.duration(batch.seconds_left) }),
        format.moment(batch.created_at),
      ].filter(Boolean).join(" · ")),
      bar,
      batch.error && h("p.batch-error", {}, batch.error.detail)),
    h("div.tools", {},
      batch.done > 0 && batch.kind === "upload" && [
        h("a.button.plain.small", { href: ctx.href("overview", only), dataset: { pick: `overview-${batch.id}` } }, t("nav.overview")),
        h("a.button.plain.small", { href: ctx.href("read", only), dataset: { pick: `read-${batch.id}` } }, t("nav.read")),
        h("button.button.plain.small", {
          type: "button", dataset: { pick: `xlsx-${batch.id}` }, "aria-label": t("downloadOf", { name: batch.name }),
          onclick: () => api.download(`${path}/results`, { format: "xlsx" }).catch(ctx.fail),
        }, icon("download"), h("span", {}, "XLSX")),
      ],
      (running || batch.rejected > 0 || batch.error) && h("a.button.plain.small", { href: ctx.href("upload", only), dataset: { pick: `more-${batch.id}` } }, t(running ? "watch" : "details")),
      running && ctx.caller.may("analyze") && h("button.button.plain.small", {
        type: "button", dataset: { pick: `cancel-${batch.id}` },
        onclick: async () => {
          if (!(await confirmed({ title: t("cancelTitle"), text: t("cancelText", { name: batch.name }), label: t("cancelIt") }))) return;
          await api.post(`${path}/cancel`).then(() => ctx.toast(t("cancelled"), { kind: "good" }), ctx.fail);
        },
      }, t("cancelIt")),
      ctx.caller.may("analyze") && h("button.icon-button", {
        type: "button", "aria-label": t("deleteOf", { name: batch.name }), title: t("delete"), dataset: { pick: `delete-${batch.id}` },
        onclick: async () => {
          if (!(await confirmed({ title: t("deleteTitle"), text: t("deleteText", { name: batch.name, n: batch.done }), label: t("delete") }))) return;
          await api.delete(path).then(() => { gone(); ctx.toast(t("deleted"), { kind: "good" }); }, ctx.fail);
        },
      }, icon("trash"))));
}

async function rescore(ctx) {
  const { t } = ctx;
  if (!(await confirmed({ title: t("rescore"), text: t("rescoreText"), label: t("rescoreGo"), danger: false }))) return;
  try {
    const batch = await ctx.api.post("/v1/rescore");
    ctx.toast(batch.without_raw > 0 ? t("rescoreSome", { n: batch.without_raw }) : t("rescoreBegun"), { kind: "good" });
    ctx.refresh();
  } catch (error) {
    ctx.fail(error);
  }
}
