"""Sources that are broken, wrong or hostile: each is told what is the matter with it, and costs no other a post."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.cli.demo_check import Inbox
from tests.crawlers.site import Clock, Site, item, rss, running
from tests.faults.desks import a_config, a_feed, a_receiver, found, sources
from tests.live import LiveDesk, a_live_desk, eventually, free_port

BOMB_MB = 300
IN_TIME_S = 10  # the level allows sixty; this desk has only just been started
DANGER = "柳园新村7号楼楼道煤气味特别大，头晕"


def a_bomb(before: bytes = b"", after: bytes = b"") -> bytes:
    """Return 300 MB of the same letter, packed into some hundred kilobytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as file:
        file.write(before)
        for _ in range(BOMB_MB):
            file.write(b"a" * 2**20)
        file.write(after)
    return packed.getvalue()


def now(minutes_ago: float = 1.0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).strftime("%a, %d %b %Y %H:%M:%S +0000")


def a_hostile_world(site: Site) -> None:
    site.say("/good", rss(item("g1", "健康信源里的帖子", now(), text=DANGER)), Content_Type="application/rss+xml")
    half = rss(item("h1", "断掉之前的一条", now())).removesuffix("</channel></rss>") + "<item><title>断"
    site.say("/malformed", half, Content_Type="application/rss+xml")
    gb = rss(item("c1", "编码写错的帖子路灯坏了", now())).encode("gb18030")
    site.say("/charset", gb, Content_Type="application/rss+xml; charset=utf-8")
    site.say("/bomb", a_bomb(), Content_Type="application/rss+xml", Content_Encoding="gzip")
    site.say("/nonsense", b"\x00\x01\x02" * 100, Content_Type="application/rss+xml")


NAMES = ("good", "malformed", "charset", "bomb", "nonsense", "missing")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveDesk, Site, Inbox]]:
    port, folder = free_port(), tmp_path_factory.mktemp("desk")
    with running(Clock(datetime.now(UTC))) as site, Inbox() as inbox:
        a_hostile_world(site)
        feeds = "".join(a_feed(name, site.url(f"/{name}")) for name in NAMES)
        config = a_config(folder, port, more=a_receiver("值班", inbox.url) + feeds)
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: len(sources(desk)) == len(NAMES)), desk.log()[-2000:]
            yield desk, site, inbox


