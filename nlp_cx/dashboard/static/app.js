// The entry: which view is shown, the navigation, language and theme, the key.
import { api, currentKey, onKeyNeeded, useKey } from "./api.js";
import { h, icon, replace } from "./dom.js";
import * as format from "./format.js";
import { dialog } from "./parts/dialog.js";
import { skeleton, trouble } from "./parts/bits.js";
import { toast } from "./parts/toast.js";
import { FILTERED, Filters, href, parse, SCOPE, VIEWS } from "./state.js";
import { recall, remember } from "./store.js";
import { lang, register, speak, speaker, t } from "./words.js";

const main = document.getElementById("main");
const side = document.getElementById("side");
const GROUPS = [["understand", ["upload", "overview", "read", "review"]], ["run", ["batches", "alerts", "models", "keys"]]];
const THEMES = ["auto", "light", "dark"];

let current = null; // {view, module, handle, stop: AbortController}
let carried = new URLSearchParams(); // filters that links to other views carry
let themes = null; // id -> {vi, en}
let restating = new Set(); // themes that only restate the score
let caller = { open: true, scopes: [], workspace: "", may: () => true };

/** Say something to a screen reader. */
function announce(text) {
  const place = document.getElementById("polite");
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 50);
}

function go(view, params = {}, { replace: instead = false } = {}) {
  const hash = href(view, params);
  if (hash === location.hash) return show();
  if (instead) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  return show();
}

/** What a view gets. */
function context(view, params, signal) {
  const filters = new Filters(params);
  return {
    view, params, filters, signal, api, format, href, announce, toast, caller,
    lang: lang(),
    t: speaker(view),
    go,
    /** Change some parameters of this view: ctx.set({language: ["vi"]}); null takes one away. */
    set: (changes, options) => go(view, filters.with(changes), options),
    /** Link to a view with the filters of this one and further ones. */
    link: (to, changes = {}) => href(to, new Filters(filters.query({ drill: to === view })).with(changes)),
    themeName: (id) => themes?.get(id)?.[lang()] ?? id,
    restates: (id) => restating.has(id),
    themes: () => [...(themes?.keys() ?? [])],
    /** A stage in the reader's language, if it is one of the taxonomy's; else as the survey has it. */
    stageName: (id) => (t(`stage.${id}`) === `stage.${id}` ? id : t(`stage.${id}`)),
    /** Tell that something a person asked for went wrong; nothing if they left meanwhile. */
    fail: (error) => {
      if (error.name === "AbortError") return;
      if (!error.lines) console.error(error);
      toast((error.lines?.() ?? [t("unexpected")]).join(" "), { kind: "bad", seconds: 12 });
    },
    /** Draw the navigation's numbers anew, such as how many comments wait for review. */
    refresh: () => show({ anew: true }),
  };
}

async function show({ anew = false, keepFocus = false } = {}) {
  const { view, params } = parse(location.hash);
  if (view === null) return go(await firstView(), {}, { replace: true });
  if (FILTERED.includes(view)) {
    carried = new URLSearchParams([...params].filter(([name]) => SCOPE.includes(name)));
  }
  const stays = current?.view === view;
  const same = stays && !anew;
  if (same && current.handle?.update) {
    current.stop.abort();
    current.stop = new AbortController();
    drawSide(view);
    try {
      return await current.handle.update(context(view, params, current.stop.signal));
    } catch (error) {
      return failed(error);
    }
  }
  current?.stop.abort();
  current?.handle?.leave?.();
  const stop = new AbortController();
  current = { view, handle: null, stop };
  const focus = stays ? focusKey() : null;
  drawSide(view);
  try {
    const [module, words] = await Promise.all([import(`./views/${view}.js`), import(`./words/${view}.js`), learn()]);
    if (stop.signal.aborted) return undefined;
    register(view, words.words);
    const ctx = context(view, params, stop.signal);
    document.title = `${t(`nav.${view}`)} · nlp_cx`;
    const root = h("div.view", { dataset: { view } });
    replace(main, root);
    const rendering = module.render(root, ctx);
    if (!same && !anew) {
      window.scrollTo(0, 0);
      announce(t(`nav.${view}`));
      if (!keepFocus) main.focus({ preventScroll: true });
    }
    const handle = await rendering;
    if (stop.signal.aborted) handle?.leave?.();
    else current.handle = handle ?? null;
    if (focus) main.querySelector(focus)?.focus({ preventScroll: true });
  } catch (error) {
    failed(error);
  }
  return undefined;
}

function failed(error) {
  if (error.name === "AbortError") return;
  replace(main, h("div.view", {}, trouble(error, () => show({ anew: true }))));
}

/** Where the focus is, in words that find it again after the view is drawn anew. */
function focusKey() {
  const active = document.activeElement;
  const pick = active?.closest?.("[data-pick]") ?? active?.closest?.(".popover")?.querySelector("[data-pick]");
  return pick && main.contains(pick) ? `[data-pick="${CSS.escape(pick.dataset.pick)}"]` : null;
}

