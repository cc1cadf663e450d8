"""The marks that a text carries: what people should look at. None of them is a level, and none lowers one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from pipeline.analyse import harm, matter
from pipeline.analyse.cues import Cue, Reading
from pipeline.directory import Directory
from pipeline.model import MatterFinding, Numbers, Post
from pipeline.privacy import Masked
from pipeline.text.normal import folded, traditional

try:
    from pipeline.analyse import _weighing
except ImportError:  # no compiler where this was installed
    from pipeline.analyse import weighing as _weighing  # type: ignore[no-redef]

_ACTIONABLE = frozenset("complaint help report".split())
_DANGERS = frozenset({"H3", "self", "weak", "state"})
_NAMED = 3.0  # the weight of a word that speaks of one topic alone
_OPENING = 200  # letters in which a letter says what it is about; further on it names many an office
_BRIEF = 140  # letters; in a long letter an earlier year is part of its story
# Who is complained of for what another answers for: 停水了，物业电话打不通.
_WHO = frozenset(
    "物业 保安 业委会 学校 老师 医院 医生 开发商 城管 环卫 住建 水务 水厂 供电所 司机 商家 老板 消防 民警".split()
)
_CLAUSE_ENDS = ",、。!?;:~…\n"
_PUNCTUATION = re.compile(r"^[,、:…\"'“”‘’()]*$")
_HAN = "\u3400"  # the first of them; words of other scripts have spaces
_PAIR = "~"
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DATED = re.compile(
    "(?<![0-9])((?:19|20)[0-9]{2})(?:年|[-/.][01]?[0-9](?![0-9]))|([一二][九〇零][〇零一二三四五六七八九]{2})年"
)
# Every way to say it begins with a letter that is told: the search then runs from one of these to the next.
_OLD = re.compile(
    "|".join(
        (
            *"旧闻 旧新闻 老新闻 旧视频 老视频 旧图 老图 翻出来的 炒冷饭".split(),
            *(f"{when}的?(?:视频|新闻|图|照片|画面|录像|事了)" for when in ("去年", "前年")),
            *(
                f"{when}的?(?:视频|新闻|图|照片|画面|录像)"
                for when in "以前 之前 从前 往年 早年 当年 早些年 年前 年之前".split()
            ),
            "old (?:video|news|footage|clip)",
        )
    )
)


def marks(
    post: Post,
    reading: Reading,
    what: MatterFinding,
    masked: Masked,
    numbers: Numbers,
    competent: Mapping[str, frozenset[str]],
    *,
    long: bool,
) -> tuple[str, ...]:
    """Return the marks that hold; *competent* has for each topic those that its units answer for, that one too."""
    found = ["life"] if what.harm == "H3" else []
    if masked.classes:
        found.append("pii_exposed")
    if masked.minor:
        found.append("minor")
    if what.harm != "H0" and what.appeal_type in _ACTIONABLE:  # something is wanted
        if what.harm > "H1" and harm.a_group(reading, numbers):
            found.append("group")
        if not long and _several_units(reading, what, competent):  # an article has them part by part
            found.append("multi_unit")
    if matter.sarcastic(reading, what):
        found.append("sarcasm")
    if matter.unverified(reading, what):
        found.append("claim_unverified")
    if _perhaps_old(post, reading, what):
        found.append("old_news_hint")
    if reading.of("instruction"):  # orders to a machine: nothing obeys them, people see the flag
        found.append("instruction_like")
    if traditional(post.text or post.title):
        found.append("script")
    if _disguised(reading):
        found.append("variant")
    if long:
        found.append("long")
    return tuple(found)


def competent(directory: Directory) -> dict[str, frozenset[str]]:
    """Return for each topic that a unit of *directory* names all that its units answer for."""
    topics: dict[str, set[str]] = {}
    for unit in directory.units:
        for topic in unit.topics:
            topics.setdefault(topic, set()).update(unit.topics)
    return {topic: frozenset(others) for topic, others in topics.items()}


def _several_units(reading: Reading, what: MatterFinding, competent: Mapping[str, frozenset[str]]) -> bool:
    """Say whether a clause complains by a word of its own of what the unit of the matter does not answer for."""
    topics = reading.under("topics")
    if len(topics) < 2 or reading.of("instruction"):
        return False
    ours = competent.get(what.topic) or frozenset((what.topic,))
    named = _weighing.of_others(topics, ours, _NAMED, _OPENING, _WHO)
    if not named:
        return False
    troubles = [*reading.of("appeal.complaint"), *reading.of("harm.H2"), *reading.of("harm.hazard")]
    normal, offsets = reading.normal, reading.offsets
    complained_of = _weighing.together(named, troubles, _OPENING, normal, offsets, _CLAUSE_ENDS)
    if not complained_of:
        return False
    own = topics.get(what.topic) or []
    return len(complained_of) > len(_weighing.together(complained_of, own, _OPENING, normal, offsets, _CLAUSE_ENDS))


def _perhaps_old(post: Post, reading: Reading, what: MatterFinding) -> bool:
    """Say whether a text of danger names an earlier year or calls what it shows old. Whether it is, people find out."""
    if what.harm != "H3" and _DANGERS.isdisjoint(reading.under("harm")):
        return False
    if _OLD.search(reading.normal):
        return True
    told = what.harm == "H3" or len(reading.squeezed) <= _BRIEF
    return told and any(year < post.at.year for year in _years(reading.normal))


def _years(normal: str) -> Iterator[int]:
    for found in _DATED.finditer(normal):
        yield int(found[1] or found[2].translate(_DIGITS))


def _disguised(reading: Reading) -> bool:
    """Say whether a word is written by sound, by looks or with marks between its letters: 煤qi, 停*水."""
    if "variant" in reading.cues:
        return True
    if not reading.otherwise:
        return False
    squeezed, offsets = reading.squeezed, reading.offsets
    for family in ("topics", "harm"):
        for cues in reading.under(family).values():
            for cue in cues:
                start, end = cue.start, cue.end
                if squeezed[start:end] != cue.word:
                    if _PAIR not in cue.word and squeezed[start:end] != _as_read(cue.word):
                        return True
                elif offsets[end - 1] - offsets[start] != end - 1 - start and _taken_apart(reading, cue):
                    return True
    return False


def _taken_apart(reading: Reading, cue: Cue) -> bool:
    """Say whether marks that no sentence has there stand between the letters of a Chinese word."""
    places = reading.offsets[cue.start : cue.end]
    between = [reading.normal[one + 1 : other] for one, other in pairwise(places)]
    return cue.word >= _HAN and any(gap and not _PUNCTUATION.match(gap) for gap in between)


@functools.lru_cache(4096)
def _as_read(word: str) -> str:
    return folded(word)
