"""Our errors become words and an exit code."""

from __future__ import annotations

import errno

import pytest

from pipeline.errors import Fault, Misconfigured, Rejected, Unavailable
from tests.pipeline.cli.terminal import Terminal

ENDS = [
    (
        Misconfigured([Fault("home", "写错了", "wrong"), Fault("bus.url", "也错了", "wrong too")]),
        2,
        ("home: 写错了", "也错了"),
    ),
    (Rejected("没有案卷"), 1, ("没有案卷",)),
    (Unavailable("账本不可用"), 3, ("账本不可用", "暂时无法继续")),
    (OSError(errno.ENOSPC, "No space left on device", "data/x"), 3, ("data/x", "No space left")),
]


@pytest.mark.parametrize(("error", "code", "words"), ENDS, ids=[type(end[0]).__name__ for end in ENDS])
def test_each_kind_of_error_has_its_words_and_its_code(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, words: tuple[str, ...]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("pipeline.cli.plugins.list_plugins", fail)
    done = yuqing("plugins")
    assert done.code == code
    assert all(word in done.err for word in words)
    assert done.out == ""


def test_a_bug_is_not_hidden(yuqing: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cli.plugins.list_plugins", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        yuqing("plugins")