/** The first thing to see: figures if there are any, else the way to get some. */
async function firstView() {
  try {
    const { comments } = await api.get("/v1/dimensions");
    return comments > 0 ? "overview" : "upload";
  } catch {
    return "upload";
  }
}

/** Learn once what all views need. */
async function learn() {
  if (themes) return;
  const [known, me] = await Promise.all([api.get("/v1/themes"), api.get("/v1/me").catch(() => null)]);
  themes = new Map(known.themes.map((theme) => [theme.id, theme.name]));
  restating = new Set(known.themes.filter((theme) => !theme.driver).map((theme) => theme.id));
  if (me) caller = { ...me, may: (scope) => me.scopes.includes("admin") || me.scopes.includes(scope) };
  drawSide(current?.view);
}

/** Ask for a key, for the service wants one. */
async function askKey(problem) {
  const input = h("input.wide", { type: "password", name: "key", autocomplete: "off", spellcheck: "false", autofocus: true, placeholder: "ncx_…", "aria-label": t("key") });
  const keep = h("input", { type: "checkbox" });
  const wrong = h("p.wrong", { role: "alert" }, problem);
  const agreed = await dialog({
    title: t("keyTitle"),
    body: [h("p", {}, t("keyText")), input, h("label.tick", {}, keep, h("span", {}, t("keyKeep"))), wrong],
    actions: [
      { label: t("cancel"), value: null },
      {
        label: t("signIn"), value: true, kind: "primary",
        check: async () => {
          const given = input.value.trim();
          const answer = await fetch("/v1/me", { headers: { Authorization: `Bearer ${given}`, "Accept-Language": lang() }, credentials: "omit" }).catch(() => null);
          if (answer?.ok) return true;
          wrong.textContent = answer ? (await answer.json().catch(() => ({}))).detail ?? t("failed", { status: answer.status }) : t("offline");
          input.focus();
          return false;
        },
      },
    ],
  });
  if (!agreed) return null;
  useKey(input.value.trim(), keep.checked);
  themes = null; // another workspace may have others
  return { key: currentKey() };
}

function drawSide(view) {
  const theme = document.documentElement.dataset.theme ?? "auto";
  const focused = side.contains(document.activeElement) ? document.activeElement.dataset.side : null;
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  document.getElementById("skip").textContent = t("skip");
  replace(side,
    h("a.brand", { href: "#/", "aria-label": t("home"), dataset: { side: "home" } }, h("img", { src: new URL("icon.svg", import.meta.url).href, alt: "", width: 28, height: 28 }), h("span", {}, "nlp_cx")),
    h("nav.nav", { "aria-label": t("navigation") }, GROUPS.map(([group, views]) =>
      h("div.nav-group", {}, h("p.nav-title", { "aria-hidden": "true" }, t(`group.${group}`)), h("ul", {}, views.filter((name) => VIEWS.includes(name)).map((name) =>
        h("li", {}, h("a.nav-link", {
          href: href(name, FILTERED.includes(name) ? carried : {}), "aria-current": name === view ? "page" : null, dataset: { side: name },
        }, icon(name), h("span", {}, t(`nav.${name}`))))))))),
    h("div.side-foot", {},
      currentKey() && h("button.foot-button", {
        type: "button", dataset: { side: "out" },
        onclick: () => { useKey(null); location.reload(); },
      }, icon("keys"), h("span", {}, t("signOut"))),
      h("button.foot-button", {
        type: "button", lang: lang() === "vi" ? "en" : "vi", dataset: { side: "language" },
        onclick: () => { speak(lang() === "vi" ? "en" : "vi"); show({ anew: true }); },
      }, h("span.flag", { "aria-hidden": "true" }, lang() === "vi" ? "EN" : "VI"), h("span", {}, lang() === "vi" ? "English" : "Tiếng Việt")),
      h("button.foot-button", {
        type: "button", dataset: { side: "theme" }, "aria-label": t("theme.label", { now: t(`theme.${theme}`), next: t(`theme.${next}`) }),
        onclick: () => { dress(next); drawSide(view); announce(t(`theme.${next}`)); },
      }, icon({ auto: "auto", light: "sun", dark: "moon" }[theme]), h("span", {}, t(`theme.${theme}`)))));
  if (focused) side.querySelector(`[data-side="${focused}"]`)?.focus();
  const here = side.querySelector("[aria-current]");
  const strip = side.querySelector(".nav");
  if (here && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = here.offsetLeft - strip.clientWidth / 3;
}

function dress(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  remember("theme", theme === "auto" ? null : theme);
}

onKeyNeeded(askKey);
window.addEventListener("hashchange", () => show());

document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
replace(main, h("div.view", {}, skeleton(5)));
dress(recall("theme") ?? "auto");
drawSide(parse(location.hash).view);
show({ keepFocus: true });
