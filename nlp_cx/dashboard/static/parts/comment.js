// One comment: its text with the evidence lit, scores and themes beside it, and the means to correct it in place.
import { h, icon, replace, uid } from "../dom.js";
import { recall, remember } from "../store.js";
import { chip, segmented } from "./bits.js";
import { metricName } from "../words.js";
import { marked } from "./evidence.js";

const POLARITIES = ["negative", "neutral", "positive"];
const LONG = 700; // characters from which a comment is folded
const MOST_PLACES = 5; // segments beside a comment; the others show when it is pointed at

/** Who corrects, as it stands in the history; remembered on this device. */
export const author = { get: () => recall("author") ?? "", set: (name) => remember("author", name || null) };

/**
 * Make a comment: commentCard(comment, ctx, {open, saved(comment), more: Node}). The element has `comment`, and `act(key)`
 * that does what a key stands for (1 2 3 n e u); it gives false for a key without a meaning.
 */
export function commentCard(comment, ctx, { open = false, confirms = false, saved = () => {}, tools = [] } = {}) {
  const card = h("article.comment", { tabindex: "-1", dataset: { id: comment.id } });
  card.comment = comment;
  card.editing = open;
  card.confirms = confirms; // saving says that the whole reading is right
  card.saved = saved;
  card.more = tools;
  card.act = (key) => act(card, ctx, key);
  draw(card, ctx);
  return card;
}

function draw(card, ctx) {
  const { comment } = card;
  const { analysis } = comment;
  const { t, format } = ctx;
  const id = uid("comment");
  card.setAttribute("aria-labelledby", id);
  const name = (mention) => `${ctx.themeName(mention.theme)}: ${t(mention.sentiment).toLowerCase()}`;
  const text = h("p.comment-text", { id, lang: analysis.language.code === "vi" || analysis.language.code === "en" ? analysis.language.code : null }, marked(analysis, { name, found: ctx.filters.get("text") }));
  const folded = analysis.text.length > LONG && !card.unfolded;
  const light = (number) => {
    for (const mark of text.querySelectorAll(".evidence")) {
      mark.classList.toggle("lit", number !== null && mark.dataset.mentions.split(" ").includes(String(number)));
      mark.classList.toggle("dim", number !== null && !mark.dataset.mentions.split(" ").includes(String(number)));
    }
  };
  const places = [comment.touchpoint, comment.stage && ctx.stageName(comment.stage), ...Object.values(comment.segments)].filter(Boolean);
  replace(card,
    h("header.comment-head", {},
      chip(t(analysis.sentiment.label), { kind: analysis.sentiment.label }),
      comment.scores.map(({ metric, value, max }) => chip(`${metricName(metric)} ${format.number(value, Number.isInteger(value) ? 0 : 1)}${max === null || max === undefined ? "" : `/${format.number(max)}`}`)),
      comment.human && chip(t("flag.human"), { kind: "accent" }),
      analysis.needs_review && !comment.human && chip(t("flag.needs_review"), { kind: "warn" }),
      analysis.mixed && chip(t("mixed")),
      h("span.spring"),
      h("span.hint.comment-meta", { title: places.length > MOST_PLACES ? places.join(" · ") : null }, [...places.slice(0, MOST_PLACES), places.length > MOST_PLACES && `+${places.length - MOST_PLACES}`, comment.created_at && format.date(comment.created_at.slice(0, 10))].filter(Boolean).join(" · "))),
    comment.question && h("p.hint", {}, comment.question),
    text,
    folded && h("button.clear", { type: "button", onclick: () => { card.unfolded = true; draw(card, ctx); card.focus(); } }, t("unfold")),
    analysis.truncated && h("p.hint", {}, t("truncated")),
    card.editing ? editor(card, ctx)
      : h("footer.comment-foot", {},
        h("div.mentions", {}, analysis.themes.map((mention, number) => h("button.mention", {
          type: "button", class: mention.sentiment, title: t("sure", { sure: format.percent(mention.confidence) }), "aria-label": name(mention),
          onpointerenter: () => light(number), onpointerleave: () => light(null), onfocus: () => light(number), onblur: () => light(null),
          onclick: () => ctx.go("read", ctx.filters.with({ mentioning: mention.theme, mentioning_as: mention.sentiment })),
        }, h("span.dot"), ctx.themeName(mention.theme))),
        analysis.none && h("span.hint", {}, t("says nothing")),
        !analysis.none && analysis.themes.length === 0 && h("span.hint", {}, t("no theme"))),
        h("div.tools", {}, card.more,
          ctx.caller.may("label") && h("button.button.plain.small", { type: "button", "aria-label": t("correctThis"), onclick: () => edit(card, ctx) }, t("correct")))));
  text.classList.toggle("folded", folded);
}

// --- correcting ---

/** Do what a key stands for; gives false if it stands for nothing here. */
function act(card, ctx, key) {
  if (!ctx.caller.may("label")) return false;
  const chosen = POLARITIES["123".indexOf(key)];
  if (chosen && !card.editing) save(card, ctx, { sentiment: chosen });
  else if (key === "n" && !card.editing) save(card, ctx, { none: true, themes: [], sentiment: "neutral" });
  else if ((key === "e" || key === "t") && !card.editing) edit(card, ctx, key === "t");
  else if (key === "u" && card.comment.human) undo(card, ctx);
  else return false;
  return true;
}

