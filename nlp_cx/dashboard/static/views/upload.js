// Hand in a file: drop it, see what its columns are taken for, put that right, watch it being analysed.
import { currentKey, Problem, save, wait } from "../api.js";
import { h, icon, replace, uid } from "../dom.js";
import { card, chip, empty, progress, skeleton, table, trouble } from "../parts/bits.js";
import { lang, metricName, segmentName } from "../words.js";
import { sample } from "../sample.js";

const ROLES = ["text", "score", "segment", "created_at", "id", "respondent_id", "language", "touchpoint", "stage", "question", "unused"];
const SINGLE = { created_at: "date", id: "id", respondent_id: "respondent_id", language: "language", touchpoint: "touchpoint", stage: "stage", question: "question" };
const SCALES = { nps: ["0-10"], csat: ["1-5", "1-7", "1-10"], ces: ["1-7", "1-5"], stars: ["1-5"] };
const RANGE = /(?<![\d/.,-])(\d{1,2})\s*(?:[-–—~]|đến|to)\s*(\d{1,3})(?![\d/.,-])/i;
const TEXTS = /\.(csv|tsv|txt|jsonl|ndjson)$/i;
const GLANCE = 4 << 20; // bytes of a text file that a preview needs
const LOOK = 900; // milliseconds between two looks at a batch

let waiting = []; // files that were dropped and not handed in yet
let draft = null; // {file, preview, columns}: the file that is being looked at, kept while other views are shown

export async function render(root, ctx) {
  const place = h("div.stack");
  root.append(
    h("header.view-head", {}, h("div", {}, h("h1", {}, ctx.t("title")), h("p", {}, ctx.t("lead")))),
    place);
  const shield = dropAnywhere(ctx, (files) => take(files, place, ctx));
  const batch = ctx.params.get("batch");
  if (batch) await follow(place, ctx, batch);
  else if (draft) showDraft(place, ctx);
  else showStart(place, ctx);
  return { leave: shield };
}

// --- the beginning ---

function showStart(place, ctx) {
  const { t } = ctx;
  const input = h("input", {
    type: "file", multiple: true, class: "hidden", id: uid("file"), tabindex: "-1", "aria-hidden": "true",
    accept: ".csv,.tsv,.txt,.xlsx,.xlsm,.xlsb,.xls,.ods,.json,.jsonl,.ndjson,.parquet",
    onchange: (event) => take([...event.target.files], place, ctx),
  });
  const pasted = h("textarea.wide", { rows: 6, id: uid("paste"), placeholder: t("pastePlaceholder") });
  const paste = () => {
    const lines = pasted.value.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (lines.length === 0) return pasted.focus();
    return take([new File([lines.map((text) => JSON.stringify({ text })).join("\n")], t("pasteName"), { type: "application/x-ndjson" })], place, ctx);
  };
  replace(place,
    h("div.drop", {},
      h("div.empty-symbol", {}, icon("upload")),
      h("h2", {}, t("dropHere")),
      h("p.hint", {}, t("kinds")),
      input,
      h("div.empty-actions", {},
        h("button.button.primary", { type: "button", autofocus: true, onclick: () => input.click() }, t("choose")),
        h("button.button.plain", { type: "button", onclick: () => take([sample(lang())], place, ctx) }, t("trySample")))),
    h("div.grid", {},
      card({ title: t("pasteTitle"), hint: t("pasteHint") },
        h("label.hidden", { for: pasted.id }, t("pasteTitle")), pasted,
        h("div.tools.end", {}, h("button.button.plain", { type: "button", onclick: paste }, t("pasteGo")))),
      card({ title: t("needTitle") },
        h("ul.plain-list", {}, ["needComment", "needScore", "needMore", "needPrivacy"].map((key) => h("li", {}, icon("check"), h("span", {}, t(key))))))));
}

