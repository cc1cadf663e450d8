"""A live desk whose PostgreSQL is stopped, killed, full or late: nothing lost, nothing doubled unmarked, and it goes on."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from pipeline import settings as settings_file
from pipeline.app import STAGES, App
from pipeline.cli.demo_check import Inbox
from pipeline.settings import Settings
from pipeline.topics import MATCHES, SIGNALS
from tests.faults.desks import notices, parts, untold
from tests.faults.test_disk import waits
from tests.faults.test_kill import a_config, assert_told, expected_alerts, expected_posts, told
from tests.live import NIGHTLY, LiveDesk, a_live_desk, eventually, free_port
from tests.servers.postgres import Database

BLOWS = 3 if NIGHTLY else 1  # of each kind
STATEFUL = (("detect", MATCHES), ("notify", SIGNALS))


@dataclass
class World:
    """A desk's settings on a server of its own, and the inbox of its receiver."""

    folder: Path
    database: Database
    inbox: Inbox
    start: datetime
    port: int

    @property
    def config(self) -> Path:
        return self.folder / "yuqing.toml"

    @property
    def settings(self) -> Settings:
        return settings_file.read(self.config)

    def digest(self) -> None:
        """Let the stages and the sender work until nothing is left to do."""
        with a_live_desk(self.config, self.port, *STAGES, "send") as desk:
            app = App(self.settings)
            reads = [(name, app.stage(name).reads) for name in STAGES]
            done = eventually(lambda: not any(app.bus.lag(name, topic) for name, topic in reads), 120)
            assert done, desk.log()[-3000:]
            assert eventually(lambda: self.read_to_the_end(app), 120), desk.log()[-3000:]
            assert eventually(lambda: not any(untold(notice) for notice in notices(app)), 90)
            assert eventually(lambda: not app.desk.health().waiting, 150), app.desk.health()
            app.close()

    def read_to_the_end(self, app: App) -> bool:
        """Say whether the ledger remembers all there is on the bus; restored, it is behind what the bus believes."""
        remembered = {name: app.ledger.session(name, topic, app.bus.id).recall() for name, topic in STATEFUL}
        return all(
            remembered[name].get(partition, 0) >= end
            for name, topic in STATEFUL
            for partition, end in app.bus.end(topic).items()
        )

    def assert_nothing_lost_and_nothing_doubled(self, least: int = 30) -> None:
        app = App(self.settings)
        posts = list(told(app))
        wanted = expected_posts(self.settings, self.start)
        deleted = {str(post["id"]) for post in posts if post.get("op") == "delete"}
        assert len(wanted) > least
        assert {id_ for id_ in wanted - deleted if app.index.get(id_) is None} == set()
        copies = defaultdict(list)
        for one in self.inbox.received:
            copies[one.body["id"]].append(one.body["resend"])
        assert all(all(marks[1:]) for marks in copies.values()), "a second copy came without its mark"
        alerted = {
            (one.body["rule"], tuple(one.body["group"])) for one in self.inbox.received if one.body["reason"] == "first"
        }
        rehearsed = self.settings.model_copy(update={"ledger": Settings().ledger})
        assert_told(alerted, expected_alerts(rehearsed, posts, self.folder), app)
        app.close()


@pytest.fixture
def world(tmp_path: Path, own_postgres: Callable[[], Database], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    database, start, port = own_postgres(), datetime.now(UTC).replace(microsecond=0), free_port()
    monkeypatch.setenv("YUQING_LEDGER__URL", database.url)
    with Inbox() as inbox:
        a_config(tmp_path, inbox.url, port, start)
        yield World(tmp_path, database, inbox, start, port)


def working(desk: LiveDesk) -> bool:
    """Say whether every part works and sees the ledger."""
    said = parts(desk)
    return all(said.get(name, {}).get("ok") for name in ("crawl", *STAGES, "send", "ledger"))


def blind(desk: LiveDesk) -> bool:
    return not parts(desk).get("ledger", {"ok": True})["ok"]


@pytest.mark.slow
def test_a_server_that_is_stopped_and_killed_under_load_loses_nothing(world: World) -> None:
    server = world.database.server
    with a_live_desk(world.config, world.port) as desk:
        assert eventually(lambda: working(desk), 60), desk.log()[-3000:]
        tree, children = desk.process, desk.parts()
        for blow in range(BLOWS * 2):
            heard = len(world.inbox.received)
            assert eventually(lambda heard=heard: len(world.inbox.received) > heard, 60)  # type: ignore[misc] # bound now
            waited = waits(desk)
            (server.kill if blow % 2 else server.stop)()
            assert eventually(lambda waited=waited: blind(desk) and waits(desk) > waited, 30)  # type: ignore[misc] # bound now
            server.start()
            assert eventually(lambda: working(desk), 30), desk.log()[-3000:]
        assert (desk.process, desk.parts()) == (tree, children), "nobody had to die for it"
        assert "Traceback" not in desk.log()
    world.digest()
    world.assert_nothing_lost_and_nothing_doubled()


@pytest.mark.slow
def test_a_server_that_takes_no_writes_for_a_while_loses_nothing(world: World) -> None:
    def writable(yes: bool) -> None:
        with psycopg.connect(world.database.server.url, autocommit=True) as outside:
            outside.execute(f"alter system set default_transaction_read_only = {'off' if yes else 'on'}")
            outside.execute("select pg_reload_conf()")

    with a_live_desk(world.config, world.port) as desk:
        assert eventually(lambda: working(desk) and bool(world.inbox.received), 60), desk.log()[-3000:]
        waited = waits(desk)
        writable(False)
        assert eventually(lambda: waits(desk) > waited + 2, 30)
        writable(True)
        heard = len(world.inbox.received)
        assert eventually(lambda: working(desk) and len(world.inbox.received) > heard, 60), desk.log()[-3000:]
        assert "Traceback" not in desk.log()
    assert "read-only" in desk.log()
    world.digest()
    world.assert_nothing_lost_and_nothing_doubled(20)


@pytest.mark.slow
def test_a_desk_that_starts_before_its_server_waits_for_it(world: World) -> None:
    world.database.server.stop()
    with a_live_desk(world.config, world.port) as desk:
        assert eventually(lambda: desk.log().count("waiting for a dependency") > 5, 60)
        assert desk.process is not None
        assert desk.process.poll() is None
        world.database.server.start()
        assert eventually(lambda: working(desk), 60), desk.log()[-3000:]
        assert "part died" not in desk.log()


@pytest.mark.slow
def test_a_ledger_restored_from_a_dump_goes_on_behind_the_bus_and_misses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, dump = world.database.server, world.folder / "ledger.dump"
    with a_live_desk(world.config, world.port) as desk:
        assert eventually(lambda: working(desk) and len(world.inbox.received) > 2, 150), desk.log()[-3000:]
        run("pg_dump", "--format=custom", f"--file={dump}", world.database.url)  # while everything works
        heard = len(world.inbox.received)
        assert eventually(lambda: len(world.inbox.received) > heard + 2, 120)
    lost = world.database
    restored = Database(server, server.create())
    run("pg_restore", "--exit-on-error", f"--dbname={restored.url}", str(dump))
    server.drop(lost.name)
    monkeypatch.setenv("YUQING_LEDGER__URL", restored.url)

    world.digest()
    app = App(world.settings)
    alerted = {
        (one.body["rule"], tuple(one.body["group"])) for one in world.inbox.received if one.body["reason"] == "first"
    }
    rehearsed = world.settings.model_copy(update={"ledger": Settings().ledger})
    assert_told(alerted, expected_alerts(rehearsed, list(told(app)), world.folder), app)
    app.close()


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
