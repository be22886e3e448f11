"""A form that makes something, sent twice: by a second press, a lost answer or the back button. It makes one thing."""

from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from app.booking.booking import Booking
from app.booking.sick_day import SickDay
from app.calendars.feed_address import FeedAddress
from app.database import db
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from app.scheduling.working_time import WorkingTime
from tests import world
from tests.blueprints.pages import read
from tests.browser import Page
from tests.visitor import Visitor

DAY = f"{world.in_days(6):%Y-%m-%d}"
CLIENT = {"name": "Jonas Peters", "email": "jonas@example.net"}


class Making(NamedTuple):
    """A form that makes rows of a table, and what is typed into it."""

    page: str
    button: str
    typed: dict[str, str]
    table: type


FORMS = {
    "time off": Making("/times-off", "Take time off", {"from_date": DAY}, TimeOff),
    "a block": Making(f"/calendar/time?start={DAY}T14:00", "Block it", {}, TimeOff),
    "extra time": Making(
        "/working-times/extra",
        "Add extra time",
        {"from_date": DAY, "from_time": "20:00", "to_time": "22:00"},
        ExtraTime,
    ),
    "hours": Making("/working-times?add=1", "Add hours", {"starts": "20:00", "ends": "21:00"}, WorkingTime),
    "a session": Making(f"/calendar/time?start={DAY}T14:00", "Book session", CLIENT, Booking),
    "a feed": Making("/settings/calendars", "Make a private address", {}, FeedAddress),
}


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def rows(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def told(page: Page) -> list[str]:
    """What the page says of the change."""
    return [one.text for one in read(page.text).elements if "told" in one.attributes.get("class", "").split()]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_sent_twice_makes_one_thing_and_is_answered_alike(desk, form):
    page, before = desk.open(form.page), rows(form.table)
    first = desk.press(page, form.button, **form.typed)
    made = db.session.scalars(select(form.table.id).order_by(form.table.id)).all()
    again = desk.press(page, form.button, **form.typed)
    assert rows(form.table) == before + 1
    assert db.session.scalars(select(form.table.id).order_by(form.table.id)).all() == made
    assert (again.status, told(again)) == (first.status, told(first)) == (200, told(first))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_that_makes_something_carries_a_number_of_its_own(desk, form):
    numbers = {dict(desk.open(form.page).filled(form.button)[1])["once"] for _ in range(3)}
    assert len(numbers) == 3
    assert min(map(len, numbers)) >= 16


def preview(desk: Visitor) -> Page:
    return desk.press(desk.open(f"/sick-days/new?from_date={DAY}"), "See what will be sent")


def test_a_sick_day_sent_twice_is_one_and_taking_it_back_opens_the_day(desk, mara):
    page = preview(desk)
    first = desk.press(page, "Close this time")
    again = desk.press(page, "Close this time")
    assert (again.url, rows(SickDay), rows(TimeOff)) == (first.url, 1, 1)
    desk.press(again, "Open the time again")
    assert rows(TimeOff) == 0


def test_a_sick_day_that_was_taken_back_can_be_sent_again_by_the_same_form(desk):
    page = preview(desk)
    desk.press(desk.press(page, "Close this time"), "Open the time again")
    desk.press(page, "Close this time")
    assert (rows(SickDay), rows(TimeOff)) == (2, 1)


def test_the_number_of_a_form_counts_only_with_what_was_typed(desk):
    page = desk.open("/times-off")
    desk.press(page, "Take time off", from_date=DAY)
    desk.press(page, "Take time off", from_date=f"{world.in_days(8):%Y-%m-%d}")
    assert rows(TimeOff) == 2


def test_what_was_taken_back_can_be_made_again_by_the_same_form(desk):
    page = desk.open("/times-off")
    desk.press(desk.press(page, "Take time off", from_date=DAY), "Undo")
    assert rows(TimeOff) == 0
    desk.press(page, "Take time off", from_date=DAY)
    assert rows(TimeOff) == 1


def test_time_off_sent_twice_names_the_sessions_in_it_twice(desk, mara):
    """The first answer may be the one that was lost."""
    world.INES.asks(mara, world.in_days(6))
    page = desk.open("/times-off")
    for _ in range(2):
        assert "Ines K" in desk.press(page, "Take time off", from_date=DAY).text


def test_hours_sent_twice_are_taken_back_by_one_undo(desk, mara):
    before = rows(WorkingTime)
    page = desk.open("/working-times?add=1")
    for _ in range(2):
        answer = desk.press(page, "Add hours", starts="20:00", ends="21:00")
    desk.press(answer, "Undo")
    assert rows(WorkingTime) == before


def test_another_therapist_with_the_same_number_makes_their_own(desk, mara, otto, visitor):
    number = dict(desk.open("/times-off").filled("Take time off")[1])["once"]
    for browser in (desk, visitor("otto@example.com")):
        form, fields = browser.open("/times-off").filled("Take time off", from_date=DAY)
        browser.post(form.action, [*((name, text) for name, text in fields if name != "once"), ("once", number)])
    assert {one.therapist_id for one in db.session.scalars(select(TimeOff))} == {mara.id, otto.id}
