// The server's answers, and the names of places and units.

import { t } from "./say.js";

let names = {};
export const setNames = (table) => { names = table ?? {}; };
export const called = (id) => names[id] ?? id ?? "";
export const units = () => Object.entries(names).filter(([id]) => id.startsWith("unit:")).map(([id, name]) => [id.slice(5), name]);
export const unit = (id) => names[`unit:${id}`] ?? id ?? "";

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(body.en ?? response.statusText), body);
  return body;
}

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value != null));
  return answer(await fetch(query.size ? `${path}?${query}` : path, { headers: { accept: "application/json" } }));
}

export async function post(path, body) {
  // The header cannot be sent by a form of another site, so such a form cannot act here.
  const headers = { "content-type": "application/json", "X-Yuqing": "1" };
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export const officer = () => localStorage.getItem("yuqing.officer") || t("officer");

// Run *work* soon, and again no sooner than *gap* ms later. Never at once: for half a second the server
// answers what it answered before, and that would be without the news that made us ask.
const SOON_MS = 700;
export function calmly(gap, work) {
  let last = 0;
  let timer = null;
  return () => {
    const wait = Math.max(SOON_MS, last + gap - Date.now());
    if (timer !== null) return;
    timer = setTimeout(() => { timer = null; last = Date.now(); work(); }, wait);
  };
}
