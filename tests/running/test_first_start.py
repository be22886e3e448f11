"""The first start of all: quiet, and every process says what it is."""

import os
import re
from pathlib import Path

import pytest

from tests.running.program import Running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(240)
LOGGED = re.compile(r"^\d\d:\d\d:\d\d |warn|error|traceback|no such file", re.IGNORECASE | re.MULTILINE)


def test_the_first_start_says_where_to_go_and_nothing_else(tmp_path):
    running = Running(tmp_path / "home", HOLDFAST_CONFIG="development", SWEEP_SECONDS="30")
    try:
        wait_until(running.is_ready, timeout=200)
        names = {name_of(pid) for pid in running.everything()}
        said = said_so_far(running)
    finally:
        running.end()
    assert "Holdfast is open: " in said
    assert LOGGED.search(said) is None, said
    assert {"holdfast", "holdfast: web", "holdfast: worker", "holdfast: timetable", "holdfast: mailbox"} <= names
    assert "holdfast: web worker-1" in names
    assert {name for name in names if not name.startswith("holdfast")} == {name for name in names if "redis" in name}


def name_of(pid: int) -> str:
    """What `ps` shows."""
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0].strip()


def said_so_far(running: Running) -> str:
    pipe = running.process.stdout.fileno()
    os.set_blocking(pipe, False)
    return os.read(pipe, 100_000).decode()
