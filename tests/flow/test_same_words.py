"""However a story is cut, shuffled, doubled or interrupted, and whoever tells it: people hear the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import RawPost
from crawlers.world import CHANNELS, Story
from pipeline.app.replay import Line, Options, replay
from pipeline.settings import Settings
from tests.flow.telling import Said, first, heard, recorded, said

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 10, 0, tzinfo=UTC)
LONG = timedelta(minutes=25)  # at ten times the speed of life: two rounds of every story, more than 2000 posts


def rows_of(story: Story) -> Iterator[Said]:
    for channel in CHANNELS.values():
        for raw in story.between(START, START + LONG, channel.name):
            yield row_of(raw, channel.source_id, channel.class_.value)


def row_of(raw: RawPost, source: str, class_: str) -> Said:
    row = msgspec.to_builtins(
        {
            "native_id": raw.native_id,
            "kind": raw.kind,
            "op": raw.op,
            "title": raw.title,
            "text": raw.text,
            "author": raw.author,
            "published": raw.published.at,
            "fetched": raw.fetched_at,
            "root_native_id": raw.root_native_id,
            "parent_native_id": raw.parent_native_id,
            "repost_of_native_id": raw.repost_of_native_id,
            "source": source,
            "source.class": class_,
        }
    )
    return {name: value for name, value in row.items() if value is not None}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = list(rows_of(Story(7, START, rate=1.0, speed=10.0)))
    assert len(rows) > 2000
    return recorded(tmp_path_factory.mktemp("story"), rows)


@pytest.fixture(scope="module")
def plainly(story: Path) -> list[Line]:
    lines = list(replay([story], Settings(), Options()))
    assert len({line.rule for line in lines}) > 3
    assert {"first", "level_up"} <= {line.reason for line in lines}
    return lines


@pytest.mark.parametrize(
    "options",
    [
        Options(batch=1),
        Options(batch=7),
        Options(batch=500),
        Options(shuffle=1, batch=50),
        Options(shuffle=2),
        Options(twice=True),
        Options(kill_every=13, batch=100),
        Options(kill_every=11, batch=200, twice=True, shuffle=3),
    ],
    ids=str,
)
def test_people_hear_the_same_however_the_story_is_delivered(
    story: Path, plainly: list[Line], options: Options
) -> None:
    assert list(replay([story], Settings(), options)) == plainly


MATTERS = (
    "柳园新村7号楼楼道煤气味特别大，头晕",
    "听说水厂被投毒，赶紧囤水别喝自来水",
    "我们38个工友干了五个月，工资一分没给，总包说没钱",
    "真的撑不下去了，今晚就从楼上跳下去",
    "文桥路口两车相撞，三人受伤被困",
)
SPELLINGS = (("煤气", "煤氣"), ("头晕", "頭暈"), ("号楼", "號樓"), ("听说", "聽說"), ("水厂", "水廠"), ("个工友", "個工友"),
             ("没给", "沒給"), ("楼上", "樓上"), ("两车", "兩車"), ("，", " , "), ("受伤", "受傷"), ("7", "７"))  # fmt: skip


def respelled(text: str, chosen: Sequence[bool]) -> str:
    for (plain, other), wanted in zip(SPELLINGS, chosen, strict=True):
        text = text.replace(plain, other) if wanted else text
    return text


@given(
    matter=st.sampled_from(MATTERS),
    chosen=st.lists(st.booleans(), min_size=len(SPELLINGS), max_size=len(SPELLINGS)),
    before=st.sampled_from(["", "领导辛苦了，", "一群饭桶，", "求求你们了，", "😡😡 ", "色俩目，", "本人党员，"]),
    after=st.sampled_from(
        ["", "！！！", "，谢谢", "，你们是按天算工资的吧", "👍", " please help", "，再不管就发到网上"]
    ),
    by=st.sampled_from(["甲", "u1", "大V", "记者", "外地人"]),
    class_=st.sampled_from(["forum", "weibo", "app", "hotline", "short_video", "other"]),
)
@settings(max_examples=25)
def test_author_script_variant_and_tone_change_no_level(
    tmp_path_factory: pytest.TempPathFactory,
    matter: str, chosen: Sequence[bool], before: str, after: str, by: str, class_: str,
) -> None:  # fmt: skip
    text = before + respelled(matter, chosen) + after
    folder = tmp_path_factory.mktemp("told")
    plain = first(heard(folder, [said(matter)]))
    assert plain
    assert first(heard(folder, [said(text, by=by, source__class=class_)])) == plain
