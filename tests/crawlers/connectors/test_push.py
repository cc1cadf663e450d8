from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawlers import Outcome
from crawlers.connectors.push import SHORTEST_SECRET, Push
from pipeline.errors import Misconfigured
from tests.crawlers.site import NOON

SECRET = "0123456789abcdef"


def test_nobody_is_fetched_from_and_the_cursor_stays() -> None:
    visit = Push().fetch("here", NOON)

    assert (visit.outcome, list(visit.posts), visit.cursor) == (Outcome.QUIET, [], "here")
    assert visit.next_in
    assert visit.next_in >= timedelta(hours=1)


def test_a_file_named_beside_the_settings_is_found_and_its_line_end_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="ascii")

    assert Push(secret_file=Path("key"), home=tmp_path).secret("bbs") == SECRET.encode()


def test_a_file_wins_over_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET, encoding="ascii")
    both = Push(secret_file=tmp_path / "key", secret_env="KEY")

    assert both.secret("bbs", {"KEY": "f" * 32}) == SECRET.encode()


@pytest.mark.parametrize(
    "environ", [{}, {"KEY": ""}, {"KEY": "x" * (SHORTEST_SECRET - 1)}, {"KEY": f"short{' ' * 20}"}]
)
def test_a_secret_that_can_be_guessed_is_none_and_is_not_repeated(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        Push(secret_env="KEY").secret("bbs", environ)

    assert caught.value.faults[0].place == "sources.bbs"
    assert "xxx" not in str(caught.value)


def test_a_secret_is_measured_in_bytes() -> None:
    assert Push(secret_env="KEY").secret("bbs", {"KEY": "青湖区值班台"}) == "青湖区值班台".encode()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="key"):
        Push(secret_file=Path("key"), home=tmp_path).secret("bbs")
