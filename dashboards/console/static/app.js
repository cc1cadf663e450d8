// The page: views, keys, and the live line to the server.

import { get, officer, setNames } from "./api.js";
import * as cases from "./cases.js";
import { $, h } from "./dom.js";
import * as drawer from "./drawer.js";
import * as health from "./health.js";
import * as picture from "./picture.js";
import * as onePost from "./post.js";
import { lang, say, setClock, speak, t, tick, time, now } from "./say.js";
import * as search from "./search.js";
import * as stream from "./stream.js";
import { toast } from "./toast.js";

function go(view) {
  document.body.dataset.view = view;
  $("search-page").hidden = view !== "search";
  $("health-page").hidden = view !== "health";
  for (const pane of document.querySelectorAll("main > .pane")) pane.hidden = view !== "duty";
  for (const button of document.querySelectorAll("[data-go]")) current(button, button.dataset.go === view);
  pickPane(document.body.dataset.pane);
  if (view !== "duty") drawer.close();
  onePost.close();
  if (view === "health") loadHealth();
  if (view === "search") $("search-q").focus();
  if (!location.hash.startsWith(`#${view}`) && !/^#(case|post)\//.test(location.hash)) history.replaceState(null, "", `#${view}`);
}

function pickPane(name) {
  document.body.dataset.pane = name;
  for (const button of document.querySelectorAll("[data-pick]")) {
    current(button, document.body.dataset.view === "duty" && button.dataset.pick === name);
  }
}

function current(button, on) {
  if (on) button.setAttribute("aria-current", "page");
  else button.removeAttribute("aria-current");
}

async function loadHealth() {
  const news = await get("/api/sources").catch(() => null);
  if (!news) return;
  health.show(news);
  picture.blind(news);
}

async function loadCases() {
  const answer = await get("/api/cases", { state: "all" }).catch(() => null);
  if (!answer) return;
  cases.take(answer.cases, true);
  cases.tally();
}

function overview(news) {
  setClock(news.now, news.timezone);
  setNames(news.names);
  $("district").textContent = news.district;
  picture.figures(news);
}

async function loadAll() {
  const news = await get("/api/overview").catch(() => null);
  if (news) overview(news);
  await Promise.all([loadCases(), stream.load(), picture.load(), loadHealth()]);
}

// ---- the live line

const AGAIN_MS = 3000;

function listen(again = false) {
  const line = new EventSource("/events");
  const hear = (name, take) => line.addEventListener(name, (event) => take(JSON.parse(event.data)));
  line.onopen = () => { state("live"); if (again) loadAll(); };
  line.onerror = () => {
    state("lost");
    // A browser tries again by itself unless somebody else answered, like a proxy while the desk starts anew.
    if (line.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS, true);
  };
  hear("posts", (news) => { stream.take(news.rows); picture.reload(); });
  hear("cases", heard);
  hear("overview", overview);
  hear("reset", loadAll);
}

function heard(news) {
  const known = new Map(cases.all().map((c) => [c.id, c]));
  for (const c of news.cases) {
    const before = known.get(c.id);
    if (c.state === "open" && c.level < "L4" && (!before || before.level > c.level)) announce(c);
  }
  cases.take(news.cases);
  cases.tally();
  drawer.freshen(news.cases);
  picture.reload();
}

function announce(c) {
  toast(`${t("newalert")} ${say("level", c.level)} ${c.level}　${c.title}`, c.level <= "L2", c.level);
}

function state(name) {
  const node = $("link");
  if (node.dataset.state === name) return;
  node.dataset.state = name;
  node.textContent = t(name);
}

// ---- keys

const KEYS = [["j / k", "下一件、上一件", "next, previous"], ["Enter", "打开案件", "open the case"], ["a", "签收", "acknowledge"],
  ["c", "办结", "close"], ["/", "检索", "search"], ["p", "暂停帖文流", "pause the stream"], ["1 2 3", "未签收、处理中、已办结", "the three lists"],
  ["g d · g s · g h", "值守、检索、信源", "duty, search, health"], ["Esc", "关闭", "close"], ["?", "本表", "this table"]];

let before = "";

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && (drawer.close() || onePost.close())) return;
  if (event.target.closest("input, textarea, select, dialog")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const chosen = cases.chosen();
  const does = {
    j: () => cases.step(1), k: () => cases.step(-1), p: stream.pause, "?": help, "/": () => $("quick-q").focus(),
    a: () => chosen?.state === "open" && drawer.act(chosen, "ack"), c: () => chosen && chosen.state !== "closed" && drawer.act(chosen, "close"),
    Enter: () => !event.target.closest("button, a, [tabindex='0']") && chosen && drawer.open(chosen.name),
    1: () => cases.show("unacked"), 2: () => cases.show("working"), 3: () => cases.show("closed"),
  }[event.key];
  const place = before === "g" && { d: "duty", s: "search", h: "health" }[event.key];
  before = event.key;
  if (place) go(place);
  else if (does) does();
  else return;
  event.preventDefault();
}

