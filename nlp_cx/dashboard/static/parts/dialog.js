// A dialog over the page; the browser keeps the focus inside and gives it back.
import { h, icon, uid } from "../dom.js";
import { t } from "../words.js";

/**
 * Open a dialog: await dialog({title, body: Node, actions: [{label, value, kind: "primary"|"danger"|"plain"}]}).
 * Gives the value of the button that was pressed, null if it was closed otherwise. An action's `check` may be an async
 * function that gives false to keep the dialog open.
 */
export function dialog({ title, body, actions = [], wide = false }) {
  return new Promise((done) => {
    const id = uid("dialog");
    let result = null;
    let pending = null; // a check under way: what it makes must not be lost, so nothing closes the dialog meanwhile
    const shut = (value) => {
      result = value;
      if (box.open) box.close();
    };
    const leave = () => pending || shut(null);
    const press = async (action, button) => {
      if (pending) return;
      button.disabled = true;
      pending = Promise.resolve(action.check?.());
      try {
        if ((await pending) !== false) shut(action.value);
      } finally {
        pending = null;
        button.disabled = false;
      }
    };
    const form = h("form", { method: "dialog", onsubmit: (event) => {
      event.preventDefault();
      const first = actions.find((action) => action.kind === "primary" || action.kind === "danger");
      if (first) press(first, form.querySelector("button[type=submit]"));
    } },
      h("header.dialog-head", {}, h("h2", { id }, title),
        h("button.icon-button", { type: "button", "aria-label": t("close"), onclick: leave }, icon("close"))),
      h("div.dialog-body", {}, body),
      actions.length && h("footer.dialog-foot", {}, actions.map((action) => {
        const main = action.kind === "primary" || action.kind === "danger";
        return h(`button.button.${action.kind ?? "plain"}`, {
          type: main ? "submit" : "button", onclick: main ? null : (event) => press(action, event.currentTarget),
        }, action.label);
      })));
    const box = h("dialog.dialog", { "aria-labelledby": id, class: wide ? "wide" : "" }, form);
    box.addEventListener("click", (event) => event.target === box && leave());
    box.addEventListener("cancel", (event) => pending && event.preventDefault());
    window.addEventListener("popstate", leave); // going back leaves the dialog with its view
    box.addEventListener("close", async () => { // a second Escape closes it all the same: wait for what is under way
      window.removeEventListener("popstate", leave);
      await pending?.catch(() => {});
      box.remove();
      done(result);
    });
    document.body.append(box);
    box.showModal();
    box.querySelector("[autofocus]")?.focus();
  });
}

/** Ask before something that cannot be taken back; true if the person agrees. */
export async function confirmed({ title, text, label, danger = true }) {
  return (await dialog({
    title, body: h("p", {}, text),
    actions: [{ label: t("cancel"), value: null }, { label, value: true, kind: danger ? "danger" : "primary" }],
  })) === true;
}
