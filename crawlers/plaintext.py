"""HTML to the words a reader sees."""

from __future__ import annotations

import re

from lxml import etree, html

from crawlers.charset import clean

_UNSEEN = frozenset(
    {"title", "script", "style", "template", "noscript", "iframe", "object", "svg", "head", "form", "nav", "button"}
)
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main"
    " ol p pre section table td th tr ul".split()
)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);")


def plain(source: str) -> str:
    """Return the text of *source*, which may be HTML or not, one line per block."""
    return tidy(text_of(parse(source)) if _MARKUP.search(source) else source)


def tidy(text: str) -> str:
    """Return *text* without invisible characters, empty lines and spaces in rows."""
    lines = (" ".join(line.split()) for line in clean(text).splitlines())
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    return " ".join(text.split())


def parse(source: str) -> html.HtmlElement:
    """Return *source* as a tree; what lxml cannot read at all is an empty one."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    body = clean(source).encode("utf-8", "replace")
    tree = etree.fromstring(b"<div>" + body + b"</div>", parser)
    return tree if tree is not None else html.Element("div")


def text_of(tree: html.HtmlElement) -> str:
    """Return the seen text under *tree*; a walk, not a recursion, because a hostile page nests deeply."""
    words: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        unseen = tag in _UNSEEN
        if event == "start":
            hidden += unseen
            words.append("\n" if tag in _BLOCKS else "")
            words.append(element.text or "" if not hidden and tag else "")
        else:
            hidden -= unseen
            words.append("\n" if tag in _BLOCKS else "")
            words.append(element.tail or "" if not hidden else "")
    return "".join(words)
