"""A long article as its matters: each passage as a post of its own, whose reasons stand in it."""

from __future__ import annotations

from msgspec.structs import replace

from pipeline.model import MatterFinding, Part, PlaceFinding, Reason, TextFinding, matters
from tests.build import an_analysed

TEXT = "外墙刷新。收费不公开。散步。开挖不围挡。"


def a_part(topic: str, start: int, end: int, harm: str = "H1", road: str | None = None) -> Part:
    why = (Reason(TEXT[start : start + 2], 1.0, start + 3, start + 5),)
    return Part(
        start=start + 3,
        end=end + 3,
        matter=MatterFinding(topic=topic, harm=harm, why=why),
        place=PlaceFinding(road=road),
    )


def test_each_matter_is_its_passage_with_the_article_behind_it() -> None:
    doc = an_analysed("a1", TEXT, title="走笔")
    doc = replace(
        doc,
        text=TextFinding(normal=f"走笔\n{TEXT}", tokens="外墙 刷新"),
        parts=(a_part("market", 5, 11), a_part("traffic", 14, 20, "H2", "文桥路")),
    )
    found = list(matters(doc))

    assert [about for about, _ in found] == ["traffic@文桥路", "market"], "the gravest first"
    for (_, alone), words in zip(found, ["开挖不围挡。", "收费不公开。"], strict=True):
        assert (alone.post.id, alone.post.author, alone.cluster) == (doc.post.id, doc.post.author, doc.cluster)
        assert alone.body() == words
        assert alone.text == TextFinding(normal=words)
        assert alone.parts == ()
        assert alone.matter and [words[one.start : one.end] for one in alone.matter.why] == [words[:2]]


def test_a_post_has_no_matters_beside_itself() -> None:
    assert list(matters(an_analysed())) == []
