"""Puts placeholders where personal data stood, before anything is written down."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec
import re2
from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick

from pipeline.directory import Directory
from pipeline.model import body
from pipeline.privacy.bare import bare
from pipeline.privacy.minors import about_a_minor
from pipeline.privacy.names import TITLES, in_office, names, records
from pipeline.privacy.numbers import GAPS, numbers
from pipeline.privacy.patterns import PROVINCES, addresses, devices, documents, doors, handles, plates, school_classes
from pipeline.privacy.peoples import TRIGGER, other_names
from pipeline.privacy.shadow import INVISIBLE, NUMERALS, Shadow, shadow, spoken
from pipeline.privacy.span import CLASS_OF, PLACEHOLDERS, USCC, Span
from pipeline.text.normal import normal_batch

Find = Callable[[str], Iterator[Span]]
Triggers = Sequence[int] | None  # which patterns of _LOOK are in a text

# What a text must contain for a recogniser to look at all. Loose on purpose: the recogniser decides.
_D = f"[0-9{NUMERALS}]"
_GAP = rf"(?:{GAPS}|\n)"
_LOOK: Final[tuple[tuple[str, Find | None], ...]] = (
    (
        rf"{_D}{{5}}|{_D}{{3}}{_GAP}|{_D}{_GAP}{_D}{_GAP}{_D}|{_D}{_GAP}{_D}{{2}}{_GAP}{_D}|[1li][3-9][0-9oli]{{5}}",
        numbers,
    ),
    (
        rf"[{PROVINCES}][ ·•・.\-]?[a-hj-np-z][ ·•・.\-]{{0,2}}[0-9a-z]{{4}}|使[ ·•・.\-]?[0-9]{{3}}|[0-9]{{6}}使|wj",
        plates,
    ),
    (r"@|[(\[【]at[)\]】]|(?: at | ?# ?)[a-z0-9\-]+(?:\.| ?[(\[]dot| dot )", addresses),
    (
        r"(?:信|[vw]x|q ?q|[vq]|[号群音手书钉博扣鹅❤宝陌乎旺]|id|chat|weixin)[^0-9a-z]{0,5}[0-9a-z] ?[0-9a-z]",
        handles,
    ),
    ("护照|行证|回乡证|台胞证|港澳证|居留证", documents),
    (r"[0-9]\.[0-9]+\.[0-9]|[0-9]\.[0-9]{4}|[0-9a-f]{2,4}[:\-][0-9a-f]{2,4}[:\-]|东经|北纬|经度|纬度|imei", devices),
    (
        "单元|[0-9一二三四五六七八九]{2} ?(?:室|号房)|(?:[楼栋幢座]|[0-9]#)[ -]?(?:[0-9]{1,2}-)?[0-9零〇一二三四五六七八九]{3}|[0-9]-[0-9]{1,2}-[0-9]{3}|门[0-9]{3}",
        doors,
    ),
    ("班", school_classes),
    ("|".join(TITLES), names),
    (TRIGGER, other_names),
    ("[男女][,。 0-9)/]|身份证|手机|电话|联系方式|[一-鿿][ ,:(/]{0,2}1[3-9][0-9]{9}", records),
    (
        "岁|小学|中学|幼儿园|托班|学校|[一二三四五六七八九十0-9][小中]|初[一二三中]|高[一二三中]",
        None,
    ),  # perhaps a child
    (r"\[", None),  # a placeholder: masked before
    (INVISIBLE, None),
)
_UNSEEN: Final = len(_LOOK) - 1
_BY_TITLE: Final = next(place for place, (_, find) in enumerate(_LOOK) if find is names)
_IDLE: Final = frozenset(place for place, (_, find) in enumerate(_LOOK) if find is None)
# What says something of a text in which nothing is to be masked: a child, or a placeholder from before.
_TELLING: Final = frozenset({_UNSEEN - 2, _UNSEEN - 1})
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
        self._places = _automaton(directory)
        self._set = re2.Set.SearchSet()
        for pattern, _ in _LOOK:
            self._set.Add(pattern)
        self._set.Compile()

    def mask(self, title: str, text: str) -> Masked:
        return self.mask_batch([(title, text)])[0]

    def mask_batch(self, posts: Sequence[tuple[str, str]], press: Sequence[bool] = ()) -> list[Masked]:
        """Return each (title, text) masked, in the order given; *press* says which are published articles.

        The title of a published article is a link's name: it keeps the names in it (DOMAIN §3.3).
        """
        normals = normal_batch([body(title, text) for title, text in posts])
        woken = [self._set.Match(normal) for normal in normals]
        seen = [
            shadow(normal) if triggers and _UNSEEN in triggers else Shadow(normal)
            for normal, triggers in zip(normals, woken, strict=True)
        ]
        looks = [
            self._set.Match(view.text) if view.offsets else triggers for view, triggers in zip(seen, woken, strict=True)
        ]
        spans = self._spans([one.text for one in seen], looks)
        return [
            self._masked(title, text, normal, _back(view, found), link)
            if found or not _TELLING.isdisjoint(triggers or ())
            else Masked(title, text, normal=normal)
            for (title, text), normal, triggers, view, found, link in zip(
                posts, normals, woken, seen, spans, press or [False] * len(posts), strict=True
            )
        ]

    def _masked(self, title: str, text: str, normal: str, found: Sequence[Span], headline: bool) -> Masked:
        kept = len(title) if headline else 0
        spans = tuple(span for span in found if span.start >= kept or span.name not in _NAMES)
        old = [CLASS_OF[match.group()] for match in _PLACEHOLDER.finditer(normal)]
        classes = _told({*old, *(span.name for span in spans)})
        hidden = _covered(normal, 0, len(normal), spans)  # the same as normalising again: placeholders are normal
        if not spans:
            return Masked(title, text, classes, about_a_minor(hidden), normal=hidden)
        original = body(title, text)
        new_title = _covered(original, 0, len(title), spans)
        new_text = _covered(original, len(original) - len(text), len(original), spans)
        return Masked(new_title, new_text, classes, about_a_minor(hidden), spans, hidden)

    def _spans(self, texts: Sequence[str], woken: Sequence[Triggers]) -> list[list[Span]]:
        """Return all spans to mask in each text, looking again until what is left shows nothing more.

        A mask may lay bare what its neighbour hid (two numbers without a gap). *woken* says who looks first.
        """
        spans: list[list[Span]] = [[] for _ in texts]
        left = {at: (text, triggers) for at, (text, triggers) in enumerate(zip(texts, woken, strict=True))}
        while left:
            likely = bare([text for text, _ in left.values()])
            found = {
                at: _settled(self._found(text, triggers or (), names))
                for (at, (text, triggers)), names in zip(left.items(), likely, strict=True)
                if names or not _IDLE.issuperset(triggers or ())
            }
            for at, settled in found.items():
                spans[at] += [span for span in settled if span.name in PLACEHOLDERS]
            hidden = {at: _blanked(left[at][0], settled) for at, settled in found.items() if settled}
            left = {at: (text, self._set.Match(text)) for at, text in hidden.items()}
        return [sorted(some) for some in spans]

    def _found(self, text: str, triggers: Sequence[int], likely: Sequence[tuple[int, int]]) -> Iterator[Span]:
        yield from self._persons(text, likely, _BY_TITLE in triggers)
        for trigger in triggers:
            find = _LOOK[trigger][1]
            if find is None:
                continue
            yield from self._private(text, find)
            if find is numbers and (digits := spoken(text)):
                yield from self._private(digits, find)

    def _persons(self, text: str, likely: Sequence[tuple[int, int]], titled: bool) -> Iterator[Span]:
        """Yield the bare names that are in no name of a place or an office."""
        if likely:
            known = self._places.find(text)
            for start, end in likely:
                if all(end <= first or last <= start for first, last, _ in known):
                    yield Span(start, end, "OFFICIAL_NAME" if titled and in_office(text, start, end) else "PERSON_NAME")

    def _private(self, text: str, find: Find) -> Iterator[Span]:
        return (span for span in find(text) if not self._public(text, span))

    def _public(self, text: str, span: Span) -> bool:
        """Say whether the office itself publishes this number or account."""
        words = text[span.start : span.end]
        if span.name == "HANDLE":
            return words.lstrip("@").startswith(self._accounts)
        return span.name in ("CN_LANDLINE", "CN_MOBILE") and _digits(words) in self._published


def _told(names: set[str]) -> tuple[str, ...]:
    """Return the classes of DOMAIN §3.3: an official's name is a person's, only its placeholder is another."""
    return tuple(sorted({"PERSON_NAME" if name in _NAMES else name for name in names}))


def _automaton(directory: Directory | None) -> CharwiseDoubleArrayAhoCorasick:
    """Return what finds the names of places and offices: 金河 in them is no person."""
    names: set[str] = set()
    if directory:
        names.update(name for place in directory.places for name in (place.name, *place.aliases))
        names.update(name for unit in directory.units for name in (unit.name, *unit.aliases))
    return CharwiseDoubleArrayAhoCorasick(
        sorted({*normal_batch(sorted(names)), "[姓名]"} - {""}), MATCH_KIND_LEFTMOST_LONGEST
    )


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


def _settled(found: Iterable[Span]) -> list[Span]:
    """Return spans that do not overlap, in order of place; the surer class wins, then the longer."""
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
