"""Nobody answers an offer in time, and nobody was there to notice the deadline."""

from collections.abc import Iterator

import pytest

from e2e.conftest import served_practice
from e2e.practice import Practice
from e2e.steps import calendar_entry, mentions
from e2e.variants import also_by_keyboard
from tests.world import in_days

TEN, OTHER = in_days(2, "10:00"), in_days(4, "11:00")


@pytest.fixture(scope="module")
def practice(new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    """A practice that looks often for what is over."""
    settings = {"SWEEP_SECONDS": "0.5"}
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("hasty"), **settings) as practice:
        yield practice


@also_by_keyboard()
def test_an_offer_expires_while_the_workers_are_down(practice, mara, ines, jonas, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.offers(ines, OTHER)
    offered = ines.is_mailed("Please choose a new time by")
    practice.served.stop("timetable", "worker")
    try:
        ines.hears_nothing()
        ines.opens(offered)
        ines.sees_title("Mara Lindt has to move your session")
        practice.end_time_to_answer(mara.slug)
        ines.accepts(OTHER)
        ines.sees("This offer has ended. This is the session as it is now.")
        ines.sees_title("The time to answer is over")
        mara.opens(ines)
        mara.has_no_button("Withdraw offer", "Confirm session")
    finally:
        practice.served.start("timetable", "worker")
    expired = ines.is_mailed("Your session is cancelled")
    mentions(expired, TEN)
    assert "METHOD:CANCEL" in calendar_entry(expired)
    mentions(mara.is_mailed("Your offer has expired"), TEN)
    mara.opens(ines)
    mara.sees_status(ines, "Expired")
    ines.opens(offered)
    ines.sees(
        "The time to answer has passed, so the session was cancelled. The times that were offered are free again."
    )
    jonas.requests(mara, OTHER)
    jonas.requests(mara, TEN)
    jonas.is_mailed("We have your session request")
    ines.is_mailed("We have your session request")
    ines.is_mailed("Your session is confirmed")
    ines.has_no_other_mail()
