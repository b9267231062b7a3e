// Where a person is: the hash holds the view and everything that it shows, so that a link reproduces it.
// #/overview?since=2026-01-01&language=vi&segment=branch%3DQu%E1%BA%ADn+3

/** Filters of all comments: the names are those of the API's query parameters, several values each. */
export const SCOPE = [
  "since", "until", "language", "sentiment", "mentioning", "mentioning_as", "touchpoint", "stage", "segment", "score",
  "batch", "model", "needs_review", "human", "mixed", "complaint", "suggestion",
];
/** Filters of lists of comments only. */
export const DRILL = ["standing", "respondent", "text"];
export const VIEWS = ["upload", "overview", "read", "review", "batches", "alerts", "models", "keys"];
/** Views that show what the filters leave; links to them carry the filters. */
export const FILTERED = ["overview", "read"];

/** The beginning of a segment filter, such as "branch="; an equals sign within a name is escaped. */
export function ofSegment(name) {
  return `${name.replace(/[\\=]/g, "\\$&")}=`;
}

/** Read a hash: {view, params}; view is null if the hash names none. */
export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const view = path.split("/")[0];
  return { view: VIEWS.includes(view) ? view : null, rest: path.split("/").slice(1).join("/"), params: new URLSearchParams(query) };
}

/** Write a hash: href("read", {mentioning: "delivery", language: ["vi", "en"]}). */
export function href(view, params = {}) {
  const query = toParams(params).toString();
  return `#/${view}${query ? `?${query}` : ""}`;
}

/** Make URLSearchParams of an object, an array means several values; empty ones are left out. */
export function toParams(given) {
  if (given instanceof URLSearchParams) return new URLSearchParams(given);
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(given ?? {})) {
    for (const value of [values].flat()) if (value !== null && value !== undefined && value !== "") params.append(name, String(value));
  }
  return params;
}

/** The filters of the moment; never changes: `with` and `toggle` give other parameters, for a link or for `ctx.set`. */
export class Filters {
  constructor(params) {
    this.params = params;
  }

  /** All values of one filter. */
  all(name) {
    return this.params.getAll(name);
  }

  get(name) {
    return this.params.get(name);
  }

  has(name, value) {
    return value === undefined ? this.params.has(name) : this.params.getAll(name).includes(value);
  }

  /** Only the filters, as query parameters for the API; `drill` with those of lists too. */
  query({ drill = false, ...more } = {}) {
    const found = new URLSearchParams();
    for (const name of drill ? [...SCOPE, ...DRILL] : SCOPE) for (const value of this.all(name)) found.append(name, value);
    for (const [name, value] of toParams(more)) found.append(name, value);
    return found;
  }

  /** Parameters with other values: {language: ["vi"], since: null}. */
  with(changes) {
    const params = new URLSearchParams(this.params);
    for (const name of Object.keys(changes)) params.delete(name);
    for (const [name, value] of toParams(changes)) params.append(name, value);
    return params;
  }

  /** Parameters with one value more, or less if it was there. */
  toggle(name, value) {
    const values = this.all(name);
    return this.with({ [name]: values.includes(value) ? values.filter((one) => one !== value) : [...values, value] });
  }

  /** Parameters without any filter. */
  without() {
    const params = new URLSearchParams(this.params);
    for (const name of [...SCOPE, ...DRILL]) params.delete(name);
    return params;
  }

  /** The filters that are set, as [name, value] pairs in order. */
  set() {
    return [...SCOPE, ...DRILL].flatMap((name) => this.all(name).map((value) => [name, value]));
  }
}
