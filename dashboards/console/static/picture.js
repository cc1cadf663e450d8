// The picture in the middle: four figures, the chart, hot matters, blind spots.

import { called, calmly, get } from "./api.js";
import { Chart } from "./chart.js";
import { $, h, keep } from "./dom.js";
import { half, number, say, since, span, t } from "./say.js";

const RANGES = { "1h": ["1 小时", "1h"], "24h": ["24 小时", "24h"], "7d": ["7 天", "7d"] };
let range = localStorage.getItem("yuqing.range") ?? "24h";
if (!RANGES[range]) range = "24h";
let chart = null;
let hot = [];
let events = [];
let overview = null;
let health = null;

export function start(onSearch, onCase) {
  chart = new Chart($("chart"), $("chart-words"), (bar, step) => onSearch("*", bar.at, step), onCase);
  drawRanges();
}

function drawRanges() {
  const list = Object.keys(RANGES).map((name) => ({ name, on: name === range }));
  keep($("ranges"), list, (r) => r.name, (r) => h("button", {
    type: "button", "data-act": r.name, "aria-pressed": String(r.on),
    onclick: () => { range = r.name; localStorage.setItem("yuqing.range", range); drawRanges(); load(); },
  }, RANGES[r.name][t("ack") === "签收" ? 0 : 1]), (r) => JSON.stringify(r) + t("ack"));
}

export async function load() {
  const asked = range;
  const [volume, matters, told] = await Promise.all([
    get("/api/volume", { range: asked }).catch(() => null), get("/api/hot", { range: asked }).catch(() => null),
    get("/api/hot-events", { range: asked }).catch(() => null),
  ]);
  if (asked !== range) return;
  if (volume) chart.set(volume);
  if (matters) hot = matters.rows;
  if (told) events = told.rows;
  drawHot();
  drawEvents();
}

export const reload = calmly(2500, load);

export function figures(news) {
  overview = news;
  const { posts, outbox } = news;
  const share = posts.hour ? Math.round((posts.hour_neg / posts.hour) * 100) : 0;
  const list = [
    { key: "waiting", n: number(news.unacked), loud: news.unacked > 0 },
    { key: "openfig", n: number(news.open) },
    { key: "hour", n: number(posts.hour), note: change(posts.hour, posts.hour_before) },
    { key: "neghour", n: `${share}%`, meter: share },
    { key: "delay", n: number(outbox.waiting + outbox.leased), note: outbox.dead ? `${number(outbox.dead)} ${t("dead")}` : "", bad: outbox.dead > 0 },
  ];
  keep($("figures"), list, (f) => f.key, (f) => h("div", { class: `figure${f.loud ? " loud" : ""}${f.bad ? " bad" : ""}`, "data-figure": f.key },
    h("span", {}, t(f.key)), h("b", {}, f.n), h("small", {}, f.note ?? "")), (f) => JSON.stringify(f) + t("ack"));
}

function change(after, before) {
  if (!before) return after ? "" : "–";
  const by = Math.round(((after - before) / before) * 100);
  return `${by >= 0 ? "↑" : "↓"} ${Math.abs(by)}%`;
}

function drawHot() {
  const most = Math.max(1, ...hot.map((row) => row.n));
  $("hot-note").textContent = t("vs");
  $("hot").replaceChildren(
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("topic")), h("th", { scope: "col" }, t("street")),
      h("th", { scope: "col", class: "unseen" }, t("count")), h("th", { scope: "col", class: "n" }, t("count")), h("th", { scope: "col", class: "n" }, t("change")))),
    h("tbody", {}, hot.map((row) => {
      const meter = h("div", { class: "meter" }, h("i", { class: "neg" }), h("i", { class: "rest" }));
      meter.firstChild.style.width = `${(row.neg / most) * 100}%`;
      meter.lastChild.style.width = `${((row.n - row.neg) / most) * 100}%`;
      return h("tr", { class: "go", tabindex: "0", "data-q": row.q }, h("th", { scope: "row" }, say("topic", row.topic)),
        h("td", {}, row.street ? called(row.street) : h("span", { class: "dim" }, t("unknown"))), h("td", { class: "wide" }, meter),
        h("td", { class: "n" }, h("b", {}, number(row.n))), h("td", { class: `n change${row.n > row.before * 1.5 ? " up" : ""}` }, moved(row)));
    })));
}

function drawEvents() {
  keep($("events"), events, (e) => e.id, (e) => h("li", { class: "go", tabindex: "0", role: "button", "data-q": e.q, title: e.lines.join("\n") },
    h("b", {}, e.heat.toFixed(0)), h("span", { class: "words" }, e.title),
    h("span", { class: "note" }, `${number(e.posts)} · ${number(e.voices)}`), since(e.until)), (e) => JSON.stringify(e) + t("ack"));
  if (!events.length) $("events").replaceChildren(h("li", { class: "fine" }, t("noevents")));
}

function moved(row) {
  if (!row.before) return row.n ? "+" + number(row.n) : "–";
  const by = row.n - row.before;
  return by === 0 ? "0" : `${by > 0 ? "+" : "−"}${number(Math.abs(by))}`;
}

export function blind(news) {
  health = news;
  const bad = news.sources.filter((s) => !s.ok);
  const stuck = news.parts.filter((p) => !p.ok).map((p) => ({ id: p.name, outcome: "away", problem: p.words }));
  const list = [...stuck, ...bad].slice(0, 4);
  keep($("blind"), list, (s) => s.id, (s) => h("li", {}, h("i", { class: "warn" }), h("b", {}, s.id),
    h("span", { class: "tag" }, s.outcome === "away" ? t("away") : say("outcome", s.outcome)), h("span", { class: "words" }, half(s.problem)),
    s.blind_s ? h("span", { class: "note" }, `${t("blindmin")} ${span(s.blind_s)}`) : s.seen ? since(s.seen) : null), (s) => JSON.stringify(s) + t("ack"));
  if (!list.length) $("blind").replaceChildren(h("li", { class: "fine" }, news.sources.length ? t("noblind") : t("nosources")));
}

export function redraw() {
  drawRanges();
  if (overview) figures(overview);
  if (health) blind(health);
  chart.draw();
  drawHot();
  drawEvents();
}
