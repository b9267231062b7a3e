// Short messages at the edge of the page, read out too; with an action they stay long enough to press it.
import { h, icon } from "../dom.js";
import { t } from "../words.js";

/** Say something: toast("saved", {kind: "good"|"bad"|"plain", action: {label, run}}). Gives a function that closes it. */
export function toast(text, { kind = "plain", action = null, seconds = action ? 10 : 5 } = {}) {
  const close = () => { clearTimeout(timer); box.remove(); };
  const box = h(`div.toast.${kind}`, { role: kind === "bad" ? "alert" : "status" },
    h("span.toast-text", {}, text),
    action && h("button.toast-action", { type: "button", onclick: () => { close(); action.run(); } }, action.label),
    h("button.icon-button", { type: "button", "aria-label": t("close"), onclick: close }, icon("close")));
  document.getElementById("toasts").append(box);
  let timer = setTimeout(close, 1000 * seconds);
  const hold = () => clearTimeout(timer);
  const resume = () => { clearTimeout(timer); timer = setTimeout(close, 1000 * seconds); };
  box.addEventListener("pointerenter", hold);
  box.addEventListener("focusin", hold);
  box.addEventListener("pointerleave", resume);
  box.addEventListener("focusout", resume);
  return close;
}
