"""Ids that come out the same on every machine and every try."""

from __future__ import annotations

import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f1c2f0e-6a0b-5c1e-9a55-7975716e6700")
_SHORT = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: people read these over the telephone


def post_id(platform: str, native_id: str) -> str:
    """Return the id of a post, the same wherever and however often it is collected."""
    return f"u5:{uuid.uuid5(_NAMESPACE, f'{platform}:{native_id}')}"


def digest(*parts: str) -> str:
    """Return 128 bits of SHA-256 over *parts* in hexadecimal; a part may hold any character."""
    return digest_of(apart(*parts))


def apart(*parts: str) -> bytes:
    """Return *parts* as one, told apart; with ``\\x1f`` between them two such are the same as one of all their parts."""
    whole = "".join(parts)
    if "\x1e" in whole or "\x1f" in whole:  # hardly ever
        parts = tuple([part.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1") for part in parts])
    return "\x1f".join(parts).encode("utf-8", "surrogatepass")


def digest_of(parts: bytes) -> str:
    """Return the digest of parts that were put together by ``apart``."""
    return hashlib.sha256(parts).hexdigest()[:32]


def short(prefix: str, key: str) -> str:
    """Return a name for *key* that people can say, such as ``A-3F7KQ``: 25 bits, so never a key itself."""
    number = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16)
    letters = ""
    for _ in range(5):
        number, digit = divmod(number, len(_SHORT))
        letters = _SHORT[digit] + letters
    return f"{prefix}-{letters}"
