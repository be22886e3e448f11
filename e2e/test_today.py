"""At a desk a session opens beside the list that it stands in; elsewhere it is a page."""

import re

from playwright.sync_api import Locator, expect

from e2e.steps import Therapist
from e2e.variants import at_a_desk, on_a_phone
from tests.world import in_days

TEN, NOON = in_days(3, "10:00"), in_days(3, "12:00")


def panel(mara: Therapist) -> Locator:
    return mara.page.get_by_role("dialog", name="Session")


@at_a_desk
def test_a_session_opens_beside_the_list_and_both_tell_what_is_answered(mara, ines, jonas):
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    mara.looks_at_today()
    with mara.staying_on_the_page():
        mara.follows(ines.name)
        expect(panel(mara).get_by_role("heading", name=ines.name)).to_be_visible()
        expect(mara.row(ines).get_by_role("button", name="Confirm session")).to_have_count(0)
        panel(mara).get_by_role("button", name="Confirm session").click()
        expect(panel(mara).get_by_text("Confirmed", exact=True)).to_be_visible()
        expect(mara.row(ines).get_by_text("Confirmed", exact=True)).to_be_visible()
        expect(mara.page.locator("#counts")).to_contain_text("1 to answer")
        mara.row(jonas).get_by_role("link", name=jonas.name).click()
        expect(panel(mara).get_by_role("heading", name=jonas.name)).to_be_visible()


@at_a_desk
def test_what_is_open_has_an_address_and_the_way_back_leads_to_the_list(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    mara.follows(ines.name)
    mara.page.wait_for_url(re.compile(r"/sessions/\d+$"))
    expect(panel(mara).get_by_role("button", name="Close")).to_be_focused()
    mara.page.go_back()
    mara.page.wait_for_url("**/dashboard")
    expect(panel(mara)).to_have_count(0)
    mara.follows(ines.name)
    expect(panel(mara).get_by_role("button", name="Close")).to_be_focused()
    mara.page.keyboard.press("Escape")
    expect(panel(mara)).to_have_count(0)
    expect(mara.row(ines).get_by_role("link", name=ines.name)).to_be_focused()
    mara.page.wait_for_url("**/dashboard")
    mara.follows(ines.name)
    expect(panel(mara)).to_be_visible()
    mara.page.reload()
    mara.sees_title(ines.name)


@on_a_phone
def test_on_a_phone_a_session_of_the_list_is_a_page(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    mara.follows(ines.name)
    mara.sees_title(ines.name)
