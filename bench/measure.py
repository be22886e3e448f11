"""One measure: how long a piece of work takes, as the median of several runs."""

import json
import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object], runs: int) -> float:
    """Median seconds of one run; the first, which also warms up, does not count."""
    work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def report(bench: str, value: float, unit: str, n: int) -> None:
    print(json.dumps({"bench": bench, "value": round(value, 4), "unit": unit, "n": n}), flush=True)
