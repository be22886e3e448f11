"""One measure: how long a piece of work takes, as the median of several runs."""

import json
import statistics
import sys
import time
from collections.abc import Callable


def seconds(work: Callable[[], object], runs: int) -> float:
    """Median seconds of one run; the first tenth, which also warms up, does not count."""
    for _ in range(max(1, runs // 10)):
        work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def report(bench: str, value: float, unit: str, n: int) -> None:
    """One line: a figure, its unit and how many runs it is the middle of."""
    print(json.dumps({"bench": bench, "value": round(value, 4), "unit": unit, "n": n}), flush=True)


def note(bench: str, sentence: str) -> None:
    """What could not be measured, said where it does not disturb the figures."""
    print(f"{bench}: {sentence}", file=sys.stderr, flush=True)
