"""How fast overdue offers expire: the first thousand of ten, and the last."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from app import clock
from app.booking.offer import Offer
from app.jobs.expire import expire_offers
from bench import marketplace, waiting
from bench.measure import report
from bench.working import on_both_engines

OFFERS = int(os.environ.get("BENCH_OFFERS", "10000"))  # overdue at once
SHOWN = 1_000  # the first and the last of them
THERAPISTS = 500


def run() -> None:
    on_both_engines("expiring", _measure)


def _measure(engine: str) -> None:
    marketplace.generate(THERAPISTS, 0)
    waiting.offers(OFFERS, clock.now() - timedelta(minutes=1))
    with _ended() as moments:
        began = time.perf_counter()
        while len(moments) < OFFERS:
            before = len(moments)
            expire_offers()
            if len(moments) == before:
                raise SystemExit("Offers are overdue and nothing expires.")
        took = time.perf_counter() - began
    first, last = SHOWN / (moments[SHOWN - 1] - began), SHOWN / (moments[-1] - moments[-SHOWN])
    report(f"offers_expired_{engine}", OFFERS / took, "offers/s", OFFERS)
    report(f"offers_expired_{engine}_first", first, "offers/s", SHOWN)
    report(f"offers_expired_{engine}_last", last, "offers/s", SHOWN)
    report(f"offers_expired_{engine}_last_of_first", last / first, "ratio", SHOWN)


@contextmanager
def _ended() -> Iterator[list[float]]:
    """The moments at which offers expire."""
    moments, end = [], Offer.end

    def noted(self: Offer, *about: object, **more: object) -> None:
        end(self, *about, **more)  # type: ignore[arg-type]
        moments.append(time.perf_counter())

    Offer.end = noted  # type: ignore[method-assign, assignment]
    try:
        yield moments
    finally:
        Offer.end = end  # type: ignore[method-assign]


if __name__ == "__main__":
    run()