/** Let files be dropped anywhere on the page; gives what ends that. */
function dropAnywhere(ctx, dropped) {
  let depth = 0;
  const veil = h("div.veil", { hidden: true }, h("div", {}, icon("upload"), h("span", {}, ctx.t("dropNow"))));
  document.body.append(veil);
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const on = {
    dragenter: (event) => { if (files(event)) { event.preventDefault(); depth += 1; veil.hidden = false; } },
    dragover: (event) => { if (files(event)) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; } },
    dragleave: (event) => { if (files(event)) { depth = Math.max(0, depth - 1); veil.hidden = depth === 0; } },
    drop: (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      veil.hidden = true;
      dropped([...event.dataTransfer.files]);
    },
  };
  for (const [name, call] of Object.entries(on)) window.addEventListener(name, call);
  return () => {
    veil.remove();
    for (const [name, call] of Object.entries(on)) window.removeEventListener(name, call);
  };
}

async function take(files, place, ctx) {
  if (files.length === 0) return;
  waiting.push(...files);
  if (ctx.params.get("batch")) { draft = null; next(); ctx.go("upload"); return; }
  if (!draft) next();
  await showDraft(place, ctx);
}

function next() {
  const file = waiting.shift();
  draft = file ? { file, preview: null, columns: null } : null;
}

// --- what the columns are taken for ---

async function showDraft(place, ctx) {
  const { t, format } = ctx;
  const mine = draft;
  const { file } = mine;
  if (!mine.preview) {
    replace(place, card({ title: file.name, hint: t("reading") }, skeleton(6)));
    try {
      await preview(mine, ctx);
    } catch (error) {
      if (error.name === "AbortError") return;
      const columns = error.document?.columns ?? [];
      if (draft === mine) replace(place, columns.length > 0 ? textChoice(columns, mine, place, ctx) : trouble(error), again(place, ctx));
      return;
    }
    if (draft !== mine || ctx.signal.aborted) return;
    ctx.announce(t("read", { n: mine.preview.comments }));
  }
  const { preview: seen } = mine;
  const whole = seen.rows ?? null;
  const go = h("button.button.primary", { type: "button", onclick: () => handIn(place, ctx) }, icon("check"), h("span", {}, t("start")));
  const rereading = h("div");
  const changed = async () => {
    go.disabled = true;
    replace(rereading, skeleton(2));
    try {
      await preview(mine, ctx);
      if (draft !== mine) return;
      const [at, label] = [scrollY, document.activeElement.getAttribute("aria-label")];
      await showDraft(place, ctx);
      scrollTo(0, at);
      [...place.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === label)?.focus({ preventScroll: true });
    } catch (error) {
      if (error.name !== "AbortError") replace(rereading, trouble(error));
    }
  };
  const texts = mine.columns.flatMap((sheet) => sheet.columns).filter((column) => column.role === "text");
  replace(place,
    card({
      title: file.name,
      hint: [format.bytes(file.size), whole === null ? null : t("rows", { n: whole })].filter(Boolean).join(" · "),
      tools: [
        h("button.button.plain", { type: "button", onclick: () => { next(); draft ? showDraft(place, ctx) : showStart(place, ctx); } }, t("another")),
        go,
      ],
    },
      h("div.facts", {},
        chip(t("wouldRead", { n: seen.comments }), { kind: "accent" }),
        seen.rejected > 0 && chip(t("wouldReject", { n: seen.rejected }), { kind: "warn" }),
        (whole === null || whole > seen.comments + seen.rejected) && h("span.hint", {}, t("glance", { n: seen.comments + seen.rejected })),
        waiting.length > 0 && h("span.hint", {}, t("filesWait", { n: waiting.length }))),
      seen.notes.length > 0 && h("ul.notes", {}, seen.notes.map((note) => h("li", {}, icon("info"), h("span", {}, note)))),
      rereading),
    mine.columns.map((sheet) => card({ title: sheet.sheet === null ? t("columns") : t("sheetNamed", { name: sheet.sheet }), hint: t("columnsHint") },
      columnsTable(sheet, ctx, changed))),
    card({ title: t("firstComments"), hint: texts.length > 1 ? t("severalTexts") : null },
      seen.first.length === 0 ? empty({ title: t("noComments"), text: t("noCommentsHint"), symbol: "warning" }) : commentsTable(seen.first.slice(0, 6), ctx)),
    seen.errors.length > 0 && card({ title: t("rejectedTitle"), hint: t("rejectedHint") }, rejectedTable(seen.errors, ctx)));
}

function again(place, ctx) {
  return h("div.tools", {}, h("button.button.primary", { type: "button", onclick: () => { next(); draft ? showDraft(place, ctx) : showStart(place, ctx); } }, ctx.t("another")));
}

