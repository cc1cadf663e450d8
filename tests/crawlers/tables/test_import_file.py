from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawlers import SourceCard
from crawlers.tables import ImportReport, import_file, importing
from crawlers.tables.header import read_mapping
from pipeline.errors import Misconfigured, Unavailable
from pipeline.model import Kind, SourceClass
from tests.crawlers.door import NOON, Door, a_door

HEADER = "工单编号,受理时间,来源渠道,诉求类型,标题,诉求内容,所属街道,来电人,联系电话,承办单位"
ORDERS = [
    HEADER,
    "QH01,2026-03-10 08:01:00,电话,投诉,灯,锦湖里楼道灯不亮,湖东街道,赵测试,13800138000,区住建局",
    'QH02,2026-03-10 08:05:00,微信,求助,水,"东湖花园水压低,早晚没水。',
    '希望加压。",文桥街道,钱测试,13800138000,区水务局',
    'QH03,2026-03-10 08:09:00,电话,投诉,灯,"柳园新村路灯坏了没人修,柳园镇,孙测试,13800138000,区城管局',
    'QH04,2026-03-10 08:20:00,网站,投诉,噪声,"工地说""马上停"",还在打桩",湖东街道,李测试,13800138000,区环境局',
    "QH05,2026-03-10 08:40:00,电话,求助,积水,文桥东口积水,,文桥街道,周测试,13800138000,区水务局",
    "QH06,2026-03-10 08:55:00,电话,建议,器材,柳园新村𠮷想加健身器材,柳园镇,吴测试,13800138000,区住建局",
]


def a_file(folder: Path, lines: list[str], name: str = "orders.csv", encoding: str = "gb18030") -> Path:
    file = folder / name
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return file


def import_(door: Door, file: Path, **more: object) -> ImportReport:
    clock = more.pop("clock", lambda: NOON)
    return import_file(file, importing("h12345"), door.intake, home=door.home, clock=clock, **more)  # type: ignore[arg-type] # keyword options


