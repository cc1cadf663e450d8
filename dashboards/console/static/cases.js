// The list of cases: unacknowledged first, then by level, then the oldest.

import { called, unit } from "./api.js";
import { $, h, keep, svg } from "./dom.js";
import { now, number, say, since, span, t } from "./say.js";
import { act, open as openDrawer } from "./drawer.js";

// DOMAIN §1.2: within how many seconds a duty officer acknowledges. L4 pages nobody.
const LIMIT_S = { L1: 300, L2: 900, L3: 1800 };

const held = new Map();
let tab = "unacked";
let picked = "";

const TABS = {
  unacked: (c) => c.state === "open",
  working: (c) => c.state === "acknowledged" || c.state === "assigned",
  closed: (c) => c.state === "closed",
};
const NONE = { unacked: "nocases", working: "nocasesopen", closed: "nocasesclosed" };

export const all = () => [...held.values()];
export const chosen = () => held.get(picked);

export function take(cases, whole = false) {
  if (whole) held.clear();
  for (const one of cases) held.set(one.id, one);
  draw();
}

function shown() {
  const list = all().filter(TABS[tab]);
  if (tab === "closed") return list.sort((a, b) => (b.closed_at ?? "").localeCompare(a.closed_at ?? ""));
  return list.sort((a, b) => a.level.localeCompare(b.level) || a.opened_at.localeCompare(b.opened_at));
}

export function draw() {
  const buttons = Object.keys(TABS).map((name) => ({ name, n: name === "closed" ? null : all().filter(TABS[name]).length, on: name === tab }));
  keep($("case-tabs"), buttons, (b) => b.name, (b) => h("button", {
    type: "button", "data-act": b.name, "aria-pressed": String(b.on), onclick: () => show(b.name),
  }, t(b.name), b.n ? h("b", {}, number(b.n)) : null), (b) => JSON.stringify(b) + t("ack"));
  const list = shown();
  if (!list.some((c) => c.id === picked)) picked = list[0]?.id ?? "";
  keep($("case-list"), list, (c) => c.id, row, (c) => JSON.stringify(c) + t("ack"));
  $("case-none").hidden = list.length > 0;
  $("case-none").textContent = t(NONE[tab]);
  mark();
}

export function show(name) {
  tab = name;
  draw();
}

export const chip = (level) => h("span", { class: `chip ${level}`, title: level }, `${say("level", level)} ${level}`);

export const place = (c) => (c.places?.length ? c.places.map(called).join("、") : t("unknown"));

function row(c) {
  return h("li", {
    class: `case ${c.level}${c.state === "open" ? " hot" : ""}${c.quiet ? " still" : ""}`, "data-id": c.id, "data-name": c.name,
    onclick: (event) => { if (!event.target.closest("button")) { pick(c.id); openDrawer(c.name); } },
  },
  h("div", { class: "top" },
    chip(c.level), h("span", { class: "name" }, c.name),
    c.late ? h("span", { class: "tag" }, t("late")) : null,
    c.sealed ? h("span", { class: "tag" }, t("sealed")) : null,
    c.state === "open" ? null : h("span", { class: "tag" }, say("state", c.state), c.acked_by ? ` · ${c.acked_by}` : ""),
    c.quiet && c.state !== "closed" ? h("span", { class: "tag" }, t("quiet")) : null,
    h("span", { class: "push" }), clock(c)),
  h("h3", {}, h("button", { type: "button", class: "title", "data-act": "open", onclick: () => { pick(c.id); openDrawer(c.name); } }, c.title)),
  h("p", { class: "where" }, c.sealed ? t("sealedwords") : [place(c), h("span", { class: "dot" }, "·"), say("topic", c.topic)],
    c.count && !c.sealed ? [h("span", { class: "dot" }, "·"), h("b", {}, number(c.count)), ` ${t("posts")}`] : null),
  c.why ? h("p", { class: "why" }, c.why) : null,
  h("div", { class: "foot" }, h("span", { class: "units" }, c.units.map(unit).join(" · ")), h("span", { class: "acts" }, buttons(c))),
  c.state === "open" && LIMIT_S[c.level] ? h("i", { class: "fuse" }) : null);
}

export function buttons(c) {
  const make = (verb, solid) => h("button", {
    type: "button", class: solid ? "solid" : "line", "data-act": verb, "data-verb": verb, onclick: () => act(c, verb),
  }, t(verb));
  if (c.state === "closed") return [make("reopen")];
  return c.state === "open" ? [make("ack", true), make("close")] : [make("close")];
}

function clock(c) {
  if (c.state !== "open" || !LIMIT_S[c.level]) return since(c.closed_at ?? c.opened_at);
  const due = new Date(c.waiting_since).getTime() + LIMIT_S[c.level] * 1000;
  return h("span", { class: "due" }, since(c.opened_at), h("span", { "data-due": due, "data-limit": LIMIT_S[c.level] }));
}

// Count down to the limit, then count what is over it.
export function tickDue() {
  for (const node of document.querySelectorAll("[data-due]")) {
    const left = (Number(node.dataset.due) - now()) / 1000;
    node.textContent = left > 0 ? `${t("left")} ${span(left)}` : `${t("overdue")} ${span(-left)}`;
    node.classList.toggle("over", left <= 0);
    const fuse = node.closest(".case")?.querySelector(".fuse");
    fuse?.style.setProperty("--left", String(Math.max(0, left / Number(node.dataset.limit))));
  }
}

export function pick(id) {
  picked = id;
  mark();
}

export function step(by) {
  const list = shown();
  const at = list.findIndex((c) => c.id === picked);
  const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
  if (!next) return;
  pick(next.id);
  $("case-list").querySelector(`[data-id="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: "nearest" });
}

function mark() {
  for (const node of $("case-list").children) {
    node.toggleAttribute("data-picked", node.dataset.id === picked);
    if (node.dataset.id === picked) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }
  tickDue();
}

export function tally() {
  const open = all().filter((c) => c.state !== "closed");
  const counts = ["L1", "L2", "L3", "L4"].map((level) => ({
    level, n: open.filter((c) => c.level === level).length, hot: open.some((c) => c.level === level && c.state === "open"),
  }));
  keep($("tally"), counts, (c) => c.level, (c) => h("span", {
    class: `count ${c.level}${c.n ? "" : " zero"}${c.hot ? " hot" : ""}`, title: `${say("level", c.level)} ${c.level}`,
  }, h("i", {}), h("span", {}, say("level", c.level)), h("b", {}, number(c.n))), (c) => JSON.stringify(c) + t("ack"));
  const waiting = all().filter(TABS.unacked).length;
  document.title = `${waiting ? `(${waiting}) ` : ""}${t("duty")} · yuqing`;
  $("dock-count").hidden = !waiting;
  $("dock-count").textContent = waiting;
  return waiting;
}

export const cross = () => svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: "m4 4 8 8M12 4l-8 8" }));
