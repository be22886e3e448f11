"""Pages beside a bare one, and a large marketplace beside a small practice: one web worker on one core."""

import contextlib
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import chain

from app import clock
from bench import marketplace
from bench.load import Seen, load
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

ROUNDS, SECONDS, WARM_UP = 5, 2, 1
SOON = clock.now().date() + timedelta(days=3)  # the demo's sessions lie in the days after the notice
PAGES = {"therapist_page": "/t/mara-lindt", "calendar_week": f"/calendar?view=week&date={SOON}", "directory": "/"}
FILTERED = {
    "directory_filtered": "/?kind=video&type=individual&language=German",
    "directory_soonest": "/?kind=video&sort=soonest",
}
THERAPISTS, PAST_BOOKINGS = 10_000, 1_000_000


def run() -> None:
    with on_sqlite() as practice:
        _beside_a_bare_page(practice, "sqlite")
    with on_postgresql() as make:
        small, large = make("small"), make("large")
        _beside_a_bare_page(small, "postgresql")
        began = time.perf_counter()
        with large.app.app_context():
            marketplace.generate(THERAPISTS, PAST_BOOKINGS)
        report("marketplace_made", time.perf_counter() - began, "s", 1)
        _large_beside_small(large, small)


def _beside_a_bare_page(practice: Practice, engine: str) -> None:
    """Requests a second of each page and of the bare one; and how much of the bare one's each reaches."""
    with practice.bare_served() as bare, practice.served() as ours:
        cookie = practice.sign_in(ours)
        addresses = {"bare_page": bare + "/"} | {name: ours + path for name, path in PAGES.items()}
        seen = _in_turns({name: _loading(url, cookie) for name, url in addresses.items()})
    rates = {name: statistics.median(one.rate for one in each) for name, each in seen.items()}
    for name, rate in rates.items():
        report(f"{name}_{engine}", rate, "requests/s", ROUNDS)
    for name in PAGES:
        report(f"{name}_{engine}_of_bare", rates[name] / rates["bare_page"], "ratio", ROUNDS)


def _large_beside_small(large: Practice, small: Practice) -> None:
    """The middle time to an answer where there are thousands of therapists, and how many times that of the demo."""
    with contextlib.ExitStack() as served:
        asked = {}
        for size, practice in (("large", large), ("small", small)):
            url = served.enter_context(practice.served())
            cookie = practice.sign_in(url)
            for name, path in chain(PAGES.items(), FILTERED.items()):
                asked[f"{name}_{size}"] = _loading(url + path, cookie, connections=1)
        seen = _in_turns(asked)
    p50 = {name: statistics.median(one.p50 for one in each) for name, each in seen.items()}
    for name in chain(PAGES, FILTERED):
        report(f"{name}_large_p50", p50[f"{name}_large"], "ms", ROUNDS)
        report(f"{name}_large_of_small_p50", p50[f"{name}_large"] / p50[f"{name}_small"], "ratio", ROUNDS)


def _loading(url: str, cookie: str, connections: int = 8) -> Callable[[int], Seen]:
    return lambda seconds: load(url, seconds, cookie, connections)


def _in_turns(asked: dict[str, Callable[[int], Seen]]) -> dict[str, list[Seen]]:
    """Several rounds, so that whatever slows this machine down slows all of them."""
    for ask in asked.values():
        ask(WARM_UP)
    seen: dict[str, list[Seen]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, ask in asked.items():
            seen[name].append(ask(SECONDS))
    return seen
