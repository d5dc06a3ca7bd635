"use strict";

// The plan's text. It is as treaty writes it, and so has each member on a line of its own, which is all that is changed.

// quoted is a string as treaty writes it in JSON: what a reader would not see is escaped, beside what JSON has to.
function quoted(text) {
  const short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"};
  const json = [...text.toWellFormed()].map((c) => short[c] || (c < " " || c === "\u2028" || c === "\u2029" ? escaped(c) : c));
  const characters = [...json.join("")];
  const out = characters.map((c, i) => (isHidden(c, characters[i - 1] || "", characters[i + 1] || "") ? escaped(c) : c));
  return '"' + out.join("") + '"';
}

// escaped is a character as JSON's escapes have it.
function escaped(c) {
  let out = "";
  for (let i = 0; i < c.length; i++) out += "\\u" + c.charCodeAt(i).toString(16).padStart(4, "0");
  return out;
}

// isHidden tells whether a character beside two others cannot be seen. The sets are those of treaty's package visible.
function isHidden(c, last, next) {
  if (c < "\x7f") return false;
  if (c === "\u200c" || c === "\u200d") return !isOf("joins", last) || !isOf("joins", next) || isOf("selectors", next);
  if (isOf("selectors", c)) return !selects(c, last, next);
  return isOf("hidden", c);
}

// selects tells whether a variation selector selects a form of the character before it.
function selects(c, last, next) {
  if (c === "\ufe0e" || c === "\ufe0f") return isOf("symbols", last) || (next === "\u20e3" && /^[#*0-9]$/.test(last));
  return isOf(c.codePointAt(0) >= 0xe0100 ? "ideographs" : "mongolian", last);
}

const setRanges = {};

// rangesOf are the numbers at which a set of characters begins and ends, in turn.
function rangesOf(name) {
  let at = 0;
  return setRanges[name] ||= characterSets[name].split(" ").map((step) => at += parseInt(step, 36));
}

function isOf(name, c) {
  if (c === "") return false;
  const ranges = rangesOf(name), code = c.codePointAt(0);
  let low = 0, high = ranges.length; // how many of them are at most code
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle] <= code) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

// edited is the text with changes, by id: {decision, resolution, note}, each if it changes; null is no resolution.
function edited(text, changes) {
  const lines = text.split("\n");
  let list = "", change, open = 0, count = -1;
  const member = /^      "(id|decision|resolution|note)": (.*?)(,?)$/;
  lines.forEach((line, i) => {
    if (line.startsWith('  "')) {
      list = line.slice(3, line.indexOf('"', 3));
    } else if (list === "summary" && line.startsWith('      "unresolved": ')) {
      count = i;
    } else if (list === "operations" || list === "conflicts") {
      const found = member.exec(line);
      if (!found) return;
      const [, name, , comma] = found;
      if (name === "id") change = changes.get(Number(found[2]));
      if (name !== "id" && change && name in change) {
        lines[i] = `      "${name}": ${change[name] === null ? "null" : quoted(change[name])}${comma}`;
      }
      if (name === "resolution" && lines[i].startsWith('      "resolution": null')) open++;
    }
  });
  if (count >= 0) lines[count] = `      "unresolved": ${open}`;
  return lines.join("\n");
}
