"""Puts placeholders where personal data stood, before anything is written down."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pipeline.directory import Directory
from pipeline.model import body
from pipeline.privacy.bare import bare
from pipeline.privacy.glance import glance
from pipeline.privacy.looks import FINDING, TELLING, UNSEEN, Find, awake
from pipeline.privacy.minors import about_a_minor
from pipeline.privacy.names import in_office
from pipeline.privacy.numbers import numbers
from pipeline.privacy.shadow import Shadow, shadow, spoken
from pipeline.privacy.span import CLASS_OF, PLACEHOLDERS, USCC, Span
from pipeline.text.automaton import apart, automaton
from pipeline.text.normal import normal_batch

_PLACEHOLDER = re.compile("|".join(re.escape(words) for words in CLASS_OF))
_SUREST = ("CN_ID18", "CN_ID_SUSPECT", USCC)
_RANK = {name: rank for rank, name in enumerate(dict.fromkeys((*_SUREST, *PLACEHOLDERS)))}


class Masked(msgspec.Struct, frozen=True, gc=False):
    """A text without personal data, which classes stood in it, and where (offsets into the original body)."""

    title: str
    text: str
    classes: tuple[str, ...] = ()
    minor: bool = False
    spans: tuple[Span, ...] = ()
    normal: str = ""  # the normal form of the masked body


_NAMES: Final = frozenset({"PERSON_NAME", "OFFICIAL_NAME"})


class Masker:
    """Masks the classes of DOMAIN §3.3. Masking what is masked changes nothing and finds the same classes.

    Numbers and accounts that the *directory* publishes stay as they are.
    """

    def __init__(self, directory: Directory | None = None) -> None:
        accounts = directory.accounts if directory else ()
        contacts = [contact for unit in directory.units for contact in unit.contacts] if directory else []
        self._accounts = tuple(normal_batch([account.name for account in accounts if account.name]))
        self._published = frozenset(_digits(contact) for contact in contacts) - {""}
        self._places = automaton(_places(directory))
        self._glance = glance()

    def mask(self, title: str, text: str) -> Masked:
        return self.mask_batch([(title, text)])[0]

    def mask_batch(self, posts: Sequence[tuple[str, str]], press: Sequence[bool] = ()) -> list[Masked]:
        """Return each (title, text) masked, in the order given; *press* says which are published articles.

        The title of a published article is a link's name: it keeps the names in it (DOMAIN §3.3).
        """
        normals = normal_batch([body(title, text) for title, text in posts])
        glances = self._glance.over(normals)
        views = {at: shadow(normals[at]) for at, perhaps in enumerate(glances) if perhaps & UNSEEN}
        spans = self._spans(normals, glances, views)
        masked = [Masked(title, text, normal=normal) for (title, text), normal in zip(posts, normals, strict=True)]
        for at, perhaps in enumerate(glances):
            if at in spans or (perhaps & TELLING and awake(normals[at], perhaps & TELLING)):
                found = spans.get(at, [])
                found = _back(views[at], found) if at in views else found
                masked[at] = self._masked(*posts[at], normals[at], found, bool(press) and press[at])
        return masked

    def _masked(self, title: str, text: str, normal: str, found: Sequence[Span], headline: bool) -> Masked:
        kept = len(title) if headline else 0
        spans = tuple(span for span in found if span.start >= kept or span.name not in _NAMES)
        old = [CLASS_OF[words] for words in _PLACEHOLDER.findall(normal)] if "[" in normal else []
        classes = _told({*old, *[span.name for span in spans]})
        hidden = _covered(normal, 0, len(normal), spans)  # the same as normalising again: placeholders are normal
        if not spans:
            return Masked(title, text, classes, about_a_minor(hidden), normal=hidden)
        original = body(title, text)
        new_title = _covered(original, 0, len(title), spans) if title else title
        new_text = _covered(original, len(original) - len(text), len(original), spans)
        return Masked(new_title, new_text, classes, about_a_minor(hidden), spans, hidden)

    def _spans(
        self, normals: Sequence[str], glances: Sequence[int], views: Mapping[int, Shadow]
    ) -> dict[int, list[Span]]:
        """Return by place the spans to mask in each text that has any; those of a view lie in the view.

        It looks again until what is left shows nothing more: a mask may lay bare what its neighbour hid (two numbers
        without a gap).
        """
        spans: dict[int, list[Span]] = {}
        places: Sequence[int] = range(len(normals))
        texts, glances = list(normals), list(glances)
        for at, view in views.items():
            texts[at], (glances[at],) = view.text, self._glance.over([view.text])
        while texts:
            left = {}
            for at, text, perhaps, likely in zip(places, texts, glances, bare(texts), strict=True):
                if (likely or perhaps & FINDING) and (settled := _settled(self._found(text, perhaps, likely))):
                    spans.setdefault(at, []).extend(span for span in settled if span.name in PLACEHOLDERS)
                    left[at] = _blanked(text, settled)
            places, texts = list(left), list(left.values())
            glances = self._glance.over(texts)
        return {at: sorted(some) for at, some in spans.items() if some}

    def _found(self, text: str, perhaps: int, likely: Sequence[tuple[int, int]]) -> list[Span]:
        found = self._persons(text, likely) if likely else []
        for look in awake(text, perhaps & FINDING):
            found += self._private(text, look.find)
            if look.find is numbers and (digits := spoken(text)):
                found += self._private(digits, look.find)
        return found

    def _persons(self, text: str, likely: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the bare names that are in no name of a place or an office."""
        known = apart(self._places.find(text))
        return [
            Span(start, end, "OFFICIAL_NAME" if in_office(text, start, end) else "PERSON_NAME")
            for start, end in likely
            if all(end <= first or last <= start for first, last, _ in known)
        ]

    def _private(self, text: str, find: Find) -> list[Span]:
        return [span for span in find(text) if not self._public(text, span)]

    def _public(self, text: str, span: Span) -> bool:
        """Say whether the office itself publishes this number or account."""
        words = text[span.start : span.end]
        if span.name == "HANDLE":
            return words.lstrip("@").startswith(self._accounts)
        return span.name in ("CN_LANDLINE", "CN_MOBILE") and _digits(words) in self._published


