"""A desk of its own beside the real one: on real servers it starts empty, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from kafka import KafkaAdminClient

from pipeline.app import App
from pipeline.app.apart import apart
from pipeline.bus import Message
from pipeline.errors import Unavailable
from pipeline.ledger import insert_new, tables
from pipeline.settings import Bus, Index, Ledger, Settings
from tests.build import NOON
from tests.contracts.index_posts import a_post
from tests.servers.kafka import KafkaCluster
from tests.servers.postgres import Database
from tests.servers.search import Elasticsearch


@pytest.fixture
def real(tmp_path: Path, kafka: KafkaCluster, elasticsearch: Elasticsearch, postgres: Database) -> Settings:
    search = elasticsearch.url.removeprefix("http://")
    return Settings(
        home=tmp_path,
        bus=Bus(url=f"kafka://{kafka.bootstrap}/real", partitions=1),
        index=Index(url=f"elasticsearch://{search}/real?refresh=true"),
        ledger=Ledger(url=postgres.url),
    )


def use(settings: Settings) -> None:
    app = App(settings)
    app.bus.publish("posts", [Message("k", b"v")])
    app.index.write([a_post("a", "停水")])
    with app.ledger.transaction() as connection:
        assert insert_new(connection, tables.heard, [{"id": "a", "at": NOON}]) == 1  # nobody was here before
    app.close()


def test_what_is_tried_out_apart_starts_empty_and_leaves_the_real_desk_alone(real: Settings) -> None:
    use(real)
    for _ in range(2):
        with apart(real, "trial") as trial:
            use(trial)

    app = App(real)
    assert len(app.bus.browse("posts", {0: 0}, 10)) == 1
    assert app.index.count() == 1
    with app.ledger.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.heard)).scalar_one() == 1
    app.close()


def test_nothing_of_it_is_left_on_the_servers(
    real: Settings, kafka: KafkaCluster, elasticsearch: Elasticsearch, postgres: Database
) -> None:
    with apart(real, "gone") as trial:
        use(trial)

    client = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    assert not [name for name in client.list_topics() if name.startswith("gone")]
    client.close()
    with psycopg.connect(postgres.url) as database:
        assert database.execute("select 1 from pg_namespace where nspname = 'gone'").fetchone() is None
    names = httpx.get(f"{elasticsearch.url}/_cat/indices/gone-*?h=index").text
    templates = httpx.get(f"{elasticsearch.url}/_index_template/gone-*").json()
    assert (names.strip(), templates) == ("", {"index_templates": []})


def test_a_right_to_be_alone_apart_is_not_the_real_one(real: Settings) -> None:
    with apart(real, "trial") as trial:
        both = [App(settings) for settings in (real, trial)]
        rights = [app.ledger.alone("notify") for app in both]
        assert [right.take() for right in rights] == [True, True]
        for right in rights:
            right.close()
        for app in both:
            app.close()


def test_a_place_that_cannot_be_taken_away_is_left_for_the_next_time(real: Settings, postgres: Database) -> None:
    with apart(real, "trial"):
        postgres.server.stop()
    postgres.server.start()

    with apart(real, "trial") as trial:
        use(trial)


def test_a_server_that_is_away_is_said_before_anything_begins(real: Settings, postgres: Database) -> None:
    with postgres.server.away(), pytest.raises(Unavailable), apart(real, "trial"):
        pass


def test_files_are_those_of_the_home(tmp_path: Path) -> None:
    with apart(Settings(home=tmp_path / "real", bus=Bus(url=f"sqlite:///{tmp_path}/b")), "trial") as trial:
        assert (trial.bus.url, trial.index.url, trial.ledger.url) == ("", "", "")
