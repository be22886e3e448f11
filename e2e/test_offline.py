"""Without a connection: what is told, what is kept, and how everything comes back by itself."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from app.assets import asset
from e2e.axe import shuts_nobody_out
from e2e.conftest import served_practice
from e2e.practice import Practice
from e2e.steps import ASKED, BERLIN
from tests.waiting import wait_until
from tests.world import INES, JONAS, in_days

KEEP = "Keep today's list on this device"
FIXED = sorted(["/offline", asset("app.css"), asset("offline.js")])
# Each address that any cache of this origin holds.
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(request.url);
  }
  return found;
}"""
# The browser's Back comes to this page while its script is on the way, and asking for it again takes a while.
COMES_BACK_EARLY = """new MutationObserver((_, watching) => {
  if (!document.querySelector("script[src*=offline]")) return;
  watching.disconnect();
  navigation.addEventListener("navigate", (event) => event.preventDefault(), { once: true });
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  window.cameBack = true;
}).observe(document, { childList: true, subtree: true })"""
READY = "async () => { await navigator.serviceWorker.ready; }"
NOT_REACHED = "We cannot reach Holdfast"
UNKNOWN = "What you sent just before may have arrived all the same"


@pytest.fixture(scope="module")
def practice(new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    """A practice whose server may be stopped."""
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("offline"), SWEEP_SECONDS="0.5") as practice:
        yield practice


@pytest.fixture
def size() -> str:
    """What these journeys try does not depend on the screen."""
    return "phone"


@pytest.fixture
def mara(mara, watch):
    """With the service worker at work. That a browser also complains of a missing connection is no news."""
    watch.expects_losses()
    mara.page.wait_for_load_state()
    mara.page.evaluate(READY)
    mara.looks_at_today()  # through the worker
    return mara


def test_without_a_connection_a_page_says_so_and_comes_back_by_itself(mara):
    mara.loses_the_line()
    mara.at("/calendar?view=list")
    mara.sees_title(NOT_REACHED)
    mara.sees("This device is offline.", "Nothing was sent.")
    mara.does_not_see("as of", UNKNOWN)
    mara.finds_the_line()
    expect(mara.page.get_by_role("heading", level=1)).not_to_have_text(NOT_REACHED)
    assert mara.page.url.endswith("/calendar?view=list")


def test_coming_back_to_it_before_its_script_is_there_breaks_nothing(mara):
    mara.page.add_init_script(COMES_BACK_EARLY)
    mara.loses_the_line()
    mara.at("/sessions")
    mara.page.wait_for_function("() => window.cameBack")
    mara.sees_title(NOT_REACHED)
    mara.sees("Nothing was sent.", "This device is offline.")


def test_a_server_that_does_not_answer_is_told_and_asked_again(mara, practice):
    practice.served.stop("web")
    try:
        mara.at("/sessions")
        mara.sees_title(NOT_REACHED)
        mara.sees("The connection or our server does not answer at the moment.", "Not reached yet.")
    finally:
        practice.served.start("web")
    mara.sees_title("Sessions")


def test_a_server_that_hangs_is_given_up_after_some_seconds(mara, practice):
    practice.served.pause("web")
    try:
        for path in ("/calendar", "/sessions"):  # what is opened next is given up as soon
            mara.page.goto(path, wait_until="commit")
            mara.sees_title(NOT_REACHED)
    finally:
        practice.served.resume("web")
    mara.sees_title("Sessions")


def test_the_installed_app_starts_with_todays_list_where_it_is_kept(mara, practice):
    practice.add_session_today(mara.slug, INES, 9)
    practice.add_session_today(mara.slug, JONAS, 14)
    mara.at("/settings")
    mara.page.get_by_role("switch", name=KEEP).check()
    mara.sees("Kept from now on.")
    starts_offline(mara.page)
    mara.sees_title(NOT_REACHED)
    mara.sees(re.compile(r"^Today as of \d\d:\d\d$"), "09:00–09:50", "I. K. · In person", "14:00–14:50", "J. P.")
    shuts_nobody_out(mara.page)
    shown = mara.page.get_by_role("main").inner_text()
    for private in ("Ines", "Keller", "Jonas", "Peters", "Room 1", "Harley"):
        assert private not in shown


