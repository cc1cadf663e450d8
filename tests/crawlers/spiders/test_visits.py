from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from crawlers import Outcome, Visit
from crawlers.errand import Asked, Errand, Told
from crawlers.spiders.visits import Tell, _tell
from tests.crawlers.site import NOON

ROOT = Path(__file__).parents[3]


def an_errand(url: str) -> Errand:
    return Errand(
        errand="page", urls=(url,), cursor='{"next":0}', now=NOON, allow_private=True, gap_s=0.0, deadline_s=5.0
    )


def test_the_words_of_a_bug_stay_inside_and_its_place_comes_out() -> None:
    async def told() -> Told | None:
        async def broken() -> Told:
            raise ValueError("张三的手机号")  # an error may quote what it choked on

        answers: asyncio.Queue[Told | None] = asyncio.Queue()
        task = asyncio.ensure_future(broken())
        await asyncio.wait([task])
        _tell(7, answers, task)
        return answers.get_nowait()

    answer = asyncio.run(told())

    assert answer
    assert (answer.number, answer.visit) == (7, None)
    assert answer.bug.startswith("ValueError in test_visits.py:")
    assert "张三" not in answer.bug


def test_an_answer_is_one_line_even_with_line_ends_inside(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    told = Told(number=1, visit=Visit(outcome=Outcome.FAILED, problem="第一行\n第二行"))

    Tell().process_item(told)

    written = capfdbinary.readouterr().out
    assert written.count(b"\n") == 1
    assert msgspec.json.decode(written, type=Told).visit == Visit(
        outcome=Outcome.FAILED, posts=[], problem="第一行\n第二行"
    )


def test_when_nothing_more_is_asked_what_runs_is_finished_and_told() -> None:
    asked = [Asked(number=number, errand=an_errand(f"http://127.0.0.1:9/{number}")) for number in (4, 9)]
    lines = b"".join(msgspec.json.encode(each) + b"\n" for each in asked)

    process = subprocess.run(
        [sys.executable, "-m", "crawlers.spiders"], input=lines, capture_output=True, cwd=ROOT, timeout=60, check=True
    )

    told = [msgspec.json.decode(line, type=Told) for line in process.stdout.splitlines()]
    assert sorted(each.number for each in told) == [4, 9]
    assert [each.visit and each.visit.outcome for each in told] == [Outcome.FAILED] * 2
