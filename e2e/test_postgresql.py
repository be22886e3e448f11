"""One journey on PostgreSQL: every other test of the practice's rules already runs on both engines."""

from collections.abc import Iterator

import pytest

from e2e.conftest import served_practice
from e2e.practice import Practice
from e2e.steps import mentions
from e2e.variants import at_a_desk
from tests.world import in_days


@pytest.fixture(scope="module")
def practice(new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    with served_practice(
        new_db("postgresql"), warm, tmp_path_factory.mktemp("postgresql"), SWEEP_SECONDS="0.5"
    ) as practice:
        yield practice


@at_a_desk
def test_a_session_is_confirmed_and_moved(mara, ines, jonas):
    ten, other, third = in_days(2, "10:00"), in_days(3, "10:15"), in_days(3, "10:30")
    ines.requests(mara, ten)
    mara.confirms(ines)
    mentions(ines.is_mailed("Your session is confirmed"), ten)
    mara.offers(ines, other, third)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.accepts(other)
    ines.sees_title("You're booked")
    mentions(mara.is_mailed("Your offer was accepted"), other)
    jonas.requests(mara, in_days(3, "12:00"))
