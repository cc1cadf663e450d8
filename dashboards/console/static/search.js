// Search: the query language, highlights, counts by a field, and a small CSV.

import { called, get } from "./api.js";
import { $, h } from "./dom.js";
import { fault, now, number, say, t, time } from "./say.js";
import { postRow } from "./stream.js";

const SPANS = { "1h": ["近 1 小时", "Last hour"], "24h": ["近 24 小时", "Last 24 h"], "7d": ["近 7 天", "Last 7 days"], "30d": ["近 30 天", "Last 30 days"], "": ["全部时间", "Any time"] };
const GROUPS = { "matter.topic": "topic", "place.street": "street", "sentiment.label": "sentiment", "source.id": "source", day: "day", hour: "hours", "": "none" };
const LENGTH_S = { "1h": 3600, "24h": 86400, "7d": 604800, "30d": 2592000 };
const EXAMPLES = [
  ["停水 湖东", ["两个词都要有", "both words"]], ['"没有通知"', ["原样短语", "a phrase"]],
  ["停水 OR 断水 NOT 恢复", ["或、非", "or, not"]], ["matter.topic:gas AND matter.harm:(H2 OR H3)", ["字段", "fields"]],
  ["sentiment.p_neg:>=0.9", ["数值比较", "numbers"]], ["place.street:* 学校", ["有街道的", "has a street"]],
];

let exact = null;

export function start() {
  $("search-form").addEventListener("submit", (event) => { event.preventDefault(); exact = null; run(); });
  for (const id of ["search-span", "search-agg"]) $(id).addEventListener("change", () => { exact = null; run(); });
  words();
}

export function words() {
  const en = t("ack") === "签收" ? 0 : 1;
  const options = (id, table, label, first) => {
    const kept = $(id).value || first;
    $(id).replaceChildren(...Object.keys(table).map((key) => h("option", { value: key }, label(key))));
    $(id).value = kept;
  };
  options("search-span", SPANS, (key) => SPANS[key][en], "7d");
  options("search-agg", GROUPS, (key) => `${t("agg")}：${t(GROUPS[key])}`, "matter.topic");
  $("search-span").setAttribute("aria-label", SPANS["24h"][en]);
  $("search-agg").setAttribute("aria-label", t("agg"));
  $("search-q").setAttribute("aria-label", t("search"));
  $("search-q").placeholder = t("quick");
  $("facets-title").textContent = t("agg");
  $("csv").textContent = t("csv");
  $("syntax").replaceChildren(h("h3", {}, t("syntax")), h("ul", {}, EXAMPLES.map(([query, what]) => h("li", {},
    h("button", { type: "button", class: "code", onclick: () => open(query) }, query), h("span", {}, what[en])))));
}

export function open(query, at = null, seconds = 0) {
  $("search-q").value = query;
  exact = at ? { since: at, until: new Date(new Date(at).getTime() + seconds * 1000).toISOString() } : null;
  run();
}

export async function run() {
  const query = $("search-q").value.trim() || "*";
  const span = LENGTH_S[$("search-span").value];
  const window = exact ?? { since: span ? new Date(now() - span * 1000).toISOString() : "", until: "" };
  const agg = $("search-agg").value;
  const hash = `#search/${encodeURIComponent(query)}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
  $("csv").href = `/api/search?${new URLSearchParams({ q: query, ...window, format: "csv" })}`;
  try {
    show(await get("/api/search", { q: query, ...window, agg }), agg);
    complain("");
  } catch (error) {
    complain(fault(error));
  }
}

function complain(words) {
  $("search-fault").hidden = !words;
  $("search-fault").textContent = words;
  $("search-q").setAttribute("aria-invalid", String(Boolean(words)));
}

function show(answer, agg) {
  $("search-count").textContent = `${number(answer.total)} ${t("found")}${exact ? ` · ${time(exact.since, "MDHM")}` : ""}`;
  $("hits").replaceChildren(...answer.rows.map(postRow));
  $("syntax").hidden = answer.rows.length > 0;
  const most = Math.max(1, ...answer.buckets.map((b) => b.n));
  $("facets").replaceChildren(...answer.buckets.map((b) => facet(b, agg, most)));
}

function facet(bucket, agg, most) {
  const meter = h("div", { class: "meter" }, h("i", { class: "neg" }), h("i", { class: "rest" }));
  meter.firstChild.style.width = `${(bucket.neg / most) * 100}%`;
  meter.lastChild.style.width = `${((bucket.n - bucket.neg) / most) * 100}%`;
  const inner = [h("span", {}, label(bucket.key, agg)), meter, h("b", {}, number(bucket.n))];
  const narrow = () => open(`(${$("search-q").value.trim() || "*"}) AND ${agg}:"${bucket.key}"`);
  return h("li", {}, agg.includes(".") ? h("button", { type: "button", onclick: narrow }, inner) : h("div", {}, inner));
}

function label(key, agg) {
  if (agg === "matter.topic") return say("topic", key);
  if (agg === "sentiment.label") return say("label", key);
  if (agg === "day") return key.slice(0, 10);
  if (agg === "hour") return time(key, "MDHM");
  return called(key);
}
