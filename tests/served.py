"""The real program in separate processes: web, worker, timetable, Redis and a mailbox, to be raced and broken."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from app.home import Home
from app.integrations.mail import letters
from app.integrations.mail.letters import Letter
from tests.browser import Browser
from tests.engines.databases import Database
from tests.engines.fixtures import FOLDER, SECRET
from tests.ports import free_port
from tests.waiting import wait_until

ALL = ("redis", "mailbox", "web", "worker", "timetable")
ROOT = Path(__file__).parents[1]


class Warm:
    """Our end of tests/warm.py."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.warm", str(os.getpid())]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_clean_environment()
        )
        assert self._process.stdin
        assert self._process.stdout
        self._asks: IO[str] = self._process.stdin
        self._answers: IO[str] = self._process.stdout

    def start(self, part: str, environ: dict[str, str], log: Path) -> int:
        self._asks.write(json.dumps({"part": part, "environ": environ, "log": str(log)}) + "\n")
        self._asks.flush()
        return int(self._answers.readline())

    def end(self) -> None:
        self._asks.close()
        self._process.wait(10)


class Served:
    """One practice being served. Parts: redis, mailbox, web, worker, timetable."""

    def __init__(self, database: Database, home: Path, warm: Warm, **settings: str) -> None:
        self.database = database
        self.home = Home(home)
        _share_templates(self.home)
        self.home.prepare()
        self.port, mail_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._warm = warm
        self._pids: dict[str, int] = {}
        self.environ = {
            "HOLDFAST_CONFIG": "testing",
            "HOLDFAST_HOME": str(home),
            "DATABASE_URL": database.url,
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "REDIS_URL": self.home.redis_url,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(mail_port),
            "MAILBOX_DIR": str(self.home.mailbox),
            "SWEEP_SECONDS": "1",
            "REQUESTS_PER_HOUR": "100000",
            "UNPROVEN_PER_NETWORK": "100000",
            **settings,
        }

    def start(self, *parts: str, **settings: str) -> None:
        """Start these parts and wait until they answer. Settings given now are theirs alone."""
        for part in parts:
            assert part not in self._pids, f"{part} runs already"
            self._pids[part] = self._warm.start(part, self.environ | settings, self._log_file(part))
        for part in parts:
            wait_until(lambda part=part: self._answers(part), timeout=60)  # type: ignore[misc]

    def stop(self, *parts: str) -> None:
        """Ask these parts to end and wait for it."""
        for part in parts:
            self._signal(part, signal.SIGTERM)
        for part in parts:
            wait_until(lambda part=part: not self.runs(part), timeout=60)  # type: ignore[misc]
            del self._pids[part]

    def kill(self, part: str) -> None:
        """As if by kill -9, then wait until it is gone; `start` starts it again."""
        self._signal(part, signal.SIGKILL)
        wait_until(lambda: not self.runs(part))
        self._end_group(self._pids.pop(part))

    def pause(self, part: str) -> None:
        """It hangs: takes connections and says nothing."""
        os.killpg(self._pids[part], signal.SIGSTOP)

    def resume(self, part: str) -> None:
        os.killpg(self._pids[part], signal.SIGCONT)

    def runs(self, part: str) -> bool:
        return part in self._pids and _runs(self._pids[part])

    def pid(self, part: str) -> int:
        return self._pids[part]

    def log(self, part: str) -> str:
        """What the part said so far."""
        file = self._log_file(part)
        return file.read_text() if file.exists() else ""

    def mails(self, to: str = "") -> list[Letter]:
        """Mails that reached the mailbox, oldest first; of one address if given."""
        found = letters.newest_first(self.home.mailbox, at_most=10_000)[::-1]
        return [letter for letter in found if to in letter.to]

    def browser(self) -> Browser:
        """A new visitor without scripts: own cookies, follows redirects."""
        return Browser(self.url)

    def close(self) -> None:
        for pid in self._pids.values():
            self._end_group(pid)
        wait_until(lambda: not any(_runs(pid) for pid in self._pids.values()), timeout=60)
        self._pids.clear()

    def _answers(self, part: str) -> bool:
        assert self.runs(part), f"{part} ended by itself:\n{self.log(part)}"
        if part == "web":
            return _opens(f"{self.url}/healthz")
        if part == "redis":
            return _connects(socket.AF_UNIX, str(self.home.redis_socket))
        if part == "mailbox":
            return _connects(socket.AF_INET, ("127.0.0.1", int(self.environ["MAIL_PORT"])))
        return True

    def _signal(self, part: str, which: signal.Signals) -> None:
        os.kill(self._pids[part], which)

    def _end_group(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def _log_file(self, part: str) -> Path:
        return self.home.path / f"{part}.log"


def _share_templates(home: Home) -> None:
    """Compiled once for all tests of a run."""
    shared = Path(os.environ[FOLDER]) / "templates"
    shared.mkdir(exist_ok=True)
    home.templates.symlink_to(shared)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _opens(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _connects(family: int, address: object) -> bool:
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0  # type: ignore[arg-type]


def _clean_environment() -> dict[str, str]:
    from app.config import SETTINGS

    return {name: text for name, text in os.environ.items() if name not in {setting.name for setting in SETTINGS}}


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.end()


@pytest.fixture
def serve(database: Database, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Serve the test's database: `serve("web", "mailbox", SWEEP_SECONDS="0.2")`; without parts: all of them."""
    running: list[Served] = []

    def start(*parts: str, **settings: str) -> Served:
        served = Served(database, tmp_path_factory.mktemp("served"), warm, **settings)
        running.append(served)
        served.start(*(parts or ALL))
        return served

    yield start
    for served in running:
        served.close()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    """The whole program, served."""
    return serve()
