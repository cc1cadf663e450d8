from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from crawlers.sources import connectors, field_names
from pipeline.app.rule_tests import WAYS
from pipeline.cli import described
from pipeline.cli.reference import BLOCKS, blocks_of, pages, refresh, refreshed
from pipeline.cli.verbs import yuqing
from pipeline.metrics import Metrics
from pipeline.model import FIELDS
from pipeline.notify.registry import kinds
from pipeline.rulebook import template
from pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = list(pages(ROOT))
GUIDES = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def rows_of(block: str, name: str) -> list[str]:
    """Return the rows of a generated table that tell of *name*."""
    return [line for line in BLOCKS[block]().splitlines() if line.startswith(f"| `{name}`")]


def verbs(command: Any, words: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what can be run, ``rules explain`` as well as ``run``."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from (
            verbs(inner, f"{words} {name}".strip())
            if hasattr(inner, "commands")
            else [(f"{words} {name}".strip(), inner)]
        )


VERBS = dict(verbs(typer.main.get_command(yuqing)))


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_says_what_the_code_says(page: Path) -> None:
    words = page.read_text(encoding="utf-8")

    assert refreshed(words, ROOT) == words, "run: make docs"


def test_everything_that_describes_itself_is_on_a_page() -> None:
    assert set(BLOCKS) <= {block for page in PAGES for block in blocks_of(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("key", [key for key in keys(Settings) if key not in ("sources", "receivers")])
def test_a_setting_is_documented_in_both_languages(key: str) -> None:
    (row,) = rows_of("settings", key)

    assert " / " in row.split(" | ")[3], "a description is 中文 / English"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_and_each_of_its_options_are_documented(verb: str) -> None:
    command = VERBS[verb]
    page = BLOCKS["verbs"]()

    assert command.help
    assert f"### `yuqing {verb}" in page
    for parameter in command.params:
        assert parameter.help, f"{verb} {parameter.name} has no help"
        assert parameter.help.replace("|", "\\|") in page


@pytest.mark.parametrize("name", connectors())
def test_a_connector_and_each_of_its_options_are_documented(name: str) -> None:
    kind = connectors()[name]
    words = kind.__doc__ or ""
    assert f"### `{name}`" in BLOCKS["connectors"]()
    for option in field_names(kind) - described.GIVEN:
        described_itself = issubclass(kind, BaseModel) and kind.model_fields[option].description
        assert described_itself or f"*{option}*" in words, f"{name}.{option} says nothing about itself"
        assert rows_of("connectors", option)


@pytest.mark.parametrize("name", kinds())
def test_a_receiver_and_each_of_its_options_are_documented(name: str) -> None:
    assert f"### `{name}`" in BLOCKS["receivers"]()
    for option, field in kinds()[name].model_fields.items():
        assert field.description, f"{name}.{option} says nothing about itself"
        assert any(field.description in row for row in rows_of("receivers", option))


@pytest.mark.parametrize("collector", vars(Metrics(CollectorRegistry())).values(), ids=str)
def test_a_metric_is_documented_in_both_languages(collector: object) -> None:
    (family,) = collector.describe()  # type: ignore[attr-defined] # every collector has it
    rows = [line for line in BLOCKS["metrics"]().splitlines() if family.documentation in line]

    assert len(rows) == 1
    assert " / " in family.documentation


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_documented(name: str) -> None:
    (row,) = rows_of("fields", name)

    assert FIELDS[name].zh in row


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
            if not re.match(r"[a-z]+:", link):
                yield page, link


@pytest.mark.parametrize(("page", "link"), list(links()), ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = page.parent / unquote(path) if path else page

    assert target.exists()
    if anchor and target.suffix == ".md":
        assert unquote(anchor) in anchors(target)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_a_page_in_a_copy_gets_its_blocks_back(tmp_path: Path) -> None:
    for name in ("docs", "docs/schema", "docs/examples"):
        (tmp_path / name).mkdir()
    (tmp_path / "docs/examples/one.yaml").write_text("words: [停水]\n", encoding="utf-8")
    page = tmp_path / "docs/page.md"
    page.write_text(
        "mine\n<!-- begin: fields -->\nstale | rows\n<!-- end -->\nkept\n"
        "<!-- begin: file docs/examples/one.yaml -->\n<!-- end -->\n",
        encoding="utf-8",
    )

    refresh(tmp_path)

    words = page.read_text(encoding="utf-8")
    assert words.startswith("mine\n") and "\nkept\n" in words
    assert "stale" not in words
    assert "| `matter.topic` |" in words
    assert "```yaml\nwords: [停水]\n```" in words
    assert refreshed(words, tmp_path) == words


def test_a_block_that_nothing_writes_is_an_error() -> None:
    with pytest.raises(KeyError, match="setings"):
        refreshed("<!-- begin: setings -->\n<!-- end -->", ROOT)


def test_the_generator_runs_as_a_command(tmp_path: Path) -> None:
    (tmp_path / "docs/schema").mkdir(parents=True)
    (tmp_path / "README.md").write_text("<!-- begin: verbs-short -->\n<!-- end -->\n", encoding="utf-8")

    subprocess.run([sys.executable, "-m", "pipeline.cli.reference", str(tmp_path)], check=True, cwd=ROOT)

    assert "`yuqing replay`" in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_machine_or_a_hosted_repository(page: Path) -> None:
    words = page.read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.])/(home|root|work|tmp|Users)/", words.replace("`home/", "`"))
    assert not re.search(r"git(hub|lab|ee)\.com|pypi\.org", words)


def test_the_guide_says_in_how_many_ways_a_timed_test_is_run() -> None:
    assert f"每个测试跑 {len(WAYS)} 遍" in GUIDES
    assert f"run in {len(WAYS)} ways of delivery" in GUIDES


def test_every_name_and_filter_of_a_template_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    prose = guide.partition("## 全部的键")[0]

    for name in (*template.NAMES, *template.FILTERS, *template.SPANS):
        assert re.search(rf"[`.\s]{name}[`.\s\[]", prose), name
