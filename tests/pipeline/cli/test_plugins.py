from __future__ import annotations

from tests.pipeline.cli.terminal import Terminal


def test_every_plug_in_says_what_it_does_and_which_options_it_has(yuqing: Terminal) -> None:
    rows = yuqing("plugins", "--format", "json").json
    assert {"connector", "notifier"} <= {row["kind"] for row in rows}
    assert all(row["words"] and isinstance(row["options"], list) for row in rows)
    feed = next(row for row in rows if row["name"] == "feed")
    assert "url" in feed["options"]
    assert "webhook" in yuqing("plugins").out
