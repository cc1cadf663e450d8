"""A receiver that is dead: the other hears in time, and the dead one hears it once, when it lives again."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipeline import settings as settings_file
from pipeline.app import App
from pipeline.cli.demo_check import Inbox
from tests.crawlers.site import Clock, item, rss, running
from tests.faults.desks import a_config, a_feed, a_receiver
from tests.live import a_live_desk, eventually, free_port

IN_TIME_S = 10  # the level allows sixty; this desk has only just been started
DANGER = "柳园新村7号楼楼道煤气味特别大，头晕"


def now() -> str:
    return datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def warnings(inbox: Inbox) -> list[str]:
    return [one.body["id"] for one in inbox.received if one.body["rule"] == "gas.danger"]


def answers(config: Path, receiver: str) -> list[str]:
    """Return what *receiver* last answered to each message, as the ledger has it."""
    app = App(settings_file.read(config))
    files = [app.desk.case(case.id) for case in app.desk.cases()]
    app.close()
    sent = [each for file in files for each in file.messages if each.notification.receiver == receiver]
    return [each.last_answer for each in sent]


def yuqing(*words: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words], capture_output=True, text=True, check=True
    ).stdout


def test_a_dead_receiver_holds_back_nobody_and_gets_its_message_once_it_lives(tmp_path: Path) -> None:
    port, grave = free_port(), free_port()
    with running(Clock(datetime.now(UTC))) as site, Inbox() as alive:
        site.say("/bbs", rss(item("g1", "险情", now(), text=DANGER)), Content_Type="application/rss+xml")
        receivers = a_receiver("活着", alive.url) + a_receiver("断线", f"http://127.0.0.1:{grave}/")
        config = a_config(tmp_path, port, more=receivers + a_feed("bbs", site.url("/bbs")))
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: bool(warnings(alive)), 60), desk.log()[-2000:]
            assert alive.received[0].delay_s < IN_TIME_S
            assert eventually(lambda: any("连不上" in words for words in answers(config, "断线")), 60)
            with Inbox(port=grave) as risen:
                assert eventually(lambda: bool(warnings(risen)), 60), answers(config, "断线")
                assert risen.received[0].body["resend"] is False
                assert desk.healthy()
                desk.stop()
                desk.start()
                assert eventually(desk.healthy, 60)
                assert len(warnings(risen)) == len(warnings(alive)) == 1


def test_a_receiver_that_refuses_for_good_is_told_to_the_others_and_can_be_replayed(tmp_path: Path) -> None:
    port = free_port()
    with running(Clock(datetime.now(UTC))) as site, Inbox() as alive, Inbox(status=410) as gone:
        site.say("/bbs", rss(item("g1", "险情", now(), text=DANGER)), Content_Type="application/rss+xml")
        receivers = a_receiver("活着", alive.url) + a_receiver("退群", gone.url)
        config = a_config(tmp_path, port, more=receivers + a_feed("bbs", site.url("/bbs")))
        with a_live_desk(config, port):
            assert eventually(lambda: any(one.body["reason"] == "operations" for one in alive.received), 60)
            told = next(one.body for one in alive.received if one.body["reason"] == "operations")
            assert "退群" in told["title"] + told["text"]
            gone.status = 200  # somebody mended it
            assert "已重放 1 条" in yuqing("dead", "replay", "outbox", "--config", str(config))
            assert eventually(lambda: len(gone.received) == 2, 60)
            assert len(warnings(alive)) == 1
