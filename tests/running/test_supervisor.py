"""`make run`'s processes: watched, started again, and ended together."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.home import Home
from tests.running.program import Running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(240)  # several whole starts, on a machine busy with other tests
PARTS = 5  # Redis, mailbox, web, worker, timetable


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
