// Labelling: one post, one key. The server chooses the posts that teach the model most.

import { get, officer, post as send } from "./api.js";
import { $, h } from "./dom.js";
import { fault, labelled, lang, number, say, speak, t } from "./say.js";
import { toast } from "./toast.js";

const KEYS = "1234567890qwertyuiopasdfghjklzxcvbnm";
const FIELDS = ["matter.department", "matter.msg_kind", "matter.domain", "sentiment.label", "matter.topic", "matter.appeal_type", "matter.harm", "place.status"];

let field = localStorage.getItem("yuqing.label") ?? FIELDS[0];
let labels = [];
let rows = [];
let skipped = new Set();
let at = 0;
let done = 0;
let busy = false;

async function load() {
  try {
    const told = await get("/api/doubtful", { field, most: 20 + skipped.size > 200 ? 200 : 20 + skipped.size });
    labels = told.labels;
    rows = told.rows.filter((one) => !skipped.has(one.row.id));
    done = told.done[field] ?? 0;
  } catch (error) {
    toast(fault(error), true);
    rows = [];
  }
  at = 0;
  draw();
}

function draw() {
  const one = rows[at];
  $("count").textContent = `${number(done)} ${t("labelsdone")}`;
  $("none").hidden = Boolean(one);
  $("title").textContent = one?.row.title ?? "";
  $("text").replaceChildren(h("bdi", { dir: "auto" }, one?.row.text ?? ""));
  $("said").textContent = one ? `${t("machinesays")} ${labelled(field, one.said) || "—"}${odds(one)}` : "";
  $("choices").replaceChildren(...(one ? labels.map((label, place) => h("button", {
    type: "button", class: label === one.said ? "solid" : "line", "data-label": label, onclick: () => choose(label),
  }, h("kbd", {}, KEYS[place] ?? ""), labelled(field, label))) : []));
}

const odds = (one) => (one.ranked.length > 1 && one.ranked[1].label ? `　${one.ranked.map((r) => `${labelled(field, r.label)} ${Math.round(r.p * 100)}%`).join("　")}` : "");

async function choose(label) {
  const one = rows[at];
  if (!one || busy) return;
  busy = true;
  try {
    await send("/api/label", { post: one.row.id, field, label, by: officer(), reason: "标注" });
    skipped.add(one.row.id);
    done += one.again ? 0 : 1;
    one.again = true;
    next();
  } catch (error) {
    toast(fault(error), true);
  } finally {
    busy = false;
  }
}

function next() {
  at += 1;
  if (at >= rows.length) load();
  else draw();
}

function skip() {
  if (!rows[at]) return;
  skipped.add(rows[at].row.id);
  next();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input")) return;
  const label = labels[KEYS.indexOf(event.key.toLowerCase())];
  if (event.key === " ") skip();
  else if (event.key === "Backspace" && at > 0) { at -= 1; draw(); }
  else if (event.key.length === 1 && label) choose(label);
  else return;
  event.preventDefault();
}

document.documentElement.dataset.theme = localStorage.getItem("yuqing.theme") ?? "auto";
speak(lang());
$("field").replaceChildren(...FIELDS.map((name) => h("option", { value: name, selected: name === field }, say("field", name))));
$("field").addEventListener("change", (event) => {
  field = event.target.value;
  localStorage.setItem("yuqing.label", field);
  skipped = new Set();
  event.target.blur();
  load();
});
document.addEventListener("keydown", key);
load();
