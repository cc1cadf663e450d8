"""Logs carry ids and places, never what a post says."""

from __future__ import annotations

import io
import json

import pytest

from pipeline import log


@pytest.fixture(autouse=True)
def _quiet_again() -> object:
    yield
    log.set_up("error")


def test_an_exception_is_logged_without_the_values_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    raw_text = "我叫王测试"
    try:
        raise KeyError("id")
    except KeyError:
        log.get("engine").exception("it broke", post="u5:1", length=len(raw_text))

    line = json.loads(capsys.readouterr().err)

    assert (line["event"], line["part"], line["post"]) == ("it broke", "engine", "u5:1")
    assert "KeyError" in json.dumps(line)
    assert raw_text not in json.dumps(line, ensure_ascii=False)


def test_a_level_keeps_the_lower_ones_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("warning")
    log.get("engine").info("hum")
    log.get("engine").warning("oh")

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["oh"]


def test_what_is_logged_goes_to_standard_error_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    log.set_up("info")
    before, now = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", before)
    log.get("test").info("one")
    before.close()
    monkeypatch.setattr("sys.stderr", now)
    log.get("test").info("two")

    assert "two" in now.getvalue()
