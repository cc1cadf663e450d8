"""Writes matches as they travel: with their posts, without the search tokens of those, which are long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from pipeline.model import AnalysedPost, Match, encode

_TOKENS: Final = b',"tokens":"'  # in a message nothing but a key: a text that says this has its quotes escaped
_ESCAPE: Final = ord("\\")


def written(matches: Sequence[Match], docs: Sequence[AnalysedPost] = (), raws: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Yield the bytes of each match; the post of several in a row is written once.

    *docs* are posts of which the bytes are known, *raws*: what stands there is not written again.
    """
    known = dict(zip(map(id, docs), raws, strict=True))
    last, post = None, msgspec.Raw()
    for match in matches:
        if match.analysed is not last:
            last = match.analysed
            post = msgspec.Raw(_without_tokens(last, known.get(id(last), b"")))
        yield encode(replace(match, analysed=post))


def _without_tokens(doc: AnalysedPost, raw: bytes) -> bytes:
    """Return the bytes of *doc* without its tokens, cut from its *raw* bytes if there are any."""
    text = doc.text
    if text is None or not text.tokens:
        return raw or encode(doc)
    before, key, behind = raw.partition(_TOKENS)
    tokens, _, after = behind.partition(b'"')
    if not key or _ESCAPE in tokens:  # a list, as in earlier messages, or a token with a quote
        return encode(replace(doc, text=replace(text, tokens="")))
    return before + after
