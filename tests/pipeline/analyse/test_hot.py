from __future__ import annotations

from typing import Any

import msgspec

from pipeline.analyse.hot import SEALED, hottest, title
from pipeline.model import AnalysedPost, ClusterFinding, EventFinding, PlaceFinding, PlaceStatus, PrivacyFinding
from tests.build import NOON, an_analysed, minute

MIXER = (
    ("投诉翠柏澜庭旁边建搅拌站", "翠柏澜庭三期隔壁来了一座搅拌站，水泥车从早开到晚。"),
    ("翠柏澜庭隔壁的搅拌站太吵", "我家住翠柏澜庭，夜里搅拌站的机器轰隆隆响。"),
    ("请求搬走翠柏澜庭边上的搅拌站", "粉尘和噪声已经影响到翠柏澜庭一千多户人家。"),
)


def a_doc(name: str, said: tuple[str, str], event: str = "e", **more: Any) -> AnalysedPost:
    sealed = more.pop("sealed", False)
    doc = an_analysed(name, said[1], title=said[0], street=None, author=name, **more)
    return msgspec.structs.replace(
        doc, event=EventFinding(event), cluster=ClusterFinding(name), privacy=PrivacyFinding(sealed=sealed)
    )


DOCS = [a_doc(f"p{n}", said, at=minute(-n)) for n, said in enumerate(MIXER)]


def test_a_title_has_the_words_that_set_an_event_apart() -> None:
    found = title(DOCS)

    assert "翠柏澜庭" in found and "搅拌站" in found
    assert len(found) < 40


def test_the_place_that_the_gazetteer_found_comes_first() -> None:
    place = PlaceFinding(status=PlaceStatus.KNOWN, street="湖东街道")

    assert title([msgspec.structs.replace(doc, place=place) for doc in DOCS]).startswith("湖东街道 ")


def test_nothing_of_a_withheld_post_is_in_a_title() -> None:
    secret = a_doc("s", ("枫溪里小学欺凌", "枫溪里小学欺凌的事"), sealed=True)

    assert title([secret]) == SEALED
    assert "枫溪里" not in title([*DOCS, secret, secret])


def test_a_single_post_and_one_without_rare_words_have_titles_too() -> None:
    assert "翠柏澜庭" in title(DOCS[:1])
    assert title([a_doc("a", ("", "好"))]) == "好"


def test_the_hottest_event_comes_first_with_its_posts_and_voices() -> None:
    other = a_doc("x", ("枫溪里停电", "枫溪里停电两天"), event="f", at=minute(-30))
    mute = msgspec.structs.replace(other, event=None)

    first, second = hottest([other, mute, *DOCS], NOON)

    assert (first.id, first.posts, first.authors, first.until) == ("e", 3, 3, NOON)
    assert (second.id, second.posts) == ("f", 1)
    assert first.heat.value > second.heat.value
    assert [event.id for event in hottest([other, *DOCS], NOON, most=1)] == ["e"]
