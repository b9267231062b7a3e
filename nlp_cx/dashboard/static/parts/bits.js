// Small parts that many views show: tile, card, empty state, trouble, skeleton, progress, pager, chip, table, note.
import { h, icon, uid } from "../dom.js";
import { t } from "../words.js";

/** A card with a heading: card({title, hint, tools: [Node], class}, ...children). */
export function card({ title, hint, tools = [], ...attributes }, ...children) {
  const id = uid("card");
  return h("section.card", { "aria-labelledby": title ? id : null, ...attributes },
    title && h("header.card-head", {}, h("div", {}, h("h2", { id }, title), hint && h("p.hint", {}, hint)),
      tools.length > 0 && h("div.tools", {}, tools)),
    ...children);
}

/** A figure: tile({name, value, note, foot: Node}). */
export function tile({ name, value, note, foot, ...attributes }) {
  return h("div.tile", attributes, h("div.tile-name", {}, name), h("div.tile-value", {}, value),
    note && h("div.tile-note", {}, note), foot);
}

/** What to do where there is nothing: empty({title, text, actions: [Node], symbol, level: of its heading}). */
export function empty({ title, text, actions = [], symbol = "info", level = 3 }) {
  return h("div.empty", {}, h("div.empty-symbol", {}, icon(symbol)), h(`h${level}`, {}, title), text && h("p", {}, text),
    actions.length > 0 && h("div.empty-actions", {}, actions));
}

/** What went wrong, in words, with a way to try again. */
export function trouble(error, again) {
  const lines = error.lines?.() ?? [t("unexpected")];
  if (!error.lines) console.error(error);
  return h("div.trouble", { role: "alert" }, icon("warning"),
    h("div", {}, lines.map((line) => h("p", {}, line)),
      error.requestId && h("p.hint", {}, t("request", { id: error.requestId })),
      again && h("button.button.plain.small", { type: "button", onclick: again }, t("again"))));
}

/** Grey lines while something loads. */
export function skeleton(lines = 4, attributes = {}) {
  return h("div.skeleton", { "aria-hidden": "true", ...attributes },
    Array.from({ length: lines }, (_, at) => h("div.bone", { style: { width: `${[92, 74, 83, 60, 78][at % 5]}%` } })));
}

/** A bar of progress: progress({value, max, label}); without `value` it only moves. `update({value, max, label})`. */
export function progress({ value, max = 1, label }) {
  const bar = h("div.progress-fill");
  const box = h("div.progress", { role: "progressbar", "aria-valuemin": "0" }, bar);
  box.update = (now) => {
    const known = now.value !== undefined && now.value !== null && now.max > 0;
    box.classList.toggle("unknown", !known);
    box.setAttribute("aria-label", now.label);
    box.setAttribute("aria-valuemax", String(now.max ?? 1));
    if (known) box.setAttribute("aria-valuenow", String(now.value));
    else box.removeAttribute("aria-valuenow");
    bar.style.width = known ? `${Math.min(100, (100 * now.value) / now.max)}%` : "";
  };
  box.update({ value, max, label });
  return box;
}

/** A small label; with `remove` a button takes it away, with `href` it is a link. `kind`: negative, positive, ... */
export function chip(text, { kind = "", remove, removeLabel, href, title } = {}) {
  const inside = [h("span.chip-text", {}, text),
    remove && h("button.chip-remove", { type: "button", "aria-label": removeLabel ?? t("remove", { what: text }), onclick: remove }, icon("close"))];
  return h(`${href ? "a" : "span"}.chip`, { class: kind, href, title }, inside);
}

/** A button for more of a list. */
export function pager(more) {
  const button = h("button.button.plain", { type: "button" }, t("more"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await more();
    } finally {
      button.disabled = false;
    }
  });
  return h("div.pager", {}, button);
}

/**
 * A table: table({columns: [{key, title, number, cell(row) -> Node|string}], rows, caption}). It scrolls sideways in
 * itself, never the page; on a phone `cards: true` stacks each row.
 */
export function table({ columns, rows, caption, cards = false, rowAttributes = () => ({}) }) {
  return h("div.table-box", { tabindex: "0", role: "region", "aria-label": caption && t("tableOf", { what: caption }) },
    h("table.table", { class: cards ? "stacked" : "" },
      caption && h("caption.hidden", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: column.number ? "number" : "" }, column.title)))),
      h("tbody", {}, rows.map((row) => h("tr", rowAttributes(row), columns.map((column) =>
        h("td", { class: column.number ? "number" : "", dataset: { title: column.title ?? "" } }, column.cell ? column.cell(row) : row[column.key])))))));
}

/** What a reader should know: the API's notes, {en, vi}. */
export function notes(given, lang) {
  const said = [...new Set(given.map((note) => note[lang]))];
  return said.length > 0 && h("ul.notes", {}, said.map((text) => h("li", {}, icon("info"), h("span", {}, text))));
}

/** A row of buttons of which one is pressed: segmented({label, options: [{value, label}], value, choose}). */
export function segmented({ label, options, value, choose }) {
  const box = h("div.segmented", { role: "group", "aria-label": label });
  for (const option of options) {
    box.append(h("button", {
      type: "button", "aria-pressed": String(option.value === value),
      onclick: (event) => {
        for (const button of box.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        choose(option.value);
      },
    }, option.label));
  }
  return box;
}

/** A select with its label: choice({label, options: [{value, label}], value, choose, hidden}). */
export function choice({ label, options, value, choose, hideLabel = false }) {
  const id = uid("choice");
  return h("div.choice", {}, h("label", { for: id, class: hideLabel ? "hidden" : "" }, label),
    h("select", { id, value, onchange: (event) => choose(event.target.value) },
      options.map((option) => h("option", { value: option.value, selected: option.value === value }, option.label))));
}
