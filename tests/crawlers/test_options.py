from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from crawlers import options
from crawlers.errand import Errand
from crawlers.options import Options, WebOptions
from pipeline.model import Kind
from tests.crawlers.connectors.notebook import Notebook
from tests.crawlers.site import NOON

PAGE = "https://a.example/"


class Small(Options):
    every: int = 1


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    notebook = Notebook()
    monkeypatch.setattr(options, "shared", lambda: notebook)
    return notebook


def test_an_option_that_does_not_exist_is_refused_and_none_changes_later() -> None:
    with pytest.raises(ValidationError, match="evry"):
        Small.model_validate({"evry": 2})
    with pytest.raises(ValidationError, match="frozen"):
        Small().every = 2


def test_every_option_of_the_web_reaches_the_site(notebook: Notebook) -> None:
    polite = WebOptions.model_validate(
        {
            "zone": "UTC",
            "kind": "post",
            "contact": "mailto:it@a.example",
            "allow_private": True,
            "gap": "5s",
            "deadline": "1m",
        }
    )

    visit = polite.visit("feed", (PAGE,), "here", NOON, first=7)

    assert visit.cursor == "next"
    assert notebook.errands == [
        Errand(
            errand="feed", urls=(PAGE,), cursor="here", now=NOON, zone="UTC", kind=Kind.POST, contact="mailto:it@a.example",
            allow_private=True, first=7, gap_s=5.0, deadline_s=60.0,
        )
    ]  # fmt: skip


def test_an_address_of_our_own_written_outright_opens_its_door_and_no_other(notebook: Notebook) -> None:
    WebOptions().visit("page", ("http://10.1.2.3:9000/a", PAGE), "", NOON)

    (errand,) = notebook.errands
    assert errand.may_be_private("http://10.1.2.3:9000/b")
    assert not errand.may_be_private("http://10.1.2.3:9001/a")
    assert not errand.may_be_private(PAGE)


def test_unless_told_otherwise_it_is_polite_and_stays_on_the_public_net() -> None:
    usual = WebOptions()

    assert usual.gap >= timedelta(seconds=2)
    assert not usual.allow_private


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": "it@a.example\r\nX-Forwarded-For: 10.0.0.1"},  # it goes into a header
        {"contact": "it@a.example\n"},
        {"contact": "值班台"},
        {"gap": "2 often"},
        {"cookies": "a=b"},
    ],
)
def test_an_option_that_could_do_harm_or_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        WebOptions.model_validate(wrong)


def test_closing_ends_the_process_that_reads(notebook: Notebook) -> None:
    WebOptions().close()

    assert notebook.closed
