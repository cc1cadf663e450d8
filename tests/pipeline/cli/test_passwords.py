from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from pipeline.cli import passwords

ROOT = Path(__file__).parents[3]


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_every_file_is_made_with_the_same_password_for_both_sides(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert passwords.make(folder) == list(passwords.FILES)
    made = contents(folder)
    assert made["ledger_url"] == f"postgresql://yuqing:{made['postgres_password']}@postgres:5432/yuqing"
    assert made["index_password"] in made["index_url"]
    plain = [text for name, text in made.items() if not name.endswith("_url")]
    assert len({*plain}) == len(plain)
    assert min(len(text) for text in plain) >= 32


def test_only_its_owner_can_look_into_the_folder_and_nobody_writes_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    passwords.make(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}


def test_what_is_there_stays_and_what_is_missing_follows_it(tmp_path: Path) -> None:
    passwords.make(tmp_path)
    before = contents(tmp_path)
    (tmp_path / "ledger_url").unlink()
    (tmp_path / "grafana_password").unlink()
    assert passwords.make(tmp_path) == ["grafana_password", "ledger_url"]
    after = contents(tmp_path)
    assert [name for name in after if after[name] != before[name]] == ["grafana_password"]


def test_it_runs_with_the_standard_library_alone_and_never_says_a_password(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "pipeline.cli.passwords", str(tmp_path)]
    first = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "postgres_password" in first
    assert (tmp_path / "postgres_password").read_text() not in first
    again = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "没有缺少的" in again


def test_the_same_in_this_process(tmp_path: Path, capsys: object) -> None:
    passwords.main(tmp_path)
    assert {*contents(tmp_path)} == {*passwords.FILES}
