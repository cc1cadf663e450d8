"""Append messages to a file per day, as JSON lines."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO, ClassVar

from pydantic import Field

from pipeline.model import Notification
from pipeline.notify.notifier import Accepted, Answer, Notifier, Transient
from pipeline.notify.payload import payload
from pipeline.notify.render import SHANGHAI


class FileReceiver(Notifier):
    """把预警逐条追加到按日分开的文件（JSON 行），写入磁盘后才算送达。"""

    name: ClassVar[str] = "file"

    folder: Path = Field(default=Path("notices"), description="存放的目录；相对路径从 home 算起")

    def send(self, notification: Notification) -> Answer:
        day = notification.at.astimezone(SHANGHAI).date().isoformat()
        try:
            _append(self.folder / f"{day}.jsonl", json.dumps(payload(notification), ensure_ascii=False))
        except OSError as error:
            return Transient(f"文件写不进去：{error.strerror}")
        return Accepted(f"已写入 {day}.jsonl")

    def settle(self, home: Path) -> FileReceiver:
        return self.model_copy(update={"folder": home / self.folder})


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as out:
        torn = out.seek(0, os.SEEK_END) > 0 and _last_byte(out) != b"\n"  # a crash left half a line: it stays alone
        out.write(("\n" if torn else "").encode() + line.encode("utf-8", "replace") + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _last_byte(file: BinaryIO) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)
