"""Words cut from Chinese text, for search and for people to read."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import mmap
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from pipeline.model import digest

try:
    from pipeline.text import _jieba
except ImportError:  # no compiler where this was installed
    _jieba = None  # type: ignore[assignment]

_JOINED = re.compile(r"[a-zA-Z0-9][^\w\s][a-zA-Z0-9]")
_ALIKE = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")  # jieba's own, for what is not Chinese
_PARTING: Final = 1  # counts how we have parted rjieba's tokens
_SHORT: Final = 8  # characters of a digest: dictionaries of one desk are few
_REWRITTEN: Final = "0.42.1"  # the jieba that _jieba.c cuts like
_Read = TypeVar("_Read")


class Segmenter(Protocol):
    """Cuts a text into words; joined again they are the text.

    A segmenter never changes once it is made: new words mean a new one. *name* and *version* tell
    stored tokens of one segmenter from those of another: other words, another version.
    """

    name: str
    version: str

    def cut(self, text: str) -> list[str]: ...

    def cut_for_search(self, text: str) -> list[str]:
        """Return the words, and before each long one the shorter words inside it."""

    def terms(self, text: str) -> str:
        """Return what cut_for_search() does, without single signs, as one text with a space between each word."""


def segmenter(name: str = "jieba", words: Iterable[str] = ()) -> Segmenter:
    """Return the segmenter *name* knowing *words* as well; the next best where it is not installed.

    jieba is cut in C; where no compiler was, by rjieba, whose words are nearly the same, or else in Python.
    Raises KeyError for a name that there is none of.
    """
    choices: dict[str, tuple[type[Compiled] | type[Rjieba] | type[Jieba], ...]] = {
        "jieba": (Compiled, Rjieba, Jieba),
        "rjieba": (Rjieba, Compiled, Jieba),
    }
    return next(choice for choice in choices[name] if choice.installed())(words)


class Compiled:
    """jieba in C: the same tokens, some 50 times as fast."""

    name = "jieba"

    def __init__(self, words: Iterable[str] = ()) -> None:
        own = sorted(set(words))
        self.version = _version("jieba", own)
        jieba = Path(str(importlib.metadata.distribution("jieba").locate_file("jieba")))  # importing it takes long
        start = _table(jieba / "finalseg/prob_start.py", dict[str, float])
        trans = _table(jieba / "finalseg/prob_trans.py", dict[str, dict[str, float]])
        emit = _table(jieba / "finalseg/prob_emit.py", dict[str, dict[str, float]])
        with (jieba / "dict.txt").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as listed:
            self._cutter = _jieba.Cutter(listed, start, trans, emit, own)

    @staticmethod
    def installed() -> bool:
        return _jieba is not None and importlib.metadata.version("jieba") == _REWRITTEN

    def cut(self, text: str) -> list[str]:
        return self._cutter.cut(text)

    def cut_for_search(self, text: str) -> list[str]:
        return self._cutter.cut_for_search(text)

    def terms(self, text: str) -> str:
        return self._cutter.terms(text)


class Rjieba:
    """jieba's words and model in Rust: nearly the same tokens, about 18 times as fast."""

    name = "rjieba"

    def __init__(self, words: Iterable[str] = ()) -> None:
        import rjieba  # here, because it may be missing

        own = sorted(set(words))
        self.version = f"{_version('rjieba', own)}/{_PARTING}"
        self._jieba = rjieba.Jieba()
        self._own = frozenset(own)
        for word in own:
            self._jieba.add_word(word, None, None)  # as often as it takes to stay whole

    @staticmethod
    def installed() -> bool:
        return importlib.util.find_spec("rjieba") is not None

    def cut(self, text: str) -> list[str]:
        return self._parted(text, self._jieba.cut(_storable(text), True))

    def cut_for_search(self, text: str) -> list[str]:
        return self._parted(text, self._jieba.cut_for_search(_storable(text), True))

    def terms(self, text: str) -> str:
        return _joined(self.cut_for_search(text))

    def _parted(self, text: str, tokens: list[str]) -> list[str]:
        """Return *tokens* with 3-6 and a.com in the parts that jieba makes of them: in rjieba any sign joins."""
        if not _JOINED.search(text):
            return tokens
        return [part for token in tokens for part in self._parts(token)]

    def _parts(self, token: str) -> list[str]:
        if token in self._own or not _JOINED.search(token):
            return [token]
        return [part for part in _ALIKE.split(token) if part]


class Jieba:
    """jieba itself, in Python: slower, and can be read and stepped through."""

    name = "jieba"

    def __init__(self, words: Iterable[str] = ()) -> None:
        import jieba  # here, because loading it takes half a second that others need not spend

        jieba.setLogLevel(logging.ERROR)
        own = sorted(set(words))
        self.version = _version("jieba", own)
        self._jieba = jieba.Tokenizer()
        # Read the word list itself: jieba's cache is one file in a folder shared with every other user.
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        for word in own:
            self._jieba.add_word(word)

    @staticmethod
    def installed() -> bool:
        return True

    def cut(self, text: str) -> list[str]:
        tokens: list[str] = self._jieba.lcut(text)
        return tokens

    def cut_for_search(self, text: str) -> list[str]:
        tokens: list[str] = self._jieba.lcut_for_search(text)
        return tokens

    def terms(self, text: str) -> str:
        return _joined(self.cut_for_search(text))


def _table(file: Path, kind: type[_Read]) -> _Read:
    """Return the numbers of jieba's model in *file*: but for its quotes what Python writes there is JSON.

    To import it would take 60 MB and half a second where it was not compiled before.
    """
    written = file.read_text(encoding="utf-8")
    return msgspec.json.decode(written[written.index("{") :].replace("'", '"'), type=kind)


def _joined(tokens: Iterable[str]) -> str:
    return " ".join([token for token in tokens if (len(token) > 1 and not token.isspace()) or token.isalnum()])


def _version(package: str, words: Sequence[str]) -> str:
    """Return the package's version, and behind a plus what changes with the *words* that were added to it."""
    version = importlib.metadata.version(package)
    return f"{version}+{digest(*words)[:_SHORT]}" if words else version


def _storable(text: str) -> str:
    """Return *text* with lone surrogates replaced: Rust has no such strings."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
