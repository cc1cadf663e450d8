"""``yuqing backup``: copy the desk's files, and say what has to be copied by other means."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.app.backup import back_up, elsewhere
from pipeline.settings import Settings

_WAYS = {
    "ledger.url": "pg_dump --format=custom --file=ledger.dump <ledger.url>",
    "bus.url": "Kafka：副本数与保留时长 / replicas and retention",
    "index.url": "快照，或由总线重建 / snapshots, or rebuilt from the bus",
}


def make_backup(settings: Settings, folder: Path) -> None:
    copied = back_up(settings, folder)
    size_mb = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20
    sys.stdout.write(f"已复制 {len(copied)} 项，{size_mb:.1f} MB，到 {folder} / copied to {folder}\n")
    for name in elsewhere(settings):
        sys.stdout.write(f"不在文件里，请另行备份 / not in files, copy it yourself: {name}  {_WAYS[name]}\n")
