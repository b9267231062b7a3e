// What the page remembers on this machine: language, theme, and, if the person wants, the key.

const memory = new Map(); // where storage is switched off, for as long as the page is open

/** Read a remembered word; null if there is none. */
export function recall(name, storage = "localStorage") {
  try {
    return globalThis[storage].getItem(`nlp-cx.${name}`);
  } catch {
    return memory.get(`${storage} ${name}`) ?? null;
  }
}

/** Remember a word; null forgets it. */
export function remember(name, value, storage = "localStorage") {
  try {
    if (value === null) globalThis[storage].removeItem(`nlp-cx.${name}`);
    else globalThis[storage].setItem(`nlp-cx.${name}`, value);
  } catch {
    if (value === null) memory.delete(`${storage} ${name}`);
    else memory.set(`${storage} ${name}`, value);
  }
}
