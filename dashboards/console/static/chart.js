// Stacked bars of volume by sentiment, with the alerts that began in the span. Drawn as SVG, by hand.

import { h, svg } from "./dom.js";
import { number, say, t, time } from "./say.js";

const PARTS = ["neg", "neu", "pos"];
const EDGE = { top: 18, right: 4, bottom: 20, left: 34 };

export class Chart {
  constructor(box, words, onPick, onAlert) {
    Object.assign(this, { box, words, onPick, onAlert, data: null, cursor: -1 });
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("pointermove", (event) => this.point(event));
    box.addEventListener("pointerleave", () => this.show(-1));
    box.addEventListener("click", (event) => {
      if (!event.target.closest(".flag") && this.cursor >= 0) this.onPick(this.data.bars[this.cursor], this.data.step_s);
    });
  }

  set(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const { data } = this;
    const wide = this.box.clientWidth;
    const high = this.box.clientHeight;
    if (!data || wide < 60 || high < 60) return;
    const total = (bar) => bar.neg + bar.neu + bar.pos;
    const top = ceiling(Math.max(4, ...data.bars.map(total)));
    this.step = (wide - EDGE.left - EDGE.right) / Math.max(1, data.bars.length);
    const y = (n) => EDGE.top + (1 - n / top) * (high - EDGE.top - EDGE.bottom);
    const root = svg("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, "aria-hidden": "true" },
      this.grid(top, y, wide), this.flags(y(0)), this.bars(y), this.labels(high));
    this.line = svg("rect", { class: "cursor", y: EDGE.top, height: high - EDGE.top - EDGE.bottom, width: this.step, visibility: "hidden" });
    root.prepend(this.line);
    this.tip = h("div", { class: "tip", hidden: true });
    this.box.replaceChildren(root, this.tip);
    const sum = (part) => data.bars.reduce((n, bar) => n + bar[part], 0);
    this.box.setAttribute("aria-label", `${t("volume")}：${PARTS.map((p) => `${say("label", p)} ${sum(p)}`).join("，")}`);
    this.box.dataset.total = String(PARTS.reduce((n, p) => n + sum(p), 0));
  }

  grid(top, y, wide) {
    return [0, top / 2, top].map((n) => [
      svg("line", { class: n ? "rule" : "rule base", x1: EDGE.left, x2: wide - EDGE.right, y1: y(n), y2: y(n) }),
      svg("text", { class: "tick", x: EDGE.left - 8, y: y(n) + 3.5, "text-anchor": "end" }, short(n)),
    ]);
  }

  bars(y) {
    const gap = this.step > 6 ? Math.min(3, this.step * 0.18) : 0.5;
    return this.data.bars.map((bar, i) => {
      let base = 0;
      return PARTS.map((part) => {
        if (!bar[part]) return null;
        const rect = svg("rect", {
          class: `slice ${part}`, x: EDGE.left + i * this.step + gap / 2, width: Math.max(0.8, this.step - gap),
          y: y(base + bar[part]), height: Math.max(0.5, y(base) - y(base + bar[part])),
        });
        base += bar[part];
        return rect;
      });
    });
  }

  labels(high) {
    const { bars, step_s: step } = this.data;
    const days = step >= 10800;
    const every = Math.max(1, Math.ceil(64 / this.step));
    const wanted = (bar, i) => (days ? Number(time(bar.at).slice(0, 2)) * 3600 < step : i % every === 0);
    return bars.map((bar, i) => (wanted(bar, i) && (bars.length - i) * this.step > 30 ? svg("text", {
      class: "tick", x: EDGE.left + i * this.step, y: high - 5,
    }, time(bar.at, days ? "MD" : "HM")) : null));
  }

  flags(base) {
    const { bars, step_s: step, alerts } = this.data;
    const start = new Date(bars[0]?.at ?? 0).getTime();
    return alerts.map((alert) => {
      const x = EDGE.left + ((new Date(alert.at).getTime() - start) / 1000 / step) * this.step;
      return svg("g", { class: `flag ${alert.level}`, onclick: () => this.onAlert(alert.name) },
        svg("title", {}, `${say("level", alert.level)} ${alert.level} ${alert.title} ${time(alert.at)}`),
        svg("line", { x1: x, x2: x, y1: 12, y2: base }), svg("path", { d: `M${x - 5} 3h10l-5 9z` }));
    });
  }

  point(event) {
    if (!this.step || event.target.closest(".flag")) return this.show(-1);
    const x = event.clientX - this.box.getBoundingClientRect().left - EDGE.left;
    return this.show(Math.floor(x / this.step));
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" && this.cursor >= 0) this.onPick(this.data.bars[this.cursor], this.data.step_s);
    if (!by || !this.data) return;
    event.preventDefault();
    const last = this.data.bars.length - 1;
    this.show(this.cursor < 0 ? last : Math.min(last, Math.max(0, this.cursor + by)));
    this.words.textContent = this.tip.textContent;
  }

  show(i) {
    const bar = this.data?.bars[i];
    this.cursor = bar ? i : -1;
    if (!this.line) return;
    this.line.setAttribute("visibility", bar ? "visible" : "hidden");
    this.tip.hidden = !bar;
    if (!bar) return;
    const x = EDGE.left + i * this.step;
    this.line.setAttribute("x", x);
    const end = new Date(bar.at).getTime() + this.data.step_s * 1000;
    this.tip.replaceChildren(h("b", {}, `${time(bar.at, "MDHM")} – ${time(end)}`),
      ...PARTS.map((p) => h("span", {}, h("i", { class: p }), say("label", p), " ", h("b", {}, number(bar[p])))));
    const right = x + this.step + 160 > this.box.clientWidth;
    this.tip.style.left = right ? "auto" : `${x + this.step + 6}px`;
    this.tip.style.right = right ? `${this.box.clientWidth - x + 6}px` : "auto";
  }
}

function ceiling(n) {
  const size = 10 ** Math.floor(Math.log10(n));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((k) => k * size).find((top) => top >= n && top % 2 === 0); // half of it is a tick
}

const short = (n) => (n >= 10000 ? `${n / 1000}k` : String(n));
