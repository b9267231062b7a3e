// Where in a text the words are that prove a theme. The API counts code points of the text as it was sent; what is shown
// is the text with personal data replaced, and JavaScript counts UTF-16 units: both are reckoned with here.
import { h } from "../dom.js";

const PLACEHOLDER = /^\[[A-Z_]+\]/u;

/** Cut a comment's text into pieces: [{text, mentions: [number], hidden}], mentions by their place in analysis.themes. */
export function pieces(analysis) {
  const letters = [...analysis.text]; // code points
  const hidden = places(letters, analysis.redactions);
  const cuts = new Set([0, letters.length]);
  const stretches = analysis.themes.flatMap((mention, number) => mention.spans.map((span) => {
    const [start, end] = kept(hidden, span.start, span.end, letters.length);
    cuts.add(start).add(end);
    return { number, start, end };
  }));
  for (const { from, to } of hidden) cuts.add(from).add(to);
  const at = [...cuts].sort((a, b) => a - b);
  return at.slice(0, -1).map((start, index) => {
    const end = at[index + 1];
    return {
      text: letters.slice(start, end).join(""),
      mentions: [...new Set(stretches.filter((one) => one.start <= start && end <= one.end).map((one) => one.number))],
      hidden: hidden.find(({ from, to }) => from <= start && end <= to)?.kind ?? null,
    };
  }).filter((piece) => piece.text !== "");
}

/** Where placeholders stand: `start` and `end` in the text as sent, `from` and `to` in the text that is shown. */
function places(letters, redactions) {
  let shift = 0;
  return redactions.flatMap(({ kind, start, end }) => {
    const from = start + shift;
    const match = PLACEHOLDER.exec(letters.slice(from, from + 40).join(""));
    if (!match) return [];
    shift = from + match[0].length - end; // placeholders are ASCII
    return [{ kind, start, end, from, to: from + match[0].length }];
  });
}

/** A stretch of the text as sent, in the text that is shown; one that cuts a placeholder grows to hold it. */
function kept(hidden, start, end, most) {
  let [from, to] = [start, end];
  for (const place of hidden) {
    if (place.end <= start) from = start + place.to - place.end;
    else if (place.start <= start) from = place.from;
    if (place.end < end) to = end + place.to - place.end;
    else if (place.start < end) to = place.to;
  }
  return [Math.min(from, most), Math.min(to, most)];
}

/** Show a text with its evidence marked; a mark has data-mentions, by which it can be lit. `found` marks searched words. */
export function marked(analysis, { name, found }) {
  return pieces(analysis).map((piece) => {
    const text = piece.hidden ? h("span.redacted", {}, piece.text) : highlight(piece.text, found);
    if (piece.mentions.length === 0) return text;
    const kinds = new Set(piece.mentions.map((number) => analysis.themes[number].sentiment));
    return h("mark.evidence", {
      class: kinds.size === 1 ? [...kinds][0] : "both", dataset: { mentions: piece.mentions.join(" ") },
      title: piece.mentions.map((number) => name(analysis.themes[number])).join(", "),
    }, text);
  });
}

function highlight(text, found) {
  if (!found) return text;
  const [low, wanted] = [text.toLowerCase(), found.toLowerCase()];
  if (low.length !== text.length) return text; // letters whose lower case is longer
  const parts = [];
  let at = 0;
  for (let next = low.indexOf(wanted); next >= 0; next = low.indexOf(wanted, at)) {
    parts.push(text.slice(at, next), h("b.found", {}, text.slice(next, next + wanted.length)));
    at = next + wanted.length;
  }
  return [...parts, text.slice(at)];
}