/** Of a file in which no column is known to hold comments, a person says which one does. */
function textChoice(columns, mine, place, ctx) {
  const { t } = ctx;
  const choice = h("select", { id: uid("text") }, columns.map((column) => h("option", { value: column }, column)));
  const chosen = () => {
    mine.columns = [{ sheet: null, columns: [{ column: choice.value, role: "text", why: "given", score: null, touched: true }] }];
    return showDraft(place, ctx);
  };
  return card({ title: t("whichText"), hint: t("whichTextHint") },
    h("label", { for: choice.id }, t("whichTextLabel")), choice,
    h("div.tools.end", {}, h("button.button.primary", { type: "button", onclick: chosen }, t("whichTextGo"))));
}

async function preview(mine, ctx) {
  const { file } = mine;
  const cut = TEXTS.test(file.name) && file.size > GLANCE ? await beginning(file) : file;
  const form = new FormData();
  form.set("name", file.name);
  if (mine.columns) form.set("mapping", JSON.stringify(mapping(mine.columns)));
  form.set("file", cut, file.name);
  const response = await ctx.api.send("POST", "/v1/batches/preview", { raw: form, signal: ctx.signal });
  mine.preview = await response.json();
  if (cut !== file) mine.preview.rows = null;
  const before = new Map((mine.columns ?? []).flatMap((sheet) => sheet.columns.map((column) => [`${sheet.sheet} ${column.column}`, column])));
  mine.columns = mine.preview.sheets.map((sheet) => ({ ...sheet, columns: sheet.columns.map((column) => asBefore(column, before.get(`${sheet.sheet} ${column.column}`))) }));
}

/** A column that was sent as it was guessed keeps the reason of the guess; only what a person touched is their choice. */
function asBefore(now, before) {
  if (!before) return { ...now };
  const role = now.role === "ignored" && ["unused", "ignored"].includes(before.role) ? before.role : now.role;
  const { why, confidence } = before.touched || role !== before.role ? now : before;
  return { ...now, role, why, confidence, touched: before.touched };
}

