"""Measure how many session requests a second are taken from one client at a time and from four at once."""

import asyncio
import statistics
from collections.abc import Iterator

from bench import forms, marketplace
from bench.asking import Asked, ask
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

THERAPISTS = 500  # each is asked once
ROUNDS, OF_A_ROUND = 8, 30
WARM_UP = 20
AT_ONCE = {"one": 1, "four": 4}


def run() -> None:
    with on_sqlite() as practice:
        measure(practice, "sqlite")
    with on_postgresql() as make:
        measure(make("booking"), "postgresql")


def measure(practice: Practice, engine: str) -> None:
    practice.environ |= {"REQUESTS_PER_HOUR": "1000000", "UNPROVEN_PER_NETWORK": "1000000"}
    with practice.app.app_context():
        marketplace.generate(THERAPISTS, 0)
    rates: dict[str, list[float]] = {name: [] for name in AT_ONCE}
    with practice.served() as url:
        number = WARM_UP + ROUNDS * OF_A_ROUND * len(AT_ONCE)
        filled = iter(forms.requests(practice, forms.Visitor(url), number))
        _send(url, filled, WARM_UP, connections=1)
        for _ in range(ROUNDS):
            for name, connections in AT_ONCE.items():
                rates[name].append(_send(url, filled, OF_A_ROUND, connections))
    middle = {name: statistics.median(of_a_round) for name, of_a_round in rates.items()}
    for name, rate in middle.items():
        report(f"requests_{name}_at_once_{engine}", rate, "requests/s", ROUNDS * OF_A_ROUND)
    report(f"requests_four_of_one_{engine}", middle["four"] / middle["one"], "ratio", ROUNDS)


def _send(url: str, filled: Iterator[Asked], number: int, connections: int) -> float:
    """Send so many of the forms; how many a second were taken."""
    some = iter([("request", next(filled)) for _ in range(number)])
    seen = asyncio.run(ask(url, some, 600.0, connections))
    if seen.wrong:
        raise RuntimeError(f"{len(seen.wrong)} requests were not taken: {seen.wrong[:3]}")
    return seen.rate


if __name__ == "__main__":
    run()
