"""A therapist's calendar at Google closes time here within seconds, until it is disconnected.

Google is one that runs here; the browser goes to its consent page and back, and worker processes read what it tells.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from e2e.axe import Found
from e2e.conftest import served_practice
from e2e.practice import Practice
from e2e.steps import LENGTH, Client, Therapist
from e2e.variants import also_by_keyboard, at_a_desk
from tests.google import BACKEND_ERROR, Account, Google
from tests.waiting import wait_until
from tests.world import in_days

TEN, NOON = in_days(2, "10:00"), in_days(2, "12:00")
SOON = 5.0  # seconds from the notification to the page: what is promised
CONNECTED = re.compile("^Connected: ")
READ = re.compile("^Last read ")


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with Google() as google:
        yield google
    assert google.problems == []


@pytest.fixture(scope="module")
def practice(google, new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    settings = {"SWEEP_SECONDS": "0.5", **google.settings()}
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("calendars"), **settings) as practice:
        google.register(practice.url)
        yield practice


@pytest.fixture
def account(google: Google, mara: Therapist) -> Account:
    """Mara's own at Google."""
    account = google.account(mara.email, "Mara Lindt")
    account.calendar("Choir")
    return account


def connects(mara: Therapist, account: Account) -> None:
    """From the settings to Google's page and back."""
    mara.at("/settings").follows("Other calendars")
    mara.sees_title("Other calendars")
    mara.presses("Connect Google Calendar")
    mara.page.wait_for_url("**/o/oauth2/**")
    allows(mara, account)
    mara.page.wait_for_url("**/settings/calendars")
    mara.sees(CONNECTED, READ)


def allows(mara: Therapist, account: Account) -> None:
    """On a page that is not ours."""
    mara.page.get_by_role("radio", name=account.email).check()
    mara.page.get_by_role("button", name="Allow").click()


def cannot_choose_soon(client: Client, mara: Therapist, offered: bool = False) -> None:
    """The slot is gone (or back) within the promised seconds."""

    def shown() -> bool:
        client.looks_at_times(mara)
        return client.slot(TEN).count() > 0

    wait_until(lambda: shown() is offered, timeout=SOON, every=0.2)


@also_by_keyboard()
def test_an_entry_elsewhere_closes_the_time_here_until_it_is_disconnected(mara, jonas, google, account):
    jonas.looks_at_times(mara)
    expect(jonas.slot(TEN)).to_be_visible()
    connects(mara, account)
    assert mara.page.get_by_role("checkbox", name=account.email).is_checked()
    wait_until(lambda: google.notices.open(account.primary))
    dentist = account.primary.add("Dentist", TEN - timedelta(minutes=10), TEN + LENGTH)
    cannot_choose_soon(jonas, mara)
    expect(jonas.slot(NOON)).to_be_visible()
    account.primary.cancel(dentist)
    cannot_choose_soon(jonas, mara, offered=True)
    account.primary.add("Dentist, once more", TEN, TEN + LENGTH)
    cannot_choose_soon(jonas, mara)
    mara.unfolds("Disconnect…")
    mara.presses("Disconnect")
    mara.sees(f"Disconnected: {account.email}.")
    cannot_choose_soon(jonas, mara, offered=True)
    assert google.count("oauth.revoke", account=None) > 0
    assert google.notices.open(account.primary) == []


@at_a_desk
def test_an_open_calendar_page_shows_what_is_taken_elsewhere(mara, google, account):
    connects(mara, account)
    wait_until(lambda: google.notices.open(account.primary))
    mara.at(f"/calendar?view=day&date={TEN:%Y-%m-%d}")
    with mara.staying_on_the_page():
        account.primary.add("Dentist", TEN, TEN + LENGTH)
        expect(mara.page.get_by_text("Busy elsewhere").first).to_be_attached(timeout=SOON * 1000 * 2)


def test_other_calendars_are_chosen_and_synced_at_once(mara, jonas, google, account):
    choir = account.calendars[1]
    connects(mara, account)
    google.notices.on = False
    try:
        choir.add("Rehearsal", TEN, TEN + LENGTH)
        mara.ticks("Choir")
        with mara.staying_on_the_page():
            mara.presses("Save choice")
            mara.sees(f"Busy times in {account.email} and Choir block times here.", READ)
        cannot_choose_soon(jonas, mara)
        account.primary.add("Dentist", NOON, NOON + LENGTH)
        with mara.staying_on_the_page():
            mara.presses("Sync now")
            mara.sees("We are reading it now. New busy times block times here in a moment.", READ)
        jonas.looks_at_times(mara)
        jonas.cannot_choose(NOON)
    finally:
        google.notices.on = True


@at_a_desk
def test_what_was_told_just_now_stays_when_news_draws_the_rest_anew(mara, google, account):
    connects(mara, account)
    mara.presses("Make a private address")
    with mara.staying_on_the_page():
        google.revoke(account)
        account.primary.add("Dentist", TEN, TEN + LENGTH)
        mara.sees("It is no longer connected.", "Your private address is made.")


@at_a_desk
def test_that_google_could_not_be_asked_stays_to_be_read_when_the_next_client_asks(mara, ines, jonas, google, account):
    connects(mara, account)
    ines.requests(mara, TEN)
    mara.looks_at_today()
    not_asked = f"{ines.name}: Google could not be asked just now"
    google.faults.always(BACKEND_ERROR)
    try:
        with mara.staying_on_the_page():
            mara.confirms_in_the_list(ines)
            mara.sees(not_asked)
            jonas.requests(mara, NOON)
            expect(mara.row(jonas)).to_be_visible()
            mara.sees(not_asked)
    finally:
        google.faults.clear()


@pytest.mark.parametrize(("size", "scripts"), [("desk", False)], indirect=True)
def test_without_scripts_a_button_finishes_it(mara, account, watch):
    mara.at("/settings/calendars").presses("Connect Google Calendar")
    allows(mara, account)
    mara.sees("Google said yes.")
    mara.presses("Finish connecting")
    mara.sees(CONNECTED)
    mara.page.get_by_text("Disconnect…").click()
    mara.presses("Disconnect")
    mara.sees(f"Disconnected: {account.email}.")


@at_a_desk
def test_saying_no_leaves_all_as_it_was(mara, account):
    mara.at("/settings/calendars").presses("Connect Google Calendar")
    mara.presses("Deny")
    mara.sees("You said no at Google")
    mara.presses("Connect Google Calendar")
    mara.page.wait_for_url("**/o/oauth2/**")


def test_no_state_of_the_page_shuts_anybody_out(mara, google, account):
    found = Found()
    found.on_page_of(mara.at("/settings/calendars"))
    connects(mara, account)
    mara.unfolds("Also write my sessions into this calendar")
    mara.unfolds("Disconnect…")
    found.on_page_of(mara)
    google.revoke(account)
    mara.presses("Sync now")
    mara.sees("It is no longer connected.")
    found.on_page_of(mara)
    assert found.violations == []
