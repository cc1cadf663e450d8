"""The command ``yuqing``. Each verb lives in a module of its own and loads what it needs when it is called."""

from __future__ import annotations

import sys

from pipeline.errors import Misconfigured, Rejected, Unavailable

BAD_SETTINGS, AWAY = 2, 3


def main() -> None:
    """Run the command line; our three errors become words and an exit code, never a traceback."""
    from pipeline.cli.verbs import yuqing

    try:
        yuqing()
    except Misconfigured as error:
        for fault in error.faults:
            print(f"错误 {fault.say('zh')}\n  / {fault.en}", file=sys.stderr)  # noqa: T201 # this is the terminal
        sys.exit(BAD_SETTINGS)
    except Rejected as error:
        print(f"错误 {error}", file=sys.stderr)  # noqa: T201 # this is the terminal
        sys.exit(1)
    except Unavailable as error:
        print(f"暂时无法继续：{error}\n  / try again when it is back", file=sys.stderr)  # noqa: T201 # the terminal
        sys.exit(AWAY)
    except OSError as error:  # a full disk, a folder that may not be written
        where = f"{error.filename}：" if error.filename else ""
        print(f"错误 {where}{error.strerror or error}\n  / the system refused", file=sys.stderr)  # noqa: T201 # terminal
        sys.exit(AWAY)
