// One case: why, who, what was said, whether the notices arrived, and everything done so far.

import { get, officer, post, unit, units } from "./api.js";
import { buttons, chip, cross, place, take } from "./cases.js";
import { $, h, link } from "./dom.js";
import { forget } from "./post.js";
import { fault, half, number, say, since, t, time } from "./say.js";
import { toast } from "./toast.js";

let shown = "";
let from = null;

export async function open(name, keepFocus = false) {
  if (!shown) from = document.activeElement;
  shown = name;
  let file;
  try {
    file = await get(`/api/cases/${encodeURIComponent(name)}`);
  } catch (error) {
    shown = "";
    toast(fault(error), true);
    return;
  }
  if (shown !== name) return;
  forget();
  const box = $("drawer");
  const scroll = box.querySelector(".inside")?.scrollTop ?? 0;
  const one = { ...file, ...file.row };
  box.replaceChildren(head(one), h("div", { class: "inside" }, body(one)));
  box.hidden = false;
  document.body.classList.add("withdrawer");
  box.querySelector(".inside").scrollTop = keepFocus ? scroll : 0;
  if (!keepFocus) box.querySelector("h2").focus();
  if (location.hash !== `#case/${name}`) history.replaceState(null, "", `#case/${name}`);
}

export function close() {
  if (!shown) return false;
  shown = "";
  $("drawer").hidden = true;
  document.body.classList.remove("withdrawer");
  history.replaceState(null, "", "#duty");
  from?.focus?.();
  return true;
}

// A case changed somewhere: show it if it is the one on the table and nobody is writing in it.
export function freshen(cases) {
  if (cases.some((c) => c.name === shown) && !$("drawer").querySelector("form")) open(shown, true);
}

function head(c) {
  return h("header", { class: `drawerhead ${c.level}` },
    h("div", { class: "top" }, chip(c.level), h("span", { class: "name" }, c.name),
      h("span", { class: "tag" }, say("state", c.state)), h("span", { class: "tag" }, t(c.quiet ? "quiet" : "firing")),
      c.sealed ? h("span", { class: "tag" }, t("sealed")) : null, h("span", { class: "push" }),
      h("button", { type: "button", class: "quiet icon", "aria-label": t("closedialog"), title: t("closedialog"), onclick: close }, cross())),
    h("h2", { id: "drawer-title", tabindex: "-1" }, c.title),
    h("div", { class: "acts" }, buttons(c), c.state === "closed" ? null : [extra(c, "assign"), extra(c, "return"), extra(c, "note")]));
}

const extra = (c, verb) => h("button", { type: "button", class: "line", "data-verb": verb, onclick: () => act(c, verb) }, t(verb));

function body(c) {
  return [
    c.sealed ? h("p", { class: "sealed" }, t("sealedwords")) : null,
    h("dl", { class: "facts" },
      fact("places", place(c)), fact("topic", say("topic", c.topic)), fact("units", c.units.map(unit).join(" · ")),
      fact("opened", [time(c.opened_at, "MDHM"), "  ", since(c.opened_at)]),
      c.acked_at ? fact("ack", `${time(c.acked_at, "MDHM")} ${c.acked_by}`) : null,
      c.closed_at ? fact("close", `${time(c.closed_at, "MDHM")} ${c.outcome}`) : null),
    c.alerts.map(alert),
    c.sealed ? null : part("evidence", c.alerts.flatMap((a) => a.evidence).slice(0, 10).map(evidence)),
    part("others", c.others.map(other)),
    part("notices", c.notices.map(notice)),
    part("history", [...c.history].reverse().map(entry)),
  ];
}

const other = (o) => h("li", {}, chip(o.level), " ",
  h("button", { type: "button", class: "line", onclick: () => open(o.name) }, o.name), ` ${o.title} `, h("span", { class: "tag" }, say("state", o.state)));

const fact = (key, value) => (value && value.length ? [h("dt", {}, t(key)), h("dd", {}, value)] : null);

