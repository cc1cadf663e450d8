"""Everything we ask of a search server, in our words: write, read, search, templates, aliases, indices.

Three things can go wrong: the server is away or wants us to wait (Unavailable), it will not take one document (its
Outcome says so, the others are written), it does not understand the request (Refused: ours or the set-up's mistake).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote

import msgspec

from pipeline.errors import Unavailable
from pipeline.index.elastic.wire import Answer, Method, Wire

Refresh = Literal["false", "wait_for", "true"]
Body = Mapping[str, Any]

MOST_BYTES: Final = 5_000_000  # of one bulk request
MOST_WRITES: Final = 1000
_AT_ONCE: Final = 500  # ids or documents of one page
_WAITS_S: Final = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # then whoever asked waits
_HICCUPS_S: Final = (0.1, 0.3, 0.9)
_BUSY: Final = (429, 502, 503, 504)
_AWAY: Final = (401, 403, *_BUSY)
_QUOTES: Final = ("Preview of", "The prefix of")  # from here on the server quotes the document


class _Busy(Unavailable):
    """The server is there, and could not do it now."""


class Refused(Exception):
    """The server understood nothing of it, or cannot do it: *kind* is its own word for the reason."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        self.status, self.kind, self.reason = status, kind, reason
        super().__init__(f"{status} {kind}: {reason}")


@dataclass(frozen=True)
class Seen:
    """Which write of a document was read; its ``seq_no`` only ever grows, over deletes as well."""

    seq_no: int
    primary_term: int


