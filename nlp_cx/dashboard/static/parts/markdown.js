// Shows the Markdown of a model card: headings, paragraphs, lists, tables, code, bold. Text stays text, links go nowhere.
import { h } from "../dom.js";

/** Make elements of Markdown; headings begin at h3, for they stand inside a page. */
export function markdown(text) {
  const blocks = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    const take = (fits) => {
      const taken = [];
      while (at < lines.length && fits(lines[at])) taken.push(lines[at++]);
      return taken;
    };
    const heading = /^(#{1,6}) (.*)/.exec(line);
    if (line.trim() === "") at += 1;
    else if (heading) { blocks.push(h(`h${Math.min(6, heading[1].length + 2)}`, {}, inline(heading[2]))); at += 1; }
    else if (line.startsWith("|")) blocks.push(grid(take((one) => one.startsWith("|"))));
    else if (line.startsWith("```")) { at += 1; blocks.push(h("pre", {}, take((one) => !one.startsWith("```")).join("\n"))); at += 1; }
    else if (/^[-*] /.test(line)) blocks.push(list(take((one) => one.trim() !== "" && !/^[#|]/.test(one))));
    else blocks.push(h("p", {}, inline(take((one) => one.trim() !== "" && !/^([#|]|[-*] |```)/.test(one)).join(" "))));
  }
  return h("div.markdown", {}, blocks);
}

function list(lines) {
  const items = [];
  for (const line of lines) {
    if (/^[-*] /.test(line)) items.push(line.slice(2));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return h("ul.bullets", {}, items.map((item) => h("li", {}, inline(item))));
}

function grid(lines) {
  const [head, , ...rows] = lines.map((line) => line.replace(/^\||\|\s*$/g, "").split("|").map((cell) => cell.trim()));
  return h("div.table-box", { tabindex: "0", role: "region", "aria-label": head.join(", ") }, h("table.table", {},
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", { class: /^[\d*.%–-]+$/.test(cell) ? "number" : "" }, inline(cell))))))));
}

function inline(text) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("**") && part.length > 4) return h("strong", {}, part.slice(2, -2));
    if (part.startsWith("`") && part.length > 2) return h("code.mono", {}, part.slice(1, -1));
    const link = /^\[([^\]]+)\]\([^)]+\)$/.exec(part);
    return link ? link[1] : part;
  });
}