function part(key, rows) {
  return rows.length ? h("section", { class: `part ${key}` }, h("h3", {}, t(key), h("span", {}, number(rows.length))), h("ul", {}, rows)) : null;
}

function alert(a) {
  return h("section", { class: "part alert" },
    h("h3", {}, t("why"), h("span", {}, a.rule_name), a.late ? h("span", { class: "tag" }, t("late")) : null),
    h("p", { class: "reason" }, a.why), a.advice ? h("p", { class: "advice" }, a.advice) : null,
    h("p", { class: "note" }, `${number(a.count)} ${t("posts")} · ${time(a.active_at, "MDHM")} – ${time(a.last_at, "MDHM")} · ${a.rule}`));
}

function evidence(e) {
  return h("li", {}, h("p", {}, h("bdi", { dir: "auto" }, e.excerpt)),
    h("p", { class: "note" }, `${time(e.at, "MDHM")} · ${e.source} `, link(e.url, t("original"))));
}

function notice(n) {
  const trouble = n.state !== "accepted" && n.words ? h("p", { class: "note" }, half(n.words)) : null;
  return h("li", { class: `notice ${n.state}` },
    h("div", {}, h("span", { class: "dotted" }), h("b", {}, n.receiver), h("span", {}, say("reason", n.reason)),
      h("span", { class: "push" }), h("span", { class: "became" }, say("notice", n.state)),
      h("time", { datetime: n.ended_at ?? n.at }, time(n.ended_at ?? n.at, "HMS"))),
    n.attempts > 1 ? h("p", { class: "note" }, `${n.attempts} ${t("attempts")}`) : null, trouble);
}

function entry(e) {
  return h("li", {}, h("time", { datetime: e.at }, time(e.at, "MDHM")),
    h("span", {}, h("b", {}, say("what", e.what)), e.by && e.by !== "system" ? ` ${e.by}` : ""),
    e.words ? h("p", {}, e.words) : null);
}

const NEEDS = { close: "reason", return: "reason", reopen: "reason", note: "reason", assign: "unit" };

// Do *verb* on a case; ask first for the words that it needs.
export async function act(c, verb) {
  if (!NEEDS[verb]) return send(c, verb, {});
  if (shown !== c.name) await open(c.name);
  ask(c, verb);
}

function ask(c, verb) {
  $("drawer").querySelector("form")?.remove();
  const reason = h("textarea", { name: "reason", rows: "2", maxlength: "500", required: NEEDS[verb] === "reason", "aria-label": t("reason"), placeholder: t("reason") });
  const whom = h("select", { name: "unit", required: true, "aria-label": t("unit") }, h("option", { value: "" }, t("unit")),
    units().map(([id, name]) => h("option", { value: id }, name)));
  const where = h("input", { name: "link", type: "url", maxlength: "500", "aria-label": t("replylink"), placeholder: t("replylink") });
  const form = h("form", { class: "ask", onsubmit: (event) => {
    event.preventDefault();
    send(c, verb, Object.fromEntries(new FormData(form)));
  } }, verb === "assign" ? whom : null, verb === "assign" ? null : reason, verb === "close" ? where : null,
  h("div", { class: "acts" }, h("button", { class: "solid", "data-verb": `${verb}-now` }, t(verb)),
    h("button", { type: "button", class: "line", onclick: () => form.remove() }, t("cancel"))));
  $("drawer").querySelector("header").append(form);
  form.querySelector("select, textarea").focus();
}

async function send(c, verb, words) {
  try {
    const answer = await post(`/api/cases/${encodeURIComponent(c.name)}/${verb}`, { by: officer(), ...words });
    $("drawer").querySelector("form")?.remove();
    if (answer.case) take([answer.case]);
    toast(`${c.name} ${t(verb)} · ${t("done")}`);
    if (shown === c.name) open(c.name, true);
  } catch (error) {
    toast(fault(error), true);
  }
}
