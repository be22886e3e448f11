"""How old the pinned time zone data are: countries change their clocks within weeks, and old data tell wrong hours."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files

from app import clock
from bench.measure import note, report

BENCH = "time zone data"
LOOK_SECONDS = 20


def run() -> None:
    dated = dated_at()
    report(f"{BENCH}: age of the pinned tzdata {version('tzdata')}", (clock.now() - dated).days, "days", 1)
    newer = newer_releases()
    if newer is None:
        note(BENCH, "the package index does not say what is newest")
        return
    report(f"{BENCH}: releases newer than the pinned one", len(newer), "releases", 1)
    if newer:
        note(BENCH, f"tzdata {newer[0]} is out: raise the pin with `make locks`")


def dated_at() -> datetime:
    """The last date that the data name themselves: they are no older than this."""
    leaps = (files("tzdata") / "zoneinfo" / "leapseconds").read_text(encoding="utf-8")
    seconds = re.search(r"^#updated (\d+)", leaps, re.MULTILINE)
    if seconds is None:
        raise ValueError("the data name no date")
    return datetime.fromtimestamp(int(seconds[1]), UTC)


def newer_releases() -> list[str] | None:
    """Those that the package index knows, the newest first; None where it does not answer."""
    command = [sys.executable, "-m", "pip", "index", "versions", "tzdata", "--disable-pip-version-check"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    listed = re.search(r"Available versions: (.*)", said)
    return [one for one in listed[1].split(", ") if _order(one) > _order(version("tzdata"))] if listed else None


def _order(release: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", release)]
