"""`make run`'s processes: watched, started again, and ended together."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.home import Home
from tests.browser import Browser
from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(240)  # several whole starts, on a machine busy with other tests
PARTS = 5  # Redis, mailbox, web, worker, timetable


class Running:
    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, free_port()
        self._mark = f"HOLDFAST_HOME={home}"
        kept = {name: text for name, text in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        chosen = {
            "HOLDFAST_CONFIG": "testing",
            "HOLDFAST_HOME": str(home),
            "PORT": str(self.port),
            "SWEEP_SECONDS": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.running"],
            cwd=ROOT,
            env=kept | chosen | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.process.stdout.read()
        try:
            return Browser(f"http://127.0.0.1:{self.port}", timeout=2).open("/readyz").status == 200
        except OSError:
            return False

    def parts(self) -> set[int]:
        """Processes that the supervisor itself started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children}

    def everything(self) -> set[int]:
        """Every process that has this practice's folder in its environment."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark in (folder / "environ").read_text(errors="replace").split("\0"):
                    found.add(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
        for pid in self.everything():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not self.process.stdout.closed:
            self.process.stdout.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def running(home: Path) -> Iterator[Running]:
    running = Running(home)
    wait_until(running.is_ready, timeout=100)
    yield running
    running.end()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_one_ctrl_c_ends_every_process(running, asked):
    assert len(running.everything()) > PARTS
    running.process.send_signal(asked)
    running.process.communicate(timeout=10)
    assert running.everything() == set()


def test_whatever_dies_is_started_again(running):
    first = running.parts()
    assert len(first) == PARTS
    for pid in first:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: pid not in running.parts() and len(running.parts()) == PARTS)
    assert not running.parts() & first
    wait_until(running.is_ready)


def test_a_web_worker_that_dies_is_replaced(running):
    below = running.everything() - running.parts() - {running.process.pid}
    for pid in below:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: running.everything() - running.parts() - {running.process.pid} - below)
    wait_until(running.is_ready)


def test_without_its_supervisor_nothing_stays_behind(running):
    running.process.kill()
    running.process.communicate()
    wait_until(lambda: running.everything() == set())


def test_after_a_kill_it_can_be_started_again_at_once_with_the_same_port(running, home):
    running.process.kill()
    running.process.wait()
    again = Running(home, PORT=str(running.port))
    again.port = running.port
    try:
        wait_until(again.is_ready, timeout=100)
    finally:
        again.end()


def test_two_do_not_share_a_folder(running, home):
    second = Running(home)
    said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert "Another Holdfast already runs" in said


def test_a_taken_port_is_told_in_a_sentence(running, tmp_path):
    second = Running(tmp_path / "other", PORT=str(running.port))
    said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"Port {running.port}" in said
    assert "Traceback" not in said


def test_a_deep_folder_is_no_obstacle(tmp_path):
    """A socket's address has room for 107 bytes only."""
    running = Running(tmp_path / ("deep" * 20) / "50% deeper, isn't it?")
    try:
        wait_until(running.is_ready, timeout=100)
    finally:
        running.end()


def test_the_secret_is_made_once_and_for_its_owner_only(home):
    home.mkdir()
    made = Home(home).secret_key()
    assert len(made) == 64
    assert Home(home).secret_key() == made
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600
