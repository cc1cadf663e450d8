"""The Dockerfile is sound, and what it installs works for a stranger: no source tree, no home, nothing to write but the data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import __version__
from tests.compose.image import image_faults
from tests.live import do_without, eventually

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STRANGER = 10001
HADOLINT = Path(sys.executable).with_name("hadolint")


def test_the_dockerfile_is_sound() -> None:
    assert image_faults(TEXT, ROOT) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("FROM python:3.11.15-slim-bookworm\n", "FROM python:3\n", "FROM python:3: pin an exact version"),
        ("FROM python:3.11.15-slim-bookworm\n", "FROM python\n", "FROM python: pin an exact version"),
        ("COPY rules rules", "COPY rulez rules", "COPY rulez: there is no such file"),
        ("COPY rules rules", "COPY tests tests", "COPY tests: .dockerignore keeps it out"),
        ("USER 10001:10001", "USER root", "USER: "),
        ("USER 10001:10001\n", "", "USER: "),
        ("HEALTHCHECK", "# HEALTHCHECK", "HEALTHCHECK: there is none"),
        ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "STOPSIGNAL: "),
        ('ENTRYPOINT ["yuqing"]', "ENTRYPOINT yuqing", "ENTRYPOINT and CMD: write them as lists"),
        ('CMD ["run"]', 'CMD ["start"]', "no such verb: yuqing start"),
        ('CMD ["yuqing", "health"]', 'CMD ["yuqing", "healthy"]', "no such verb: yuqing healthy"),
        (f"VERSION={__version__}", "VERSION=0.0.1", "ARG VERSION=0.0.1: we are at"),
    ],
)
def test_what_is_wrong_in_a_dockerfile_is_told(old: str, new: str, message: str) -> None:
    assert old in TEXT
    assert any(fault.startswith(message) for fault in image_faults(TEXT.replace(old, new), ROOT))


def test_a_linter_of_dockerfiles_agrees() -> None:
    assert subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False).stdout == ""


def test_the_compose_file_runs_the_image_of_this_version() -> None:
    images = re.findall(r"image: (yuqing:\S+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(images) == {f"yuqing:{__version__}"}


def test_every_requirement_is_locked_with_its_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([\w-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE)}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert [name for name in wanted if re.split(r"[\[>=<]", name)[0].lower() not in locked] == []
    assert len(re.findall(r"^\S+==.*\n    --hash=sha256:", lock, re.MULTILINE)) == len(locked)


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="yuqing-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def wheel(open_folder: Path) -> Path:
    """The wheel, built as the Dockerfile builds it."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(open_folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=120)
    return next(open_folder.glob("*.whl"))


def test_the_wheel_holds_every_file_that_code_reads(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "crawlers", "pipeline", "rules", "dashboards"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [name for name in tracked if name not in packed and (ROOT / name).exists()] == []


class Stranger:
    """Runs the installed command as another user, without a home, from the root folder."""

    def __init__(self, bin_folder: Path, home: Path) -> None:
        self.bin = bin_folder
        self._environ = {
            "PATH": f"{bin_folder}:/usr/bin:/bin",
            "YUQING_HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._user = {"user": STRANGER, "group": STRANGER, "extra_groups": []} if os.getuid() == 0 else {}

    def start(self, *words: str) -> subprocess.Popen[str]:
        process: subprocess.Popen[str] = subprocess.Popen(
            [self.bin / words[0], *words[1:]],
            cwd="/", env=self._environ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **self._user,
        )  # type: ignore[call-overload] # fmt: skip
        return process

    def run(self, *words: str, say: str = "") -> str:
        """Return what the command said. Raises AssertionError if it failed."""
        process = self.start(*words)
        out, err = process.communicate(say, timeout=60)
        assert process.returncode == 0, err
        return out


def an_interpreter() -> str:  # noqa: RET503 # do_without never returns
    """Return a Python of our version that other users may run; the one we run on may be in a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (os.path.realpath(sys.executable), shutil.which(version, path="/usr/bin:/usr/local/bin")):
        as_other = {"user": STRANGER, "group": STRANGER} if os.getuid() == 0 else {}
        try:
            subprocess.run([candidate or "", "-c", ""], check=True, cwd="/", **as_other)  # type: ignore[call-overload]
        except OSError:
            continue
        return str(candidate)
    do_without(f"no {version} that another user may run")


@pytest.fixture(scope="module")
def stranger(wheel: Path, open_folder: Path) -> Stranger:
    """The wheel in an environment of its own; what the lock installs is borrowed from ours."""
    place = open_folder / "yuqing"
    subprocess.run([an_interpreter(), "-m", "venv", "--without-pip", place], check=True, timeout=60)
    python = place / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(pip, check=True, timeout=60)
    packages = next(place.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    home = open_folder / "data"
    home.mkdir(mode=0o700)
    if os.getuid() == 0:
        os.chown(home, STRANGER, STRANGER)
    return Stranger(place / "bin", home)


def test_a_stranger_finds_the_parts_in_the_wheel_alone(stranger: Stranger, open_folder: Path) -> None:
    where = stranger.run("python", "-c", "import pipeline, rules, dashboards, crawlers; print(pipeline.__file__)")
    assert where.startswith(str(open_folder))


def test_a_stranger_checks_and_analyses(stranger: Stranger) -> None:
    stranger.run("yuqing", "check")
    said = stranger.run("yuqing", "analyse", say='{"id": "1", "text": "湖东街道锦湖里停水两天了"}\n')
    assert '"topic":"water"' in said.replace(" ", "")


def test_a_stranger_runs_parts_and_hears_that_they_are_well(stranger: Stranger, open_folder: Path) -> None:
    desk = stranger.start("yuqing", "run", "match", "detect", "send")

    def well() -> bool:
        asked = stranger.start("yuqing", "health", "match", "detect", "send")
        asked.communicate(timeout=30)
        return asked.returncode == 0

    try:
        assert eventually(lambda: well() or desk.poll() is not None), "not well in time"
        assert desk.poll() is None, desk.communicate()[1]
    finally:
        desk.terminate()
        desk.communicate(timeout=30)
    assert desk.returncode == 0
    assert {file.name for file in open_folder.iterdir()} == {"yuqing", "data", next(open_folder.glob("*.whl")).name}
