"""The slots of one therapist: of four weeks beside a hand-written loop, and how the cost grows.

Inputs, what must come out and the loop are read from `slots-*.json` and `slot_inputs.py`, in the folder that
BENCH_INPUTS names (`../shared/bench`). Where they are missing, only the growth is measured.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.scheduling.slots import Diary, Interval, Rules, free_starts
from bench.measure import note, report, seconds

INPUTS = Path(os.environ.get("BENCH_INPUTS") or Path(__file__).parents[2] / "shared" / "bench")
RUNS = 500
ROUNDS = 5  # ours and the loop in turns: whatever slows this machine down slows both
FIRST, LONDON = date(2030, 3, 18), ZoneInfo("Europe/London")  # the clocks change within the four weeks


def run() -> None:
    _beside_the_loop()
    _growth_with_weeks()
    _growth_with_intervals()


def _beside_the_loop() -> None:
    for number in (0, 50, 500):
        name, file = f"slots_4w_{number}", INPUTS / f"slots-{number}.json"
        if not file.exists():
            note(name, f"{file} is missing: not measured")
            continue
        told = json.loads(file.read_text())
        work = _work_of(told["input"])
        _check(work(), told["expected"])
        ours, loop = [], []
        for _ in range(ROUNDS):
            ours.append(seconds(work, RUNS))
            loop.append(_loop_seconds(number))
        best, best_loop = min(ours), min(loop)
        report(name, best * 1000, "ms", RUNS * ROUNDS)
        report(f"{name}_of_loop", best / best_loop, "ratio", RUNS * ROUNDS)


def _work_of(asked: dict[str, Any]) -> "partial[list[int]]":
    zone = ZoneInfo(asked["time_zone"])
    weekly = {
        day - 1: [(_minute(opens), _minute(closes)) for opens, closes in row["hours"]]
        for row in asked["weekly"]
        for day in row["days"]
    }
    off, extra = [], []
    for row in asked["overrides"]:
        midnight = datetime.fromisoformat(row["date"]).replace(tzinfo=zone)
        off.append((_posix(midnight), _posix(midnight + timedelta(days=1))))
        for hours in row["hours"]:
            opens, closes = (_posix(midnight + timedelta(minutes=_minute(text))) for text in hours)
            extra.append((opens, closes))
    taken = [(_moment(start), _moment(end)) for start, end in asked["busy"]]
    begins, ends = _moment(asked["from"]), _moment(asked["to"])
    first, last = (datetime.fromtimestamp(moment, zone).date() for moment in (begins, ends))
    rules = Rules(weekly, zone, asked["slot_minutes"], gap_before=0, gap_after=0, grid=asked["slot_minutes"])
    return partial(free_starts, rules, Diary(taken, off, extra), first, (last - first).days, begins, ends)


def _check(starts: list[int], expected: dict[str, Any]) -> None:
    written = [f"{datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%SZ}" for start in starts]
    found = {
        "slots": len(written),
        "sha256": hashlib.sha256("\n".join(written).encode()).hexdigest(),
        "first": written[0],
        "last": written[-1],
    }
    if found != expected:
        raise SystemExit(f"The slots are wrong: {found} instead of {expected}.")


def _loop_seconds(number: int) -> float:
    command = [sys.executable, str(INPUTS / "slot_inputs.py"), "--time"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = (json.loads(line) for line in told.splitlines())
    return next(float(row["us_median"]) for row in rows if row["busy"] == number) / 1e6


def _growth_with_weeks() -> None:
    taken = _intervals(50, days=28)
    four, year = (seconds(partial(_starts, taken, days), RUNS) for days in (28, 364))
    report("slots_52w_of_4w", year / four, "ratio", RUNS)


def _growth_with_intervals() -> None:
    few, many = (seconds(partial(_starts, _intervals(number, days=28), 28), RUNS) for number in (50, 5000))
    report("slots_5000_of_50_intervals", many / few, "ratio", RUNS)


def _starts(taken: list[Interval], days: int) -> list[int]:
    rules = Rules({weekday: [(9 * 60, 17 * 60)] for weekday in range(5)}, LONDON, 30, 5, 5)
    return free_starts(rules, Diary(taken), FIRST, days, 0, 2**40)


def _intervals(number: int, days: int) -> list[Interval]:
    """By start, as the database gives them."""
    dice, begins = random.Random(42), _posix(datetime(2030, 3, 18, tzinfo=LONDON))
    starts = sorted(begins + 300 * dice.randrange(days * 288) for _ in range(number))
    return [(start, start + 60 * dice.choice((15, 30, 45, 60, 90))) for start in starts]


def _minute(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)


def _moment(text: str) -> int:
    return _posix(datetime.fromisoformat(text.replace("Z", "+00:00")))


def _posix(moment: datetime) -> int:
    return int(moment.timestamp())
