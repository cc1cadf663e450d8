"""Turn a platform's author id into a pseudonym that can count voices and nothing else (DOMAIN §3.4)."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

EPOCH = timedelta(days=30)
OVERLAP = timedelta(hours=24)
# Three in the morning in Beijing: hardly anybody writes while the key changes.
_ORIGIN = datetime.fromisoformat("2025-01-01T03:00:00+08:00")
_KEY_BYTES = 32


def _now() -> datetime:
    return datetime.now(UTC)


class KeyStore(Protocol):
    """Where the secret of each epoch is; apart from the data, and gone when destroyed."""

    def secret(self, epoch: int) -> bytes:
        """Return the secret of *epoch*, made at the first call. Every process gets the same one."""

    def destroy_before(self, epoch: int) -> None:
        """Destroy the secrets of all epochs before *epoch*, for good."""


class Pseudonyms:
    """Keyed pseudonyms, another key for every source and every epoch of 30 days.

    A post gets the key of the epoch in which it was written, so that collecting it again gives the same
    pseudonym. A key is destroyed 24 hours after its epoch; whatever comes later gets the present one. An
    author who writes on both sides of the boundary counts as two there: nothing is remembered that could
    join the halves.
    """

    def __init__(self, store: KeyStore, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._clock = clock
        self._keys: dict[tuple[int, str], bytes] = {}
        self._oldest = -1

    @classmethod
    def open(cls, home: Path, clock: Callable[[], datetime] = _now) -> Pseudonyms:
        """Return the pseudonyms whose keys are files in ``home/keys``, made at the first use."""
        return cls(KeyFiles(home / "keys"), clock)

    @classmethod
    def fixed(cls, secret: bytes = b"replay") -> Pseudonyms:
        """Return pseudonyms with one known key: for replays and tests, where nobody is real."""
        return cls(_OneKey(secret))

    def key(self, source_id: str, native_id: str, at: datetime) -> str:
        """Return the pseudonym of *native_id* for a post written *at*."""
        key = self._key_of(self._epoch(at), source_id)
        word = f"{source_id}\x1f{native_id}".encode("utf-8", "surrogatepass")
        return f"hm:{hmac.digest(key, word, 'sha256')[:16].hex()}"

    def _epoch(self, at: datetime) -> int:
        now = self._clock()
        current, oldest = epoch_of(now), epoch_of(now - OVERLAP)
        if oldest > self._oldest:
            self._store.destroy_before(oldest)
            self._keys = {which: key for which, key in self._keys.items() if which[0] >= oldest}
            self._oldest = oldest
        wanted = epoch_of(at)
        return wanted if oldest <= wanted <= current else current

    def _key_of(self, epoch: int, source_id: str) -> bytes:
        which = (epoch, source_id)
        if which not in self._keys:
            self._keys[which] = hmac.digest(self._store.secret(epoch), source_id.encode(), "sha256")
        return self._keys[which]


def epoch_of(at: datetime) -> int:
    """Return the number of the epoch that *at* lies in; never negative."""
    return max(0, (at - _ORIGIN) // EPOCH)


class KeyFiles:
    """One file an epoch, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def secret(self, epoch: int) -> bytes:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"authors-{epoch}.key"
        if not file.exists():
            self._make(file)
        return file.read_bytes()

    def _make(self, file: Path) -> None:
        fresh = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(_KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)  # whoever links first wins; nobody ever sees half a key
        except FileExistsError:
            pass
        fresh.unlink()

    def destroy_before(self, epoch: int) -> None:
        for file in self._folder.glob("authors-*.key"):
            if int(file.stem.removeprefix("authors-")) < epoch:
                file.write_bytes(bytes(_KEY_BYTES))
                file.unlink(missing_ok=True)


class _OneKey:
    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(secret).digest()

    def secret(self, epoch: int) -> bytes:
        return self._secret

    def destroy_before(self, epoch: int) -> None:
        return None
