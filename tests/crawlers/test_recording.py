from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers import SourceCard
from crawlers.recording import NO_ID, ROUNDED_ID, Row, card_of, raw_post, read_rows, rows_of
from pipeline.errors import Rejected, Unavailable
from pipeline.model import Basis, Kind, Op, Order, SourceClass, encode
from tests.crawlers.door import BBS, NOON, a_door, a_raw_post

ANY = SourceCard(id="any", connector="import")


def test_the_loose_form_of_a_recording_is_understood() -> None:
    row = {
        "id": "d1",
        "source": "bbs",
        "kind": "post",
        "title": "",
        "text": "停电",
        "published": "2026-03-10T10:00:00+08:00",
        "fetched": "2026-03-10T13:30:00+08:00",
        "author_key": "hm:u1",
    }
    post = raw_post(row, fetched_at=NOON)

    assert card_of(row, ANY).id == "bbs"
    assert (post.native_id, post.text, post.author_key, post.author) == ("d1", "停电", "hm:u1", None)
    assert post.published.at == datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    assert post.fetched_at == datetime(2026, 3, 10, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "hour"),
    [("2019/2/28 11:25:05", 3), ("2019-02-28 11:25:05", 3), ("2019-02-28T03:25:05Z", 3), ("2019年2月28日 11:25", 3)],
)
def test_times_come_in_mixed_forms_and_without_a_zone_are_local(time: str, hour: int) -> None:
    row = {"编号": 188006, "标题": "路灯", "内容": "不亮", "发布时间": time, "用户": "A1"}
    post = raw_post(row, fetched_at=NOON)

    assert (post.native_id, post.title, post.text, post.author) == ("188006", "路灯", "不亮", "A1")
    assert (post.published.at.year, post.published.at.hour, post.published.at.minute) == (2019, hour, 25)


def test_nested_and_dotted_names_are_the_same() -> None:
    nested = raw_post({"id": 1, "text": "x", "engagement": {"share": 3}, "order": {"id": "Q1"}}, fetched_at=NOON)
    dotted = raw_post({"id": 1, "text": "x", "engagement.share": "3", "order.id": "Q1"}, fetched_at=NOON)

    assert nested == dotted
    assert nested.engagement.share == 3
    assert (nested.order, nested.kind) == (Order("Q1"), Kind.WORKORDER)


@pytest.mark.parametrize(
    ("told", "count"), [("1.2万", 12000), ("1,024", 1024), (0, 0), ("", None), ("很多", None), (-3, None)]
)
def test_a_count_that_is_not_told_is_not_zero(told: object, count: int | None) -> None:
    assert raw_post({"id": 1, "text": "x", "likes": told}, fetched_at=NOON).engagement.like == count


def test_our_own_form_survives_the_round_trip(tmp_path: Path) -> None:
    door = a_door(tmp_path)
    before = door.intake.posts(
        BBS, [a_raw_post(author="u1", root_native_id="t9", tags=("停水",), channel="民生", url="https://x.example/1")]
    )
    row: Row = json.loads(encode(before[0]))

    after = door.intake.posts(card_of(row, ANY), [raw_post(row, fetched_at=NOON)])

    assert after == before


def test_nobody_asks_for_nickname_avatar_or_address() -> None:
    row = {
        "id": 1,
        "text": "x",
        "nickname": "小测",
        "avatar": "a.png",
        "ip_location": "澄州",
        "followers": 9,
        "电话": "1",
    }

    assert raw_post(row, fetched_at=NOON) == raw_post({"id": 1, "text": "x"}, fetched_at=NOON)


def test_a_missing_time_is_the_time_of_reading_and_an_unreadable_one_is_refused() -> None:
    assert raw_post({"id": 1, "text": "x"}, fetched_at=NOON).published.basis is Basis.FETCH
    with pytest.raises(Rejected, match="时间"):
        raw_post({"id": 1, "text": "x", "time": "约摸上午"}, fetched_at=NOON)


