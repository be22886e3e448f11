"""A session dragged in the calendar: the form opens with the new time."""

import pytest

from tests import world
from tests.blueprints.calendar.week import TUESDAY, at


def test_the_form_begins_with_the_time_that_was_pointed_at(desk, mara):
    booking = world.INES.is_booked(mara, at("10:00"))
    pointed_at = {"date": "2026-12-03", "time": "15:15"}
    page = desk.open(f"/sessions/{booking.id}/rearrangement?date=2026-12-03&time=15:15")
    asked = desk.open(f"/sessions/{booking.id}/rearrangement?reason=asked&date=2026-12-03&time=15:15")
    _, fields = asked.filled("Save change")
    assert pointed_at.items() <= dict(fields).items()
    assert "New time: <b>Thu 3 Dec 2026, 15:15</b>" in page.text
    _, fields = page.filled("I need to change it")
    assert pointed_at.items() <= dict(fields).items()
    own = desk.press(page, "I need to change it")
    _, fields = own.filled("Offer alternatives")
    assert dict(fields)["alternatives-1-date"] == "2026-12-03"
    assert dict(fields)["alternatives-1-time"] == "15:15"
    assert booking.starts_at == at("10:00"), "nothing moves by being pointed at"


@pytest.mark.parametrize("pointed_at", ["", "?date=2026-13-03&time=15:15", f"?date={TUESDAY}&time=10:00"])
def test_where_no_other_time_was_pointed_at_none_is_told(desk, mara, pointed_at):
    booking = world.INES.is_booked(mara, at("10:00"))
    page = desk.open(f"/sessions/{booking.id}/rearrangement{pointed_at}")
    assert (page.status, "New time" in page.text) == (200, False)
