"""Pages, beside a bare one: one web worker on one core, the load on the other."""

import statistics

from bench.load import load
from bench.measure import report
from bench.practices import Practice, on_postgresql, on_sqlite

ROUNDS, SECONDS, WARM_UP = 5, 2, 1
PAGES = {"therapist_page": "/t/mara-lindt", "calendar_week": "/calendar?view=week", "directory": "/"}


def run() -> None:
    with on_sqlite() as practice:
        _beside_a_bare_page(practice, "sqlite")
    with on_postgresql() as make:
        small = make("small")
        _beside_a_bare_page(small, "postgresql")


def _beside_a_bare_page(practice: Practice, engine: str) -> None:
    """Requests a second of each page and of the bare one, in turns; and how many of the bare ones it reaches."""
    with practice.bare_served() as bare, practice.served() as ours:
        cookie = practice.sign_in(ours)
        urls = {"bare_page": bare + "/"} | {name: ours + path for name, path in PAGES.items()}
        rates = {name: statistics.median(each) for name, each in _in_turns(urls, cookie).items()}
    for name, rate in rates.items():
        report(f"{name}_{engine}", rate, "requests/s", ROUNDS)
    for name in PAGES:
        report(f"{name}_{engine}_of_bare", rates[name] / rates["bare_page"], "ratio", ROUNDS)


def _in_turns(urls: dict[str, str], cookie: str) -> dict[str, list[float]]:
    for url in urls.values():
        load(url, WARM_UP, cookie)
    rates: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, url in urls.items():
            rates[name].append(load(url, SECONDS, cookie).rate)
    return rates
