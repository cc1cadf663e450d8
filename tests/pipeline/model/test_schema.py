from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from crawlers import SourceCard
from crawlers.world import Story
from pipeline.app import App
from pipeline.app.desk import STAGES
from pipeline.engine.clock import ManualClock
from pipeline.model import Access, Alert, Verb
from pipeline.model.schema import FOLDER, MESSAGES, published, schema
from pipeline.settings import Settings
from tests.build import NOON

PUBLISHED = Path(__file__).parents[3] / FOLDER
TEN_MINUTES = timedelta(minutes=10)
Plain = dict[str, Any]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Plain]]]:
    """Every message of ten loud minutes in the invented district, by the name of its schema."""
    clock = ManualClock(NOON)
    app = App(Settings(home=tmp_path_factory.mktemp("home")), clock)
    card = SourceCard(id="qh-bbs", connector="demo", access=Access.IMPORT)
    app.intake.accept(card, Story(20260310, NOON, rate=0.2).between(NOON, NOON + TEN_MINUTES))
    clock.move_to(NOON + TEN_MINUTES)
    _settle(app)
    case = app.desk.cases()[0]
    app.desk.act(Verb.ACK, case.name, by="值班员", at=clock.now())
    _settle(app)
    signals = _on(app, "signals")
    yield {
        "yuqing.post-1": _on(app, "posts"),
        "yuqing.analysed-1": _on(app, "analysed"),
        "yuqing.match-1": _on(app, "matches"),
        "yuqing.alert-1": [signal for signal in signals if signal["type"] == "alert"],
        "yuqing.action-1": [signal for signal in signals if signal["type"] == "action"],
        "yuqing.case-1": [_plain(case) for case in app.desk.cases()],
        "yuqing.notification-1": [
            _plain(sent.notification) for case in app.desk.cases() for sent in app.desk.case(case.name).messages
        ],
    }
    app.close()


def _settle(app: App) -> None:
    workers = [app.worker(name) for name in STAGES]
    while sum(worker.step().read for worker in workers):
        pass
    for worker in workers:
        worker.close()


def _on(app: App, topic: str) -> list[Plain]:
    deliveries = app.bus.browse(topic, dict.fromkeys(app.bus.end(topic), 0), 100_000)
    return [msgspec.json.decode(line.value) for delivery in deliveries for line in delivery.lines()]


def _plain(message: msgspec.Struct) -> Plain:
    plain: Plain = msgspec.json.decode(msgspec.json.encode(message))
    return plain


@pytest.mark.parametrize("name", MESSAGES)
def test_a_published_schema_is_what_the_code_says(name: str) -> None:
    file = PUBLISHED / f"{name}.json"

    assert file.read_text(encoding="utf-8") == published(schema(name)), "run: make docs"


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_of_a_loud_ten_minutes_follows_its_schema(name: str, said: dict[str, list[Plain]]) -> None:
    tree = msgspec.json.decode((PUBLISHED / f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(tree)
    validator = Draft202012Validator(tree)

    assert said[name], "nothing was said that could be wrong"
    for message in said[name]:
        validator.validate(message)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"level": "red"},  # the spelling of rules, not of messages
        {"level": None},
        {"count": "3"},
        {"evidence": [{"post_id": "u5:1"}]},
    ],
)
def test_a_message_that_we_would_refuse_breaks_its_schema_too(spoilt: Plain, said: dict[str, list[Plain]]) -> None:
    message = said["yuqing.alert-1"][0] | spoilt

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(message), type=Alert)
    assert not Draft202012Validator(schema("yuqing.alert-1")).is_valid(message)


def test_only_messages_stand_in_the_folder_of_schemas() -> None:
    known = {*MESSAGES, "yuqing-rule-v1"}

    assert {file.stem for file in PUBLISHED.glob("*.json")} == known
