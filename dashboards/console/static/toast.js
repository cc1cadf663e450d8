// A short word in the corner; loud ones also go to screen readers at once.

import { $, h } from "./dom.js";

export function toast(words, loud = false, level = "") {
  const node = h("p", { class: `toast ${level}${loud ? " loud" : ""}` }, words);
  $("toasts").append(node);
  if (loud) $("shout").textContent = words;
  setTimeout(() => node.remove(), loud ? 8000 : 3500);
}
