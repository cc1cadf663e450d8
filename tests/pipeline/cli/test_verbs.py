from __future__ import annotations

import re

import pytest
import typer.main

from pipeline.cli.verbs import yuqing as app
from tests.pipeline.cli.terminal import Terminal

VERBS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined] # a group, with commands
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_every_option_is_explained_in_chinese(yuqing: Terminal, verb: str) -> None:
    done = yuqing(verb, "--help")
    assert done.code == 0
    assert CHINESE.search(done.out)
    command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined]
    options = [param for param in command.params if param.name != "help"]
    assert [param.name for param in options if not CHINESE.search(getattr(param, "help", "") or "")] == []


def test_the_contract_has_its_verbs() -> None:
    assert {"demo", "run", "check", "test-rules", "analyse", "replay", "import", "search", "cases", "dead", "plugins",
            "bench", "train"} <= set(VERBS)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [("nosuch",), ("search",), ("replay",), ("search", "x", "--format", "xml"), ("replay", "x", "--kill-every", "1")],
)
def test_a_command_that_cannot_be_read_ends_with_two(yuqing: Terminal, words: tuple[str, ...]) -> None:
    done = yuqing(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err


def test_a_settings_file_that_is_not_there_is_told(yuqing: Terminal) -> None:
    done = yuqing("search", "x", "--config", "nowhere.toml")
    assert done.code == 2
    assert "nowhere.toml" in done.err
