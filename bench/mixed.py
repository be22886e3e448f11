"""A day's mixture in a large marketplace: who looks, who works at the desk, who requests and who answers, all at once.

One web worker on one core, PostgreSQL and the load on the other; the bare page of bench/bare.py is asked in turn.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from itertools import cycle

from sqlalchemy import select

from app.database import db
from app.practice.therapist import Therapist
from bench import forms, marketplace
from bench.asking import Asked, Seen, ask, get
from bench.measure import report
from bench.practices import Practice, on_postgresql

THERAPISTS, PAST_BOOKINGS = 10_000, 1_000_000
SHARES = {"looking": 80, "desk": 12, "requests": 5, "offers_answered": 3}  # percent
ROUNDS, SECONDS = 3, 10.0
CONNECTIONS = 8
FORMS = {"requests": 600, "offers_answered": 400}  # filled in beforehand, each sent once
DESK = ("/dashboard", "/calendar", "/sessions")


def run() -> None:
    with on_postgresql() as make:
        measure(make("mixed"))


def measure(practice: Practice, therapists: int = THERAPISTS, past_bookings: int = PAST_BOOKINGS) -> None:
    """Make the marketplace and measure; smaller ones to try it out."""
    practice.environ |= {"REQUESTS_PER_HOUR": "1000000", "OFFER_LIFETIME_HOURS": "48"}
    began = time.perf_counter()
    with practice.app.app_context():
        marketplace.generate(therapists, past_bookings)
        offers = forms.open_offers(FORMS["offers_answered"])
    report("mixed_made", time.perf_counter() - began, "s", 1)
    with practice.bare_served() as bare, practice.served() as ours:
        mixture = _mixture(practice, ours, offers)
        page = cycle([("bare", Asked(get(bare + "/", ""), (200,)))])
        asyncio.run(ask(ours, mixture, 2.0, CONNECTIONS))  # warms up
        seen, plain = [], []
        for _ in range(ROUNDS):
            seen.append(asyncio.run(ask(ours, mixture, SECONDS, CONNECTIONS)))
            plain.append(asyncio.run(ask(bare, page, SECONDS / 2, CONNECTIONS)))
    _report(seen, plain)


def _report(seen: list[Seen], plain: list[Seen]) -> None:
    wrong = [status for one in seen for status in one.wrong]
    answers = sum(len(each) for one in seen for each in one.took.values())
    if len(wrong) > answers / 100:
        raise RuntimeError(f"{len(wrong)} of {answers} requests were not answered as they should: {wrong[:5]}")
    rate, bare_rate = (statistics.median(one.rate for one in many) for many in (seen, plain))
    report("mixed_load", rate, "requests/s", answers)
    report("mixed_bare", bare_rate, "requests/s", sum(len(one.took["bare"]) for one in plain))
    report("mixed_load_of_bare", rate / bare_rate, "ratio", ROUNDS)
    bare_p99 = _p99([one.took["bare"] for one in plain])
    report("mixed_bare_p99", bare_p99, "ms", ROUNDS)
    for kind in SHARES:
        took = [one.took[kind] for one in seen]
        report(f"mixed_{kind}_p99", _p99(took), "ms", sum(map(len, took)))
        report(f"mixed_{kind}_p99_of_bare", _p99(took) / bare_p99, "ratio", ROUNDS)


def _p99(rounds: list[list[float]]) -> float:
    together = sorted(took for one in rounds for took in one)
    return together[int(len(together) * 0.99)]


def _mixture(practice: Practice, url: str, offers: list[tuple[str, int]]) -> Iterator[tuple[str, Asked]]:
    """Requests without end, or until the forms are used up, in these shares and always in the same order."""
    dice = random.Random(42)
    desk = practice.sign_in(url)
    with practice.app.app_context():
        slugs = db.session.scalars(select(Therapist.slug)).all()
        db.session.rollback()
    visitor = forms.Visitor(url)
    filled = {
        "requests": forms.requests(practice, visitor, FORMS["requests"]),
        "offers_answered": forms.answers(visitor, offers),
    }
    kinds, weights = list(SHARES), list(SHARES.values())

    def endless() -> Iterator[tuple[str, Asked]]:
        while True:
            (kind,) = dice.choices(kinds, weights)
            if kind == "looking":
                path = "/" if dice.random() < 0.5 else f"/t/{dice.choice(slugs)}"
                yield kind, Asked(get(url + path, visitor.cookie), (200,))
            elif kind == "desk":
                yield kind, Asked(get(url + dice.choice(DESK), desk), (200,))
            elif filled[kind]:
                yield kind, filled[kind].pop()
            else:
                return

    return endless()


if __name__ == "__main__":
    run()
