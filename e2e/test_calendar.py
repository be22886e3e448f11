"""The calendar: empty time is booked or blocked, sessions are opened and dragged."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from e2e.page_scripts import has_scripts
from e2e.steps import ASKED, LONDON, OWN, Client, Therapist, calendar_entry, mentions
from e2e.variants import also_by_keyboard, at_a_desk, on_a_phone, with_and_without_scripts
from tests.world import in_days

TEN, NOON = in_days(3, "10:00"), in_days(3, "12:00")


def looks_at_calendar(mara: Therapist, at: datetime, view: str = "") -> None:
    mara.at(f"/calendar?date={local(at):%Y-%m-%d}{view}")


def local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(LONDON))


def day(mara: Therapist, at: datetime) -> Locator:
    name = re.compile(rf"^{local(at):%A} {local(at).day} {local(at):%B}($| ·)")
    return mara.page.get_by_role("region", name=name)


def block(mara: Therapist, at: datetime, words: str) -> Locator:
    return day(mara, at).get_by_role("link", name=re.compile(words))


def another_day(at: datetime) -> datetime:
    """Of the same week."""
    return next(one for one in (in_days(2), in_days(4)) if local(one).isocalendar()[1] == local(at).isocalendar()[1])


def day_of_the_week(mara: Therapist, at: datetime) -> Locator:
    """The link to it above the day that is shown."""
    name = f"{local(at):%A} {local(at).day} {local(at):%B}"
    return mara.page.get_by_role("navigation", name="Days of this week").get_by_role("link", name=name)


def books(mara: Therapist, client: Client) -> None:
    mara.types("Client's name", client.name)
    mara.types("E-mail", client.email)
    mara.presses("Book session")
    mara.page.wait_for_url("**/calendar?**")


@also_by_keyboard(scripts=(True, False))
def test_empty_time_is_booked_for_a_client_and_the_next_blocked(mara, jonas, watch):
    watch.expects(422)
    looks_at_calendar(mara, TEN)
    mara.hands.press(day(mara, TEN).get_by_role("link", name="10:00 to 11:00, free"))
    mara.presses("Book session")
    mara.sees("Nothing was booked yet")
    books(mara, jonas)
    mara.sees("Booked and confirmed")
    expect(block(mara, TEN, "^Jonas P., confirmed, 10:00 to 10:50, Room 1$")).to_be_visible()
    confirmed = jonas.is_mailed("Your session is confirmed")
    mentions(confirmed, TEN, "has booked")
    assert "METHOD:REQUEST" in calendar_entry(confirmed)
    mara.hands.press(day(mara, TEN).get_by_role("link", name="12:00 to 13:00, free"))
    mara.unfolds("Block this time")
    mara.types("What for", "Dentist")
    mara.presses("Block it")
    mara.page.wait_for_url("**/calendar?**")
    expect(day(mara, NOON).get_by_text("Dentist", exact=True)).to_be_visible()
    mara.presses("Undo")
    expect(day(mara, NOON).get_by_role("link", name="12:00 to 13:00, free")).to_be_attached()


@at_a_desk
def test_a_session_opens_beside_the_calendar_which_follows_what_changes(mara, ines):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, TEN)
    with mara.staying_on_the_page():
        block(mara, TEN, "^Ines K., to answer").click()
        mara.presses("Confirm session")
        expect(block(mara, TEN, "^Ines K., confirmed")).to_be_visible()
        expect(mara.page.locator("#announcer")).to_have_text("Ines K.: Confirmed")
        mara.page.keyboard.press("Escape")
        expect(mara.page.get_by_role("dialog")).to_have_count(0)
        expect(block(mara, TEN, "^Ines K., confirmed")).to_be_focused()


@at_a_desk
def test_what_was_just_blocked_can_still_be_undone_when_a_client_acted_meanwhile(mara, ines):
    blocks_noon(mara)
    with mara.staying_on_the_page():
        for done in (lambda: ines.requests(mara, TEN), ines.cancels):
            before = block(mara, TEN, "^Ines K., to answer").count()
            done()
            expect(block(mara, TEN, "^Ines K., to answer")).to_have_count(1 - before)
            mara.sees("Blocked:")
    mara.presses("Undo")
    mara.does_not_see("Blocked:")
    expect(day(mara, NOON).get_by_role("link", name="12:00 to 13:00, free")).to_be_attached()


@at_a_desk
def test_two_minutes_later_it_goes_with_what_a_client_does(mara, ines):
    mara.page.clock.install()
    blocks_noon(mara)
    ines.requests(mara, TEN)
    expect(block(mara, TEN, "^Ines K., to answer")).to_be_visible()
    mara.sees("Blocked:")
    mara.page.clock.fast_forward("02:00")
    ines.cancels()
    expect(block(mara, TEN, "^Ines K., to answer")).to_have_count(0)
    mara.does_not_see("Blocked:")


def blocks_noon(mara: Therapist) -> None:
    looks_at_calendar(mara, TEN)
    mara.hands.press(day(mara, NOON).get_by_role("link", name="12:00 to 13:00, free"))
    mara.unfolds("Block this time")
    mara.presses("Block it")
    mara.sees("Blocked:")


@on_a_phone
def test_on_a_phone_a_session_is_a_page_and_the_days_are_a_tap_away(mara, ines):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, in_days(3))
    block(mara, TEN, "^Ines K., to answer").click()
    mara.sees_title(ines.name)
    looks_at_calendar(mara, TEN)
    other = another_day(TEN)
    expect(day(mara, other)).to_be_hidden()
    with mara.staying_on_the_page():
        day_of_the_week(mara, other).click()
        expect(day(mara, other)).to_be_visible()


@with_and_without_scripts
@on_a_phone
def test_on_a_phone_the_calendar_is_turned_by_a_day(mara):
    looks_at_calendar(mara, TEN)
    for link, shown in (("Later", in_days(4)), ("Earlier", TEN), ("Earlier", in_days(2))):
        mara.page.get_by_role("link", name=link, exact=True).click()
        at = local(shown)
        expect(mara.page.get_by_role("heading", name=f"{at:%A} {at.day} {at:%B %Y}", exact=True)).to_be_visible()
        expect(day(mara, shown)).to_be_visible()


@pytest.mark.parametrize("view", ["", "&view=list"])
def test_turning_the_calendar_by_keyboard_keeps_the_focus_and_says_what_it_shows(mara, view):
    looks_at_calendar(mara, TEN, view)
    shown = mara.page.get_by_role("heading", name=re.compile(r" \d{4}$"))
    for name in ("Later", "Later", "Earlier", "Today"):
        link = mara.page.get_by_role("navigation", name="Other dates").get_by_role("link", name=name)
        link.focus()
        before = shown.inner_text()
        mara.page.keyboard.press("Enter")
        expect(shown).not_to_have_text(before, use_inner_text=True)
        expect(link).to_be_focused()
        expect(mara.page.locator("#announcer")).to_have_text(shown.inner_text())


def test_choosing_a_view_or_a_day_by_keyboard_keeps_the_focus(mara, size):
    looks_at_calendar(mara, TEN)
    views = mara.page.get_by_role("navigation", name="View")
    for name in ("Week" if size == "phone" else "Day", "List", "Day"):
        is_chosen_by_keyboard(views.get_by_role("link", name=name))
    is_chosen_by_keyboard(day_of_the_week(mara, another_day(TEN)))


def is_chosen_by_keyboard(link: Locator) -> None:
    expect(link).not_to_have_attribute("aria-current", re.compile("true|date"))
    link.focus()
    link.page.keyboard.press("Enter")
    expect(link).to_have_attribute("aria-current", re.compile("true|date"))
    expect(link).to_be_focused()


@at_a_desk
@pytest.mark.parametrize("reason", [ASKED, OWN])
def test_a_dragged_session_opens_the_form_and_is_not_moved_by_that(mara, ines, reason):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, TEN)
    drags(mara, block(mara, TEN, "^Ines K."), minutes=125)
    mara.page.mouse.up()
    mara.sees_title("Edit date/time")
    mara.presses(reason)
    label = mara.page.get_by_label("Time", exact=True)
    expect(label.first).to_have_value("12:00")
    looks_at_calendar(mara, TEN)
    expect(block(mara, TEN, "^Ines K., to answer, 10:00 to 10:50")).to_be_visible()


@at_a_desk
def test_escape_lets_go_of_a_dragged_session(mara, ines):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, TEN)
    dragged = block(mara, TEN, "^Ines K.")
    with mara.staying_on_the_page():
        drags(mara, dragged, minutes=125)
        mara.page.keyboard.press("Escape")
        expect(dragged).not_to_have_class(re.compile("block--dragged"))
        mara.page.mouse.up()
    expect(block(mara, TEN, "^Ines K., to answer, 10:00 to 10:50")).to_be_visible()


def drags(mara: Therapist, what: Locator, minutes: int) -> None:
    """Down by so many minutes; not let go of yet."""
    has_scripts(mara.page)
    box = what.bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 10
    mara.page.mouse.move(x, y)
    mara.page.mouse.down()
    mara.page.mouse.move(x, y + 20)
    mara.page.mouse.move(x, y + minutes * box["height"] / 50)
    expect(what).to_have_class(re.compile("block--dragged"))


@with_and_without_scripts
def test_the_list_leads_to_the_same(mara, ines):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, TEN)
    mara.page.keyboard.press("Tab")
    mara.page.get_by_role("link", name="Show as a list").focus()
    mara.page.keyboard.press("Enter")
    mara.page.wait_for_url("**view=list**")
    mara.page.get_by_role("link", name=re.compile("^Ines K., to answer")).click()
    expect(mara.page.get_by_role("button", name="Confirm session")).to_be_visible()


def test_what_is_not_asked_for_is_not_shown(mara, ines):
    ines.requests(mara, TEN)
    looks_at_calendar(mara, TEN)
    expect(block(mara, TEN, "^Ines K.")).to_be_visible()
    mara.page.get_by_text("Filter", exact=True).click()
    with mara.staying_on_the_page():
        mara.page.get_by_label("Confirmed", exact=True).check()
        mara.presses("Show")
        expect(block(mara, TEN, "^Ines K.")).to_have_count(0)
        mara.follows("Show everything")
        expect(block(mara, TEN, "^Ines K.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_filter_button_stays_where_it_was_pressed(mara, width):
    mara.page.set_viewport_size({"width": width, "height": 900})
    looks_at_calendar(mara, TEN)
    button = mara.page.locator(".calendar__filter summary")
    before = button.bounding_box()
    button.click()
    expect(mara.page.get_by_label("Location")).to_be_visible()
    assert button.bounding_box() == before
    form = mara.page.locator(".calendar__filter form").bounding_box()
    assert form["y"] >= before["y"] + before["height"], "its form unfolds below"
    button.click()
    expect(mara.page.get_by_label("Location")).to_be_hidden()
    assert button.bounding_box() == before