/** The first lines of a long text file, whole. */
async function beginning(file) {
  const bytes = new Uint8Array(await file.slice(0, GLANCE).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return new Blob([bytes.slice(0, end < 0 ? bytes.length : end + 1)]);
}

/** What the API calls `mapping`, from the roles as they stand. */
function mapping(sheets) {
  const told = { text: [], scores: [], segments: [], ignore: [] };
  const seen = new Set();
  for (const { columns } of sheets) {
    for (const { column, role, score, touched } of columns) {
      if (seen.has(column)) continue;
      seen.add(column);
      if (role === "text") told.text.push(column);
      else if (role === "segment") told.segments.push(column);
      else if (role === "score" && score) told.scores.push(`${score.metric}=${column}:${score.min}-${score.max}${score.direction === "lower_is_better" ? ":lower_is_better" : ""}`);
      else if (role === "id" && !touched) continue; // one that only counts rows is known as such if nobody vouches for it
      else if (role in SINGLE && !(SINGLE[role] in told)) told[SINGLE[role]] = column;
      else if (role === "unused" || role === "ignored") told.ignore.push(column);
    }
  }
  return told;
}

function columnsTable(sheet, ctx, changed) {
  const { t } = ctx;
  return table({
    caption: t("columns"), cards: true, rows: sheet.columns,
    columns: [
      { title: t("column"), cell: (column) => h("strong.breaks", {}, column.column) },
      { title: t("takenFor"), cell: (column) => roleChoice(sheet, column, ctx, changed) },
      { title: t("scale"), cell: (column) => (column.role === "score" ? scaleChoice(column, ctx, changed) : h("span.hint", {}, "–")) },
      { title: t("why"), cell: (column) => h("span.hint", {}, reason(column, ctx)) },
    ],
  });
}

function reason(column, { t, format }) {
  if (column.role === "ignored") return t("whyPersonal");
  if (column.why === "given") return t("whyGiven");
  if (column.role === "unused") return t("whyNothing");
  return t(column.why === "header" ? "whyHeader" : "whyValues", { sure: format.percent(column.confidence) });
}

function roleChoice(sheet, column, { t }, changed) {
  const roles = column.role === "ignored" ? [...ROLES, "ignored"] : ROLES;
  return h("select", {
    "aria-label": t("roleOf", { column: column.column }), value: column.role,
    onchange: (event) => {
      const role = event.target.value;
      if (role in SINGLE) for (const other of sheet.columns) if (other.role === role) Object.assign(other, { role: "unused", touched: true });
      Object.assign(column, { role, touched: true });
      if (role === "score" && !column.score) column.score = scaleIn(column.column);
      changed();
    },
  }, roles.map((role) => h("option", { value: role, selected: role === column.role }, t(`role.${role}`))));
}

/** The scale that a header declares, such as "(1-7)", and the metric that is asked on it; NPS if it declares none. */
function scaleIn(header) {
  const [, low, high] = RANGE.exec(header) ?? [];
  const [min, max] = Number(low) < Number(high) ? [Number(low), Number(high)] : [0, 10];
  const metric = Object.keys(SCALES).find((one) => SCALES[one][0] === `${min}-${max}`) ?? "score";
  return { metric, min, max, direction: "higher_is_better" };
}

function scaleChoice(column, { t, toast }, changed) {
  const { score } = column;
  const known = Object.keys(SCALES).includes(score.metric.split(":")[0]);
  const [metric, part] = score.metric.split(":");
  const set = (changes) => { Object.assign(score, changes); column.touched = true; changed(); };
  const end = (name, label) => h("input.narrow", {
    type: "number", value: score[name], step: "any", "aria-label": t(label, { column: column.column }),
    onchange: ({ target }) => {
      const ends = { min: score.min, max: score.max, [name]: target.valueAsNumber };
      if (ends.min < ends.max) return set(ends);
      target.value = score[name];
      return toast(t("scaleEmpty"), { kind: "bad" });
    },
  });
  return h("div.scale", {},
    h("select", {
      "aria-label": t("metricOf", { column: column.column }), value: known ? metric : "score",
      onchange: (event) => {
        const chosen = event.target.value;
        const [first] = SCALES[chosen] ?? [`${score.min}-${score.max}`];
        const [min, max] = first.split("-").map(Number);
        set({ metric: part ? `${chosen}:${part}` : chosen, min, max, direction: "higher_is_better" });
      },
    }, [...Object.keys(SCALES), "score"].map((one) => h("option", { value: one, selected: one === (known ? metric : "score") }, t(one === "score" ? "otherScore" : `metric.${one}`)))),
    h("span.ends", {}, end("min", "lowest"), h("span", { "aria-hidden": "true" }, "–"), end("max", "highest")),
    h("select", {
      "aria-label": t("directionOf", { column: column.column }), value: score.direction,
      onchange: (event) => set({ direction: event.target.value }),
    }, ["higher_is_better", "lower_is_better"].map((one) => h("option", { value: one, selected: one === score.direction }, t(one)))));
}

function commentsTable(comments, { t, format }) {
  const has = (name) => comments.some((one) => (Array.isArray(one[name]) ? one[name].length : one[name]));
  const segments = [...new Set(comments.flatMap((one) => Object.keys(one.segments)))];
  return table({
    caption: t("firstComments"), cards: true, rows: comments,
    columns: [
      { title: t("role.text"), cell: (one) => h("span.clamp", { title: one.text }, one.text) },
      has("scores") && { title: t("role.score"), cell: (one) => one.scores.map(({ metric, value }) => chip(`${metricName(metric)} ${format.number(value, Number.isInteger(value) ? 0 : 1)}`)) },
      has("created_at") && { title: t("role.created_at"), cell: (one) => format.date(one.created_at) },
      has("touchpoint") && { title: t("touchpoint"), cell: (one) => one.touchpoint ?? "–" },
      ...segments.slice(0, 4).map((name) => ({ title: segmentName(name), cell: (one) => one.segments[name] ?? "–" })),
    ].filter(Boolean),
  });
}

function rejectedTable(rows, { t }) {
  return table({
    caption: t("rejectedTitle"), cards: true, rows,
    columns: [
      { title: t("row"), number: true, cell: (row) => (row.sheet ? `${row.sheet} · ${row.row}` : String(row.row)) },
      { title: t("column"), cell: (row) => row.field ?? "–" },
      { title: t("reason"), cell: (row) => (lang() === "vi" && row.reason_vi) || row.reason },
      { title: t("kept"), cell: (row) => t(row.severity === "row" ? "keptNot" : "keptRest") },
    ],
  });
}

// --- handing in ---

async function handIn(place, ctx) {
  const { t, format } = ctx;
  const { file, columns } = draft;
  const bar = progress({ value: 0, max: file.size, label: t("sending") });
  const said = h("p.hint", {}, t("sending"));
  const stop = new AbortController();
  ctx.signal.addEventListener("abort", () => stop.abort());
  replace(place, card({ title: file.name, hint: t("sending"), tools: [h("button.button.plain", { type: "button", onclick: () => stop.abort() }, t("cancel"))] }, bar, said));
  try {
    const batch = await send(file, mapping(columns), stop.signal, (sent, all) => {
      bar.update({ value: sent, max: all, label: t("sending") });
      said.textContent = sent < all ? `${format.bytes(sent)} / ${format.bytes(all)}` : t("checking");
    });
    next();
    ctx.go("upload", { batch: batch.id });
  } catch (error) {
    if (error.name === "AbortError") {
      if (!ctx.signal.aborted) showDraft(place, ctx);
      return;
    }
    replace(place, trouble(error, () => showDraft(place, ctx)));
  }
}

/** Send a file; XMLHttpRequest, for fetch tells nothing of how far an upload is. */
function send(file, told, signal, moved) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/batches");
    request.responseType = "json";
    request.setRequestHeader("Accept-Language", lang());
    request.setRequestHeader("Idempotency-Key", key());
    if (currentKey()) request.setRequestHeader("Authorization", `Bearer ${currentKey()}`);
    request.upload.addEventListener("progress", (event) => moved(event.loaded, event.total));
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      if (request.status === 202) done(answer);
      else fail(new Problem({ status: request.status, code: answer.code, detail: answer.detail ?? answer.title, invalid: answer.invalid_params ?? [], requestId: answer.request_id, document: answer }));
    });
    request.addEventListener("error", () => fail(new Problem({ code: "offline", detail: OFFLINE[lang()] })));
    request.addEventListener("abort", () => fail(new DOMException("aborted", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.set("name", file.name);
    form.set("mapping", JSON.stringify(told));
    form.set("file", file, file.name);
    request.send(form);
  });
}