def _told(names: set[str]) -> tuple[str, ...]:
    """Return the classes of DOMAIN §3.3: an official's name is a person's, only its placeholder is another."""
    return tuple(sorted({"PERSON_NAME" if name in _NAMES else name for name in names}))


def _places(directory: Directory | None) -> list[str]:
    """Return the names of places and offices: 金河 in them is no person."""
    names: set[str] = set()
    if directory:
        names.update(name for place in directory.places for name in (place.name, *place.aliases))
        names.update(name for unit in directory.units for name in (unit.name, *unit.aliases))
    return sorted({*normal_batch(sorted(names)), "[姓名]"} - {""})


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdecimal())


def _back(view: Shadow, spans: Iterable[Span]) -> list[Span]:
    """Return where the spans of a shadow lie in the original."""
    return [Span(*view.original(start, end), name) for start, end, name in spans]


def _blanked(text: str, spans: Iterable[Span]) -> str:
    """Return *text* with blanks where the spans are: as long, and nothing is read across them."""
    pieces, at = [], 0
    for start, end, _ in spans:
        pieces += [text[at:start], f"{'[':<{end - start}}"]
        at = end
    return "".join([*pieces, text[at:]])


def _settled(found: list[Span]) -> list[Span]:
    """Return spans that do not overlap, in order of place; the surer class wins, then the longer."""
    if len(found) < 2:
        return found
    settled: list[Span] = []
    for span in sorted(found, key=lambda span: (_RANK[span.name], span.start - span.end)):
        at = bisect(settled, span)
        free_before = at == 0 or settled[at - 1].end <= span.start
        if free_before and (at == len(settled) or span.end <= settled[at].start):
            settled.insert(at, span)
    return settled


def _covered(original: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """Return the stretch of *original* with placeholders where the spans in it are."""
    pieces, at = [], start
    for span in spans:
        if start <= span.start and span.end <= end:
            pieces += [original[at : span.start], PLACEHOLDERS[span.name]]
            at = span.end
    return "".join([*pieces, original[at:end]])
