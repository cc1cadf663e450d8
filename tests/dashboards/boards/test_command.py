from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import httpx
import pytest

from dashboards.boards.command import ROOT, made, main
from tests.dashboards.boards.fake_kibana import FakeKibana


@pytest.mark.parametrize("name", made())
def test_a_committed_file_is_what_the_spec_says_now(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == made()[name], "run: make dashboards"


def test_no_committed_file_is_left_over() -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for folder in ("kibana", "opensearch", "grafana")
        for path in (ROOT / folder).glob("*.*json")
    }

    assert there == set(made())


def test_it_writes_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 0

    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == set(made())
    assert "9 files written" in capsys.readouterr().err


def test_it_judges_files_that_were_changed_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--root", str(tmp_path)])
    good = tmp_path / "kibana" / "leader.ndjson"
    bad = tmp_path / "bad.ndjson"
    bad.write_text(
        good.read_text(encoding="utf-8").replace(r"\"sourceField\":\"label\"", r"\"sourceField\":\"lable\""),
        encoding="utf-8",
    )

    assert main(["--check", str(good)]) == 0
    assert main(["--check", str(bad), str(tmp_path / "none.ndjson")]) == 1
    said = capsys.readouterr().err
    assert "board 没有字段 lable / board has no field lable" in said
    assert "打不开" in said


def test_it_imports_both_faces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = FakeKibana(starting=-1)
    password = tmp_path / "password"
    password.write_text("s3cret\n", encoding="utf-8")
    real = httpx.Client
    monkeypatch.setattr(
        "dashboards.boards.importing.httpx.Client", lambda **more: real(**more, transport=httpx.MockTransport(fake))
    )

    code = main(["import", "--kibana", "http://kibana:5601", "--user", "desk", "--password-file", str(password),
                 "--prefix", "city", "--console", "https://desk.example"])  # fmt: skip

    assert code == 0
    assert fake.spaces == {"city-staff", "city-leaders"}
    assert ("city-leaders", "index-pattern", "city-board") in fake.objects
    assert "https://desk.example" in json.dumps([*fake.objects.values()])
    assert fake.logins == {httpx.BasicAuth("desk", "s3cret")._auth_header}


def test_without_an_address_it_does_not_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import"]) == 1
    assert "缺少 Kibana 的地址" in capsys.readouterr().err


def test_a_kibana_that_is_away_is_worth_another_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--kibana", "http://127.0.0.1:9", "--wait", "0"]) == 75
    assert "没有就绪" in capsys.readouterr().err


def test_it_runs_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["boards", "--check", str(ROOT / "kibana" / "staff.ndjson")])

    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("dashboards.boards", run_name="__main__")


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["preview", "--search", "elasticsearch://127.0.0.1:9/yuqing", "--until", "yesterday"], "--until"),
        (["import", "--kibana", "http://127.0.0.1:9", "--password-file", "no-such-file"], "--password-file"),
    ],
)
def test_a_wrong_option_is_told_in_words(arguments: list[str], place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"{place}: ")
