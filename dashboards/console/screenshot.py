"""Take a picture of the running console: ``python -m dashboards.console.screenshot [URL] FILE [WIDTHxHEIGHT]``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
DEFAULT_URL: Final = "http://127.0.0.1:8642/"
WAIT_S: Final = 60
_SETTLES_MS: Final = 6000  # the page has drawn everything it reads at the start
# No sandbox: this runs as root in containers, and shows only our own page.
FLAGS: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars"
).split()


def browser() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def take(url: str, file: Path, size: str = "1440x900") -> None:
    """Write what *url* looks like into *file*. Raises FileNotFoundError without a browser."""
    chromium = browser()
    if chromium is None:
        raise FileNotFoundError("没有找到 Chromium / no Chromium found")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            chromium, *FLAGS, f"--user-data-dir={profile}", f"--window-size={size.replace('x', ',')}",
            f"--timeout={_SETTLES_MS}", f"--screenshot={file.resolve()}", url,
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=WAIT_S, capture_output=True)  # noqa: S603 # our own arguments


if __name__ == "__main__":
    arguments = sys.argv[1:] if sys.argv[1].startswith("http") else [DEFAULT_URL, *sys.argv[1:]]
    take(arguments[0], Path(arguments[1]), *arguments[2:3])
