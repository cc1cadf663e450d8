// The board for a wall or a meeting: numbers only, no post and no case can be read on it.

import { called, get, setNames } from "./api.js";
import { Chart } from "./chart.js";
import { $, h } from "./dom.js";
import { now, say, setClock, time } from "./say.js";

const chart = new Chart($("chart"), $("chart-words"), () => {}, () => {});
const HEAD = h("thead", {}, h("tr", {}, [["事项", ""], ["街道", ""], ["近 24 小时", "n"], ["前 24 小时", "n"]].map(([words, kind]) => h("th", { scope: "col", class: kind }, words))));
const few = (n) => (n === null ? "<5" : n.toLocaleString("en-US"));

async function load() {
  const news = await get("/api/board").catch(() => null);
  if (!news) return;
  setClock(news.now, news.timezone);
  setNames(news.names);
  $("district").textContent = news.district;
  $("levels").replaceChildren(...Object.entries(news.levels).map(([level, n]) => h("div", { class: `figure ${level}` },
    h("span", { class: "count" }, h("i", {}), `${say("level", level)} ${level}`), h("b", {}, n))));
  const bars = news.bars.map((bar) => ({ at: bar.at, neg: bar.neg ?? 0, neu: bar.neu ?? 0, pos: bar.pos ?? 0 }));
  chart.set({ step_s: news.step_s, bars, alerts: [] });
  $("hot").replaceChildren(HEAD, h("tbody", {}, news.hot.map((row) => h("tr", {}, h("th", { scope: "row" }, say("topic", row.topic)),
    h("td", {}, called(row.street) || "—"), h("td", { class: "n" }, h("b", {}, few(row.n))), h("td", { class: "n" }, few(row.before))))));
}

document.documentElement.dataset.theme = localStorage.getItem("yuqing.theme") ?? "auto";
setInterval(load, 15000);
setInterval(() => { $("clock").textContent = time(now(), "HMS"); }, 1000);
load();
