// How a part of the overview loads: by itself, with what is asked of the service shared between parts.
import { h, replace } from "../dom.js";
import { skeleton, trouble } from "../parts/bits.js";

/**
 * A part that loads by itself: grey lines at first, then its old content stays, dimmed, until the new one is there. It
 * loads when the filters or one of its own parameters changed.
 */
export function part(root, { own = [], fetch, draw }) {
  const place = h("div", {}, skeleton(6));
  root.append(place);
  let known = null;
  const busy = (now) => {
    place.classList.toggle("loading", now);
    place.setAttribute("aria-busy", String(now));
  };
  const load = async (ctx, more) => {
    const mine = JSON.stringify([ctx.filters.query().toString(), ...own.map((name) => ctx.params.get(name))]);
    if (mine === known) return busy(false); // perhaps what was asked in between is not wanted any more
    busy(true);
    try {
      const found = await fetch(ctx, more);
      if (ctx.signal.aborted) return;
      known = mine;
      replace(place, draw(ctx, found));
    } catch (error) {
      if (error.name === "AbortError") return;
      known = null;
      replace(place, trouble(error, () => ctx.refresh()));
    }
    busy(false);
  };
  return { root, load };
}

/** The last answer to each question, for several parts show one; a new question gives up the one before. */
export class Last {
  known = new Map();

  /** Ask, or give the answer that is known; `after` is a promise to wait for first, `slot` tells questions of a path apart. */
  ask(ctx, path, query, { after = null, slot = path } = {}) {
    const key = String(query);
    let one = this.known.get(slot);
    if (one?.key !== key) {
      one?.stop.abort();
      one = { key, stop: new AbortController() };
      const { signal } = one.stop;
      one.promise = Promise.resolve(after).catch(() => {}).then(() => ctx.api.get(path, query, { signal }));
      one.promise.catch(() => this.known.get(slot) === one && this.known.delete(slot)); // whoever shows it tells
      this.known.set(slot, one);
    }
    return one.promise;
  }

  leave() {
    for (const { stop } of this.known.values()) stop.abort();
  }
}
