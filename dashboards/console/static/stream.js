// The live stream: newest on top, may be paused or filtered.

import { called, calmly, get } from "./api.js";
import { $, h, keep, link, marked } from "./dom.js";
import { fault, number, say, since, t } from "./say.js";

const MOST = 200;
let rows = [];
let waiting = [];
let paused = false;
let query = "";
let mood = "";

export const asked = () => [query && `(${query})`, mood && `sentiment.label:${mood}`].filter(Boolean).join(" AND ");

export async function load() {
  const words = asked();
  try {
    const answer = await get("/api/posts", { q: words, most: 80 });
    if (words !== asked()) return;
    rows = answer.rows;
    waiting = [];
    complain("");
  } catch (error) {
    complain(fault(error));
  }
  draw();
}

const reload = calmly(1500, load);

export function take(news) {
  if (asked()) {
    if (!paused) reload();
    return;
  }
  if (paused) waiting = merge(waiting, news);
  else rows = merge(rows, news);
  draw();
}

function merge(list, news) {
  const table = new Map(list.map((row) => [row.id, row]));
  for (const row of news) table.set(row.id, row);
  return [...table.values()].sort((a, b) => b.at.localeCompare(a.at)).slice(0, MOST);
}

export function pause() {
  paused = !paused;
  const button = $("pause");
  button.setAttribute("aria-pressed", String(paused));
  button.dataset.title = paused ? "resume" : "pause";
  button.title = t(button.dataset.title);
  button.setAttribute("aria-label", t(button.dataset.title));
  if (!paused) catchUp();
  draw();
}

function catchUp() {
  rows = merge(rows, waiting);
  waiting = [];
  if (asked()) load();
}

function complain(words) {
  $("stream-fault").hidden = !words;
  $("stream-fault").textContent = words;
  $("stream-q").setAttribute("aria-invalid", String(Boolean(words)));
}

export function draw() {
  const moods = ["", "neg", "neu", "pos"].map((name) => ({ name, on: name === mood }));
  keep($("moods"), moods, (m) => m.name, (m) => h("button", {
    type: "button", "data-act": `mood-${m.name}`, "aria-pressed": String(m.on), onclick: () => { mood = m.name; load(); },
  }, m.name ? say("label", m.name) : t("all")), (m) => JSON.stringify(m) + t("all"));
  $("stream-q").placeholder = t("filter");
  $("stream-q").setAttribute("aria-label", t("filter"));
  $("fresh").hidden = !(paused && waiting.length);
  $("fresh").textContent = `${number(waiting.length)} ${t("fresh")}`;
  keep($("posts"), rows, (row) => row.id, postRow, (row) => JSON.stringify(row) + t("all"));
  $("stream-none").hidden = rows.length > 0;
  $("stream-none").textContent = t("noposts");
}

export function postRow(row) {
  const where = row.place ? called(row.place) : "";
  return h("li", { class: `post ${row.label ?? ""} ${row.gate ?? ""}`, "data-post": row.id },
    h("div", { class: "meta" }, h("i", { class: "feel", title: say("label", row.label) }), h("span", { class: "unseen" }, say("label", row.label)),
      h("b", {}, say("topic", row.topic)), where ? h("span", {}, where) : null,
      row.harm && row.harm !== "H0" ? h("span", { class: `harm ${row.harm}` }, row.harm) : null,
      row.gate === "spam" ? h("span", { class: "tag" }, t("spam")) : null, row.copy ? h("span", { class: "tag" }, "≈") : null, h("span", { class: "push" }), h("span", { class: "src" }, row.source), since(row.at),
      row.withheld ? null : h("button", { type: "button", class: "quiet raw", "data-why": row.id }, t("whypost")), link(row.url, "↗", "raw")),
    row.withheld ? h("p", { class: "text withheld" }, t("withheld")) : [
      row.title ? h("p", { class: "heading" }, marked(row.title, row.marks?.title)) : null,
      h("p", { class: "text" }, marked(row.text, row.marks?.text)),
    ]);
}

export function start() {
  const settle = debounce(400, () => { query = $("stream-q").value.trim(); load(); });
  $("stream-q").addEventListener("input", settle);
  $("pause").addEventListener("click", pause);
  $("fresh").addEventListener("click", () => { if (paused) { catchUp(); draw(); } });
}

function debounce(wait, work) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
}
