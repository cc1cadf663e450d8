"""What an officer can do and see, and where a server can stand."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ARTIFACTS = Path("artifacts")
WAIT_S = 15


def free_port() -> tuple[socket.socket, str]:
    """Return a listening socket and the address of what will answer on it."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


class Page:
    """What an officer can do and see."""

    def __init__(self, chrome: webdriver.Chrome, url: str) -> None:
        self.chrome = chrome
        self._url = url
        self._wait = WebDriverWait(chrome, WAIT_S)
        chrome.set_window_size(1440, 900)
        chrome.get(url)
        chrome.execute_script("localStorage.clear()")
        chrome.get(url)
        self.until(lambda: self.all("#link[data-state=live]"))

    def all(self, selector: str) -> list[WebElement]:
        return self.chrome.find_elements(By.CSS_SELECTOR, selector)

    def words(self, selector: str) -> list[str]:
        """Return the texts of all *selector*, read in one go: rows may be replaced while one looks."""
        script = "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerText)"
        found: list[str] = self.chrome.execute_script(script, selector)
        return found

    def until(self, fact: Callable[[], object]) -> None:
        self._wait.until(lambda _chrome: fact())

    def click(self, selector: str) -> None:
        self.until(lambda: self.all(selector))
        self.all(selector)[0].click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.chrome.switch_to.active_element.send_keys(key)

    def picture(self, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        self.chrome.save_screenshot(str(ARTIFACTS / f"{name}.png"))

    def complaints(self) -> list[str]:
        """Return what the browser complained about: scripts that broke, or that the policy stopped."""
        said = [str(entry["message"]) for entry in self.chrome.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call] # selenium
        return [words for words in said if self._url in words]  # the page before this one lost its server