function help() {
  const en = lang() === "en";
  $("keys").replaceChildren(h("h2", { id: "keys-title" }, t("keys")), h("dl", {}, KEYS.map(([k, zh, words]) => [h("dt", {}, h("kbd", {}, k)), h("dd", {}, en ? words : zh)])),
    h("form", { method: "dialog" }, h("button", { class: "line" }, t("cancel"))));
  $("keys").showModal();
}

// ---- words, name, light

function words(name) {
  speak(name);
  $("lang").textContent = lang() === "en" ? "中文" : "EN";
  $("lang").lang = lang() === "en" ? "zh-CN" : "en";
  $("officer").textContent = officer();
  $("quick-q").placeholder = t("quick");
  $("quick-q").setAttribute("aria-label", t("search"));
  $("link").textContent = t($("link").dataset.state);
  cases.draw();
  cases.tally();
  stream.draw();
  picture.redraw();
  search.words();
  health.redraw();
}

function light() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = document.documentElement.dataset.theme;
  const next = (shown === "auto" ? dark : shown === "dark") ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("yuqing.theme", next);
}

function askName(always = false) {
  if (!always && localStorage.getItem("yuqing.officer")) return;
  $("who-name").value = officer();
  $("who").hidden = false;
  if (always) $("who-name").select();
}

function start() {
  document.documentElement.dataset.theme = localStorage.getItem("yuqing.theme") ?? "auto";
  picture.start((query, at, step) => { go("search"); search.open(query, at, step); }, (name) => drawer.open(name));
  stream.start();
  search.start();
  words(lang());
  askName();
  $("lang").addEventListener("click", () => words(lang() === "en" ? "zh" : "en"));
  $("theme").addEventListener("click", light);
  $("help").addEventListener("click", help);
  $("officer").addEventListener("click", () => askName(true));
  $("who").addEventListener("submit", (event) => {
    event.preventDefault();
    localStorage.setItem("yuqing.officer", $("who-name").value.trim() || t("officer"));
    $("officer").textContent = officer();
    $("who").hidden = true;
  });
  $("quick").addEventListener("submit", (event) => { event.preventDefault(); go("search"); search.open($("quick-q").value.trim()); });
  for (const [kind, act] of [["click", () => true], ["keydown", (event) => event.key === "Enter"]])
    $("events").addEventListener(kind, (event) => act(event) && narrow(event.target.closest("li[data-q]")));
  $("hot").addEventListener("click", (event) => narrow(event.target.closest("tr[data-q]")));
  $("hot").addEventListener("keydown", (event) => event.key === "Enter" && narrow(event.target.closest("tr[data-q]")));
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));
  for (const button of document.querySelectorAll("[data-pick]")) button.addEventListener("click", () => { go("duty"); pickPane(button.dataset.pick); });
  document.addEventListener("keydown", key);
  document.addEventListener("click", why);
  addEventListener("hashchange", follow);
  setInterval(beat, 1000);
  setInterval(loadHealth, 10000);
  setInterval(picture.load, 30000);
  beat();
  loadAll().then(follow);
  listen();
}

function why(event) {
  const asked = event.target.closest("[data-why]");
  if (!asked) return;
  drawer.close();
  onePost.open(asked.dataset.why);
}

function narrow(row) {
  if (!row) return;
  go("search");
  search.open(row.dataset.q);
}

function follow() {
  const [view, rest] = location.hash.slice(1).split("/");
  if (view === "case" && rest) { go("duty"); drawer.open(decodeURIComponent(rest)); }
  else if (view === "post" && rest) { go("duty"); onePost.open(decodeURIComponent(rest)); }
  else if (view === "search") { go("search"); if (rest) search.open(decodeURIComponent(rest)); }
  else go(view === "health" ? "health" : "duty");
}

function beat() {
  $("clock").textContent = time(now(), "HMS");
  tick();
  cases.tickDue();
}

start();
