"""A home of a server is whole or not there, and is built once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.servers import install
from tests.servers.install import installed
from tests.servers.obtain import Unobtainable, a_java, a_program


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_SERVERS_DIR", str(tmp_path / "servers"))
    return tmp_path / "servers"


def homes(cache: Path) -> list[str]:
    return [path.name.partition("-")[0] for path in cache.iterdir() if path.is_dir()]


def test_a_build_that_breaks_off_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(recipe: Path, home: Path) -> None:
        (home / "half").touch()
        raise Unobtainable("the network is gone")

    monkeypatch.setitem(install.BUILDERS, "kafka", break_off)

    with pytest.raises(Unobtainable):
        installed("kafka")

    assert homes(cache) == []


def test_two_who_want_a_server_build_it_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    both_want = threading.Barrier(2)

    def build(recipe: Path, home: Path) -> None:
        built.append(recipe.name)

    def want() -> None:
        both_want.wait()
        installed("kafka")

    monkeypatch.setitem(install.BUILDERS, "kafka", build)
    wanting = [threading.Thread(target=want) for _ in range(2)]
    for thread in wanting:
        thread.start()
    for thread in wanting:
        thread.join()

    assert built == ["kafka"]
    assert homes(cache) == ["kafka"]


def test_another_recipe_is_another_home(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "RECIPES", tmp_path)
    monkeypatch.setitem(install.BUILDERS, "kafka", lambda recipe, home: None)
    (tmp_path / "kafka").mkdir()

    (tmp_path / "kafka" / "pom.xml").write_text("4.4.0")
    before = installed("kafka")
    (tmp_path / "kafka" / "pom.xml").write_text("4.4.1")

    assert installed("kafka") != before
    assert homes(cache) == ["kafka", "kafka"]


def test_what_a_machine_lacks_is_named_with_the_remedy() -> None:
    with pytest.raises(Unobtainable, match=r"需要 JDK 99.*JAVA_HOME"):
        a_java(99)
    with pytest.raises(Unobtainable, match=r"没有 kibana.*apt-get install kibana"):
        a_program("kibana", "kibana")