const OFFLINE = {
  vi: "Mất kết nối với dịch vụ khi đang gửi tệp. Hãy thử lại.",
  en: "The connection to the service was lost while the file was sent. Try again.",
};

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- watching ---

async function follow(place, ctx, id) {
  const { t, api, signal } = ctx;
  replace(place, card({ title: t("batch") }, skeleton(4)));
  let shown = null;
  for (;;) {
    let batch;
    try {
      batch = await api.get(`/v1/batches/${encodeURIComponent(id)}`, null, { signal });
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      replace(place, trouble(error, () => follow(place, ctx, id)), error.status === 404 && again(place, ctx));
      return undefined;
    }
    if (batch.state === "queued" || batch.state === "running") {
      if (!shown) shown = running(place, ctx, batch);
      shown.update(batch);
    } else {
      await ended(place, ctx, batch);
      ctx.announce(t(`state.${batch.state}`));
      return undefined;
    }
    try {
      await wait(document.hidden ? 4 * LOOK : LOOK, signal);
    } catch {
      return undefined;
    }
  }
}

function running(place, ctx, batch) {
  const { t, format, api } = ctx;
  const bar = progress({ label: t("analysing") });
  const figures = h("div.facts");
  const cancel = h("button.button.plain", {
    type: "button",
    onclick: async () => {
      cancel.disabled = true;
      try { await api.post(`/v1/batches/${encodeURIComponent(batch.id)}/cancel`); } catch (error) { ctx.fail(error); cancel.disabled = false; }
    },
  }, t("cancelBatch"));
  replace(place, card({ title: batch.name, hint: t("mayLeave"), tools: [ctx.caller.may("analyze") && cancel].filter(Boolean) }, bar, figures),
    waiting.length > 0 || draft ? nextFile(place, ctx) : null);
  return {
    update(now) {
      const handled = now.done + now.rejected;
      bar.update({ value: now.total === null ? null : handled, max: now.total, label: t("analysing") });
      replace(figures,
        h("strong", {}, now.state === "queued" ? t("state.queued") : now.total === null ? t("comments", { n: now.done }) : t("doneOf", { done: format.number(now.done), total: format.number(now.total) })),
        now.per_second && h("span.hint", {}, t("perSecond", { n: format.number(now.per_second) })),
        now.seconds_left !== null && now.total && h("span.hint", {}, t("left", { time: format.duration(now.seconds_left) })),
        now.rejected > 0 && chip(t("wouldReject", { n: now.rejected }), { kind: "warn" }));
    },
  };
}

