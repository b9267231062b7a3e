// The comments beneath a figure: searched, filtered, read with their evidence, corrected in place.
import { debounce, h, icon, replace, uid } from "../dom.js";
import { card, empty, pager, segmented, skeleton, trouble } from "../parts/bits.js";
import { commentCard } from "../parts/comment.js";
import { dialog } from "../parts/dialog.js";
import { filterBar, findDimensions, otherFiles, shareButton, swapBar } from "../parts/filters.js";

const PAGE = 30;
const KEYS = ["j", "k", "1", "2", "3", "e", "t", "n", "u", "?"];

export async function render(root, first) {
  let ctx = first;
  let [after, loading, ended] = [null, false, false];
  const { t } = ctx;
  const dimensions = await findDimensions(ctx);
  if (dimensions.everything === 0) {
    root.append(h("header.view-head", {}, h("h1", {}, t("title"))), empty({
      title: t("noneTitle"), text: t("noneText"), symbol: "read",
      actions: [h("a.button.primary", { href: "#/upload" }, icon("upload"), h("span", {}, t("nav.upload")))],
    }));
    return {};
  }
  const said = h("p", {});
  const list = h("div.comments", { role: "feed", "aria-label": t("title") });
  const more = h("div");
  let bar = filterBar(ctx, { dimensions, drill: true });
  const searched = h("input", {
    type: "search", id: uid("search"), value: ctx.filters.get("text") ?? "", placeholder: t("search"), "aria-label": t("search"), maxlength: 200,
    oninput: debounce(() => ctx.set({ text: searched.value.trim() || null }, { replace: true }), 350),
  });
  const order = segmented({
    label: t("order"), value: ctx.params.get("order") ?? "newest",
    options: ["newest", "oldest"].map((value) => ({ value, label: t(value) })), choose: (value) => ctx.set({ order: value === "newest" ? null : value }),
  });
  const file = (format) => h("button.button.plain.small", {
    type: "button", "aria-label": t("exportAs", { kind: format.toUpperCase() }),
    onclick: async (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      try { await ctx.api.download("/v1/comments", query({ format })); } catch (error) { ctx.fail(error); } finally { button.disabled = false; }
    },
  }, icon("download"), h("span", {}, format.toUpperCase()));
  root.append(
    h("header.view-head", {}, h("div", {}, h("h1", {}, t("title")), said), h("div.tools", {}, file("xlsx"), file("csv"), shareButton(ctx))),
    h("div.read-bar", {}, h("div.search.wide-search", {}, icon("search"), searched), order,
      h("button.button.plain.small.for-keyboard", { type: "button", onclick: () => help(ctx) }, t("keys"))),
    bar, list, more);

  const query = (extra) => ctx.filters.query({ drill: true, ...(ctx.params.get("order") ? { order: ctx.params.get("order") } : {}), ...extra });
  const load = async () => {
    if (loading || ended) return;
    loading = true;
    const mine = ctx;
    list.setAttribute("aria-busy", "true");
    try {
      const page = await mine.api.get("/v1/comments", query({ limit: PAGE, ...(after ? { after } : {}) }), { signal: mine.signal });
      if (mine !== ctx) return;
      if (!after) replace(list);
      for (const comment of page.items) list.append(commentCard(comment, ctx));
      after = page.next;
      ended = after === null;
      if (list.childElementCount === 0) {
        replace(list, card({}, empty({
          title: t("nothing"), text: t("nothingText"), symbol: "search",
          actions: [h("button.button.plain", { type: "button", onclick: () => ctx.go("read", ctx.filters.without()) }, t("clearFilters"))],
        })));
      }
      replace(more, ended ? list.childElementCount > PAGE && h("p.hint.centre", {}, t("end")) : pager(load));
      if (!ended) watcher.observe(more);
    } catch (error) {
      if (error.name !== "AbortError") replace(after ? more : list, trouble(error, () => { replace(more); load(); }));
    } finally {
      loading = false;
      list.removeAttribute("aria-busy");
    }
  };
  const watcher = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { watcher.unobserve(more); load(); }
  }, { rootMargin: "600px" });
  const count = async () => {
    const mine = ctx;
    try {
      const { rows } = await mine.api.get("/v1/summaries/themes", mine.filters.query({ metric: "comments" }), { signal: mine.signal });
      if (mine !== ctx) return;
      const n = rows.find((row) => row.metric === "comments")?.value ?? 0;
      const narrowed = ["standing", "respondent", "text"].some((name) => mine.filters.has(name));
      said.textContent = narrowed ? t("among", { n }) : t("comments", { n });
      if (!narrowed) mine.announce(t("comments", { n }));
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = "";
    }
  };
  const begin = () => {
    [after, ended, loading] = [null, false, false];
    watcher.disconnect();
    replace(list, skeleton(6));
    replace(more);
    count();
    return load();
  };
  const onkey = (event) => press(event, list, ctx);
  document.addEventListener("keydown", onkey);
  begin();
  return {
    update(now) {
      if (otherFiles(now, ctx)) return now.refresh();
      ctx = now;
      bar = swapBar(bar, filterBar(ctx, { dimensions, drill: true }));
      if (document.activeElement !== searched) searched.value = ctx.filters.get("text") ?? "";
      return begin();
    },
    leave() {
      watcher.disconnect();
      document.removeEventListener("keydown", onkey);
    },
  };
}

/** Keys that lead through the list and correct, unless somebody is typing. */
function press(event, list, ctx) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog, .panel")) return;
  if (event.key === "?") { event.preventDefault(); help(ctx); return; }
  const cards = [...list.querySelectorAll(".comment")];
  const here = event.target.closest?.(".comment");
  const at = cards.indexOf(here);
  if (event.key === "j" || event.key === "k") {
    const next = cards[Math.max(0, Math.min(cards.length - 1, at + (event.key === "j" ? 1 : at < 0 ? 1 : -1)))];
    if (next) { event.preventDefault(); next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  } else if (here && here.act(event.key)) event.preventDefault();
}

function help(ctx) {
  return dialog({
    title: ctx.t("keys"),
    body: h("dl.keys", {}, KEYS.map((key) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, ctx.t(`key.${key}`))])),
    actions: [{ label: ctx.t("close"), value: null }],
  });
}
