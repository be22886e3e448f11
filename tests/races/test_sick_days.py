"""A sick day is sent once, from however many tabs, and never over what was booked at the same moment."""

from sqlalchemy import func, select

from app.booking.offer import Offer
from app.booking.sick_day import SickDay
from app.database import db
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import request_page
from tests.races.crowd import Crowd, Tab, statuses

TABS = 3


def preview(tab: Tab):
    day = f"{world.in_days(3):%Y-%m-%d}"
    page = tab.press(tab.open(f"/sick-days/new?from_date={day}"), "See what will be sent")
    assert page.status == 200, page.text
    return page


def count(table) -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_sent_from_several_tabs_at_once(web, tab, mara):
    for person, hour in ((world.INES, "10:00"), (world.JONAS, "12:00")):
        person.asks(mara, world.in_days(3, hour))
    answers = Crowd(web.url, [tab.ready(preview(tab), "Send all offers") for _ in range(TABS)]).release()
    assert statuses(answers) == [303, *[409] * (TABS - 1)]
    assert (count(SickDay), count(Offer)) == (1, 2)
    check_everything()


def test_one_form_sent_several_times_at_once_is_one_sick_day(web, tab, mara):
    world.INES.asks(mara, world.in_days(3))
    answers = Crowd(web.url, [tab.ready(preview(tab), "Send all offers")] * TABS).release()
    assert statuses(answers) == [303] * TABS
    assert (count(SickDay), count(Offer)) == (1, 1)
    check_everything()


def test_somebody_books_a_time_that_was_to_be_offered(web, tab, mara):
    world.INES.asks(mara, world.in_days(3))
    sending = tab.ready(preview(tab), "Send all offers")
    jonas = Tab(web.url)
    page = request_page(jonas, mara, world.in_days(10))  # the same weekday and hour: the first that Ines is offered
    asking = jonas.ready(page, "Request session", name="Jonas Peters", email="jonas@example.net")
    sent, asked = Crowd(web.url, [sending, asking]).release()
    assert (sent.status, asked.status) in [(303, 409), (409, 303)]
    assert count(SickDay) == (sent.status == 303)
    check_everything()
