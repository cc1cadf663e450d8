"""The servers start, answer, and have after a kill what they acknowledged before."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import httpx
import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from tests.live import eventually
from tests.servers.fixtures import OwnKafka, OwnPostgres, OwnSearch
from tests.servers.kafka import KafkaCluster, SecureKafka
from tests.servers.postgres import Database
from tests.servers.search import Elasticsearch, OpenSearch, SearchServer
from tests.servers.server import StartFailed

ROOT = Path(__file__).parents[2]
TEN = [f"第{number}条".encode() for number in range(10)]


def write(bootstrap: str, topic: str, **login: object) -> None:
    """Make *topic* and publish ten records; on return all are acknowledged."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), **login)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=-1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap.split(","), acks="all", **login)
    for acknowledged in [producer.send(topic, value) for value in TEN]:
        acknowledged.get(timeout=30)
    producer.close()


def read(bootstrap: str, topic: str, **login: object) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), auto_offset_reset="earliest", consumer_timeout_ms=30_000, **login
    )
    consumer.assign([TopicPartition(topic, 0)])
    values = [record.value for _, record in zip(TEN, consumer, strict=False)]
    consumer.close()
    return values


def save(server: SearchServer, index: str) -> None:
    """Index three posts; on return all are acknowledged."""
    for number, text in enumerate(("青湖区停水了", "学校门口堵车", "又停水了")):
        httpx.put(f"{server.url}/{index}/_doc/{number}", json={"text": text}, timeout=30).raise_for_status()


def found(server: SearchServer, index: str) -> int:
    httpx.post(f"{server.url}/{index}/_refresh", timeout=30).raise_for_status()
    return int(httpx.get(f"{server.url}/{index}/_count", timeout=30).json()["count"])


def test_kafka_has_after_a_kill_what_it_acknowledged(own_kafka: OwnKafka) -> None:
    kafka = own_kafka()
    write(kafka.bootstrap, "killed")

    kafka.kill()
    kafka.start()

    assert read(kafka.bootstrap, "killed") == TEN


def test_three_brokers_go_on_without_the_leader(kafka_three: KafkaCluster) -> None:
    write(kafka_three.bootstrap, "led")
    leader = kafka_three.leader("led")

    leader.kill()

    assert read(kafka_three.bootstrap, "led") == TEN
    assert eventually(lambda: kafka_three.leader("led") is not leader)
    leader.start()
    assert eventually(lambda: kafka_three.in_sync("led"), within_s=60)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_the_secure_broker_lets_in_who_knows_the_word(kafka_secure: SecureKafka, mechanism: str) -> None:
    login = {"sasl_mechanism": mechanism, "sasl_plain_username": kafka_secure.user}
    tls = {"security_protocol": "SASL_SSL", "ssl_cafile": str(kafka_secure.ca)}
    right = {"sasl_plain_password": kafka_secure.password}
    write(kafka_secure.bootstrap, mechanism, **tls, **login, **right)

    assert read(kafka_secure.bootstrap, mechanism, **tls, **login, **right) == TEN
    assert read(kafka_secure.tls_only, mechanism, **{**tls, "security_protocol": "SSL"}) == TEN
    assert read(kafka_secure.login_only, mechanism, security_protocol="SASL_PLAINTEXT", **login, **right) == TEN


@pytest.mark.parametrize("wrong", [{"sasl_plain_password": "qinghu"}, {"ssl_cafile": None}])
def test_the_secure_broker_refuses_others(kafka_secure: SecureKafka, wrong: Mapping[str, str | None]) -> None:
    right = {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(kafka_secure.ca),
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": kafka_secure.user,
        "sasl_plain_password": kafka_secure.password,
    }

    with pytest.raises(KafkaError):
        KafkaAdminClient(bootstrap_servers=kafka_secure.bootstrap, bootstrap_timeout_ms=2000, **{**right, **wrong})


def test_elasticsearch_has_after_a_kill_what_it_acknowledged(own_search: OwnSearch) -> None:
    server = own_search("elasticsearch")
    save(server, "killed")

    server.kill()
    server.start()

    assert found(server, "killed") == 3