def test_what_has_changed_since_is_in_the_list_when_today_was_opened_again(mara, practice):
    mara.at("/settings")
    mara.page.get_by_role("switch", name=KEEP).check()
    mara.sees("Kept from now on.")
    practice.add_session_today(mara.slug, INES, 11)
    with mara.page.context.expect_event("response", lambda answer: answer.url.endswith("/dashboard/kept")):
        mara.looks_at_today()
    starts_offline(mara.page)
    mara.sees("11:00–11:50")


def test_what_changes_in_place_renews_the_list_too(mara, ines):
    ines.requests(mara, in_days(3))
    mara.at("/settings")
    mara.page.get_by_role("switch", name=KEEP).check()
    mara.sees("Kept from now on.")
    mara.looks_at_today()
    mara.page.wait_for_load_state("networkidle")
    with mara.page.context.expect_event("response", lambda answer: answer.url.endswith("/dashboard/kept")):
        mara.row(ines).get_by_role("button", name="Confirm session").click()


def test_the_list_is_kept_until_it_is_switched_off(mara, practice):
    practice.add_session_today(mara.slug, INES, 9)
    mara.at("/settings")
    switch = mara.page.get_by_role("switch", name=KEEP)
    expect(switch).not_to_be_checked()
    switch.check()
    mara.sees("Kept from now on.")
    mara.at("/settings")
    expect(switch).to_be_checked()
    switch.uncheck()
    mara.sees("The list was deleted from this device.")
    starts_offline(mara.page)
    mara.sees_title(NOT_REACHED)
    mara.does_not_see("as of", "09:00–09:50")


def test_a_list_of_yesterday_is_not_shown(mara, practice):
    practice.add_session_today(mara.slug, INES, 9)
    mara.at("/settings")
    mara.page.get_by_role("switch", name=KEEP).check()
    mara.sees("Kept from now on.")
    mara.page.evaluate(AGE, 25 * 60 * 60 * 1000)
    starts_offline(mara.page)
    mara.sees_title(NOT_REACHED)
    mara.does_not_see("as of", "09:00–09:50")
    wait_until(lambda: mara.page.evaluate(RECORD) == ["owner"])  # it stays wanted, and is filled again next time


# Makes what is kept older by so many milliseconds.
AGE = """(age) => new Promise((resolve) => {
  indexedDB.open("kept-today").onsuccess = ({ target: { result: database } }) => {
    const store = database.transaction("kept", "readwrite").objectStore("kept");
    store.get(0).onsuccess = ({ target: { result: record } }) => {
      store.put({ ...record, at: record.at - age }, 0).onsuccess = () => { database.close(); resolve(); };
    };
  };
})"""
RECORD = """() => new Promise((resolve) => {
  indexedDB.open("kept-today").onsuccess = ({ target: { result: database } }) => {
    database.transaction("kept").objectStore("kept").get(0).onsuccess = ({ target: { result: record } }) => {
      database.close();
      resolve(Object.keys(record));
    };
  };
})"""


def test_after_a_walk_through_all_pages_only_the_public_list_is_cached(mara, ines):
    ten = in_days(3)
    ines.requests(mara, ten)
    mara.opens(ines)
    mara.starts_an_offer(ines)
    for path in ("/", f"/t/{mara.slug}", "/calendar", "/sessions", "/settings", "/working-times", "/times-off"):
        mara.at(path)
    mara.page.goto(ines.page.url)  # a client's own page, in the therapist's browser
    mara.at("/dashboard")
    assert sorted(urlsplit(address).path for address in mara.page.evaluate(CACHED)) == FIXED


def test_what_is_sent_without_a_connection_is_not_sent_later(mara, ines):
    """The worker answers for no form: what became of it only the server can say."""
    ines.requests(mara, in_days(3))
    mara.opens(ines)
    mara.loses_the_line()
    with mara.page.expect_event("framenavigated"):  # to the browser's own page
        mara.page.evaluate("document.querySelector('form[action$=confirmation]').submit()")
    mara.finds_the_line()
    mara.looks_at_today()
    mara.sees_status(ines, "To answer")