function edit(card, ctx, themes = false) {
  card.editing = true;
  draw(card, ctx);
  card.querySelector(themes ? ".add-theme" : ".editor [aria-pressed=true]")?.focus();
}

function editor(card, ctx) {
  const { t } = ctx;
  const { analysis } = card.comment;
  const wanted = {
    sentiment: analysis.sentiment.label,
    themes: analysis.themes.map(({ theme, sentiment, spans }) => ({ theme, sentiment, spans })),
    complaint: analysis.complaint >= 0.5, suggestion: analysis.suggestion >= 0.5, none: analysis.none,
  };
  const before = JSON.stringify(wanted);
  const list = h("ul.edit-themes");
  const who = h("input", { type: "text", value: author.get(), id: uid("who"), maxlength: 200, autocomplete: "name" });
  const add = h("select.add-theme", {
    "aria-label": t("addTheme"),
    onchange: () => {
      if (!add.value) return;
      wanted.themes.push({ theme: add.value, sentiment: wanted.sentiment, spans: [] });
      wanted.none = false;
      show();
      list.lastElementChild?.querySelector("[aria-pressed=true]")?.focus();
    },
  });
  const show = () => {
    replace(list, wanted.themes.map((mention, at) => h("li", {},
      h("span.edit-name", {}, ctx.themeName(mention.theme)),
      segmented({ label: t("judged", { theme: ctx.themeName(mention.theme) }), value: mention.sentiment, options: POLARITIES.map((value) => ({ value, label: t(value) })), choose: (value) => { mention.sentiment = value; } }),
      h("button.icon-button", { type: "button", "aria-label": t("remove", { what: ctx.themeName(mention.theme) }), onclick: () => { wanted.themes.splice(at, 1); show(); add.focus(); } }, icon("close")))));
    replace(add, h("option", { value: "" }, t("addTheme")), ctx.themes().map((theme) => h("option", { value: theme }, ctx.themeName(theme))));
    add.value = "";
  };
  show();
  const tick = (name) => h("label.tick", {}, h("input", { type: "checkbox", checked: wanted[name], onchange: (event) => {
    wanted[name] = event.target.checked;
    if (name === "none" && wanted.none) { wanted.themes = []; show(); }
  } }), h("span", {}, t(`is.${name}`)));
  const leave = () => { card.editing = false; draw(card, ctx); card.focus(); };
  return h("form.editor", {
    "aria-label": t("correctThis"),
    onsubmit: (event) => {
      event.preventDefault();
      author.set(who.value.trim());
      card.editing = false;
      if (JSON.stringify(wanted) === before && !card.confirms) return leave();
      return save(card, ctx, changes(wanted, JSON.parse(before), card.confirms));
    },
    onkeydown: (event) => { if (event.key === "Escape" && !card.confirms) { event.stopPropagation(); leave(); } },
  },
    segmented({ label: t("sentiment"), value: wanted.sentiment, options: POLARITIES.map((value) => ({ value, label: t(value) })), choose: (value) => { wanted.sentiment = value; } }),
    list,
    h("div.edit-row", {}, add, ["complaint", "suggestion", "none"].map(tick)),
    h("div.edit-row", {},
      h("label.hint", { for: who.id }, t("yourName")), who, h("span.spring"),
      card.more,
      !card.confirms && h("button.button.plain.small", { type: "button", onclick: leave }, t("cancel")),
      h("button.button.primary.small", { type: "submit" }, t(card.confirms ? "confirmNext" : "save"))));
}

/** What a person changed; all of it when they confirm a whole reading. */
function changes(wanted, before, whole) {
  const same = (name) => JSON.stringify(wanted[name]) === JSON.stringify(before[name]);
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => whole || !same(name)));
}

/** Show a correction at once, then hand it in; if that fails, what was there comes back and the reason is told. */
async function save(card, ctx, said) {
  const { t, api } = ctx;
  const old = card.comment;
  card.comment = corrected(old, said);
  draw(card, ctx);
  if (!card.editing) card.focus();
  try {
    await api.post("/v1/labels", { comment_id: old.id, ...said, author: author.get() || undefined }, { signal: null });
    card.comment = await api.get(`/v1/comments/${encodeURIComponent(old.id)}`);
    if (card.isConnected) draw(card, ctx);
    if (!card.confirms) card.focus();
    ctx.toast(t("saved"), { kind: "good", action: { label: t("undo"), run: () => undo(card, ctx) } });
    card.saved(card.comment, said);
  } catch (error) {
    card.comment = old;
    draw(card, ctx);
    ctx.fail(error);
  }
}

async function undo(card, ctx) {
  try {
    await ctx.api.post("/v1/labels/undo", { comment_id: card.comment.id, author: author.get() || undefined });
    card.comment = await ctx.api.get(`/v1/comments/${encodeURIComponent(card.comment.id)}`);
    draw(card, ctx);
    if (card.isConnected) card.focus();
    ctx.toast(ctx.t("undone"), { kind: "good" });
    card.saved(card.comment, null);
  } catch (error) {
    ctx.fail(error);
  }
}

function corrected(comment, said) {
  const analysis = { ...comment.analysis };
  if (said.sentiment) analysis.sentiment = { ...analysis.sentiment, label: said.sentiment };
  if (said.themes) analysis.themes = said.themes.map((mention) => ({ confidence: 1, ...mention }));
  if (said.none !== undefined) analysis.none = said.none;
  return { ...comment, human: true, analysis };
}