def test_opensearch_has_after_a_kill_what_it_acknowledged(opensearch: OpenSearch) -> None:
    save(opensearch, "killed")

    opensearch.kill()
    opensearch.start()

    assert found(opensearch, "killed") == 3


def test_both_search_servers_cut_chinese_alike(elasticsearch: Elasticsearch, opensearch: OpenSearch) -> None:
    asked = {"analyzer": "cjk", "text": "青湖区停水"}

    cut = [httpx.post(f"{server.url}/_analyze", json=asked).json()["tokens"] for server in (elasticsearch, opensearch)]

    assert [token["token"] for token in cut[0]] == ["青湖", "湖区", "区停", "停水"]
    assert cut[0] == cut[1]


def test_both_search_servers_say_what_they_are(elasticsearch: Elasticsearch, opensearch: OpenSearch) -> None:
    assert httpx.get(elasticsearch.url).json()["version"]["number"] == "9.5.3"
    assert httpx.get(opensearch.url).json()["version"]["distribution"] == "opensearch"


def test_a_paused_server_keeps_its_clients_waiting(elasticsearch: Elasticsearch) -> None:
    elasticsearch.pause()

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(elasticsearch.url, timeout=0.5)

    elasticsearch.resume()
    assert httpx.get(elasticsearch.url, timeout=30).status_code == 200


def test_a_server_that_is_away_comes_back(postgres: Database) -> None:
    with postgres.server.away(), pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url)

    psycopg.connect(postgres.url).close()


def test_every_database_is_empty_at_first(postgres: Database) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("create table cases (id text)")
    with psycopg.connect(postgres.server.url_of(postgres.server.create())) as other:
        assert other.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)


def test_postgres_has_after_a_kill_what_it_committed(own_postgres: OwnPostgres) -> None:
    database = own_postgres()
    with psycopg.connect(database.url) as connection:
        connection.execute("create table cases as select generate_series(1, 1000) as id")

    database.server.kill()
    database.server.start()

    with psycopg.connect(database.url) as connection:
        assert connection.execute("select count(*) from cases").fetchone() == (1000,)


def test_texts_do_not_sort_by_their_bytes(postgres: Database) -> None:
    with psycopg.connect(postgres.url) as connection:
        rows = connection.execute(
            "select word from (values ('青'), ('湖'), ('b'), ('A'), ('a')) as _ (word) order by 1"
        )
        assert [word for (word,) in rows] == ["湖", "青", "a", "A", "b"]


def test_a_server_outlives_the_thread_that_started_it(postgres: Database) -> None:
    server = postgres.server
    server.stop()

    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()

    assert server.running
    assert server.answers()


def test_servers_die_with_us() -> None:
    """Killed as by the kernel, the tests leave no server behind."""
    words = "from tests.servers.postgres import Postgres as P; p = P(); p.start(); print(p.pid, p.folder, flush=True); "
    tests = subprocess.Popen([sys.executable, "-c", f"{words}input()"], cwd=ROOT, stdin=-1, stdout=-1, text=True)
    assert tests.stdout is not None
    pid, _, folder = tests.stdout.readline().strip().partition(" ")

    tests.kill()
    tests.wait()

    assert eventually(lambda: not Path(f"/proc/{pid}").exists())
    subprocess.run(["rm", "-r", folder], check=True)


def test_a_server_that_does_not_start_shows_its_log(own_postgres: OwnPostgres) -> None:
    server = own_postgres().server
    server.stop()
    (server.folder / "data" / "PG_VERSION").write_text("7\n")

    with pytest.raises(StartFailed, match=r"postgres ended at once(?s:.)*incompatible with server"):
        server.start()

    Path(f"{server.folder}.log").unlink()


def test_make_servers_prints_the_settings_and_ends_at_ctrl_c() -> None:
    command = [sys.executable, "-m", "tests.servers", "postgres", "postgres"]
    desk = subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True)
    assert desk.stdout is not None
    name, _, url = desk.stdout.readline().strip().partition("=")
    assert name == "YUQING_LEDGER__URL"
    assert desk.stdout.readline().startswith("# postgres: YUQING_LEDGER__URL=postgresql://")
    psycopg.connect(url).close()

    desk.send_signal(signal.SIGINT)

    assert desk.wait(30) == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