@dataclass(frozen=True)
class Write:
    """One document into *index*; *body* may be JSON already, None takes it out.

    *version* leaves a later version as it is; *seen* demands that nobody wrote since; *create* that nobody did ever.
    """

    index: str
    id: str
    body: Body | msgspec.Raw | None
    version: int | None = None
    seen: Seen | None = None
    create: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one Write: written as *seen*, or late (somebody else was faster), or refused for good."""

    seen: Seen | None = None
    refused: str = ""

    @property
    def late(self) -> bool:
        return self.seen is None and not self.refused


@dataclass(frozen=True)
class Kept:
    """A document as it was read."""

    id: str
    body: dict[str, Any]
    seen: Seen


@dataclass(frozen=True)
class Template:
    """What new indices of *patterns* look like: *settings* and *mappings* become components of their own name."""

    name: str
    patterns: tuple[str, ...]
    mappings: Body
    settings: Body = field(default_factory=dict)
    aliases: Body = field(default_factory=dict)
    version: int = 1
    priority: int = 200
    meta: Body = field(default_factory=dict)


@dataclass(frozen=True)
class IndexInfo:
    """An index: its documents (stubs too) and its bytes on disk, replicas included."""

    name: str
    documents: int
    size: int


class Gateway:
    """The servers behind one address. *pause* waits for seconds."""

    def __init__(self, wire: Wire, pause: Callable[[float], None] = time.sleep) -> None:
        self._wire = wire
        self._pause = pause

    # Documents

    def bulk(self, writes: Sequence[Write], refresh: Refresh = "false") -> list[Outcome]:
        """Carry out *writes*; on return they are durable, and searchable if *refresh* says so.

        Answers in the order of *writes*. What the server is too busy for is tried again with growing waits, then
        raises Unavailable: some may have been written, and all may be sent again.
        """
        outcomes: dict[int, Outcome] = {}
        for chunk in _chunks(writes):
            self._until_taken(chunk, refresh, outcomes)
        return [outcomes[place] for place in range(len(writes))]

    def read(self, index: str, ids: Sequence[str]) -> list[Kept | None]:
        """Return the documents of *ids* as they stand now, searchable or not; None where there is none."""
        found: list[Kept | None] = []
        for start in range(0, len(ids), _AT_ONCE):
            body = {"ids": list(ids[start : start + _AT_ONCE])}
            docs = self._ask("POST", f"/{index}/_mget", body).body["docs"]
            found += [_kept(doc) for doc in docs]
        return found

    def search(self, target: str, body: Body, **params: str) -> dict[str, Any]:
        """Return the server's answer, which is a whole one; an index that is not there has no documents."""
        params = {**_LENIENT, "allow_partial_search_results": "false", **params}
        for wait_s in _HICCUPS_S:
            try:
                return dict(self._ask("POST", f"/{target}/_search", body, params).body)
            except _Busy:  # as for a moment while an index comes into being
                self._pause(wait_s)
        return dict(self._ask("POST", f"/{target}/_search", body, params).body)

    def count(self, target: str, query: Body | None = None) -> int:
        body = {"query": query or {"match_all": {}}, "size": 0, "track_total_hits": True}
        return int(self.search(target, body)["hits"]["total"]["value"])

    def scan(self, target: str, query: Body, by: str, after: Any = None, whole: bool = True) -> Iterator[list[Kept]]:
        """Yield all that *query* finds, in the order of *by* (a keyword of each document's own), page by page.

        Without their bodies if not *whole*.
        """
        body = {
            "_source": whole, "query": query, "sort": [{by: "asc"}], "size": _AT_ONCE, "seq_no_primary_term": True,
            "track_total_hits": False,
        }  # fmt: skip
        while True:
            hits = self.search(target, body | ({"search_after": [after]} if after is not None else {}))["hits"]["hits"]
            if hits:
                yield [_kept_of(hit) for hit in hits]
            if len(hits) < _AT_ONCE:
                return
            after = hits[-1]["sort"][0]

    # Indices

    def ensure(self, template: Template) -> None:
        """Put *template* in place, over an earlier one. Indices that exist do not change."""
        for part, content in (("settings", template.settings), ("mappings", template.mappings)):
            body = {"template": {part: content}, "version": template.version}
            self._ask("PUT", f"/_component_template/{template.name}-{part}", body)
        body = {
            "index_patterns": list(template.patterns),
            "composed_of": [f"{template.name}-settings", f"{template.name}-mappings"],
            "template": {"aliases": template.aliases},
            "priority": template.priority,
            "version": template.version,
            "_meta": template.meta,
        }
        self._ask("PUT", f"/_index_template/{template.name}", body)

    def template(self, name: str) -> Body | None:
        """Return the ``_meta`` of the index template; None if there is none."""
        answer = self._ask("GET", f"/_index_template/{name}", missing=True)
        if answer.status == 404:
            return None
        return dict(answer.body["index_templates"][0]["index_template"].get("_meta", {}))

    def templates(self, pattern: str) -> list[str]:
        """Return the names of the index templates of *pattern* (with ``*``)."""
        answer = self._ask("GET", f"/_index_template/{pattern}", missing=True)
        return sorted(each["name"] for each in answer.body.get("index_templates", ()))

    def drop_template(self, name: str) -> None:
        """Take the template and its components away; indices stay."""
        self._ask("DELETE", f"/_index_template/{name}", missing=True)
        for part in ("settings", "mappings"):
            self._ask("DELETE", f"/_component_template/{name}-{part}", missing=True)

    def create(self, index: str) -> None:
        """Make *index* as its template says; nothing happens if it is there."""
        try:
            self._ask("PUT", f"/{index}", {})
        except Refused as error:
            if error.kind != "resource_already_exists_exception":
                raise

    def widen(self, index: str, mappings: Body) -> None:
        """Add the new fields of *mappings* to indices that exist. Raises Refused if one would change its type."""
        self._ask("PUT", f"/{index}/_mapping", mappings, _LENIENT)

    def indices(self, pattern: str) -> list[IndexInfo]:
        """Return the indices of *pattern* (names with ``*``), in the order of their names."""
        params = {"format": "json", "bytes": "b", "h": "index,docs.count,store.size", "expand_wildcards": "all"}
        rows = self._ask("GET", f"/_cat/indices/{pattern}", params=params, missing=True).body.get("rows", [])
        found = [IndexInfo(row["index"], int(row["docs.count"] or 0), int(row["store.size"] or 0)) for row in rows]
        return sorted(found, key=lambda each: each.name)

    def aliased(self, alias: str) -> list[str]:
        """Return the indices that *alias* stands for."""
        answer = self._ask("GET", f"/_alias/{alias}", missing=True)
        return sorted(answer.body) if answer.status == 200 else []

    def realias(self, actions: Sequence[Body]) -> None:
        """Do all *actions* of the alias API in one instant."""
        if actions:
            self._ask("POST", "/_aliases", {"actions": list(actions)})

    def refresh(self, target: str) -> None:
        """Make searchable what was written so far."""
        self._ask("POST", f"/{target}/_refresh", params=_LENIENT)

    def drop(self, indices: Iterable[str]) -> None:
        """Delete these indices, named in full; those that are not there are gone already."""
        for index in indices:
            self._ask("DELETE", f"/{index}", missing=True)

    def close(self) -> None:
        self._wire.close()

    def _ask(
        self,
        method: Method,
        path: str,
        body: Body | None = None,
        params: Mapping[str, str] | None = None,
        missing: bool = False,
    ) -> Answer:
        content = None if body is None else msgspec.json.encode(body)
        answer = self._wire.ask(method, quote(path, safe="/*,"), params=params, body=content)
        return answer if missing and answer.status == 404 else _accepted(answer)

    def _until_taken(self, chunk: Sequence[_Line], refresh: Refresh, outcomes: dict[int, Outcome]) -> None:
        for wait_s in (*_WAITS_S, None):
            chunk = self._tried(chunk, refresh, outcomes)
            if not chunk:
                return
            if wait_s is not None:
                self._pause(wait_s)
        raise Unavailable(f"index: {len(chunk)} documents not taken, the search server is too busy")

    def _tried(self, chunk: Sequence[_Line], refresh: Refresh, outcomes: dict[int, Outcome]) -> list[_Line]:
        """Send *chunk* once and return what the server was too busy for."""
        content = b"".join(line.content for line in chunk)
        try:
            answer = _accepted(
                self._wire.ask("POST", "/_bulk", params=_BRIEFLY | {"refresh": refresh}, body=content, lines=True)
            )
        except Refused as error:  # of the request as a whole: too long, or one of its ids
            if len(chunk) > 1:
                half = len(chunk) // 2
                return self._tried(chunk[:half], refresh, outcomes) + self._tried(chunk[half:], refresh, outcomes)
            outcomes[chunk[0].place] = Outcome(refused=str(error))
            return []
        busy = []
        for line, item in zip(chunk, answer.body["items"], strict=True):
            outcome = _outcome(next(iter(item.values())))
            if outcome is None:
                busy.append(line)
            else:
                outcomes[line.place] = outcome
        return busy


