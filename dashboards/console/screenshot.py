"""Take a picture of the running console: ``python -m dashboards.console.screenshot [URL] FILE [WIDTHxHEIGHT]``.

Needs the development tools (``make setup-dev``), Chromium and chromedriver.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

DEFAULT_URL: Final = "http://127.0.0.1:8642/"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No sandbox: this runs as root in containers, and shows only our own page.
FLAGS: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --lang=zh-CN"
).split()
_WAIT_S: Final = 30
_BAR_PX: Final = 143  # what a headless window keeps for itself
_DRAWN: Final = "return document.querySelectorAll('#posts .post, #chart .slice').length > 1"


def browser() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def take(url: str, file: Path, size: str = "1440x900") -> None:
    """Write what *url* looks like, once it has drawn posts and chart, into *file*.

    Raises FileNotFoundError without a browser.
    """
    # Imported here: running the desk needs no browser driver.
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.wait import WebDriverWait

    program, driver = browser(), shutil.which("chromedriver")
    if program is None or driver is None:  # left to itself, selenium would look for them on the internet
        raise FileNotFoundError("缺少 chromium 或 chromedriver / no chromium or no chromedriver")
    width, height = (int(part) for part in size.split("x"))
    options = webdriver.ChromeOptions()
    options.binary_location = program
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height + _BAR_PX}"):
            options.add_argument(flag)
        chrome = webdriver.Chrome(options=options, service=Service(driver))
        try:
            chrome.get(url)
            chrome.execute_script("localStorage.setItem('yuqing.officer', '值班员')")  # so that it does not ask
            chrome.get(url)
            WebDriverWait(chrome, _WAIT_S).until(lambda _: chrome.execute_script(_DRAWN))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(chrome.get_screenshot_as_png())
        finally:
            chrome.quit()


if __name__ == "__main__":
    arguments = sys.argv[1:] if sys.argv[1].startswith("http") else [DEFAULT_URL, *sys.argv[1:]]
    take(arguments[0], Path(arguments[1]), *arguments[2:3])
