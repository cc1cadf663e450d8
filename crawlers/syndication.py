"""RSS 2.0, RSS 1.0 (RDF), Atom and JSON Feed, well-formed or not, as one list of entries."""

from __future__ import annotations

import html
import html.entities
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from crawlers.plaintext import one_line, plain, tidy

BOZO = "bozo"  # not well-formed, read as far as it goes

_PREFIXES = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://backend.userland.com/rss2": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/slash/": "slash:",
    "http://purl.org/syndication/thread/1.0": "thr:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
}
_DATES = ("pubDate", "published", "dc:date", "dcterms:created", "issued", "updated", "modified", "dcterms:modified")
_TEXTS = ("content:encoded", "content", "description", "summary")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.S | re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.S)
_LOOSE = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:#\d+;|#[xX][0-9a-fA-F]+;|(\w+);)?", re.S)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(frozen=True)
class Entry:
    """One item of a feed, its texts already plain."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    date: str = ""
    updated: str = ""
    parent: str = ""
    comments: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """The entries of one answer, and what was odd about it."""

    entries: tuple[Entry, ...]
    link: str = ""
    warnings: tuple[str, ...] = ()


def read_feed(text: str, base_url: str) -> Feed | None:
    """Return the feed in *text*; None if it is none. Relative links count from *base_url*.

    Nothing outside *text* is ever read: entities that it defines itself are not resolved.
    """
    if text.lstrip()[:1] == "{":
        return _read_json(text, base_url)
    root, bozo = _tree(text)
    if root is None or _name(root) not in ("rss", "feed", "rdf:RDF", "channel"):
        return None
    items = [element for element in root.iter() if _name(element) in ("item", "entry")]
    channel = next((child for child in root if _name(child) == "channel"), root)
    entries = (_entry(item, base_url) for item in items)
    return Feed(tuple(entries), _link(_children(channel), base_url), (BOZO,) if bozo else ())


def _tree(text: str) -> tuple[Any, bool]:
    """Return the root of *text* and whether it had to be mended."""
    body = _DOCTYPE.sub("", _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1), count=1)
    try:
        return etree.fromstring(body.encode(), _parser(recover=False)), False
    except etree.XMLSyntaxError:
        return etree.fromstring(_LOOSE.sub(_mended, body).encode() or b"<x/>", _parser(recover=True)), True


def _parser(recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8", recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _mended(match: re.Match[str]) -> str:
    """Return what was meant by ``&nbsp;`` and by a bare ``&``; CDATA and true references stay."""
    whole, name = match[0], match[1]
    if name and name not in _XML_NAMES:
        return html.entities.html5.get(f"{name};", f"&amp;{name};").replace("<", "&lt;")
    return "&amp;" if whole == "&" else whole


def _name(element: Any) -> str:
    """Return the name of *element* with the prefix that we use, whichever the feed uses; ? if we do not know it.

    So media:title is never taken for the title.
    """
    if not isinstance(element.tag, str):
        return ""
    space, _, local = element.tag.rpartition("}")
    if not space and ":" in local:  # the prefix was never declared
        return str(local)
    return _PREFIXES.get(space[1:], "?:") + local


def _children(element: Any) -> dict[str, list[Any]]:
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(_name(child), []).append(child)
    return children


def _entry(item: Any, base_url: str) -> Entry:
    parts = _children(item)
    author = next((child for key in ("author", "dc:creator") for child in parts.get(key, ())), None)
    parent = next(iter(parts.get("thr:in-reply-to", ())), None)
    comments = _first(parts, ("slash:comments", "thr:total"))
    return Entry(
        id=one_line(_first(parts, ("guid", "id")) or item.get(f"{{{_RDF}}}about") or ""),
        link=_link(parts, base_url),
        title=one_line(_words(parts, ("title", "dc:title"))),
        text=_words(parts, _TEXTS),
        author=_author(author),
        date=_first(parts, _DATES),
        updated=_first(parts, ("updated", "modified", "dcterms:modified")),
        parent=(parent.get("ref") or "") if parent is not None else "",
        comments=int(comments) if comments.isascii() and comments.isdigit() and len(comments) < 10 else None,
        tags=tuple(filter(None, (one_line(tag.get("term") or _text(tag)) for tag in parts.get("category", ())))),
    )


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _first(parts: Mapping[str, list[Any]], keys: Iterable[str]) -> str:
    """Return the first text that is not empty."""
    texts = (_text(element).strip() for key in keys for element in parts.get(key, ()))
    return next(filter(None, texts), "")


def _words(parts: Mapping[str, list[Any]], keys: Iterable[str]) -> str:
    """Return the first of *keys* that has words, as plain text."""
    texts = (_plain(element) for key in keys for element in parts.get(key, ()))
    return next(filter(None, texts), "")


def _plain(element: Any) -> str:
    kind = element.get("type") or "html"
    if kind in ("text", "text/plain"):
        return tidy(_text(element))
    if "xhtml" in kind or len(element):  # markup that somebody forgot to escape counts as markup
        return plain(
            html.escape(element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
        )
    return plain(_text(element))


def _author(element: Any) -> str:
    """Return the platform's id of the author where there is one, else the name: intake makes it a pseudonym."""
    if element is None:
        return ""
    parts = _children(element)
    return one_line(_first(parts, ("uri", "url", "email", "name")) or _text(element))


def _link(parts: Mapping[str, list[Any]], base_url: str) -> str:
    for link in parts.get("link", ()):
        if (link.get("rel") or "alternate") == "alternate" and (target := (link.get("href") or _text(link)).strip()):
            return _http(urljoin(base_url, target))
    guid = next(iter(parts.get("guid", ())), None)
    if guid is not None and (guid.get("isPermaLink") or "true").lower() == "true":
        return _http(_text(guid).strip())
    return ""


def _http(url: str) -> str:
    """Return *url* if a person may be led there; javascript: and its like are no links."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _read_json(text: str, base_url: str) -> Feed | None:
    try:
        tree = json.loads(text, strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None
    items = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(items, list):
        return None
    entries = (_json_entry(item, base_url) for item in items if isinstance(item, dict))
    return Feed(tuple(entries), _string(tree.get("home_page_url")))


def _json_entry(item: Mapping[str, Any], base_url: str) -> Entry:
    authors = item.get("authors") or [item.get("author")]
    author = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    entry = Entry(
        id=one_line(_string(item.get("id"))),
        link=_http(urljoin(base_url, _string(item.get("url") or item.get("external_url")))),
        title=one_line(plain(_string(item.get("title")))),
        text=tidy(_string(item.get("content_text"))) or plain(_string(item.get("content_html") or item.get("summary"))),
        author=_string(author.get("url") or author.get("name")),
        date=_string(item.get("date_published") or item.get("date_modified")),
        updated=_string(item.get("date_modified")),
    )
    tags = item.get("tags")
    return replace(entry, tags=tuple(map(_string, tags))) if isinstance(tags, list) else entry


def _string(value: object) -> str:
    """Return what a publisher put where text belongs: text, or a number as text; nothing else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
