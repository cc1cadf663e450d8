"""What people write wrong: told with its place and a remedy, all of it, and what is right goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import rules
from pipeline.cli.demo_check import Inbox
from tests.crawlers.site import Clock, item, rss, running
from tests.faults.desks import a_config, a_feed, a_receiver, parts
from tests.live import a_live_desk, eventually, free_port
from tests.pipeline.cli.terminal import terminal

SHIPPED = Path(rules.__file__).parent
DANGER = "柳园新村7号楼楼道煤气味特别大，头晕"
BROKEN = """schema: yuqing-rule/v1
defaults: {owner: 值班台, timezone: Asia/Shanghai}
rules:
  - id: broken.rule
    name: 写坏的规则
    level: purple
    match: {text: {any: [停电]}}
    type: any
"""


def yuqing(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(SHIPPED.parent), **environ},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


WRONG = {
    "unknown key": ("hom = 'data'", "hom", "是不是想写 home"),
    "unknown key in a part": ("[bus]\nurls = 'x'", "bus.urls", "是不是想写 url"),
    "not TOML": ("home = ", "yuqing.toml", "不是有效的 TOML"),
    "unknown connector": ("[[sources]]\nid='a'\nconnector='fed'", "sources.a.connector", "feed"),
    "unknown option": ("[[sources]]\nid='a'\nconnector='feed'\nurl='https://a.example/'\nevry='1m'", "evry", "every"),
    "no address": ("[[sources]]\nid='a'\nconnector='feed'", "sources.a.url", "缺少"),
    "unknown receiver": ("[[receivers]]\nname='a'\nkind='webhok'", "kind", "webhook"),
    "a duration": ("[bus]\nretention='week'", "bus.retention", "时长应写成"),
    "no such bus": ("[bus]\nurl='kafk://localhost'", "bus", "kafk"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_setting_is_told_with_its_key_and_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    written, place, remedy = WRONG[fault]
    (tmp_path / "yuqing.toml").write_text(f"{written}\n", encoding="utf-8")
    checked = terminal(tmp_path, monkeypatch, capsys)("check")
    run = yuqing(tmp_path, "run")
    for code, told in ((checked.code, checked.out + checked.err), (run.returncode, run.stdout + run.stderr)):
        assert code != 0
        assert place in told
        assert remedy in told
        assert "Traceback" not in told
    assert not list(tmp_path.rglob("*.lock")), "nothing starts on wrong settings"


def test_all_faults_are_told_at_once_for_people_and_machines(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    source = "[[sources]]\nid='a'\nconnector='fed'\n[[receivers]]\nname='b'\nkind='webhok'\n"
    (tmp_path / "yuqing.toml").write_text(f"rules = ['broken.yaml']\n{source}", encoding="utf-8")
    done = yuqing(tmp_path, "check", "--format", "json")
    places = " ".join(fault["place"] for fault in json.loads(done.stdout))
    assert done.returncode == 1
    assert all(place in places for place in ("sources.a.connector", "receivers", "broken.yaml:6"))
    github = yuqing(tmp_path, "check", "--format", "github").stdout
    assert "::error file=" in github
    assert "broken.yaml,line=6" in github


def test_an_unknown_variable_is_told_by_its_own_name(tmp_path: Path) -> None:
    done = yuqing(tmp_path, "check", YUQING_BUS__URLS="x")
    assert done.returncode == 1
    assert "YUQING_BUS__URLS" in done.stdout


def test_a_broken_rule_file_stops_no_other_rule(tmp_path: Path) -> None:
    port = free_port()
    shutil.copytree(SHIPPED, tmp_path / "rules", ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
    (tmp_path / "rules" / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    with running(Clock(datetime.now(UTC))) as site, Inbox() as inbox:
        now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        site.say("/bbs", rss(item("g1", "险情", now, text=DANGER)), Content_Type="application/rss+xml")
        more = a_receiver("值班", inbox.url) + a_feed("bbs", site.url("/bbs"))
        config = a_config(tmp_path, port, more=more, rules='["rules"]')
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: bool(inbox.received), 60), desk.log()[-2000:]
            assert eventually(lambda: "rules" in parts(desk), 60)
            assert not parts(desk)["rules"]["ok"]
            assert "yuqing check" in str(parts(desk)["rules"]["words"])
