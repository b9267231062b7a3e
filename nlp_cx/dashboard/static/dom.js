// Makes elements. Text is always text: nothing here takes HTML, so no comment can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element: h("a.button", {href: "#/read", onclick: f, style: {width: "40%"}, dataset: {id: "1"}}, "words").
 * Attributes that are null, undefined or false are left out; true stands without a value; `ref` is called with it.
 */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  return fill(document.createElement(tag || "div"), classes, attributes, children);
}

/** Make an element of a drawing. */
export function svg(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  const given = attributes.class ? String(attributes.class).split(" ").filter(Boolean) : [];
  if (classes.length || given.length) element.setAttribute("class", [...classes, ...given].join(" "));
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class" || value === null || value === undefined || value === false) continue;
    if (name === "ref") value(element);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, String(one));
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value" && "value" in element && !(element instanceof SVGElement)) element.value = value;
    else if (name === "checked" || name === "indeterminate") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  if (element.tagName === "SELECT" && attributes.value !== undefined) element.value = attributes.value;
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Put other children into an element. */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

let made = 0;

/** Make an id that no other element of the page has. */
export function uid(prefix = "x") {
  made += 1;
  return `${prefix}-${made}`;
}

/** Wait with a call until nothing was called for so many milliseconds. */
export function debounce(call, wait = 250) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), wait);
  };
}

const ICONS = {
  upload: "M12 16V4m0 0 4.500 4.500M12 4 7.500 8.500M4 16v2.500A1.500 1.500 0 0 0 5.500 20h13a1.500 1.500 0 0 0 1.500-1.500V16",
  overview: "M4 20V10m5.300 10V4m5.400 16v-7M20 20V8",
  read: "M5 5.500h14A1.500 1.500 0 0 1 20.500 7v8a1.500 1.500 0 0 1-1.500 1.500h-7L7.500 20v-3.500H5A1.500 1.500 0 0 1 3.500 15V7A1.500 1.500 0 0 1 5 5.500zM7.500 9.500h9M7.500 12.700h6",
  review: "M9 11.500l2.500 2.500L20 5.500M20 12v6.500a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 18.500v-13A1.500 1.500 0 0 1 5.500 4H14",
  batches: "M12 3.500 20.500 8 12 12.500 3.500 8zM3.500 12l8.500 4.500 8.500-4.500M3.500 16l8.500 4.500 8.500-4.500",
  alerts: "M6.500 10a5.500 5.500 0 0 1 11 0c0 5 2 6.500 2 6.500h-15s2-1.500 2-6.500M10 20a2.200 2.200 0 0 0 4 0",
  models: "M7 7h10v10H7zM10 3.500V7m4-3.500V7m-4 10v3.500m4-3.500v3.500M3.500 10H7m-3.500 4H7m10-4h3.500M17 14h3.500",
  keys: "M14.500 13.500a5 5 0 1 0-4-4L3.500 16.500v4h4v-2.500H10V15.500h2.500zM16.500 7.500h.01",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1 1M17.400 17.400l1 1M18.400 5.600l-1 1M6.600 17.400l-1 1",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  auto: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  close: "M6 6l12 12M18 6 6 18",
  chevron: "M7 10l5 5 5-5",
  check: "M5 12.500l4.500 4.500L19 7.500",
  search: "M11 17.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.800 15.800 20 20",
  download: "M12 4v11m0 0 4.500-4.500M12 15l-4.500-4.500M4 16v2.500A1.500 1.500 0 0 0 5.500 20h13a1.500 1.500 0 0 0 1.500-1.500V16",
  trash: "M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10.500 10.500v6M13.500 10.500v6",
  plus: "M12 5v14M5 12h14",
  undo: "M8.500 6 4.500 10l4 4M4.500 10H14a5.500 5.500 0 0 1 0 11h-3",
  left: "M14.500 6l-6 6 6 6",
  right: "M9.500 6l6 6-6 6",
  info: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 11v5M12 8h.01",
  warning: "M12 4.500 21 19.500H3zM12 10v4.500M12 17h.01",
  file: "M6.500 3.500h7l5 5v12h-12zM13.500 3.500v5h5",
  table: "M4 5.500h16v13H4zM4 10h16M4 14.300h16M10 5.500v13",
  link: "M10 14l4-4M8.500 12 6 14.500a3 3 0 0 0 4.200 4.200L12.500 16M15.500 12l2.500-2.500a3 3 0 0 0-4.200-4.200L11.500 8",
};

/** Draw an icon; it says nothing to a screen reader, the words stand beside it. */
export function icon(name) {
  return svg("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] ?? "" }));
}
