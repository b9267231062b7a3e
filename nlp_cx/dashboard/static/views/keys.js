// Who may call the service: API keys, and the addresses that are told of events.
import { useKey } from "../api.js";
import { h, icon, replace } from "../dom.js";
import { card, chip, empty, skeleton, table, trouble } from "../parts/bits.js";
import { confirmed, dialog } from "../parts/dialog.js";

const SCOPES = ["read", "label", "analyze", "admin"];
const EVENTS = ["batch.completed", "batch.failed", "alert.fired"];

export async function render(root, ctx) {
  const { t, api, signal } = ctx;
  root.append(h("header.view-head", {}, h("div", {}, h("h1", {}, t("title")), h("p", {}, t("lead")))));
  if (!ctx.caller.may("admin")) {
    root.append(empty({ title: t("mayNot"), text: t("mayNotText", { key: ctx.caller.key ?? "–", scopes: ctx.caller.scopes.map((scope) => t(`scope.${scope}`)).join(", ") }), symbol: "keys" }));
    return;
  }
  const keys = h("div", {}, skeleton(4));
  const hooks = h("div", {}, skeleton(3));
  root.append(
    card({ title: t("keys"), hint: ctx.caller.open ? t("openHint") : t("workspaceHint", { workspace: ctx.caller.workspace }), tools: [h("button.button.primary", { type: "button", onclick: () => create(ctx) }, icon("plus"), h("span", {}, t("create")))] }, keys),
    card({ title: t("hooks"), hint: t("hooksHint"), tools: [h("button.button.plain", { type: "button", onclick: () => hook(ctx) }, icon("plus"), h("span", {}, t("hookCreate")))] }, hooks));
  const show = async (place, load, draw) => {
    try {
      replace(place, draw(await load()));
    } catch (error) {
      if (error.name !== "AbortError") replace(place, trouble(error, ctx.refresh));
    }
  };
  await Promise.all([
    show(keys, () => api.get("/v1/keys", null, { signal }), ({ items }) => keyTable(items, ctx)),
    show(hooks, () => api.get("/v1/webhooks", null, { signal }), ({ items }) => hookTable(items, ctx)),
  ]);
}

function keyTable(items, ctx) {
  const { t, format, api } = ctx;
  if (items.length === 0) return empty({ title: t("noKeys"), text: t("noKeysText"), symbol: "keys" });
  return table({
    caption: t("keys"), cards: true, rows: items,
    columns: [
      { title: t("name"), cell: (key) => [h("strong", {}, key.name || t("unnamed")), key.mine && chip(t("mine"), { kind: "accent" })] },
      { title: t("key"), cell: (key) => h("code.mono", {}, `ncx_${key.prefix}_…`) },
      { title: t("scopes"), cell: (key) => key.scopes.map((scope) => t(`scope.${scope}`)).join(", ") },
      { title: t("created"), cell: (key) => format.date(key.created_at) },
      { title: t("used"), cell: (key) => (key.last_used_at ? format.ago(key.last_used_at) : t("never")) },
      {
        title: t("state"), cell: (key) => (key.revoked_at ? chip(t("revoked"), { kind: "negative" })
          : key.mine ? chip(t("valid"), { kind: "positive" })
            : h("button.button.plain.small", {
              type: "button", "aria-label": t("revokeOf", { name: key.name || key.prefix }),
              onclick: async () => {
                if (!(await confirmed({ title: t("revokeTitle"), text: t("revokeText", { name: key.name || key.prefix }), label: t("revoke") }))) return;
                await api.delete(`/v1/keys/${encodeURIComponent(key.prefix)}`).then(() => { ctx.toast(t("revokedNow"), { kind: "good" }); ctx.refresh(); }, ctx.fail);
              },
            }, t("revoke"))),
      },
    ],
  });
}

async function create(ctx) {
  const { t, api } = ctx;
  const first = ctx.caller.open;
  const name = h("input.wide", { type: "text", maxlength: 200, autofocus: true, placeholder: t("nameHint") });
  const ticks = SCOPES.map((scope) => h("label.tick", {},
    h("input", { type: "checkbox", value: scope, checked: first || scope === "read", disabled: first && scope === "admin" }),
    h("span", {}, h("strong", {}, t(`scope.${scope}`)), h("span.hint", {}, ` – ${t(`may.${scope}`)}`))));
  const wrong = h("p.wrong", { role: "alert" });
  let made = null;
  await dialog({
    title: t("create"),
    body: [first && h("p", {}, t("firstText")), h("label.field", {}, t("name"), name), h("fieldset.plain-set", {}, h("legend", {}, t("scopes")), ticks), wrong],
    actions: [
      { label: t("cancel"), value: null },
      {
        label: t("create"), value: true, kind: "primary",
        check: async () => {
          const scopes = ticks.map((tick) => tick.firstChild).filter((box) => box.checked).map((box) => box.value);
          if (scopes.length === 0) { wrong.textContent = t("scopeNeeded"); return false; }
          try {
            made = await api.post("/v1/keys", { name: name.value.trim(), scopes });
            return true;
          } catch (error) {
            wrong.textContent = error.lines?.().join(" ") ?? error.message;
            return false;
          }
        },
      },
    ],
  });
  if (!made) return;
  if (first) useKey(made.key, true); // from now on the page itself needs it
  await secret(ctx, { title: t("madeTitle"), text: t(first ? "madeFirst" : "madeText"), value: made.key });
  if (first) location.reload();
  else ctx.refresh();
}