function nextFile(place, ctx) {
  const { t } = ctx;
  if (!draft) next();
  return draft && card({ title: t("nextFile"), hint: draft.file.name, tools: [h("button.button.primary", { type: "button", onclick: () => ctx.go("upload") }, t("nextFileGo"))] });
}

async function ended(place, ctx, batch) {
  const { t, format, api, signal } = ctx;
  const only = { batch: batch.id };
  const rejects = h("div");
  const file = (kind) => h("button.button.plain.small", {
    type: "button",
    onclick: () => api.download(`/v1/batches/${encodeURIComponent(batch.id)}/results`, { format: kind }).catch(ctx.fail),
  }, icon("download"), h("span", {}, kind.toUpperCase()));
  const took = batch.started_at && batch.finished_at ? (new Date(batch.finished_at) - new Date(batch.started_at)) / 1000 : null;
  const good = batch.state === "completed";
  replace(place,
    card({ title: batch.name, hint: took === null ? null : t("took", { time: format.duration(took) }), class: `card ended ${batch.state}` },
      h("div.verdict", {},
        h("div.empty-symbol", {}, icon(good ? "check" : "warning")),
        h("div", {},
          h("h3", {}, t(`state.${batch.state}`)),
          h("p.hint", {}, batch.error ? batch.error.detail : t("analysed", { n: batch.done })))),
      batch.done > 0 && h("div.tools", {},
        h("a.button.primary", { href: ctx.href("overview", only), autofocus: true }, icon("overview"), h("span", {}, t("seeOverview"))),
        h("a.button.plain", { href: ctx.href("read", only) }, icon("read"), h("span", {}, t("readComments"))),
        h("span.spring"), file("xlsx"), file("csv")),
      batch.notes.length > 0 && h("ul.notes", {}, batch.notes.map((note) => h("li", {}, icon("info"), h("span", {}, note))))),
    rejects,
    nextFile(place, ctx) ?? h("div.tools", {}, h("button.button.plain", { type: "button", onclick: () => { draft = null; ctx.go("upload"); } }, icon("plus"), h("span", {}, t("another")))));
  try {
    const page = await api.get(`/v1/batches/${encodeURIComponent(batch.id)}/errors`, { limit: 50 }, { signal });
    if (page.items.length > 0) {
      replace(rejects, card({
        title: t("rejectedTitle"), hint: page.next ? t("firstOnes", { n: page.items.length }) : t("rejectedHint"),
        tools: [h("button.button.plain.small", { type: "button", onclick: () => saveRejected(batch, ctx).catch(ctx.fail) }, icon("download"), h("span", {}, "CSV"))],
      }, rejectedTable(page.items, ctx)));
    }
  } catch (error) {
    if (error.name !== "AbortError") replace(rejects, trouble(error));
  }
}

/** Save all rejected rows as CSV, with nothing that a spreadsheet would calculate. */
async function saveRejected(batch, { t, api, signal }) {
  const cell = (value) => {
    const text = String(value ?? "");
    return `"${(/^[\s]*[=+\-@]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  };
  const lines = [["row", "column", "reason", "kept"].map((key) => cell(t(key))).join(",")];
  for await (const rows of api.pages(`/v1/batches/${encodeURIComponent(batch.id)}/errors`, { limit: 10000 }, { signal })) {
    for (const row of rows) lines.push([row.sheet ? `${row.sheet} ${row.row}` : row.row, row.field, (lang() === "vi" && row.reason_vi) || row.reason, t(row.severity === "row" ? "keptNot" : "keptRest")].map(cell).join(","));
  }
  save(new Blob(["\ufeff", lines.join("\r\n")], { type: "text/csv" }), `${batch.name.replace(/\.\w+$/, "")}_rejects.csv`);
}
