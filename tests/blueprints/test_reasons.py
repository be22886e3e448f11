"""Why a session changes, chosen anew while its new times are being typed."""

import html

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.offer import Offer
from app.database import db
from tests import world
from tests.blueprints.pages import read
from tests.visitor import Visitor

WORDS = "A clinic day was moved."
LATE = {"date": f"{world.in_days(5):%Y-%m-%d}", "time": "22:00"}


@pytest.fixture
def desk(request_of_ines, visitor) -> Visitor:
    return visitor("mara@example.com")


def test_another_reason_keeps_the_list_that_was_typed(desk, request_of_ines):
    path = f"/sessions/{request_of_ines.id}"
    page = desk.open(f"{path}/rearrangement?reason=own")
    location = str(request_of_ines.location_id)
    typed = {"date": LATE["date"], "time": "12:00", "location": location}
    row = {f"alternatives-1-{name}": text for name, text in typed.items()}
    _, fields = page.filled("Offer alternatives", words=WORDS, **row)
    buttons = read(page.text).all("button")
    (mistake,) = [one.attributes for one in buttons if one.attributes.get("value") == "mistake"]
    (builder,) = [one.attributes for one in read(page.text).all("form") if one.attributes.get("id") == "alternatives"]
    assert (mistake["form"], builder["method"], mistake["formaction"]) == (
        "alternatives",
        "post",
        f"{path}/alternatives",
    )
    page = desk.post(mistake["formaction"], [(mistake["name"], mistake["value"]), *fields])
    assert page.status == 200
    assert WORDS in html.unescape(page.text)
    desk.press(page, "Offer alternatives")
    offer = db.session.scalars(select(Offer)).one()
    assert (offer.reason, offer.words, offer.alternatives[0].starts_at) == (
        "mistake",
        WORDS,
        world.in_days(5, "12:00"),
    )


def test_a_time_outside_working_time_is_warned_of_once(desk, request_of_ines):
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=asked")
    page = desk.press(page, "Save change", **LATE)
    assert page.status == 422
    assert "This is outside your working times at this location. Press Save change again" in page.text
    assert db.session.get_one(Booking, request_of_ines.id).status == "requested"
    other = desk.press(page, "Save change", time="22:30")  # not the time that was warned of
    assert other.status == 422
    assert desk.press(other, "Save change").status == 200
    db.session.expire_all()
    assert request_of_ines.starts_at == world.in_days(5, "22:30")