/** Show a secret, this once. */
function secret(ctx, { title, text, value }) {
  const { t } = ctx;
  const field = h("input.wide.mono", { value, readonly: true, "aria-label": title, onfocus: (event) => event.target.select() });
  return dialog({
    title, body: [h("p", {}, text), field, h("div.tools", {}, h("button.button.plain.small", {
      type: "button",
      onclick: async () => {
        try { await navigator.clipboard.writeText(value); ctx.toast(t("copiedKey"), { kind: "good" }); } catch { field.focus(); }
      },
    }, t("copy")))],
    actions: [{ label: t("close"), value: null, kind: "primary" }],
  });
}

// --- webhooks ---

function hookTable(items, ctx) {
  const { t, api } = ctx;
  if (items.length === 0) return empty({ title: t("noHooks"), text: t("noHooksText"), symbol: "link" });
  return table({
    caption: t("hooks"), cards: true, rows: items,
    columns: [
      { title: t("address"), cell: (one) => h("span.breaks", {}, one.url) },
      { title: t("events"), cell: (one) => one.events.map((event) => t(`event.${event}`)).join(", ") },
      { title: t("state"), cell: (one) => chip(t(one.enabled === false ? "off" : "on"), { kind: one.enabled === false ? "" : "positive" }) },
      {
        title: "", cell: (one) => h("div.tools", {},
          h("button.button.plain.small", { type: "button", onclick: () => deliveries(one, ctx) }, t("deliveries")),
          h("button.icon-button", {
            type: "button", "aria-label": t("deleteOf", { name: one.url }),
            onclick: async () => {
              if (!(await confirmed({ title: t("hookDelete"), text: one.url, label: t("delete") }))) return;
              await api.delete(`/v1/webhooks/${encodeURIComponent(one.id)}`).then(ctx.refresh, ctx.fail);
            },
          }, icon("trash"))),
      },
    ],
  });
}

async function hook(ctx) {
  const { t, api } = ctx;
  const url = h("input.wide", { type: "url", placeholder: "https://example.com/nlp-cx", autofocus: true });
  const ticks = EVENTS.map((event) => h("label.tick", {}, h("input", { type: "checkbox", value: event, checked: true }), h("span", {}, t(`event.${event}`))));
  const wrong = h("p.wrong", { role: "alert" });
  let made = null;
  await dialog({
    title: t("hookCreate"), body: [h("p.hint", {}, t("hookText")), h("label.field", {}, t("address"), url), h("fieldset.plain-set", {}, h("legend", {}, t("events")), ticks), wrong],
    actions: [
      { label: t("cancel"), value: null },
      {
        label: t("save"), value: true, kind: "primary",
        check: async () => {
          try {
            made = await api.post("/v1/webhooks", { url: url.value.trim(), events: ticks.map((tick) => tick.firstChild).filter((box) => box.checked).map((box) => box.value) });
            return true;
          } catch (error) {
            wrong.textContent = error.lines?.().join(" ") ?? error.message;
            return false;
          }
        },
      },
    ],
  });
  if (!made) return;
  if (made.secret) await secret(ctx, { title: t("secretTitle"), text: t("secretText"), value: made.secret });
  ctx.refresh();
}

async function deliveries(one, ctx) {
  const { t, api, format } = ctx;
  try {
    const { items } = await api.get(`/v1/webhooks/${encodeURIComponent(one.id)}/deliveries`, { limit: 20 });
    await dialog({
      title: t("deliveries"), wide: true,
      body: items.length === 0 ? h("p", {}, t("noDeliveries")) : table({
        caption: t("deliveries"), rows: items,
        columns: [
          { title: t("when"), cell: (row) => format.moment(row.at) },
          { title: t("event"), cell: (row) => row.event },
          { title: t("attempt"), number: true, cell: (row) => String(row.attempt) },
          { title: t("answer"), cell: (row) => chip(row.status ? String(row.status) : row.error ?? "–", { kind: row.status && row.status < 300 ? "positive" : "negative" }) },
        ],
      }),
      actions: [{ label: t("close"), value: null }],
    });
  } catch (error) {
    ctx.fail(error);
  }
}
