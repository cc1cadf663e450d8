// Elements without markup: text only ever becomes a text node, so a post cannot become part of the page.

const SVG = "http://www.w3.org/2000/svg";

// Characters that turn text round or hide in it; a post must not reorder the words of the page around it.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export const $ = (id) => document.getElementById(id);

export const clean = (text) => String(text ?? "").replace(UNSEEN, "");

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(clean(child)));
  }
  return node;
}

export function link(url, words, kind = null) {
  // Only web addresses become links: never javascript: or data: from a post.
  if (!/^https?:\/\//i.test(url || "")) return null;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", class: kind }, words);
}

// Text with the spans of *marks* ([start, end, kind] in code points) set in <mark>.
export function marked(text, marks = []) {
  const points = Array.from(text ?? "");
  const spans = marks.filter(([start, end]) => start >= 0 && start < end && end <= points.length);
  spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const parts = [];
  let at = 0;
  for (const [start, end, kind] of spans) {
    if (start < at) continue;
    parts.push(points.slice(at, start).join(""));
    parts.push(h("mark", { class: kind }, points.slice(start, end).join("")));
    at = end;
  }
  parts.push(points.slice(at).join(""));
  return h("bdi", { dir: "auto" }, parts);
}

const kept = new WeakMap();

// Bring *list* to *items*, touching only what changed, so that a row under the mouse stays that row.
export function keep(list, items, key, make, stamp = (item) => JSON.stringify(item)) {
  const before = kept.get(list) ?? new Map();
  const after = new Map();
  let place = list.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const sign = stamp(item);
    let held = before.get(name);
    if (!held || held.sign !== sign) {
      const node = make(item);
      if (held) {
        if (place === held.node) place = node;
        const focus = held.node.contains(document.activeElement) && document.activeElement.dataset.act;
        held.node.replaceWith(node);
        if (focus) (node.querySelector(`[data-act="${focus}"]`) ?? node).focus?.();
      }
      held = { node, sign };
    }
    before.delete(name);
    after.set(name, held);
    if (place === held.node) place = place.nextElementSibling;
    else list.insertBefore(held.node, place);
  }
  for (const held of before.values()) held.node.remove();
  kept.set(list, after);
}

export function forget(list) {
  kept.delete(list);
  list.replaceChildren();
}
