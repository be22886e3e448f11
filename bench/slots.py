"""Slots of four weeks among 0, 50 and 500 closed intervals."""

import random
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.scheduling.slots import Rules, free_starts
from bench.measure import report, seconds

RUNS = 50
ZONE = ZoneInfo("Europe/London")
FIRST, DAYS = date(2030, 3, 18), 28  # the clocks change within


def run() -> None:
    rules = Rules(weekly={weekday: [(9 * 60, 17 * 60)] for weekday in range(5)}, zone=ZONE, minutes=30)
    begins = int(datetime(2030, 3, 18, tzinfo=ZONE).timestamp())
    ends = begins + DAYS * 24 * 3600
    for number in (0, 50, 500):
        dice = random.Random(42)
        starts = [begins + 300 * dice.randrange(DAYS * 288) for _ in range(number)]
        closed = [(start, start + 60 * dice.choice((15, 30, 45, 60, 90))) for start in starts]
        taken = seconds(lambda closed=closed: free_starts(rules, closed, FIRST, DAYS, begins, ends), RUNS)  # type: ignore[misc]
        report(f"slots, {number} closed", taken * 1000, "ms", RUNS)
