from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawlers import RawPost, SourceCard
from pipeline.app import PARTS, STAGES, App
from pipeline.app import parts as module
from pipeline.app.parts import console, crawl, mirror, mirrors_rest_s, parts, run_stage, send
from pipeline.app.status import statuses
from pipeline.cli.import_ import digest
from pipeline.errors import Misconfigured, Unavailable
from pipeline.model import Published
from pipeline.settings import Settings
from tests.live import eventually, free_port
from tests.servers.search import Elasticsearch

BBS = SourceCard(id="qh-bbs", connector="demo")
DANGER = "柳园新村7号楼楼道煤气味特别大，头晕"


def a_desk(home: Path, **more: Any) -> App:
    return App(Settings.model_validate({"home": home, "receivers": [{"name": "日志", "kind": "file"}], **more}))


def hear(app: App, text: str = DANGER) -> None:
    now = datetime.now(UTC)
    app.intake.accept(BBS, [RawPost(native_id="1", published=Published(at=now), fetched_at=now, text=text)])


def until(true: Callable[[], bool]) -> Callable[[], bool]:
    """Return a *stopping* that says yes once *true* holds, and fails the test if that never comes."""
    ended = threading.Event()

    def watch() -> None:
        eventually(true, 15)
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    return ended.is_set


def keeping_us_alive() -> set[threading.Thread]:
    """Return the threads for which a process that wants to end has to wait."""
    return {one for one in threading.enumerate() if not one.daemon}


