"""Words cut from Chinese text, for search and for people to read."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from pipeline.model import digest

_JOINED = re.compile(r"[a-zA-Z0-9][^\w\s][a-zA-Z0-9]")
_ALIKE = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")  # jieba's own, for what is not Chinese
_PARTING: Final = 1  # counts how we have parted rjieba's tokens
_SHORT: Final = 8  # characters of a digest: dictionaries of one desk are few


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


def segmenter(name: str = "rjieba", words: Iterable[str] = ()) -> Segmenter:
    """Return the segmenter *name* knowing *words* as well; jieba where rjieba is not installed.

    Raises KeyError for a name that there is none of.
    """
    adapters: dict[str, type[Rjieba] | type[Jieba]] = {"rjieba": Rjieba, "jieba": Jieba}
    adapter = adapters[name]
    if adapter is Rjieba and importlib.util.find_spec("rjieba") is None:
        adapter = Jieba
    return adapter(words)


class Rjieba:
    """jieba's words and model in Rust: the same tokens, about 18 times as fast."""

    name = "rjieba"

    def __init__(self, words: Iterable[str] = ()) -> None:
        import rjieba  # here, because it may be missing: see segmenter()

        own = sorted(set(words))
        self.version = f"{_version('rjieba', own)}/{_PARTING}"
        self._jieba = rjieba.Jieba()
        self._own = frozenset(own)
        for word in own:
            self._jieba.add_word(word, None, None)  # as often as it takes to stay whole

    def cut(self, text: str) -> list[str]:
        return self._parted(text, self._jieba.cut(_storable(text), True))

    def cut_for_search(self, text: str) -> list[str]:
        return self._parted(text, self._jieba.cut_for_search(_storable(text), True))

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
    """jieba in Python: slower, and can be read and stepped through."""

    name = "jieba"

    def __init__(self, words: Iterable[str] = ()) -> None:
        import jieba  # here, because loading it takes half a second that rjieba users need not spend

        jieba.setLogLevel(logging.ERROR)
        own = sorted(set(words))
        self.version = _version("jieba", own)
        self._jieba = jieba.Tokenizer()
        # Read the word list itself: jieba's cache is one file in a folder shared with every other user.
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        for word in own:
            self._jieba.add_word(word)

    def cut(self, text: str) -> list[str]:
        tokens: list[str] = self._jieba.lcut(text)
        return tokens

    def cut_for_search(self, text: str) -> list[str]:
        tokens: list[str] = self._jieba.lcut_for_search(text)
        return tokens


def _version(package: str, words: Sequence[str]) -> str:
    """Return the package's version, and behind a plus what changes with the *words* that were added to it."""
    version = importlib.metadata.version(package)
    return f"{version}+{digest(*words)[:_SHORT]}" if words else version


def _storable(text: str) -> str:
    """Return *text* with lone surrogates replaced: Rust has no such strings."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
