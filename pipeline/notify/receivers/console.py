"""Show messages on the terminal, one line each."""

from __future__ import annotations

import io
import sys
from typing import ClassVar, Final

from rich.console import Console
from rich.text import Text

from pipeline.model import Notification
from pipeline.notify.notifier import Accepted, Answer, Notifier, Transient
from pipeline.notify.render import SHANGHAI, line

_STYLES: Final = {"L1": "bold red", "L2": "bold dark_orange", "L3": "yellow", "L4": "blue"}


class ConsoleReceiver(Notifier):
    """把预警打印在终端上，一条一行；终端支持时按级别着色。"""

    name: ClassVar[str] = "console"

    def send(self, notification: Notification) -> Answer:
        clock = notification.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")
        # Text is data to rich as well: no [markup], no highlighting of numbers.
        words = Text(f"{clock} ").append(
            line(notification.title, 200), style=_STYLES[notification.level.value]
        )  # fmt: skip
        if notification.case_name:
            words.append(f" {notification.case_name}")
        shown = io.StringIO()  # not standard output itself: rich ends the process when the pipe is broken
        Console(file=shown, soft_wrap=True, force_terminal=sys.stdout.isatty()).print(words)
        try:
            sys.stdout.write(shown.getvalue())
            sys.stdout.flush()
        except OSError as error:
            return Transient(f"终端写不进去：{error.strerror}")
        return Accepted("已显示")
