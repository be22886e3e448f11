"""The pinned time zone data run everywhere, whatever the system has."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import clock
from bench import zones

MOMENT = datetime(2026, 12, 15, 17, tzinfo=UTC)
CLOCKS = {
    "America/Vancouver": "10:00",
    "America/Edmonton": "11:00",
    "America/Winnipeg": "12:00",
    "Africa/Casablanca": "17:00",
    "America/Havana": "13:00",
}
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("zone", CLOCKS)
def test_the_clocks_show_what_the_pinned_data_say(zone):
    assert f"{MOMENT.astimezone(ZoneInfo(zone)):%H:%M}" == CLOCKS[zone]


def test_the_tests_use_no_data_of_the_system():
    assert zoneinfo.TZPATH == ()


@pytest.fixture
def old_system(tmp_path):
    """A system whose data take Vancouver for Tokyo."""
    there = tmp_path / "America" / "Vancouver"
    there.parent.mkdir()
    tokyo = files("tzdata") / "zoneinfo" / "Asia" / "Tokyo"
    there.write_bytes(tokyo.read_bytes())
    return {**os.environ, "PYTHONTZPATH": str(tmp_path)}


ASK = (
    "from datetime import datetime; from zoneinfo import ZoneInfo; "
    "print(datetime(2026, 12, 15, 9, tzinfo=ZoneInfo('America/Vancouver')).utcoffset())"
)


def asked(program: str, environ: dict[str, str]) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_a_system_with_other_data_would_be_believed_without_us(old_system):
    assert asked(ASK, old_system) == "9:00:00"


@pytest.mark.parametrize("program", ["wsgi", "app.running.web", "app.jobs.worker", "app.commands", "bench", "conftest"])
def test_no_program_of_ours_believes_the_data_of_the_system(program, old_system, tmp_path):
    old_system |= {"HOLDFAST_HOME": str(tmp_path / "home")}
    assert asked(f"import {program}; {ASK}", old_system) == "-1 day, 17:00:00"


def test_a_process_that_ours_starts_believes_them_neither(old_system):
    child = f"import app, subprocess, sys; subprocess.run([sys.executable, '-c', {ASK!r}], check=True)"
    assert asked(child, old_system) == "-1 day, 17:00:00"


def test_the_bench_says_how_old_the_data_are():
    assert datetime(2026, 1, 1, tzinfo=UTC) < zones.dated_at() < max(clock.now(), MOMENT)
