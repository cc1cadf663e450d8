from __future__ import annotations

from pathlib import Path

import msgspec

from dashboards.console.hot import event_rows, hot_events
from pipeline.index.sqlite import SqliteIndex
from pipeline.model import AnalysedPost, ClusterFinding, EventFinding
from tests.build import an_analysed, minute


def a_doc(name: str, event: str, minutes: float) -> AnalysedPost:
    doc = an_analysed(name, f"翠柏澜庭的搅拌站又开工了{name}", author=name, at=minute(minutes))
    return msgspec.structs.replace(doc, event=EventFinding(event), cluster=ClusterFinding(doc.post.id))


def test_the_events_of_a_time_are_found_the_hottest_first(tmp_path: Path) -> None:
    index = SqliteIndex.open(f"sqlite:///{tmp_path / 'index.db'}")
    docs = [*(a_doc(f"old{n}", "old", -600) for n in range(5)), *(a_doc(f"new{n}", "new", -5) for n in range(4))]
    index.write([*docs, a_doc("alone", "lone", -5), a_doc("yesterday", "new", -1500)])

    new, old = hot_events(index, minute(-1440), minute(0))

    assert (new.id, new.posts, old.id, old.posts) == ("new", 4, "old", 5)
    assert new.heat.value > old.heat.value
    assert "翠柏澜庭" in new.title
    index.close()


def test_a_row_says_how_its_heat_came_about_and_what_finds_its_posts(tmp_path: Path) -> None:
    index = SqliteIndex.open(f"sqlite:///{tmp_path / 'index.db'}")
    index.write([a_doc(f"p{n}", "one", -n) for n in range(1, 4)])

    (row,) = event_rows(index, minute(-60), minute(0))

    assert row.posts == 3 and row.voices == 3
    assert row.lines[0].startswith("热度")
    assert index.search(row.q).total == 3
    assert event_rows(index, minute(-600), minute(-300)) == []
    index.close()
