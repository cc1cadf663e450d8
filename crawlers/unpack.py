"""Unpack gzip and deflate up to a limit, whatever a site calls its bytes."""

from __future__ import annotations

import zlib

CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_CHUNK = 64 * 1024
_EITHER = 47  # zlib's word for "gzip or zlib, see for yourself"
_BARE = -15  # deflate without its wrapping, as some servers send it


class TooBig(Exception):
    """More came out than may."""


def unpacked(body: bytes, limit: int) -> bytes:
    """Return *body* unpacked; as far as it goes if it is cut off, as it is if it was never packed.

    Raises TooBig as soon as *limit* bytes are exceeded, so that a bomb takes no memory.
    """
    for shape in (_EITHER, _BARE):
        if out := _read(body, shape, limit):
            return out
    return body


def _read(body: bytes, shape: int, limit: int) -> bytes:
    """Return what can be read of *body*, which may be several packed pieces in a row."""
    out = bytearray()
    while body:
        reader = zlib.decompressobj(shape)
        rest = body
        try:
            while rest and not reader.eof:
                out += reader.decompress(rest, _CHUNK)
                if len(out) > limit:
                    raise TooBig
                rest = reader.unconsumed_tail
        except zlib.error:
            return bytes(out)
        body = reader.unused_data
    return bytes(out)
