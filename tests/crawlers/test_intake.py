from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.intake import LONGEST, LONGEST_TITLE, cleaned
from pipeline.errors import Unavailable
from pipeline.model import Account, Op, Order, Published, post_id
from tests.crawlers.door import BBS, NOON, a_door, a_raw_post

PRIVATE = "我叫王测试，手机13800138000，身份证64010119000101019X，邮箱test@example.com，物业乱收费谁管"


def test_no_personal_data_reach_the_disk(tmp_path: Path) -> None:
    door = a_door(tmp_path)

    door.intake.accept(
        BBS,
        [
            a_raw_post(PRIVATE, title="王测试先生 138-0013-8000", author="13800138000", tags=("联系13800138000",)),
            a_raw_post(
                "hm: 假名也可能是号码", native_id="p2", author_key="hm:13800138000", order=Order("1", "找13800138000")
            ),
        ],
    )

    disk = door.on_disk()
    for secret in ("王测试", "13800138000", "138-0013-8000", "64010119000101019X", "test@example.com"):
        assert secret.encode() not in disk
    assert "[手机号]" in door.came()[0].text


def test_the_author_id_becomes_a_pseudonym_and_a_recorded_pseudonym_stays(tmp_path: Path) -> None:
    door = a_door(tmp_path)

    door.intake.accept(
        BBS,
        [
            a_raw_post(native_id="a", author="u42"),
            a_raw_post(native_id="b", author="u42"),
            a_raw_post(native_id="c", author_key="hm:u7"),
            a_raw_post(native_id="d"),
        ],
    )

    first, second, recorded, nobody = [post.author.key for post in door.came()]
    assert first == second
    assert first is not None
    assert len(first) == len("hm:") + 32
    assert (recorded, nobody) == ("hm:u7", None)
    assert b"u42" not in door.on_disk()


def test_the_same_post_has_the_same_id_and_revision_whenever_it_is_collected(tmp_path: Path) -> None:
    door = a_door(tmp_path)
    [first] = door.intake.posts(BBS, [a_raw_post()])
    [again] = door.intake.posts(BBS, [a_raw_post(at=NOON + timedelta(hours=5))])
    [edited] = door.intake.posts(BBS, [a_raw_post("锦湖里来水了")])

    assert (first.id, first.rev) == (again.id, again.rev)
    assert first.id == edited.id == post_id("qh-bbs", "p1")
    assert first.rev != edited.rev


def test_replies_travel_behind_their_thread(tmp_path: Path) -> None:
    root, reply, deep = a_door(tmp_path).intake.posts(
        BBS,
        [
            a_raw_post(native_id="t1"),
            a_raw_post(native_id="t1-2", root_native_id="t1", parent_native_id="t1"),
            a_raw_post(native_id="t1-3", parent_native_id=post_id("qh-bbs", "t1")),
        ],
    )

    assert root.key == reply.key == deep.key == root.id
    assert reply.thread.parent_id == root.id


def test_a_deleted_post_leaves_no_words_behind(tmp_path: Path) -> None:
    [gone] = a_door(tmp_path).intake.posts(BBS, [a_raw_post(PRIVATE, title="投诉", op=Op.DELETE)])

    assert (gone.title, gone.text, gone.deleted_at) == ("", "", NOON)


def test_an_impossible_time_is_flagged_and_the_claim_kept(tmp_path: Path) -> None:
    door = a_door(tmp_path)
    tomorrow, unset = NOON + timedelta(hours=8), NOON.replace(year=1970)
    posts = door.intake.posts(
        BBS, [a_raw_post(published=Published(at=tomorrow)), a_raw_post(published=Published(at=unset)), a_raw_post()]
    )

    assert [post.flags for post in posts] == [("clock_suspect",), ("clock_suspect",), ()]
    assert [post.at for post in posts[:2]] == [NOON, NOON]
    assert posts[0].published.at == tomorrow


def test_what_comes_hours_after_it_was_published_is_late_unless_the_source_is_new(tmp_path: Path) -> None:
    morning, moment = NOON - timedelta(hours=3), NOON - timedelta(minutes=59)
    raw = [a_raw_post(published=Published(at=at), flags=flags) for at, flags in (
        (morning, ()), (moment, ()), (morning, ("backfill",)), (NOON.replace(year=1970), ()), (morning, ("late",)),
    )]  # fmt: skip
    posts = a_door(tmp_path).intake.posts(BBS, raw)

    assert [post.flags for post in posts] == [("late",), (), ("backfill",), ("clock_suspect",), ("late",)]


def test_a_very_long_text_is_cut_after_masking_and_says_so(tmp_path: Path) -> None:
    text = "水" * (LONGEST - 4) + "13800138000" + "水" * 50
    [long, short] = a_door(tmp_path).intake.posts(BBS, [a_raw_post(text), a_raw_post("短")])

    assert len(long.text) == LONGEST
    assert (long.text_truncated, short.text_truncated) == (True, False)
    assert "138" not in long.text


@pytest.mark.parametrize("place", [-11, -5, 0])
def test_a_number_at_the_end_of_what_is_read_leaves_no_half(tmp_path: Path, place: int) -> None:
    start = 2 * LONGEST + place
    (post,) = a_door(tmp_path).intake.posts(BBS, [a_raw_post("13800138000 " * (start // 12 + 9))])

    assert post.text_truncated
    assert "138" not in post.text and "8000" not in post.text


def test_an_endless_title_is_cut(tmp_path: Path) -> None:
    (post,) = a_door(tmp_path).intake.posts(BBS, [a_raw_post("水", title="停水" * 100_000)])

    assert len(post.title) == LONGEST_TITLE


def test_an_official_account_is_named_by_its_registered_id(tmp_path: Path) -> None:
    [post] = a_door(tmp_path).intake.posts(BBS, [a_raw_post(account_id="qh-fabu", public_account=True)])

    assert post.account == Account(id="qh-fabu")
    assert post.author.public_account


def test_a_public_account_is_named_by_the_id_it_goes_by_and_a_person_never(tmp_path: Path) -> None:
    office, person = a_door(tmp_path).intake.posts(
        BBS, [a_raw_post(author="A", public_account=True), a_raw_post("另一帖", author="A")]
    )

    assert office.account == Account(id="A")
    assert person.account is None


def test_when_the_bus_is_away_nothing_is_counted_as_taken(tmp_path: Path) -> None:
    door = a_door(tmp_path)
    door.bus.away = True
    with pytest.raises(Unavailable):
        door.intake.accept(BBS, [a_raw_post()])

    door.bus.away = False

    assert door.intake.accept(BBS, [a_raw_post()]) == 1
    assert len(door.came()) == 1


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters()))
def test_whatever_a_site_sends_can_be_encoded_and_read_by_everyone(text: str) -> None:
    clean = cleaned(text + "\ud83d\x00\u202e\r\n")

    clean.encode("utf-8")
    assert not set(clean) & {"\x00", "\u202e", "\u2066", "\r", "\ud83d"}
    assert cleaned(clean) == clean


def test_half_an_emoji_anywhere_stops_no_post(tmp_path: Path) -> None:
    door = a_door(tmp_path)

    door.intake.accept(BBS, [a_raw_post("停水\ud83d了", title="\udc00", url="http://x/\ud800", tags=("\ud800",))])

    assert [post.text for post in door.came()] == ["停水了"]
