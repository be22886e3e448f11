"""At a desk a session opens beside the list that it stands in; elsewhere it is a page."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Route, expect

from e2e.steps import Client, Therapist
from e2e.variants import at_a_desk, on_a_phone, without_worker
from tests.world import in_days

TEN, NOON = in_days(3, "10:00"), in_days(3, "12:00")


def panel(mara: Therapist) -> Locator:
    return mara.page.get_by_role("dialog", name="Session")


def opens_beside(mara: Therapist, client: Client) -> None:
    mara.row(client).get_by_role("link", name=client.name, exact=True).click()
    sees_beside(mara, client)


def sees_beside(mara: Therapist, client: Client) -> None:
    expect(panel(mara).get_by_role("heading", name=client.name)).to_be_visible()
    expect(panel(mara).get_by_role("button", name="Close")).to_be_focused()


def sees_only_the_list(mara: Therapist) -> None:
    mara.page.wait_for_url("**/dashboard")
    mara.sees_title(re.compile("^Good "))
    expect(panel(mara)).to_have_count(0)


@at_a_desk
def test_a_session_opens_beside_the_list_and_both_tell_what_is_answered(mara, ines, jonas):
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    mara.looks_at_today()
    with mara.staying_on_the_page():
        opens_beside(mara, ines)
        expect(mara.row(ines).get_by_role("button", name="Confirm session")).to_have_count(0)
        panel(mara).get_by_role("button", name="Confirm session").click()
        expect(panel(mara).get_by_text("Confirmed", exact=True)).to_be_visible()
        expect(mara.row(ines).get_by_text("Confirmed", exact=True)).to_be_visible()
        expect(mara.page.locator("#counts")).to_contain_text("1 to answer")
        opens_beside(mara, jonas)


@at_a_desk
def test_what_is_open_has_an_address_and_a_title_and_the_way_back_leads_to_the_list(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    opens_beside(mara, ines)
    mara.page.wait_for_url(re.compile(r"/sessions/\d+$"))
    expect(mara.page).to_have_title("(1) I. K. · Holdfast")
    with mara.staying_on_the_page():
        mara.page.go_back()
        sees_only_the_list(mara)
        expect(mara.page).to_have_title("(1) Today · Holdfast")
        mara.page.go_forward()
        sees_beside(mara, ines)
        mara.page.keyboard.press("Escape")
        sees_only_the_list(mara)
    expect(mara.row(ines).get_by_role("link", name=ines.name)).to_be_focused()
    expect(mara.page).to_have_title("(1) Today · Holdfast")


@at_a_desk
def test_what_is_open_is_a_page_when_it_is_loaded_anew_from_where_back_leads_to_the_list(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    opens_beside(mara, ines)
    mara.page.reload()
    mara.sees_title(ines.name)
    mara.page.go_back()
    sees_only_the_list(mara)


@at_a_desk
def test_back_from_a_form_and_back_again_leads_to_the_list(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    opens_beside(mara, ines)
    mara.presses("Edit date/time")
    mara.sees_title("Edit date/time")
    mara.page.go_back()
    expect(mara.page.get_by_role("heading", name=ines.name)).to_be_visible()
    mara.page.go_back()
    sees_only_the_list(mara)


@at_a_desk
def test_back_goes_through_the_sessions_that_were_open_to_the_list(mara, ines, jonas):
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    mara.looks_at_today()
    opens_beside(mara, ines)
    opens_beside(mara, jonas)
    mara.page.go_back()
    sees_beside(mara, ines)
    mara.page.go_back()
    sees_only_the_list(mara)


@at_a_desk
def test_words_that_were_not_sent_stand_there_again(mara, ines, jonas):
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    mara.looks_at_today()
    opens_beside(mara, ines)
    reason = panel(mara).get_by_label("Your reason")
    panel(mara).get_by_text("Decline…").click()
    reason.fill("I am away")
    mara.page.keyboard.press("Escape")
    expect(reason).to_be_visible()
    opens_beside(mara, jonas)
    expect(reason).to_have_value("")
    opens_beside(mara, ines)
    expect(reason).to_be_visible()
    expect(reason).to_have_value("I am away")
    panel(mara).get_by_role("button", name="Close").click()
    sees_only_the_list(mara)
    opens_beside(mara, ines)
    expect(reason).to_have_value("I am away")


@without_worker
@at_a_desk
def test_on_a_slow_line_the_panel_says_so_and_what_was_chosen_last_comes(mara, ines, jonas):
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    mara.looks_at_today()
    let_through = holds(mara)
    with mara.staying_on_the_page():
        for client in (ines, jonas, jonas):
            mara.row(client).get_by_role("link", name=client.name, exact=True).click()
        expect(panel(mara).get_by_role("status")).to_have_text("One moment…")
        let_through()
        sees_beside(mara, jonas)
        expect(panel(mara).get_by_text("One moment…")).to_be_hidden()


def holds(mara: Therapist) -> Callable[[], None]:
    """Nothing that is fetched from a session's address arrives, until it is let through."""
    held: list[Route] = []
    free = False
    mara.page.route(re.compile(r"/sessions/\d+$"), lambda route: route.continue_() if free else held.append(route))

    def let_through() -> None:
        nonlocal free
        free = True
        for route in held:
            route.continue_()

    return let_through


@at_a_desk
def test_a_window_that_becomes_narrow_keeps_what_is_open(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    opens_beside(mara, ines)
    mara.page.set_viewport_size({"width": 1000, "height": 700})
    expect(panel(mara).get_by_role("heading", name=ines.name)).to_be_visible()
    expect(mara.row(ines)).to_have_count(0)
    jonas.requests(mara, NOON)
    expect(mara.page).to_have_title("(2) I. K. · Holdfast")
    panel(mara).get_by_role("button", name="Close").click()
    expect(mara.row(ines)).to_be_visible()
    expect(mara.row(jonas)).to_be_visible()
    mara.follows(ines.name)
    mara.sees_title(ines.name)


@on_a_phone
def test_on_a_phone_a_session_of_the_list_is_a_page(mara, ines):
    ines.requests(mara, TEN)
    mara.looks_at_today()
    mara.follows(ines.name)
    mara.sees_title(ines.name)
