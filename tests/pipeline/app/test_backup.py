"""A copy made while everything moves goes on from where it is, misses nothing and tells nothing twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers import RawPost, SourceCard
from pipeline.app import STAGES, App
from pipeline.app.backup import back_up, elsewhere
from pipeline.cli.import_ import digest
from pipeline.errors import Misconfigured, Unavailable
from pipeline.model import Access, Published
from pipeline.settings import Settings

CARD = SourceCard(id="qh-bbs", connector="import", access=Access.IMPORT)
GAS = "柳园新村{}号楼楼道煤气味特别大，头晕"


def settings_in(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "receivers": [{"name": "日志", "kind": "file"}], **more})


def say(app: App, number: int) -> None:
    now = datetime.now(UTC)
    app.intake.accept(
        CARD, [RawPost(native_id=str(number), published=Published(at=now), fetched_at=now, text=GAS.format(number))]
    )


def by_somebody() -> RawPost:
    now = datetime.now(UTC)
    return RawPost(native_id="by", published=Published(at=now), fetched_at=now, text="路灯不亮", author="somebody")


def told(settings: Settings) -> set[str]:
    """Return the names of a desk's cases, after it has read all there is."""
    digest(App(settings))
    app = App(settings)
    try:
        assert not any(app.bus.lag(name, app.stage(name).reads) for name in STAGES)
        return {case.name for case in app.desk.cases(most=10_000)}
    finally:
        app.close()


def test_a_copy_made_under_load_goes_on_and_is_whole(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    app = App(settings)
    for number in range(5):
        say(app, number)
    app.intake.accept(CARD, [by_somebody()])
    ended = threading.Event()

    def go_on() -> None:
        number = 5
        busy = App(settings)
        while not ended.is_set():
            say(busy, number)
            digest(App(settings))
            number += 1
        busy.close()

    load = threading.Thread(target=go_on)
    load.start()
    try:
        back_up(settings, tmp_path / "copy")
    finally:
        ended.set()
        load.join(60)
    restored = settings_in(tmp_path / "copy")
    cases = told(restored)
    copy = App(restored)
    posts = {
        delivery.key
        for delivery in copy.bus.browse("posts", copy.bus.since("posts", datetime(2020, 1, 1, tzinfo=UTC)), 10_000)
    }

    assert cases
    assert copy.index.count() == len(posts)
    assert cases <= told(settings)
    assert list((settings.home / "keys").glob("*.key"))
    assert [file for file in (tmp_path / "copy").rglob("*") if "key" in file.name] == [], "a destroyed key is gone"
    copy.close()
    app.close()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "letter").touch()

    with pytest.raises(Misconfigured, match="已有东西"):
        back_up(settings_in(tmp_path / "home"), tmp_path / "copy")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "frontier.db").write_text("a letter, and no database" * 100, encoding="utf-8")

    with pytest.raises(Unavailable, match="not complete"):
        back_up(settings_in(home), tmp_path / "copy")


def test_what_is_on_servers_is_named(tmp_path: Path) -> None:
    url = {"url": "postgresql://127.0.0.1/ledger"}

    assert elsewhere(settings_in(tmp_path)) == []
    assert elsewhere(settings_in(tmp_path, ledger=url)) == ["ledger.url"]
    assert back_up(settings_in(tmp_path, ledger=url), tmp_path / "copy") == []