_BRIEFLY: Final = {
    "filter_path": ",".join(f"items.*.{name}" for name in ("status", "error", "_seq_no", "_primary_term"))
}
_LENIENT: Final = {"ignore_unavailable": "true", "allow_no_indices": "true"}


@dataclass(frozen=True)
class _Line:
    place: int
    content: bytes


def _chunks(writes: Sequence[Write]) -> Iterator[list[_Line]]:
    chunk: list[_Line] = []
    size = 0
    for place, write in enumerate(writes):
        line = _Line(place, _content(write))
        if chunk and (size + len(line.content) > MOST_BYTES or len(chunk) == MOST_WRITES):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += len(line.content)
    if chunk:
        yield chunk


def _content(write: Write) -> bytes:
    about: dict[str, object] = {"_index": write.index, "_id": write.id}
    if write.version is not None:
        about |= {"version": write.version, "version_type": "external_gte"}
    if write.seen:
        about |= {"if_seq_no": write.seen.seq_no, "if_primary_term": write.seen.primary_term}
    action = "delete" if write.body is None else "create" if write.create else "index"
    lines = [{action: about}, *([] if write.body is None else [write.body])]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _outcome(item: Mapping[str, Any]) -> Outcome | None:
    """Return what became of one item; None if the server was too busy. Raises Unavailable if it may not write at all."""
    status = item["status"]
    if "error" not in item:
        return Outcome(Seen(item["_seq_no"], item["_primary_term"]))
    if status == 409:
        return Outcome()
    kind, reason = _reason(item["error"])
    if kind == "cluster_block_exception" or status in (401, 403, 404):
        raise Unavailable(_remedy(status, kind, reason))
    if status in _BUSY:
        return None
    return Outcome(refused=f"{kind}: {reason}")


def _accepted(answer: Answer) -> Answer:
    """Return *answer* if it says yes. Raises Unavailable or Refused."""
    if answer.status < 300:
        return answer
    kind, reason = _reason(answer.body.get("error", ""))
    if answer.status in _AWAY or answer.status >= 500:
        raise (_Busy if answer.status in _BUSY else Unavailable)(_remedy(answer.status, kind, reason))
    raise Refused(answer.status, kind, reason)


def _reason(error: object) -> tuple[str, str]:
    """Return the kind and the words of an error, the innermost ones, without what they quote of a document."""
    if not isinstance(error, dict):
        return "", str(error)[:200]
    roots = error.get("root_cause") or [error]
    kind, words = roots[0].get("type", ""), str(roots[0].get("reason", ""))
    for quoting in _QUOTES:
        words = words.split(quoting)[0]
    return str(kind), words.strip()[:700]


def _remedy(status: int, kind: str, reason: str) -> str:
    """Say what happened and what to do about it."""
    said = f"{status} {kind} {reason}".strip()
    if "flood" in reason or "read-only" in reason or kind == "cluster_block_exception":
        return (
            f"index: 索引被锁为只读，多半是磁盘将满：请清理磁盘或缩短保留期，锁会自动解除"
            f" / blocked, most likely a full disk: free space or keep less ({said})"
        )
    if status in (401, 403):
        return (
            f"index: 检索服务器拒绝登录：请检查 index.url 的用户与密码 / not allowed: check user and password ({said})"
        )
    if status == 404:
        return f"index: 缺少索引：请运行 yuqing index init / an index is missing: run yuqing index init ({said})"
    return f"index: 检索服务器暂不可用 / the search server is away ({said})"


def _kept(doc: Mapping[str, Any]) -> Kept | None:
    kind, reason = _reason(doc.get("error", ""))
    if kind not in ("", "index_not_found_exception"):
        raise Unavailable(_remedy(503, kind, reason))
    return _kept_of(doc) if doc.get("found") else None


def _kept_of(doc: Mapping[str, Any]) -> Kept:
    return Kept(doc["_id"], doc.get("_source", {}), Seen(doc["_seq_no"], doc["_primary_term"]))