A_WORKER = """
import re, sys
import pipeline.app.parts
from pathlib import Path
from pipeline.analyse import Analyst
from pipeline.bench import invented
from pipeline.directory import Directory
from pipeline.settings import Analyse
analyst = Analyst.open(Analyse(), Directory.read())
analyst.analyse(invented.posts(256, 1, invented.names(100)))
drivers = {"psycopg", "kafka", "confluent_kafka", "elasticsearch", "opensearchpy", "scrapy"}
print(*sorted(drivers & set(sys.modules)))
print(re.search("Rss: *([0-9]+)", Path("/proc/self/smaps_rollup").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="所用内存从 /proc 读 / memory is read from /proc")
def test_a_worker_of_a_desk_in_files_loads_no_driver_and_takes_little_memory() -> None:
    ran = subprocess.run([sys.executable, "-c", A_WORKER], capture_output=True, text=True, check=True)
    drivers, resident_kb = ran.stdout.splitlines()

    assert drivers == ""
    assert (
        int(resident_kb) < 165_000
    )  # 150 MB is what the design allows; pages of files that others read, too, are in it


def test_parts_are_built_by_name_and_in_order(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert [part.name for part in parts(settings)] == [name for name in PARTS if name not in ("cluster", "mirror")]
    assert [part.name for part in parts(settings, ("send", "match"))] == ["send", "match"]
    with pytest.raises(KeyError):
        parts(settings, ("praise",))


def test_a_part_opens_what_it_needs_and_lets_go_of_it(tmp_path: Path) -> None:
    (part,) = parts(a_desk(tmp_path).settings, ("analyse",))
    part.run(lambda: True)
    assert (tmp_path / "bus").is_dir()


def test_a_stage_digests_what_there_is_and_says_how_far_it_is(tmp_path: Path) -> None:
    app = a_desk(tmp_path)
    hear(app)
    watcher = a_desk(tmp_path)
    run_stage("analyse", app, until(lambda: not watcher.bus.lag("analyse", "posts")))
    assert watcher.bus.lag("cluster", "understood") == 1
    assert statuses(tmp_path)["analyse"].lag == 0


def test_two_stages_in_one_process_both_say_how_they_are(tmp_path: Path) -> None:
    app = a_desk(tmp_path)
    hear(app)
    watcher = a_desk(tmp_path)
    (part,) = parts(app.settings, ("analyse", "cluster"))
    assert (part.name, part.locks) == ("analyse", ("analyse", "cluster"))
    part.run(until(lambda: not watcher.bus.lag("analyse", "posts")))
    assert watcher.bus.lag("match", "analysed") == 1
    assert statuses(tmp_path).keys() == {"analyse", "cluster"}


def test_workers_of_a_stage_are_processes_with_names_of_their_own(tmp_path: Path) -> None:
    settings = a_desk(tmp_path, engine={"workers": 2}).settings
    made = parts(settings, ("analyse", "cluster", "match", "detect", "notify"))
    assert [part.name for part in made] == [
        "analyse.0", "analyse.1", "cluster", "match.0", "match.1", "detect", "notify",
    ]  # fmt: skip
    assert {part.locks for part in made if part.name.startswith("match")} == {("match",)}


def test_one_worker_of_two_reads_its_share_and_speaks_for_itself(tmp_path: Path) -> None:
    app = a_desk(tmp_path)
    now = datetime.now(UTC)
    raw = [
        RawPost(native_id=str(n), published=Published(at=now), fetched_at=now, text=f"{n} 号楼停水") for n in range(20)
    ]
    app.intake.accept(BBS, raw)
    watcher = a_desk(tmp_path)
    run_stage("analyse", app, until(lambda: watcher.bus.lag("cluster", "understood") > 0), member=1, of=2)
    assert 0 < watcher.bus.lag("analyse", "posts") < 20
    assert statuses(tmp_path).keys() == {"analyse.1"}


def test_messages_are_sent_until_the_part_is_stopped(tmp_path: Path) -> None:
    app = a_desk(tmp_path)
    hear(app)
    digest(a_desk(tmp_path))
    watcher = a_desk(tmp_path)
    send(app, until(lambda: not watcher.desk.health().waiting))
    assert watcher.desk.cases()
    assert not watcher.desk.health().waiting
    assert "send" in statuses(tmp_path)


class Sender:
    """A sender that does what the test says at each step."""

    receiver = "日志"

    def __init__(self, step: Callable[[], int]) -> None:
        self.step = step
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_sender_waits_for_the_ledger_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def step() -> int:
        steps.append("away" if not steps else "sent")
        if len(steps) == 1:
            raise Unavailable("账本不可用")
        return 1

    sender = Sender(step)
    monkeypatch.setattr(module, "senders", lambda *_, **__: [sender])
    send(a_desk(tmp_path), until(lambda: len(steps) > 2))
    assert steps[:3] == ["away", "sent", "sent"]
    assert sender.closed


def test_a_bug_in_one_sender_ends_the_part_so_that_all_are_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, before = Sender(lambda: 1), keeping_us_alive()
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(module, "senders", lambda *_, **__: [Sender(lambda: 1 // 0), sound])
    with pytest.raises(SystemExit) as end:
        send(a_desk(tmp_path), until(lambda: False))
    assert end.value.code == 1
    assert sound.closed and keeping_us_alive() <= before


def test_sources_are_visited_and_a_store_that_is_away_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = a_desk(tmp_path, sources=[{"id": "qh-bbs", "connector": "demo"}])
    trimmed: list[datetime] = []

    def trim(now: datetime) -> None:
        trimmed.append(now)
        raise Unavailable("磁盘已满")

    monkeypatch.setattr(app, "trim", trim)
    watcher = a_desk(tmp_path)
    crawl(app, until(lambda: watcher.backlog() > 0))
    assert watcher.backlog() > 0
    assert len(trimmed) == 1, "tried, failed, and left for later"
    assert "crawl" in statuses(tmp_path)


def test_the_page_answers_until_the_part_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    app = a_desk(tmp_path, console={"port": port})
    answers: list[int] = []

    def answered() -> bool:
        try:
            answers.append(httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code)
        except httpx.TransportError:
            return False
        return True

    console(app, until(answered))
    assert answers == [503], "the page is up, and says that the other parts are not"
    assert "console" in statuses(tmp_path)


def test_a_page_that_cannot_have_its_port_ends_the_part(tmp_path: Path) -> None:
    before = keeping_us_alive()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        app = a_desk(tmp_path, console={"port": other.getsockname()[1]})
        with pytest.raises(SystemExit):
            console(app, until(lambda: False))
    assert keeping_us_alive() <= before


def test_what_a_part_needs_is_waited_for_until_it_is_told_to_stop() -> None:
    tries: list[int] = []

    def build() -> str:
        tries.append(1)
        if len(tries) < 2:
            raise Unavailable("账本不可用")
        return "built"

    assert module._patiently(build, lambda: False) == "built"
    tries.clear()
    with pytest.raises(Unavailable):
        module._patiently(build, lambda: True)


def test_boards_are_fed_where_there_is_a_search_server(tmp_path: Path, elasticsearch: Elasticsearch) -> None:
    place = f"elasticsearch://{elasticsearch.url.removeprefix('http://')}/boards{tmp_path.name[-3:].strip('_')}"
    app = a_desk(tmp_path, index={"url": place}, sources=[{"id": "qh-bbs", "connector": "demo", "class": "forum"}])
    assert "mirror" in [part.name for part in parts(app.settings)]
    mirror(app, until(lambda: bool(statuses(tmp_path).get("mirror"))))

    found = httpx.get(f"{elasticsearch.url}/_cat/indices/{place.rpartition('/')[2]}-*?h=index").text.split()
    assert {name.rpartition("-")[2] for name in found} >= {"alerts", "board", "cases", "sources"}


@pytest.mark.parametrize("read_s", [0.0, 0.1, 0.25, 3.0, 60.0])
def test_a_long_ledger_is_copied_seldom_and_never_for_more_than_a_twentieth_of_the_time(read_s: float) -> None:
    assert mirrors_rest_s(read_s) >= max(5.0, 19 * read_s)
    assert mirrors_rest_s(read_s) <= 5.0 + 20 * read_s


def test_without_a_search_server_nobody_feeds_boards(tmp_path: Path) -> None:
    app = a_desk(tmp_path)
    assert "mirror" not in [part.name for part in parts(app.settings)]
    with pytest.raises(Misconfigured, match=r"index\.url"):
        app.check(("mirror",))
    with pytest.raises(Misconfigured, match=r"index\.url"):
        app.mirror()


def test_every_stage_is_a_part() -> None:
    assert set(STAGES) <= set(PARTS)
