"""Every screen, and how one gets there."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.waiting import wait_until
from tools.screens.practice import NADIA, Practice

PLAIN = """<meta name="color-scheme" content="light dark">
<style>body { margin: 20px; font: 14px/1.5 monospace; white-space: pre-wrap; overflow-wrap: anywhere }</style>"""
Steps = Callable[[Page], None]


MAILS = {
    "received": "We have your session request",
    "new-request": "A new session request",
    "confirmed": "Your session is confirmed",
    "times-offered": "Please choose a new time by",
    "cancelled": "Your session is cancelled",
    "reminder": "A reminder of your session",
    "day-list": "Your sessions today",
}


class Screen(NamedTuple):
    name: str
    address: str
    steps: Steps | None = None
    after: Steps | None = None
    sizes: tuple[str, ...] = ("phone", "desk")


DESK = ("desk",)
AS_APP = "today"  # what a browser shows before the app is installed
OVERVIEW = ("today-phone-light", "calendar-desk-light", "offer-times-phone-light")


def mails(practice: Practice) -> dict[str, str]:
    """Mails as they look, and one as plain text."""
    looked_at = {name: practice.mail(subject) for name, subject in MAILS.items()}
    pictures = {f"mail-{name}": mail.html for name, mail in looked_at.items()}
    return pictures | {"mail-plain-text": PLAIN + escape(looked_at["times-offered"].text)}


def for_everybody(practice: Practice) -> list[Screen]:
    """What needs no sign-in: the directory, and what clients' links open."""
    week = practice.now.date() + timedelta(days=7 - practice.now.weekday())
    return [
        Screen("directory", "/", _wait_for_everybody),
        Screen("therapist", f"/t/mara-lindt?from={week}"),
        Screen("request", f"/t/mara-lindt?from={week}", _choose_a_slot),
        Screen("request-errors", f"/t/mara-lindt?from={week}", _request_in_haste),
        Screen("session-requested", practice.link("mara-lindt", "Ines")),
        Screen("session-agreed", practice.link("mara-lindt", "Tom")),
        Screen("session-cancelled", practice.link("mara-lindt", "Carla")),
        Screen("offer-times", practice.link("mara-lindt", "Elif", to_offer=True)),
        Screen("offer-times-german", practice.link("samir-haddad", "Ines", to_offer=True)),
        Screen("offer-location", practice.link("mara-lindt", "Bram", to_offer=True)),
        Screen("offer-accepted", practice.link("otto-brandt", "Ines", to_offer=True)),
        Screen("offer-expired", practice.link("noor-de-vries", "Ines", to_offer=True)),
        Screen("sign-in", "/sign-in"),
        Screen("not-found", "/nothing-here"),
        Screen("offline", "/", _lose_the_connection),
        Screen("mailbox", "/mailbox"),
    ]


def for_the_therapist(practice: Practice) -> list[Screen]:
    day, week = practice.now.date(), practice.now.date() + timedelta(days=7)
    return [
        Screen("today", "/dashboard"),
        Screen("waiting-confirmation", "/dashboard", _confirm_offline, after=_as_if_never_confirmed),
        Screen("sessions", "/sessions"),
        Screen("to-answer", "/dashboard", _follow("Ines Keller")),
        Screen("awaiting", "/dashboard", _follow("Elif Demir")),
        Screen("agreed", "/dashboard", _follow("Tom Okafor")),
        Screen("offer-builder", "/sessions", _build_an_offer),
        Screen("offer-builder-errors", "/sessions", _build_an_offer_of_nothing),
        Screen("changed-meanwhile", "/sessions", _hear_of_a_change),
        Screen("edit-location", "/sessions", _edit_the_location),
        Screen("calendar", f"/calendar?date={day}"),
        Screen("calendar-panel", f"/calendar?date={day}", _open_a_block, sizes=DESK),
        Screen("calendar-offered", f"/calendar?date={week}"),
        Screen("calendar-day", f"/calendar?view=day&date={day + timedelta(days=1)}"),
        Screen("calendar-list", f"/calendar?view=list&date={day}"),
        Screen("empty-time", f"/calendar/time?start={week}T12:00"),
        Screen("working-times", "/working-times"),
        Screen("time-off", "/times-off"),
        Screen("extra-time", "/working-times/extra"),
        Screen("bank-holidays", "/working-times/bank-holidays?country=GB&part=ENG"),
        Screen("booking-rules", "/working-times/rules"),
        Screen("sick-day", "/sick-days/new", _plan_a_sick_day),
        Screen("settings", "/settings"),
        Screen("calendars-outside", "/settings/calendars"),
        Screen("offline-kept", "/settings", _keep_todays_list),
    ]