def test_what_was_pressed_without_a_connection_is_known_not_to_be_sent(mara, ines):
    ines.requests(mara, in_days(3))
    mara.opens(ines)
    mara.loses_the_line()
    mara.unfolds("Decline")
    mara.presses("Decline session")
    mara.sees("We could not reach Holdfast.")
    mara.at("/sessions")
    mara.sees("Nothing was sent.")
    mara.does_not_see(UNKNOWN)
    mara.finds_the_line()
    mara.sees_status(ines, "To answer")


def test_a_line_that_is_cut_after_something_was_sent_does_not_deny_it(mara, ines):
    """The answer leads to a page that does not come any more."""
    ines.requests(mara, in_days(3))
    mara.opens(ines)
    mara.presses("Edit location")
    mara.presses(ASKED)
    mara.selects_location(mara.page.get_by_role("main"), "Video call")
    after_the_answer(mara.page, "**/relocation", lambda: mara.page.context.set_offline(True))
    mara.presses("Save change")
    mara.sees_title(NOT_REACHED)
    mara.sees(UNKNOWN)
    mara.does_not_see("nothing was sent")
    mara.finds_the_line()
    mara.sees_title(ines.name)
    mara.sees_status(ines, "Confirmed")


def test_nor_after_signing_out(mara, practice):
    """The browser itself follows where that leads."""
    mara.at("/settings")
    after_the_answer(mara.page, "**/sign-out", lambda: practice.served.stop("web"))
    try:
        mara.page.get_by_role("button", name="Sign out").filter(visible=True).click()
        mara.sees_title(NOT_REACHED)
        mara.sees(UNKNOWN)
        mara.does_not_see("nothing was sent")
    finally:
        practice.served.start("web")
    mara.sees_title("Find a therapist")


def after_the_answer(page: Page, address: str, cut: Callable[[], None]) -> None:
    """What is sent there arrives and is answered; then the line is cut."""

    def answer_and_cut(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        cut()
        route.fulfill(response=answer)

    page.route(address, answer_and_cut)


def test_a_visitor_without_a_connection_reads_it_in_their_language(mara, new_client):
    ines = new_client("Ines Keller", BERLIN, "de-DE")
    ines.at("/").page.evaluate(READY)
    ines.loses_the_line()
    ines.at(f"/t/{mara.slug}")
    ines.sees_title("Holdfast ist nicht erreichbar")
    ines.finds_the_line()
    ines.sees_title("Mara Lindt")


def test_it_is_in_the_language_that_was_chosen_on_a_page(mara, ines):
    ines.at("/").page.evaluate(READY)
    ines.at("/").follows("Deutsch")
    ines.sees_title("Therapeutin oder Therapeuten finden")
    wait_until(lambda: ines.page.evaluate(LANGUAGE) == "de")
    ines.loses_the_line()
    ines.at(f"/t/{mara.slug}")
    ines.sees_title("Holdfast ist nicht erreichbar")


LANGUAGE = """async () => (await caches.match("/offline", { ignoreVary: true })).headers.get("Content-Language")"""


def test_a_link_opened_from_a_mail_leaves_nothing(mara, ines, open_browser):
    ines.requests(mara, in_days(3))
    elsewhere = open_browser()
    elsewhere.goto(ines.page.url)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Your session with Mara Lindt")
    elsewhere.wait_for_load_state("networkidle")
    assert elsewhere.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_where_nothing_can_be_kept_the_switch_says_so(mara):
    switch = mara.at("/settings").page.get_by_role("switch", name=KEEP)
    expect(switch).to_be_enabled()
    mara.does_not_see("This browser cannot keep the list")
    mara.page.add_init_script("delete Navigator.prototype.serviceWorker")
    mara.at("/settings").sees("This browser cannot keep the list")
    expect(switch).to_be_disabled()


def starts_offline(page: Page) -> None:
    """The installed app, opened without a connection."""
    page.context.set_offline(True)
    page.goto("/dashboard")
