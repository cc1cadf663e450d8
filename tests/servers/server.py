"""A real server as a child process: started, stopped, killed, paused, and started again on the same port and data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.obtain import a_program

READY_WITHIN_S = 180.0
STOPPED_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05
LINES_SHOWN = 40

_births = ThreadPoolExecutor(max_workers=1, thread_name_prefix="servers")
"""The thread that starts all servers. The kernel kills them when it ends: so with us, and not with a test's thread."""


class StartFailed(Exception):
    """The server did not come up; the message holds the end of its log and says where all of it is kept."""

    def __init__(self, server: Server, how: str) -> None:
        kept = shutil.copy(server.log, f"{server.folder}.log")
        super().__init__(f"{server.name} {how}; its log ({kept}) ends with\n{server.said()}")


class Restartable(ABC):
    """A server, or several that belong together."""

    @abstractmethod
    def start(self) -> None:
        """Start and wait until it answers; no news for one that runs."""

    @abstractmethod
    def stop(self) -> None:
        """End in order; what takes too long is killed."""

    @abstractmethod
    def kill(self) -> None:
        """End as in a power cut (kill -9)."""

    @abstractmethod
    def heal(self) -> None:
        """Run and answer, whatever was done to it by the methods above and below."""

    @abstractmethod
    def close(self) -> None:
        """End and forget the data."""

    @abstractmethod
    def said(self) -> str:
        """Return the end of the log."""

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be stopped while the block runs, and answer again afterwards."""
        self.stop()
        try:
            yield
        finally:
            self.heal()


class Server(Restartable):
    """One server with a folder of its own in the temporary folder; its data lasts until ``close``.

    What was acknowledged before ``kill`` is there after ``start``: that is for tests to find out.
    """

    end = signal.SIGTERM
    """The signal at which this server ends in order without waiting for its clients."""

    user: str | None = None
    """Who runs it; None means whoever runs the tests."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix=f"yuqing-{name}-"))
        self.log = self.folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.paused = False

    @property
    @abstractmethod
    def setting(self) -> str:
        """The setting that makes yuqing use this server, as a line of an environment file."""

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @abstractmethod
    def answers(self) -> bool:
        """Say whether the server does its work by now; False while it cannot be reached."""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        start_all([self])

    def launch(self) -> None:
        """Start the server without waiting; no news for one that runs."""
        if not self.running:
            self._process = _births.submit(self._spawn).result()

    def stop(self) -> None:
        stop_all([self])

    def kill(self) -> None:
        if self.running:
            family = self._family()
            self._signal(signal.SIGKILL)
            self._reap(STOPPED_WITHIN_S)
            _wait_for_the_end_of(family)

    def pause(self) -> None:
        """Make the server say nothing any more, while its connections stay open (SIGSTOP)."""
        self._signal(signal.SIGSTOP)
        self.paused = True
        _wait_until_stopped(self._family())

    def resume(self) -> None:
        """Let a paused server go on (SIGCONT)."""
        self._signal(signal.SIGCONT)
        self.paused = False

    def heal(self) -> None:
        heal_all([self])

    def close(self) -> None:
        close_all([self])

    def said(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LINES_SHOWN:])

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*_ends_with_us(self.user), *self.command()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we end the servers
            )

    def _signal(self, number: int) -> None:
        for pid in self._family():
            _send(pid, number)

    def _family(self) -> list[int]:
        """Return the server and the processes that it started; PostgreSQL has one for each connection."""
        if not self.running:
            return []
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [self.pid, *(int(pid) for pid in children.read_text().split())]

    def _ask_to_end(self) -> None:
        if self.paused:
            self.resume()
        if self.running:
            _send(self.pid, self.end)

    def _reap(self, within_s: float) -> None:
        assert self._process is not None
        self._process.wait(within_s)
        self.paused = False


def start_all(servers: Sequence[Server]) -> None:
    """Start *servers* together and wait until all of them answer.

    Raises StartFailed for the first that does not; then none of those that this call started runs.
    """
    fresh = [server for server in servers if not server.running]
    for server in fresh:
        server.launch()
    try:
        for server in servers:
            _await(server)
    except BaseException:
        stop_all(fresh)
        raise


def stop_all(servers: Sequence[Server]) -> None:
    """End *servers* in order, all at once: one by one, the last nodes of a cluster would wait for the others."""
    running = [server for server in servers if server.running]
    for server in running:
        server._ask_to_end()
    give_up = time.monotonic() + STOPPED_WITHIN_S
    for server in running:
        try:
            server._reap(max(0.0, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.kill()


def heal_all(servers: Sequence[Server]) -> None:
    """Make *servers* run and answer, whatever was done to them by their own methods."""
    hurt = [server for server in servers if server.paused or not server.running]
    for server in hurt:
        if server.paused:
            server.resume()
    start_all(hurt)


def close_all(servers: Sequence[Server]) -> None:
    stop_all(servers)
    for server in servers:
        shutil.rmtree(server.folder, ignore_errors=True)


def _await(server: Server) -> None:
    give_up = time.monotonic() + READY_WITHIN_S
    while not server.answers():
        if not server.running:
            raise StartFailed(server, "ended at once")
        if time.monotonic() > give_up:
            raise StartFailed(server, f"did not answer within {READY_WITHIN_S:g} s")
        time.sleep(LOOK_EVERY_S)


def _ends_with_us(user: str | None) -> list[str]:
    """Return the start of a command that the kernel kills when our process is gone, and that runs as *user*."""
    become = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return [str(a_program("setpriv", "util-linux")), *become, "--pdeathsig", "KILL", "--"]


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it ended by itself in this very moment


def _wait_until_stopped(family: Sequence[int]) -> None:
    """Wait until every thread stands still: the signal is on its way, and meanwhile a thread on another core may answer."""
    give_up = time.monotonic() + STOPPED_WITHIN_S
    while any(state not in "TtXZ" for pid in family for state in _states(pid)):
        if time.monotonic() > give_up:
            raise TimeoutError(f"not stopped: {family}")
        time.sleep(LOOK_EVERY_S / 10)


def _states(pid: int) -> Iterator[str]:
    """Yield the state of every thread of a process; nothing of one that is gone."""
    for task in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield task.read_text().rpartition(") ")[2][0]


def _wait_for_the_end_of(family: Sequence[int]) -> None:
    """Wait until the kernel has put the dead away: until then they hold ports and shared memory."""
    give_up = time.monotonic() + STOPPED_WITHIN_S
    while any(Path(f"/proc/{pid}").exists() for pid in family):
        if time.monotonic() > give_up:
            raise TimeoutError(f"still there after kill -9: {family}")
        time.sleep(LOOK_EVERY_S)
