"""Good times stand in the builder, one tap each, also with scripts off."""

import re

from app.booking.offer import Offer
from app.database import db
from app.wording import short_day
from tests import world


def suggested(page) -> list[str]:
    return re.findall(r'name="suggested" value="([^"]+)"', page.text)


def tap(desk, page, key: str, booking_id: int):
    """Press the button of a suggestion: the form goes to another address than its own."""
    _, fields = page.filled("Offer alternatives")
    return desk.post(f"/sessions/{booking_id}/alternatives", [*fields, ("suggested", key)])


def test_three_taps_make_an_offer(mara, request_of_ines, visitor):
    desk = visitor("mara@example.com")
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=own")
    assert len(suggested(page)) == 3
    assert f"{short_day(world.in_days(10), mara.zone)}, 10:00 · Room 1" in page.text
    chosen = []
    for _ in range(3):
        chosen.append(suggested(page)[0])
        page = tap(desk, page, chosen[-1], request_of_ines.id)
        assert page.status == 200
        assert len(suggested(page)) == 3, "fresh ones follow"
        assert not set(chosen) & set(suggested(page))
    page = desk.press(page, "Offer alternatives")
    assert "Withdraw offer" in page.text
    offer = db.session.query(Offer).one()
    assert sorted(f"{one.starts_at:%Y-%m-%d}" for one in offer.alternatives) == sorted(key[:10] for key in chosen)


def test_a_suggestion_that_is_none_adds_a_row_to_look_at(mara, request_of_ines, visitor):
    desk = visitor("mara@example.com")
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=own")
    page = tap(desk, page, "next Tuesday", request_of_ines.id)
    assert page.status == 200
    assert "Alternative 1" in page.text


def test_where_nothing_is_free_the_builder_says_why(mara, request_of_ines, visitor):
    for span in list(mara.working_times):
        db.session.delete(span)
    desk = visitor("mara@example.com")
    page = desk.open(f"/sessions/{request_of_ines.id}/rearrangement?reason=own")
    assert suggested(page) == []
    assert "you have no working times yet" in page.text
