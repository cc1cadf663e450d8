from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from crawlers import RawPost, SourceCard
from pipeline.app import PARTS, STAGES, App, desk
from pipeline.app.desk import PARTS_VARIABLE
from pipeline.bus import LINES, Message
from pipeline.engine.clock import ManualClock
from pipeline.errors import Misconfigured
from pipeline.model import AnalysedPost, Published, encode
from pipeline.settings import Console, Settings
from pipeline.stage import Stage
from pipeline.topics import ANALYSED
from tests.build import NOON, minute
from tests.contracts.index_posts import a_post

BBS = SourceCard(id="qh-bbs", connector="demo")


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(Settings(home=tmp_path), ManualClock(NOON))


def hear(app: App, *texts: str) -> None:
    raw = [RawPost(native_id=text, published=Published(at=NOON), fetched_at=NOON, text=text) for text in texts]
    app.intake.accept(BBS, raw)


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_is_built_under_its_own_name(app: App, name: str) -> None:
    stage: Stage = app.stage(name)
    assert stage.name == name
    stage.close()


def test_a_stage_that_does_not_exist_is_an_error(app: App) -> None:
    with pytest.raises(KeyError):
        app.stage("praise")


def test_each_stage_reads_what_one_before_it_writes(app: App) -> None:
    stages = [app.stage(name) for name in STAGES]
    written = {"posts", *(stage.writes for stage in stages)}
    assert {stage.reads for stage in stages} <= written


def test_building_nothing_writes_nothing(app: App, tmp_path: Path) -> None:
    _ = app.directory, app.rulebook, app.receivers, app.sources, app.bus, app.page
    app.close()
    assert list(tmp_path.iterdir()) == []


def test_the_backlog_counts_what_warnings_wait_for(app: App) -> None:
    hear(app, "停水", "停电")
    assert app.backlog() == 2
    app.worker("analyse").step()
    assert app.backlog() == 2, "understood, and not yet with their like"
    app.worker("cluster").step()
    assert app.backlog() == 2, "analysed, and not yet matched"
    app.worker("match").step()
    assert app.backlog() == 0


def test_a_back_log_goes_into_the_index_in_large_batches_and_through_the_others_in_small_ones(tmp_path: Path) -> None:
    app = App(Settings.model_validate({"home": tmp_path, "engine": {"batch": 2 * LINES}}), ManualClock(NOON))
    app.bus.publish(ANALYSED, [Message(f"p{n}", encode(a_post(f"p{n}"))) for n in range(5)])

    assert app.worker("match").step().read == 2
    assert app.worker("index").step().read == 5
    assert app.index.count() == 5
    app.close()


def test_collecting_pauses_under_a_backlog(tmp_path: Path) -> None:
    app = App(Settings.model_validate({"home": tmp_path, "engine": {"backlog_high": 1}}), ManualClock(NOON))
    assert not app._pressed()
    hear(app, "停水", "停电")
    assert app._pressed()


def test_messages_past_their_retention_are_dropped_and_no_others(app: App) -> None:
    hear(app, "停水")
    app.trim(app.settings.bus.retention - timedelta(days=365) + NOON)
    assert app.backlog() == 1
    app.trim(NOON + timedelta(days=3650))
    assert app.backlog() == 0


def test_all_faults_of_all_parts_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "places.yaml").write_text("schema: nonsense\n", encoding="utf-8")
    settings = Settings.model_validate(
        {
            "home": tmp_path / "data",
            "directory": tmp_path / "places.yaml",
            "sources": [{"id": "a", "connector": "fed"}],
            "receivers": [{"name": "b", "kind": "webhok"}],
        }
    )
    with pytest.raises(Misconfigured) as caught:
        App(settings).check()
    places = [fault.place for fault in caught.value.faults]
    assert len(places) == len(set(zip(places, (fault.zh for fault in caught.value.faults), strict=True)))
    assert all(any(part in place for place in places) for part in ("places.yaml", "sources.a", "receivers"))
    assert not (tmp_path / "data").exists(), "stores are made only when all is right"