def for_who_has_just_joined(_: Practice) -> list[Screen]:
    return [
        Screen("today-empty", "/dashboard"),
        Screen("sessions-empty", "/sessions"),
        Screen("install-hint", "/dashboard", _offer_to_install),
    ]


def for_the_operator(_: Practice) -> list[Screen]:
    return [Screen("operator", "/operator")]


WALKS = (
    (for_everybody, ""),
    (for_the_therapist, "mara@example.com"),
    (for_who_has_just_joined, NADIA),
    (for_the_operator, "operator@example.com"),
)


def _wait_for_everybody(page: Page) -> None:
    """Who has just joined is listed at once; when they are next free is found out by the next sweep."""

    def all_have_times() -> bool:
        page.reload()
        return not page.get_by_text("No free time").count()

    wait_until(all_have_times, timeout=90)


def _request_in_haste(page: Page) -> None:
    _choose_a_slot(page)
    page.get_by_label("E-mail", exact=True).fill("ines@")
    _press(page, "Request session")
    expect(page.get_by_text("Please look at the marked fields.")).to_be_visible()


def _choose_a_slot(page: Page) -> None:
    page.locator(".slot").nth(3).click()
    expect(page.get_by_role("heading", level=1, name=re.compile("^Request a session"))).to_be_visible()


def _lose_the_connection(page: Page) -> None:
    """The page is there, and nothing else answers: otherwise it leads away at once."""
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")  # it has what the page is made of
    page.route(re.compile(r"/(?!offline$|static/)[^/]*$"), lambda route: route.abort())
    page.goto("/offline")
    expect(page.get_by_text("Trying again by itself")).to_be_visible()


def _follow(name: str) -> Steps:
    def steps(page: Page) -> None:
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading", name=name, exact=True).first).to_be_visible()

    return steps


def _open(page: Page, name: str) -> None:
    """As a page of its own, also at a desk."""
    page.goto(page.get_by_role("link", name=name, exact=True).first.get_attribute("href") or "")


def _press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name, exact=True).click()


def _build_an_offer(page: Page) -> None:
    _open(page, "Tom Okafor")
    _press(page, "Edit date/time", "I need to change it")
    suggested = page.get_by_role("group", name="Suggested times").get_by_role("button")
    for number in (1, 2):
        suggested.first.click()
        expect(page.get_by_role("group", name=f"Alternative {number}")).to_be_visible()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def _build_an_offer_of_nothing(page: Page) -> None:
    _open(page, "Tom Okafor")
    _press(page, "Edit date/time", "I need to change it", "Add alternative...")
    expect(page.get_by_role("group", name="Alternative 1")).to_be_visible()
    _press(page, "Offer alternatives")
    expect(page.get_by_text("Please look at the marked alternatives")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")


def _hear_of_a_change(page: Page) -> None:
    """As it is told while somebody types."""
    _build_an_offer(page)
    page.evaluate("document.getElementById('meanwhile').hidden = false")


def _offer_to_install(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('beforeinstallprompt'))")
    expect(page.locator("install-hint")).to_be_visible()


def _confirm_offline(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("button", name="Confirm session", exact=True).first.click()
    expect(page.get_by_role("button", name="Don't confirm after all")).to_be_visible()


def _as_if_never_confirmed(page: Page) -> None:
    _press(page, "Don't confirm after all")


def _open_a_block(page: Page) -> None:
    page.get_by_role("link", name=re.compile("to answer")).first.click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Confirm session")).to_be_visible()


def _keep_todays_list(page: Page) -> None:
    page.get_by_role("switch", name="Keep today's list on this device").check()
    expect(page.get_by_text("Kept from now on.")).to_be_visible()
    page.context.set_offline(True)
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name=re.compile("as of"))).to_be_visible()
    # The browser forgets that it is to pretend while pictures are taken.
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")


def _edit_the_location(page: Page) -> None:
    _open(page, "Tom Okafor")
    _press(page, "Edit location", "I need to change it")
    expect(page.get_by_role("button", name="Save change")).to_be_visible()


def _plan_a_sick_day(page: Page) -> None:
    page.get_by_label("First day", exact=True).fill(page.evaluate("() => globalThis.__nextDay"))
    page.get_by_label("Message to all of them", exact=True).fill("I have a fever and cannot come in.")
    _press(page, "See what will be sent")
    expect(page.get_by_role("button", name="Send all offers")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
