"""Messages as bytes: validated on the way in, JSON so that any tool can read the log.

Those that travel by the thousand say ``gc=False``: frozen and made of plain values, they cannot be in a cycle,
and the collector need not look at them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import UnionType
from typing import Final, Generic, TypeVar

import msgspec

from pipeline.errors import Rejected

M = TypeVar("M")
_QUOTED: Final = re.compile(r"""(['"]).*\1""", re.DOTALL)  # a value of the message, perhaps somebody's number


encode: Final[Callable[[msgspec.Struct], bytes]] = msgspec.json.Encoder().encode  # a def would cost a call more


class Reader(Generic[M]):
    """Decodes one kind of message again and again."""

    def __init__(self, kind: type[M] | UnionType) -> None:
        self._decoder: msgspec.json.Decoder[M] = msgspec.json.Decoder(kind)

    def read(self, raw: bytes) -> M:
        """Return the message in *raw*. Raises Rejected if it is not one, without quoting its text."""
        try:
            return self._decoder.decode(raw)
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Rejected(f"not a valid message: {_QUOTED.sub('…', str(error))}") from error
