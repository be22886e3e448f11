"""Nothing on any page, nor what comes after a press, shuts anybody out, as far as axe-core can judge it."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from e2e.axe import Found
from e2e.steps import ASKED, BERLIN
from e2e.variants import at_a_desk
from tests.everything import MARA, OLIVE
from tests.world import in_days

TEN, OTHER, THIRD, NOON = in_days(3, "10:00"), in_days(4, "10:00"), in_days(5, "10:00"), in_days(3, "12:00")


@pytest.mark.parametrize("email", ["", MARA, OLIVE], ids=["anybody", "therapist", "operator"])
def test_no_page_shuts_anybody_out(chromium, everything, email):
    """Whatever has an address: a new page is looked at without being named here."""
    found = Found()
    for page in everything.looked_at(chromium, email):
        found.on(page)
    assert found.violations == []


def test_no_page_of_a_client_shuts_anybody_out_in_german(chromium, everything):
    """One of each kind: the words differ, and how long they are."""
    found, seen = Found(), set()
    with everything.in_language("de"):
        for page in everything.looked_at(chromium, "", locale="de"):
            kind = re.sub(r"[\w-]{40,}", "", urlsplit(page.url).path)
            if kind not in seen and page.locator("html").get_attribute("lang") == "de":
                seen.add(kind)
                found.on(page)
    assert {"/", "/s/", "/o/"} <= seen
    assert found.violations == []


@at_a_desk
def test_nothing_that_a_client_brings_about_shuts_anybody_out(mara, ines, jonas, watch):
    watch.expects(409)
    watch.expects(422)
    found = Found()
    ines.at("/?kind=phone&on=2020-01-01")
    ines.page.get_by_label("Language").select_option(index=1)
    found.on_page_of(ines)
    ines.looks_at_times(mara)
    ines.looks_at_location("Phone call")
    found.on_page_of(ines)
    ines.chooses(TEN)
    ines.presses("Request session")
    ines.sees("Please look at the marked fields.")
    found.on_page_of(ines)
    jonas.requests(mara, TEN)
    ines.types("Your name", ines.name)
    ines.types("E-mail", ines.email)
    ines.presses("Request session")
    ines.sees("This time has just been taken.")
    found.on_page_of(ines)
    ines.chooses_instead(in_days(3, "11:30"), BERLIN)
    ines.presses("Request session")
    ines.page.wait_for_url("**/s/*")
    mara.moves(jonas, to=OTHER)
    jonas.opens(jonas.is_mailed("Your session has changed"))
    jonas.disputes()
    found.on_page_of(jonas)
    jonas.follows("Answer now")
    found.on_page_of(jonas)
    jonas.accepts_the_change()
    jonas.sees_title("You're booked")
    found.on_page_of(jonas)
    mara.relocates(ines, to="Room 2")
    ines.hears_nothing()
    ines.opens(ines.is_mailed("Please answer about your session by"))
    mara.withdraws(ines)
    ines.agrees()
    ines.sees("This offer has ended")
    found.on_page_of(ines)
    assert found.violations == []


@at_a_desk
def test_nothing_that_a_therapist_brings_about_shuts_anybody_out(mara, ines, jonas, watch):
    watch.expects(422)
    found = Found()
    for client, time in ((ines, TEN), (jonas, NOON)):
        client.requests(mara, time)
    mara.confirms(ines)
    mara.follows(ines.name)
    mara.sees("History")
    found.on_page_of(mara)
    mara.starts_an_offer(ines)
    found.on_page_of(mara)
    mara.presses("Offer alternatives")
    mara.sees("Add at least one alternative time")
    found.on_page_of(mara)
    mara.adds(1, NOON)
    mara.adds(2, in_days(4, "06:00"))
    mara.presses("Offer alternatives")
    mara.sees("Please look at the marked alternatives", "is held for Jonas")
    found.on_page_of(mara)
    mara.presses(ASKED)
    expect(mara.page.get_by_role("button", name="Save change")).to_be_visible()
    mara.types_time(mara.page.get_by_role("main"), NOON)
    mara.presses("Save change")
    mara.sees("is held for Jonas")
    found.on_page_of(mara)
    mara.offers(ines, OTHER, THIRD)
    found.on_page_of(mara)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.accepts(OTHER)
    ines.sees_title("You're booked")
    mara.opens(ines)
    found.on_page_of(mara)
    assert found.violations == []


@at_a_desk
def test_nothing_beside_the_calendar_shuts_anybody_out(mara, ines, watch):
    watch.expects(422)
    found = Found()
    ines.requests(mara, TEN)
    mara.at(f"/calendar?date={TEN:%Y-%m-%d}")
    mara.page.get_by_role("link", name=re.compile("^Ines K., to answer")).click()
    mara.presses("Confirm session")
    expect(mara.page.get_by_role("dialog").get_by_text("Confirmed", exact=True)).to_be_visible()
    found.on_page_of(mara)
    mara.presses("Close")
    mara.follows("Add…")
    mara.presses("Book session")
    mara.sees("Nothing was booked yet")
    found.on_page_of(mara)
    assert found.violations == []


@at_a_desk
def test_nothing_beside_a_list_shuts_anybody_out(mara, ines):
    ines.requests(mara, TEN)
    found = Found()
    for list_ in ("/dashboard", "/sessions"):
        mara.at(list_).follows(ines.name)
        expect(mara.page.get_by_role("dialog").get_by_role("button", name="Confirm session")).to_be_visible()
        found.on_page_of(mara)
    assert found.violations == []


@at_a_desk
def test_a_sick_day_shuts_nobody_out(mara, ines, jonas, watch):
    watch.expects(422)
    found = Found()
    for client, time in ((ines, TEN), (jonas, NOON)):
        client.requests(mara, time)
    mara.at("/sick-days/new")
    mara.presses("See what will be sent")
    mara.sees("Please look at the marked fields")
    found.on_page_of(mara)
    mara.plans_a_sick_day(TEN, words="I have a fever.")
    found.on_page_of(mara)
    mara.sends_all_offers()
    found.on_page_of(mara)
    mara.presses("Take all offers back")
    mara.sees("The time is open again")
    found.on_page_of(mara)
    assert found.violations == []


@at_a_desk
def test_no_refusal_shuts_anybody_out(mara, ines, watch):
    for status in (400, 403, 404, 405, 422, 429):
        watch.expects(status)
    found = Found()
    ines.at("/sign-in").presses("Sign in")
    ines.sees("Please look at the marked fields.")
    found.on_page_of(ines)
    ines.types("E-mail", mara.email)
    ines.types("Password", "wrong")
    ines.presses("Sign in")
    ines.sees("E-mail or password is not right.")
    found.on_page_of(ines)
    found.on_page_of(ines.at("/nothing/here"))
    found.on_page_of(mara.at("/operator"))
    found.on_page_of(mara.at("/bookings"))
    ines.looks_at_times(mara)
    ines.chooses(TEN)
    ines.types("Your name", ines.name)
    ines.types("E-mail", ines.email)
    ines.page.context.clear_cookies()
    ines.presses("Request session")
    ines.sees("This page was open for too long.")
    found.on_page_of(ines)
    assert found.violations == []