def test_a_chinese_spreadsheet_comes_in_and_bad_rows_cost_themselves(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")

    report = import_(door, a_file(tmp_path, ORDERS))

    assert (report.read, report.imported, report.rejected) == (6, 4, 2)
    posts = {post.native_id: post for post in door.came()}
    assert list(posts) == ["QH01", "QH02", "QH04", "QH06"]
    assert posts["QH02"].text == "东湖花园水压低,早晚没水。\n希望加压。"
    assert posts["QH04"].text == '工地说"马上停",还在打桩'
    assert "place.street:柳园镇" in posts["QH06"].tags
    assert posts["QH06"].order is not None
    assert posts["QH06"].order.unit == "区住建局"
    assert (posts["QH06"].kind, posts["QH06"].source.class_) == (Kind.WORKORDER, SourceClass.HOTLINE)
    assert posts["QH01"].published.at.isoformat() == "2026-03-10T00:01:00+00:00"


def test_rejects_name_the_physical_line_and_show_nobody(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")

    report = import_(door, a_file(tmp_path, ORDERS))

    assert report.rejects is not None
    [_, stray, surplus] = list(csv.reader(report.rejects.open(encoding="utf-8-sig", newline="")))
    assert (stray[0], stray[2]) == ("5", "QH03")
    assert (surplus[0], surplus[2]) == ("7", "QH05")
    assert "11 列" in surplus[1]
    assert report.dropped == ("来电人", "联系电话")
    disk = door.on_disk()
    for secret in ("测试", "13800138000"):
        assert secret.encode() not in disk


def test_the_same_file_again_adds_nothing_and_an_edited_row_adds_itself(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    import_(door, a_file(tmp_path, ORDERS))

    again = import_(door, a_file(tmp_path, ORDERS, name="copy.csv"), clock=lambda: NOON + timedelta(days=40))
    edited = [line.replace("楼道灯不亮", "楼道灯不亮，已修好") for line in ORDERS]
    after = import_(door, a_file(tmp_path, edited))

    assert (again.imported, again.unchanged) == (0, 4)
    assert (after.imported, after.unchanged) == (1, 3)
    assert len(door.came()) == 5
    assert len({post.id for post in door.came()}) == 4


def test_rounded_order_numbers_never_make_two_complaints_one(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    lines = [
        "工单编号,受理时间,诉求内容",
        "2.02603E+15,2026-03-10 08:00:00,锦湖里停水",
        "2.02603E+15,2026-03-10 08:05:00,文桥路灯不亮",
        "'2026031000001237,2026-03-10 08:15:00,东湖花园噪声",
        '"=""2026031000001238""",2026-03-10 08:20:00,湖东道路破损',
        "\t2026031000001239,2026-03-10 08:25:00,公交站没有雨棚",
        "2026031000001240.0,2026-03-10 08:30:00,=1+1停车乱",
        "2.02603E+15,2026-03-10 08:35:00,柳园镇垃圾",
    ]
    file = a_file(tmp_path, lines, encoding="utf-8")

    report, again = import_(door, file), import_(door, file)

    assert (report.imported, again.imported, again.unchanged) == (7, 0, 7)
    posts = door.came()
    assert len({post.id for post in posts}) == 7
    assert [post.native_id[-3:] for post in posts[:4]] == ["237", "238", "239", "240"]
    assert posts[3].text == "=1+1停车乱"
    [warning] = report.warnings
    assert warning.startswith("编号已被改成科学计数法（第 2–3、8 行）")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encoding_delimiter_and_a_title_above_the_header_are_found_out(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    door = a_door(tmp_path / "home")
    lines = ["青湖区12345工单导出", "", delimiter.join(["工单编号*", "诉求 内容", "受理时间", "备注"])]
    lines += [delimiter.join(["QH9", "锦湖里停水", "2026/3/10 8:01", "无"])]

    report = import_(door, a_file(tmp_path, lines, encoding=encoding))

    assert (report.imported, report.rejected) == (1, 0)
    assert door.came()[0].text == "锦湖里停水"


def test_a_map_names_other_columns_and_never_a_persons(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    names = tmp_path / "map.yaml"
    names.write_text("流水: order.id\n说了什么: text\n", encoding="utf-8")
    file = a_file(tmp_path, ["流水,说了什么,电话", "7,停水,13800138000"])

    report = import_(door, file, mapping=read_mapping(names))

    assert report.imported == 1
    assert (door.came()[0].native_id, door.came()[0].text) == ("7", "停水")
    names.write_text("联系电话: author\n流水: order.idd\n", encoding="utf-8")
    with pytest.raises(Misconfigured) as wrong:
        read_mapping(names)
    assert len(wrong.value.faults) == 2


def test_rows_of_a_recording_go_to_the_sources_they_name(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    rows = [
        {"id": "s1", "source": "bbs", "text": "停水", "time": "2026-03-10 09:00:00", "author_key": "hm:u0"},
        {"id": "s1", "source": "weibo", "text": "停水", "time": "2026-03-10 09:00:00"},
        {"id": "s2", "text": "停电", "time": "不知道"},
    ]
    file = a_file(tmp_path, [json.dumps(row, ensure_ascii=False) for row in rows] + ["{"], "posts.jsonl", "utf-8")

    report, again = import_(door, file), import_(door, file)

    assert (report.read, report.imported, report.rejected) == (4, 2, 2)
    assert (again.imported, again.unchanged) == (0, 2)
    assert {post.source.id for post in door.came()} == {"bbs", "weibo"}


def test_one_id_with_two_contents_in_one_file_is_still_nothing_new_the_second_time(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    lines = ["工单编号,诉求内容", "Q1,停水", "Q1,停水，已恢复"]
    file = a_file(tmp_path, lines)

    assert import_(door, file).imported == 2
    assert import_(door, file).imported == 0


def test_when_the_bus_fails_half_way_the_same_command_finishes_the_work(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    lines = ["工单编号,诉求内容"] + [f"Q{n},停水{n}" for n in range(1200)]
    file = a_file(tmp_path, lines)

    def fail_after_the_first_batch(read: int) -> None:
        door.bus.away = read >= 500

    with pytest.raises(Unavailable):
        import_(door, file, progress=fail_after_the_first_batch)
    door.bus.away = False
    report = import_(door, file)

    assert (report.imported, report.unchanged) == (700, 500)
    assert len(door.came()) == 1200


def test_a_file_that_grows_during_the_import_is_told(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    file = a_file(tmp_path, ["工单编号,诉求内容", "Q1,停水"])

    def still_writing(_: int) -> None:
        with file.open("ab") as out:
            out.write("Q2,停电\r\n".encode("gb18030"))

    with pytest.raises(Unavailable, match="还在变化"):
        import_(door, file, progress=still_writing)
    assert import_(door, file).imported == 1


def test_what_cannot_be_read_yet_says_what_to_do(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    for name, words in (("a.xlsx", "XLSX"), ("a.parquet", "Parquet"), ("none.csv", "没有这个文件")):
        with pytest.raises(Misconfigured, match=words):
            import_(door, tmp_path / name)
    with pytest.raises(Misconfigured, match="没有认出任何一列"):
        import_(door, a_file(tmp_path, ["甲,乙", "1,2"]))


def test_progress_counts_rows(tmp_path: Path) -> None:
    seen: list[int] = []
    import_(a_door(tmp_path / "home"), a_file(tmp_path, ORDERS), progress=seen.append)

    assert seen == [6]


def test_a_reject_file_is_no_trap_for_a_spreadsheet_and_goes_when_all_is_well(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    bad = a_file(tmp_path, ["工单编号,诉求内容,受理时间", '=HYPERLINK("x"),停水,昨天大概'])

    report = import_(door, bad)

    assert report.rejects is not None
    assert "'=HYPERLINK" in report.rejects.read_text(encoding="utf-8-sig")
    good = a_file(tmp_path, ["工单编号,诉求内容", "Q1,停水"])
    assert import_(door, good).rejects is None
    assert not report.rejects.exists()


def test_a_configured_source_keeps_its_class(tmp_path: Path) -> None:
    door = a_door(tmp_path / "home")
    card = SourceCard(id="box", connector="import", class_=SourceClass.MAILBOX, zone="UTC")

    import_file(
        a_file(tmp_path, ["工单编号,诉求内容,受理时间", "1,停水,2026-03-10 08:00"]), card, door.intake, home=door.home
    )

    [post] = door.came()
    assert (post.source.class_, post.published.at) == (
        SourceClass.MAILBOX,
        datetime.fromisoformat("2026-03-10T08:00:00+00:00"),
    )
