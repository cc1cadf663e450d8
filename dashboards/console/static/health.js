// Sources and the pipeline: what we see, what we do not see, and how far behind we are.

import { $, h } from "./dom.js";
import { half, number, say, since, span, t } from "./say.js";

let last = null;

export function show(news) {
  last = news;
  const bad = news.sources.filter((s) => !s.ok).length;
  $("sources-note").textContent = `${news.sources.length - bad} / ${news.sources.length} ${t("fine")}`;
  table("sources", ["source", "state", "seen", "news", "problem"], news.sources, source, t("nosources"));
  table("stages", ["stage", "lag", "delayed"], news.stages, stage, "–");
  $("parts").replaceChildren(...news.parts.map((p) => h("li", {}, dot(p.ok), h("b", {}, p.name), h("span", {}, half(p.words) || t(p.ok ? "fine" : "away")))));
  $("outbox").replaceChildren(...Object.entries(news.outbox).map(([state, n]) => h("li", {},
    dot(state !== "dead" || !n), h("b", {}, say("notice", state)), h("span", {}, number(n)))));
}

export const redraw = () => last && show(last);

const dot = (ok) => h("i", { class: ok ? "ok" : "warn" });

function table(id, heads, rows, make, none) {
  $(id).replaceChildren(h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", {}, rows.length ? rows.map(make) : h("tr", {}, h("td", { colspan: heads.length, class: "dim" }, none))));
}

function source(s) {
  return h("tr", { class: s.ok ? "" : "bad" },
    h("th", { scope: "row" }, dot(s.ok), s.id, h("small", {}, s.connector)), h("td", {}, say("outcome", s.outcome)),
    h("td", {}, s.seen ? since(s.seen) : "–"), h("td", {}, s.news ? since(s.news) : "–"),
    h("td", { class: "words" }, half(s.problem), s.blind_s ? h("small", {}, `${t("blindmin")} ${span(s.blind_s)}`) : null));
}

function stage(s) {
  return h("tr", { class: s.ok ? "" : "bad" }, h("th", { scope: "row" }, dot(s.ok), say("stage", s.name)), h("td", {}, number(s.lag)),
    h("td", {}, s.delay_s == null ? "–" : `${s.delay_s.toFixed(1)} s`));
}