def test_the_source_that_is_well_warns_in_time(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, _, inbox = world
    assert eventually(lambda: bool(inbox.received), 60), desk.log()[-2000:]
    assert inbox.received[0].body["rule"] == "gas.danger"
    assert inbox.received[0].delay_s < IN_TIME_S


def test_a_feed_cut_off_in_the_middle_gives_what_it_has(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, _, _ = world
    assert eventually(lambda: found(desk, "断掉之前") == 1, 60)


def test_a_wrong_charset_is_seen_through(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, _, _ = world
    assert eventually(lambda: found(desk, "编码写错的帖子") == 1, 60)


@pytest.mark.parametrize("name", ["bomb", "nonsense", "missing"])
def test_the_page_says_what_is_wrong_with_a_source(world: tuple[LiveDesk, Site, Inbox], name: str) -> None:
    desk, _, _ = world
    assert not sources(desk)[name]["ok"]
    problem = str(sources(desk)[name]["problem"])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem), problem
    assert "Traceback" not in problem


def test_a_bomb_is_not_unpacked_into_memory(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, site, _ = world
    assert site.visits("/bomb")
    assert all(peak_mb(pid) < BOMB_MB for pid in family(desk))


def test_a_source_that_is_mended_is_heard_again(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, site, _ = world
    site.say("/nonsense", rss(item("n1", "修好之后的帖子", now())), Content_Type="application/rss+xml")
    assert eventually(lambda: found(desk, "修好之后") == 1, 40), sources(desk)["nonsense"]
    assert sources(desk)["nonsense"]["ok"]


def test_trouble_outside_kills_no_process_inside(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, _, _ = world
    assert "Traceback" not in desk.log()
    assert "yuqing_worker_restarts_total{" not in httpx.get(f"{desk.page}/metrics").text


def test_the_page_adds_up_the_counts_of_all_processes(world: tuple[LiveDesk, Site, Inbox]) -> None:
    desk, _, _ = world
    # The leak of gas is decided, and the lamp of the wrong charset, which only queues.
    assert eventually(lambda: counted(desk)["yuqing_decision_delay_seconds_count"] == 2, 60)
    counts = counted(desk)
    assert counts['yuqing_posts_collected_total{source="good"}'] == 1
    assert counts['yuqing_stage_messages_total{stage="analyse"}'] >= 3
    assert counts['yuqing_notifications_total{outcome="accepted",receiver="值班"}'] >= 1
    assert 'yuqing_stage_lag_messages{stage="match"}' in counts, "one number, not one for each process that ever was"


def counted(desk: LiveDesk) -> dict[str, float]:
    told = httpx.get(f"{desk.page}/metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in told if not line.startswith("#")}


def family(desk: LiveDesk) -> list[int]:
    """Return the parts and what they started, Scrapy above all."""
    found: list[int] = []
    todo = desk.parts()
    while todo:
        pid = todo.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            todo += [int(child) for child in task.read_text().split()]
    return found


def peak_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def an_import(folder: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", "import", str(file)]
    environ = {**os.environ, "YUQING_HOME": str(folder / "data")}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def peak_of_import_mb(folder: Path, file: Path) -> int:
    command = [sys.executable, "-m", "pipeline.cli", "import", str(file)]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, env={**os.environ, "YUQING_HOME": str(folder / "again")})
        peak = 0
        while process.poll() is None:  # not ru_maxrss: a child inherits that of the process that began it
            peak = max(peak, peak_mb(process.pid))
            time.sleep(0.02)
    return peak


def test_a_bomb_in_a_file_to_import_costs_one_row_and_no_memory(tmp_path: Path) -> None:
    good = b'{"id": "1", "text": "\xe5\x81\x9c\xe6\xb0\xb4"}\n'
    file = tmp_path / "posts.jsonl.gz"
    file.write_bytes(a_bomb(good + b'{"id": "2", "text": "', b'"}\n' + good.replace(b"1", b"3", 1)))
    done = an_import(tmp_path, file)
    assert done.returncode == 0, done.stderr
    assert "新增或更新 2" in done.stdout
    assert "拒收 1" in done.stdout
    assert peak_of_import_mb(tmp_path, file) < BOMB_MB


def test_a_bomb_that_is_one_tree_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "posts.json.gz"
    file.write_bytes(a_bomb(b'[{"text": "', b'"}]'))
    done = an_import(tmp_path, file)
    assert done.returncode != 0
    assert "超过 128 MB" in done.stderr
    assert "Traceback" not in done.stderr


def test_rows_that_cannot_be_read_are_told_with_their_line_and_the_others_get_in(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    good = '{"id": "1", "text": "锦湖里停水", "published": "2026-03-10T08:00:00+08:00"}'
    file.write_text(f'{good}\n{{"id": 2, "text": \n["3"]\n{good.replace("1", "4", 1)}\n', encoding="utf-8")
    done = an_import(tmp_path, file)
    assert done.returncode == 0, done.stderr
    assert "新增或更新 2" in done.stdout
    assert "拒收 2" in done.stdout
    (rejects,) = (tmp_path / "data").rglob("*rejects*")
    told = rejects.read_text(encoding="utf-8")
    assert "2" in told
    assert "JSON" in told


def test_what_the_operator_wrote_is_read_and_a_redirect_into_the_office_is_not(tmp_path: Path) -> None:
    with running(Clock(datetime.now(UTC))) as site, running(Clock(datetime.now(UTC))) as office:
        site.say("/ours", rss(item("o1", "写明的本机地址", now())), Content_Type="application/rss+xml")
        site.say("/trap", "", status=302, Location=office.url("/secret"))
        office.say("/secret", rss(item("s1", "内网的秘密", now())), Content_Type="application/rss+xml")
        port = free_port()
        config = a_config(tmp_path, port, more=a_feed("ours", site.url("/ours")) + a_feed("trap", site.url("/trap")))
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: found(desk, "写明的本机地址") == 1, 60), desk.log()[-2000:]
            assert eventually(lambda: "trap" in sources(desk), 60)
            assert not sources(desk)["trap"]["ok"]
        assert "/secret" not in office.paths()
