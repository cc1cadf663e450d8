// One post: why its labels are what they are, and what an officer says they should be.

import { get, officer, post as send } from "./api.js";
import { cross } from "./cases.js";
import { $, h, link, marked } from "./dom.js";
import { fault, labelled, number, say, since, t, time } from "./say.js";
import { toast } from "./toast.js";

let shown = "";
let from = null;

export async function open(id) {
  if (!shown) from = document.activeElement;
  let told;
  try {
    told = await get("/api/post", { id });
  } catch (error) {
    toast(fault(error), true);
    return;
  }
  shown = id;
  const box = $("drawer");
  box.replaceChildren(head(told.row), h("div", { class: "inside" }, body(told)));
  box.hidden = false;
  document.body.classList.add("withdrawer");
  box.querySelector("h2").focus();
}

export function close() {
  if (!shown) return false;
  shown = "";
  $("drawer").hidden = true;
  document.body.classList.remove("withdrawer");
  from?.focus?.();
  return true;
}

// Another drawer took the place of this one.
export function forget() {
  shown = "";
}

function head(row) {
  return h("header", { class: "drawerhead" },
    h("div", { class: "top" }, h("span", { class: "tag" }, row.source), since(row.at), link(row.url, t("original")), h("span", { class: "push" }),
      h("button", { type: "button", class: "quiet icon", "aria-label": t("closedialog"), title: t("closedialog"), onclick: close }, cross())),
    h("h2", { id: "drawer-title", tabindex: "-1" }, row.title || t("onepost")));
}

function body(told) {
  return [
    h("p", { class: "text whole" }, marked(told.row.text, told.row.marks?.text)),
    h("section", { class: "part whys" }, h("h3", {}, t("whylabels")), h("ul", {}, told.why.map((line) => because(line, told)))),
    told.corrections.length ? h("section", { class: "part" }, h("h3", {}, t("corrections"), h("span", {}, number(told.corrections.length))),
      h("ul", {}, [...told.corrections].reverse().map(corrected))) : null,
  ];
}

function because(line, told) {
  const latest = told.corrections.filter((one) => one.field === line.field).at(-1);
  const changed = latest && latest.after !== line.label;
  return h("li", { class: "because", "data-field": line.field },
    h("div", {}, h("span", { class: "note" }, say("field", line.field)), h("b", {}, labelled(line.field, line.label)),
      changed ? h("span", { class: "tag" }, `${t("officersays")} ${labelled(line.field, latest.after)}`) : null, h("span", { class: "push" }),
      told.labels[line.field] ? h("button", { type: "button", class: "line", "data-fix": line.field, onclick: (event) => ask(event.target.closest("li"), line, told) }, t("fix")) : null),
    h("p", { class: "note" }, t("ack") === "签收" ? line.zh : line.en),
    line.why?.length ? h("p", { class: "words" }, line.why.map((reason) => h("span", { class: reason.weight < 0 ? "against" : "" }, reason.cue, h("i", {}, (reason.weight ?? 0).toFixed(2))))) : null);
}

function corrected(one) {
  return h("li", {}, h("p", {}, `${say("field", one.field)}　${labelled(one.field, one.before)} → `, h("b", {}, labelled(one.field, one.after))),
    h("p", { class: "note" }, `${time(one.at, "MDHM")} ${one.by}${one.reason ? ` · ${one.reason}` : ""}`));
}

function ask(row, line, told) {
  $("drawer").querySelector("form")?.remove();
  const label = h("select", { name: "label", required: true, "aria-label": t("fix") }, told.labels[line.field].map((one) =>
    h("option", { value: one, selected: one === told.now[line.field] }, labelled(line.field, one))));
  const reason = h("textarea", { name: "reason", rows: "2", maxlength: "500", required: true, "aria-label": t("whywrong"), placeholder: t("whywrong") });
  const form = h("form", { class: "ask", onsubmit: (event) => {
    event.preventDefault();
    relabel(told.row.id, line.field, label.value, reason.value);
  } }, label, reason, h("div", { class: "acts" }, h("button", { class: "solid" }, t("fix")),
    h("button", { type: "button", class: "line", onclick: () => form.remove() }, t("cancel"))));
  row.append(form);
  label.focus();
}

async function relabel(id, field, label, reason) {
  try {
    await send("/api/label", { post: id, field, label, by: officer(), reason });
    toast(t("done"));
    if (shown === id) open(id);
  } catch (error) {
    toast(fault(error), true);
  }
}
