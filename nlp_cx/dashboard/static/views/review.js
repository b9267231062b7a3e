// What the model is least sure of, one comment after the other: confirm, correct or skip.
import { h, icon, replace } from "../dom.js";
import { card, empty, progress, skeleton, trouble } from "../parts/bits.js";
import { commentCard } from "../parts/comment.js";

const QUEUE = 40; // comments that are asked for at once

export async function render(root, ctx) {
  const { t, api, signal, format } = ctx;
  const place = h("div.review-place");
  const figures = h("div.facts");
  let [queue, skipped, done, corrected] = [[], new Set(), 0, 0];
  root.append(
    h("header.view-head", {},
      h("div", {}, h("h1", {}, t("title")), h("p", {}, t("lead"))),
      h("div.tools", {}, h("button.button.plain", {
        type: "button",
        onclick: () => api.download("/v1/labels/export", null, { name: "labels.jsonl" }).catch(ctx.fail),
      }, icon("download"), h("span", {}, t("export"))))),
    figures, place);
  replace(place, skeleton(5));
  if (!ctx.caller.may("label")) {
    replace(place, empty({ title: t("mayNot"), text: t("mayNotText"), symbol: "keys" }));
    return {};
  }

  const tell = () => {
    const bar = progress({ value: done, max: Math.max(1, done + queue.length), label: t("progress") });
    replace(figures, done > 0 && h("strong", {}, t("done", { n: done })), done > 0 && h("span.hint", {}, t("changed", { n: corrected })),
      queue.length > 0 && h("span.hint", {}, t("ahead", { n: queue.length })), h("div.review-bar", {}, bar));
  };
  const fetchMore = async () => {
    const { items } = await api.get("/v1/review", { limit: QUEUE }, { signal });
    queue = items.filter((one) => !skipped.has(one.id));
  };
  const next = async () => {
    try {
      if (queue.length === 0) { replace(place, skeleton(5)); await fetchMore(); }
    } catch (error) {
      if (error.name !== "AbortError") replace(place, trouble(error, next));
      return;
    }
    tell();
    const [comment] = queue;
    if (!comment) {
      replace(place, card({}, empty({
        title: t(done > 0 ? "allDone" : "nothing"), text: t(done > 0 ? "allDoneText" : "nothingText"), symbol: "check",
        actions: [h("a.button.plain", { href: ctx.href("read") }, t("nav.read"))],
      })));
      return;
    }
    const skip = h("button.button.plain.small", { type: "button", onclick: () => { skipped.add(comment.id); queue.shift(); next(); } }, t("skip"));
    const shown = commentCard(comment, ctx, {
      open: true, confirms: true, tools: [skip],
      saved: (now, said) => {
        if (said === null) { skipped.delete(now.id); done = Math.max(0, done - 1); queue.unshift(now); next(); return; }
        done += 1;
        corrected += differs(comment, now) ? 1 : 0;
        queue.shift();
        next();
      },
    });
    shown.classList.add("large");
    replace(place, h("p.doubt", {}, icon("info"), h("span", {}, doubt(comment, ctx, format))), shown);
    shown.focus({ preventScroll: true });
    ctx.announce(t("nextShown"));
  };
  const onkey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input[type=text], select, textarea, dialog")) return;
    const shown = place.querySelector(".comment");
    if (!shown) return;
    const segment = shown.querySelector(".editor > .segmented");
    if ("123".includes(event.key)) { event.preventDefault(); segment?.children["123".indexOf(event.key)].click(); }
    else if (event.key === "s" || (event.key === "Enter" && !event.target.closest?.("button, a"))) { event.preventDefault(); shown.querySelector("form.editor")?.requestSubmit(); }
    else if (event.key === "t") { event.preventDefault(); shown.querySelector(".add-theme")?.focus(); }
    else if (event.key === "k" || event.key === "x") { event.preventDefault(); skipped.add(shown.comment.id); queue.shift(); next(); }
  };
  document.addEventListener("keydown", onkey);
  await next();
  return { leave: () => document.removeEventListener("keydown", onkey) };
}

function differs(before, after) {
  const told = ({ analysis }) => JSON.stringify([analysis.sentiment.label, analysis.none, analysis.themes.map(({ theme, sentiment }) => `${theme} ${sentiment}`).sort()]);
  return told(before) !== told(after);
}

/** Why a comment is in the queue, in words. */
function doubt({ analysis, scores }, { t, themeName }, format) {
  const sure = Math.max(...Object.values(analysis.sentiment.scores));
  const weak = analysis.themes.filter((mention) => mention.confidence < 0.6).map((mention) => themeName(mention.theme));
  const high = scores.find(({ value, min, max, direction }) => min !== null && (direction === "lower_is_better" ? (max - value) : (value - min)) / (max - min) >= 0.8);
  const low = scores.find(({ value, min, max, direction }) => min !== null && (direction === "lower_is_better" ? (max - value) : (value - min)) / (max - min) <= 0.4);
  if (high && analysis.sentiment.label === "negative") return t("doubtHigh");
  if (low && analysis.sentiment.label === "positive") return t("doubtLow");
  if (sure < 0.75) return t("doubtSentiment", { label: t(analysis.sentiment.label).toLowerCase(), sure: format.percent(sure) });
  if (weak.length) return t("doubtThemes", { themes: weak.join(", ") });
  return t("doubtOther");
}
