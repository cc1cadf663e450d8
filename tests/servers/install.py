"""Build servers from Maven Central, once per machine: what was built is kept in a cache folder.

The folder is ~/.cache/yuqing-servers, or what TEST_SERVERS_DIR names; it may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.obtain import Java, Unobtainable, a_java, a_program

RECIPES = Path(__file__).parent / "recipes"
SEARCH_JAVA = 25
KAFKA_JAVA = 17
BUILD_WITHIN_S = 600.0


def installed(name: str) -> Path:
    """Return the home of server *name*, built first if need be; two processes never build the same one twice.

    A home appears whole or not at all, under a name of its own for every version of its recipe.
    """
    cache = Path(os.environ.get("TEST_SERVERS_DIR") or Path.home() / ".cache" / "yuqing-servers")
    home = cache / f"{name}-{_digest(name)}"
    if home.is_dir():
        return home
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{name}.lock"):
        if not home.is_dir():
            _build(name, home)
    return home


def _build(name: str, home: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=home.parent) as folder:
        half = Path(folder) / "home"
        half.mkdir()
        BUILDERS[name](RECIPES / name, half)
        half.rename(home)


def _build_kafka(recipe: Path, home: Path) -> None:
    _fetch(recipe, home / "lib", a_java(KAFKA_JAVA))
    shutil.copy(recipe / "log4j2.properties", home)


def _build_elasticsearch(recipe: Path, home: Path) -> None:
    java = a_java(SEARCH_JAVA)
    _fetch(recipe, home / "lib", java)
    _set_transport_apart(home)
    _link_compression(home)
    _compile(java, home, recipe / "ElasticsearchNode.java", home / "starter")
    parts = home / "plugins" / "test-parts"
    _compile(java, home, recipe / "TestParts.java", home / "parts")
    parts.mkdir(parents=True)
    _run(java.tool("jar"), "cf", str(parts / "test-parts.jar"), "-C", str(home / "parts"), ".")
    shutil.copy(recipe / "plugin-descriptor.properties", parts)


def _build_opensearch(recipe: Path, home: Path) -> None:
    java = a_java(SEARCH_JAVA)
    _fetch(recipe, home / "lib", java)
    _compile(java, home, recipe / "OpenSearchNode.java", home / "starter")
    for folder in ("modules", "plugins"):
        (home / folder).mkdir()


BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "kafka": _build_kafka,
    "elasticsearch": _build_elasticsearch,
    "opensearch": _build_opensearch,
}


def _set_transport_apart(home: Path) -> None:
    """Make a module of the transport: a node does not start when it finds the same jar in two places."""
    module = home / "modules" / "transport-netty4"
    module.mkdir(parents=True)
    for pattern in ("netty-*", "transport-netty4-*", "elasticsearch-ssl-config-*"):
        for jar in (home / "lib").glob(pattern):
            jar.rename(module / jar.name)
    (jar,) = module.glob("transport-netty4-*.jar")
    with zipfile.ZipFile(jar) as packed:
        for file in ("plugin-descriptor.properties", "entitlement-policy.yaml"):
            (module / file).write_bytes(packed.read(f"META-INF/es-plugins/transport-netty4/{file}"))


def _link_compression(home: Path) -> None:
    """Put the system's zstd where the node looks for it: without it, indices of best_compression turn red."""
    libraries = _run(str(a_program("ldconfig", "libc-bin", Path("/sbin"))), "-p").splitlines()
    found = next((line.split("=> ")[1] for line in libraries if line.strip().startswith("libzstd.so.1 ")), None)
    if found is None:
        raise Unobtainable("没有 libzstd，请安装 libzstd1 / libzstd is missing: apt-get install libzstd1")
    (home / "platform").mkdir()
    (home / "platform" / "libzstd.so").symlink_to(found)


def _fetch(recipe: Path, lib: Path, java: Java) -> None:
    """Fill *lib* with the jars that the recipe's pom.xml names, and those that these need."""
    maven = str(a_program("mvn", "maven"))
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={lib}", "-DincludeScope=runtime"]
    _run(maven, "-q", "-B", "-f", str(recipe / "pom.xml"), *goal, java=java)


def _compile(java: Java, home: Path, source: Path, into: Path) -> None:
    _run(java.tool("javac"), "-nowarn", "--release", "21", "-cp", f"{home / 'lib'}/*", "-d", str(into), str(source))


def _run(*command: str, java: Java | None = None) -> str:
    env = {**os.environ, "JAVA_HOME": str(java.home)} if java else None
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=BUILD_WITHIN_S, check=False)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise Unobtainable(f"安装服务器失败 / installing failed: {' '.join(command)}\n{said}")
    return done.stdout


def _digest(name: str) -> str:
    """Return what changes with anything that a home is built from, this file included."""
    files = [Path(__file__), *sorted((RECIPES / name).iterdir())]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back by the kernel, however we end
        yield
