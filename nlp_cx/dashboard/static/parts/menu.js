// A button that opens a small panel: choices with counts, of which several may be ticked.
import { h, icon, replace, uid } from "../dom.js";
import * as format from "../format.js";
import { t } from "../words.js";

/** A button with a panel below it: popover({label, class, panel: () => Node}). Escape or a click elsewhere closes it. */
export function popover({ label, panel, active = false, name }) {
  const id = uid("panel");
  const box = h("div.popover", {});
  const button = h("button.pick", { type: "button", "aria-expanded": "false", "aria-controls": id, class: active ? "active" : "", dataset: { pick: name ?? "" } },
    h("span", {}, label), icon("chevron"));
  const place = h("div.panel", { id, hidden: true, role: "group", "aria-label": typeof label === "string" ? label : null });
  const close = (focus) => {
    if (place.hidden) return;
    place.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus) button.focus();
  };
  const outside = (event) => box.contains(event.target) || close(false);
  const open = () => {
    replace(place, panel(close));
    place.hidden = false;
    place.classList.remove("flip");
    if (place.getBoundingClientRect().right > document.documentElement.clientWidth - 8) place.classList.add("flip");
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    place.querySelector("input, button, select, a")?.focus();
  };
  button.addEventListener("click", () => (place.hidden ? open() : close(true)));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(true); }
  });
  box.addEventListener("focusout", (event) => event.relatedTarget && !box.contains(event.relatedTarget) && close(false));
  box.append(button, place);
  return box;
}

/**
 * Choices to tick: menu({name, label, options: [{value, label, count}], chosen: [value], choose(values)}). The button
 * says what is chosen; long lists can be searched.
 */
export function menu({ name, label, options, chosen, choose }) {
  const known = new Map(options.map((option) => [option.value, option.label]));
  const said = chosen.length === 0 ? label
    : `${label}: ${chosen.length === 1 ? known.get(chosen[0]) ?? chosen[0] : t("several", { n: chosen.length })}`;
  return popover({
    name, label: said, active: chosen.length > 0,
    panel: () => {
      const ticked = new Set(chosen);
      const missing = chosen.filter((value) => !known.has(value)).map((value) => ({ value, label: value, count: 0 }));
      const all = [...missing, ...options];
      const list = h("div.ticks");
      const show = (wanted) => replace(list, all.filter((option) => plain(option.label).includes(plain(wanted))).slice(0, 300).map((option) =>
        h("label.tick", {},
          h("input", {
            type: "checkbox", checked: ticked.has(option.value), value: option.value,
            onchange: (event) => {
              if (event.target.checked) ticked.add(option.value);
              else ticked.delete(option.value);
              choose([...ticked]);
            },
          }),
          h("span.tick-label", {}, option.label),
          option.count !== undefined && h("span.count", {}, format.number(option.count)))));
      show("");
      return [
        all.length > 8 && h("div.search", {}, icon("search"), h("input", {
          type: "search", "aria-label": t("findIn", { what: label }), placeholder: t("find"), oninput: (event) => show(event.target.value),
        })),
        list,
      ];
    },
  });
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
}