def test_a_rulebook_without_one_sound_rule_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("schema: yuqing-rule/v1\nrules: []\n", encoding="utf-8")
    with pytest.raises(Misconfigured):
        _ = App(Settings(home=tmp_path, rules=[tmp_path / "rules.yaml"])).rulebook


def test_the_health_page_knows_which_parts_should_run(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARTS_VARIABLE, raising=False)
    assert app._running_parts() == tuple(name for name in PARTS if name != "mirror")
    monkeypatch.setenv(PARTS_VARIABLE, "analyse send")
    assert app._running_parts() == ("analyse", "send")


def test_a_restart_reads_little_more_than_clusters_remember(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(Settings.model_validate({"home": tmp_path, "bus": {"partitions": 1}}), ManualClock(NOON))
    for together in ("甲", "乙"), ("丙",), ("丁",), ("戊", "己"), ("庚",):
        hear(app, *(f"{name} 号楼停水" for name in together))
        app.fused().step()
    assert sum(map(len, app._analysed_lately())) == 7
    monkeypatch.setattr(desk, "MOST", 4)
    monkeypatch.setattr(desk, "_PAGE", 2)  # messages: two hold three posts, four hold five
    assert [doc.post.text[0] for docs in app._analysed_lately() for doc in docs] == list("丙丁戊己庚")
    app.close()


def test_a_restart_of_cluster_remembers_what_was_said_before(tmp_path: Path) -> None:
    text = "文桥路口的红绿灯坏了三天，早晚高峰堵成一锅粥，有没有人来修一修啊"
    clock = ManualClock(NOON)
    first = App(Settings(home=tmp_path), clock)
    hear(first, text)
    first.fused().step()
    first.close()
    clock.move_to(minute(1))
    second = App(Settings(home=tmp_path), clock)
    worker = second.worker("cluster")
    hear(second, text + "！")
    second.worker("analyse").step()
    worker.step()
    told = second.bus.browse("analysed", second.bus.since("analysed", NOON - timedelta(days=1)), 10)
    docs = [msgspec.json.decode(line.value, type=AnalysedPost) for one in told for line in one.lines()]
    assert len(docs) == 2
    assert len({doc.cluster.id for doc in docs if doc.cluster}) == 1
    assert len({doc.event.id for doc in docs if doc.event}) == 1
    second.close()


def test_posts_leave_the_index_when_their_time_is_over_and_only_where_one_is_set(tmp_path: Path) -> None:
    for retention, left in (("0s", 2), ("30d", 1)):
        app = App(Settings.model_validate({"home": tmp_path, "index": {"retention": retention}}))
        app.index.write([a_post("old", at=(NOON - timedelta(days=31)).isoformat()), a_post("new", at=NOON.isoformat())])
        app.trim(NOON + timedelta(minutes=1))
        assert app.index.count() == left
        app.close()


def test_what_rules_look_for_is_never_cut(app: App, tmp_path: Path) -> None:
    said = a_post("p1", "老人不来不去，打不着火没气三天了").post
    (doc,) = app.analyst.analyse([said])
    assert doc.text is not None and "打不着火没气" in doc.text.line.split(" ")
    broken = tmp_path / "broken.yaml"
    broken.write_text("rules: [", encoding="utf-8")
    without = App(app.settings.model_copy(update={"rules": [broken]}))
    (doc,) = without.analyst.analyse([said])
    assert doc.text is not None and "打不着火没气" not in doc.text.line.split(" ")
    assert doc.text.tokenizer != app.analyst.analyse([said])[0].text.tokenizer  # type: ignore[union-attr] # it has one


def test_the_page_answers_under_the_names_of_the_settings_and_no_other(tmp_path: Path) -> None:
    app = App(Settings(home=tmp_path, console=Console(hosts=["Desk.example.gov.cn"])), ManualClock(NOON))
    app.check()
    page = TestClient(app.console())

    def status(host: str) -> int:
        return int(page.get("/healthz", headers={"host": host}).status_code)

    assert status("desk.example.gov.cn:8642") == status("localhost") == status("10.0.0.1")
    assert status("rebound.example.com") == 421