def test_a_refusal_never_quotes_the_row() -> None:
    for row in (
        {"id": 1},
        {"id": 1, "text": "x", "time": "13800138000号"},
        {"id": 1, "text": "x", "kind": "13800138000"},
    ):
        with pytest.raises(Rejected) as refusal:
            raw_post(row, fetched_at=NOON)
        assert "138" not in str(refusal.value)


def test_an_id_that_lost_digits_is_no_key() -> None:
    one = raw_post({"工单编号": "2.02603E+15", "诉求内容": "停水"}, fetched_at=NOON)
    two = raw_post({"工单编号": "2.02603E+15", "诉求内容": "路灯"}, fetched_at=NOON)
    as_float = raw_post({"id": 2.026031000001237e18, "text": "停水"}, fetched_at=NOON)

    assert one.native_id != two.native_id
    assert {post.fetch.warnings for post in (one, two, as_float)} == {(ROUNDED_ID,)}
    assert raw_post({"text": "停水"}, fetched_at=NOON).fetch.warnings == (NO_ID,)


def test_an_id_made_from_content_does_not_give_a_telephone_number_away() -> None:
    ids = {
        raw_post({"text": f"停水，请回电{phone}"}, fetched_at=NOON).native_id
        for phone in ("13800138000", "138-0013-8000")
    }

    assert len(ids) == 1


def test_a_deletion_needs_no_words_but_an_id() -> None:
    assert raw_post({"id": "d1", "op": "delete"}, fetched_at=NOON).op is Op.DELETE
    with pytest.raises(Rejected, match="编号"):
        raw_post({"op": "delete"}, fetched_at=NOON)


def test_a_work_order_makes_its_source_a_hotline_unless_it_says_otherwise() -> None:
    assert card_of({"工单编号": "Q1"}, ANY).class_ is SourceClass.HOTLINE
    assert card_of({"工单编号": "Q1", "source": {"id": "box", "class": "mailbox"}}, ANY).class_ is SourceClass.MAILBOX


def test_a_broken_line_costs_itself_only(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl.gz"
    half = '{"id": 3, "text": "\\ud83d 半个表情"}'
    lines = [
        b'\xef\xbb\xbf{"id": 1}',
        b"{oops",
        b"",
        b"[1]",
        half.encode(),
        '{"id": 4, "text": "国标"}'.encode("gb18030"),
    ]
    file.write_bytes(gzip.compress(b"\r\n".join(lines)))

    rows = dict(read_rows(file))

    assert {line: isinstance(row, Rejected) for line, row in rows.items()} == {
        1: False,
        2: True,
        4: True,
        5: False,
        6: False,
    }
    assert rows[6] == {"id": 4, "text": "国标"}


def test_a_file_still_being_written_is_to_be_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps({"id": 1, "text": "停水" * 9999}).encode())[:-20])

    with pytest.raises(Unavailable, match="不完整"):
        list(read_rows(file))


@pytest.mark.parametrize("spoilt", [0, 20])
def test_a_file_that_is_damaged_is_told_and_no_traceback(tmp_path: Path, spoilt: int) -> None:
    packed = bytearray(gzip.compress(bytes(range(256)) * 99))
    packed[spoilt : spoilt + 9] = b"\xff" * 9
    (tmp_path / "posts.jsonl.gz").write_bytes(packed)

    with pytest.raises(Rejected, match="已损坏"):
        list(read_rows(tmp_path / "posts.jsonl.gz"))


def test_one_object_a_list_and_lines_are_all_rows() -> None:
    assert [row for _, row in rows_of(b'{\n"id": 1\n}')] == [{"id": 1}]
    assert [row for _, row in rows_of(b'[{"id": 1}, {"id": 2}]')] == [{"id": 1}, {"id": 2}]
    assert [number for number, _ in rows_of(b'{"id": 1}\n\n{"id": 2}\n')] == [1, 3]


def test_a_post_without_words_is_kept_if_it_says_so_and_has_an_id() -> None:
    assert raw_post({"id": "v1", "text": ""}, fetched_at=NOON).text == ""
    for row in ({"id": "v1"}, {"id": "v1", "text": None}, {"text": ""}, {"id": " ", "text": ""}):
        with pytest.raises(Rejected, match="没有标题也没有正文"):
            raw_post(row, fetched_at=NOON)
