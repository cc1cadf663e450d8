from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from pipeline.cli.verbs import yuqing
from pipeline.ledger import Ledger


def test_the_verb_says_what_it_copied_and_what_it_could_not(tmp_path: Path) -> None:
    config = tmp_path / "yuqing.toml"
    config.write_text('home = "data"\nbus.url = "kafka://127.0.0.1:9092"\n', encoding="utf-8")
    Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}").close()

    done = CliRunner().invoke(yuqing, ["backup", str(tmp_path / "copy"), "--config", str(config)])

    assert done.exit_code == 0, done.output
    assert "已复制 1 项" in done.output
    assert "bus.url" in done.output
    assert "ledger.url" not in done.output
    assert (tmp_path / "copy" / "ledger.db").is_file()
