"""Two people, one after the other, in one browser: neither finds anything of the other's.

The back/forward cache is on, as in every real browser; the tests' default flags would switch it off and hide a hole.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect

from e2e.conftest import CHROMIUM, launched
from e2e.page_scripts import has_scripts
from e2e.steps import Therapist
from e2e.test_offline import CACHED, FIXED, KEEP, NOT_REACHED, READY
from tests.waiting import wait_until
from tests.world import INES, in_days

# Whatever a page of this origin could read again, beside the public list of the service worker.
STORED = """async () => ({
  databases: (await indexedDB.databases()).map((each) => each.name),
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
})"""
NOTHING: dict[str, list[str]] = {"databases": [], "local": [], "session": []}
STEPS = 9  # back: further than anybody has gone here


@pytest.fixture
def size() -> str:
    return "desk"


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, CHROMIUM, ignore_default_args=["--disable-back-forward-cache"]) as browser:
        yield browser


@pytest.fixture
def otto(mara, practice) -> Iterator[Therapist]:
    """Another therapist, at the same browser."""
    with practice.therapist("Otto Brandt") as (email, slug):
        yield Therapist(mara.page, partial(practice.mails, email), "Otto Brandt", email, slug)


@pytest.fixture
def walked(mara, ines, watch):
    """Mara has looked at what is hers, everywhere."""
    watch.expects_losses()
    ines.requests(mara, in_days(3), words="It is about my sleep.")
    mara.page.evaluate(READY)
    mara.looks_at_today()
    mara.opens(ines)
    mara.at("/sessions").at("/calendar").at("/settings")
    return mara


def test_after_signing_out_nothing_is_stored(walked):
    walked.at("/settings").page.get_by_role("switch", name=KEEP).check()
    walked.sees("Kept from now on.")
    sign_out(walked)
    assert walked.page.evaluate(STORED) == NOTHING
    assert {urlsplit(address).path for address in walked.page.evaluate(CACHED)} <= set(FIXED)
    # That somebody has signed in here before is kept, by a key that names nobody (known_browser.py).
    assert {cookie["name"] for cookie in walked.page.context.cookies()} <= {"holdfast-browser"}


def test_signing_out_without_a_connection_tells_the_truth_and_keeps_no_list(walked, practice):
    practice.add_session_today(walked.slug, INES, 9)
    page = walked.at("/settings").page
    switch = page.get_by_role("switch", name=KEEP)
    switch.check()
    walked.sees("Kept from now on.")
    walked.loses_the_line()
    page.get_by_role("button", name="Sign out").filter(visible=True).click()
    walked.sees("You are still signed in. Today's list is no longer kept on this device.")
    expect(switch).not_to_be_checked()
    assert page.evaluate(STORED)["databases"] == []
    walked.finds_the_line()
    sign_out(walked)


@pytest.mark.parametrize(
    "news",
    [
        "new BroadcastChannel('signed-out').postMessage('')",
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    ],
    ids=["signed out in another tab", "back out of the browser's memory"],
)
def test_the_offline_page_goes_on_showing_no_list_that_was_wiped(walked, practice, news):
    practice.add_session_today(walked.slug, INES, 9)
    page = walked.at("/settings").page
    page.get_by_role("switch", name=KEEP).check()
    walked.sees("Kept from now on.")
    walked.loses_the_line()
    walked.at("/dashboard")
    walked.sees("09:00–09:50")
    page.evaluate("new Promise((done) => (indexedDB.deleteDatabase('kept-today').onsuccess = done))")
    page.evaluate(news)
    expect(page.locator("#kept")).to_be_hidden()
    assert "09:00" not in words_of(page)


def test_after_signing_out_back_shows_nothing(walked):
    sign_out(walked)
    finds_nothing_of(walked, walked.page.go_back)
    finds_nothing_of(walked, walked.page.go_forward)


def test_nor_does_it_without_a_connection(walked):
    sign_out(walked)
    walked.loses_the_line()
    finds_nothing_of(walked, walked.page.go_back)


def test_the_next_person_finds_nothing_by_going_back_and_forth(walked, otto, watch):
    watch.expects(404)
    sign_out(walked)
    otto.signs_in()
    otto.at("/sessions").at("/settings")
    finds_nothing_of(walked, otto.page.go_back)
    finds_nothing_of(walked, otto.page.go_forward)


def test_a_list_that_was_kept_is_gone_when_somebody_else_signs_in(walked, otto, practice):
    """Also when the first person never signed out: their sign-in ended elsewhere."""
    practice.add_session_today(walked.slug, INES, 9)
    walked.at("/settings").page.get_by_role("switch", name=KEEP).check()
    walked.sees("Kept from now on.")
    walked.page.context.clear_cookies()
    otto.signs_in()
    wait_until(lambda: otto.page.evaluate(STORED)["databases"] == [])
    otto.loses_the_line()
    otto.at("/dashboard")
    otto.sees_title(NOT_REACHED)
    otto.does_not_see("as of", "09:00–09:50")


def test_the_sign_in_page_alone_wipes_it(walked, practice):
    practice.add_session_today(walked.slug, INES, 9)
    walked.at("/settings").page.get_by_role("switch", name=KEEP).check()
    walked.sees("Kept from now on.")
    walked.page.context.clear_cookies()
    walked.at("/sign-in")
    wait_until(lambda: walked.page.evaluate(STORED)["databases"] == [])


def test_other_tabs_do_not_go_on_showing_what_was_hers(walked):
    other = walked.page.context.new_page()
    other.goto("/sessions")
    has_scripts(other)
    expect(other.get_by_text("Ines")).not_to_have_count(0)
    sign_out(walked)
    other.wait_for_url(lambda url: url.endswith("/"))
    assert "Ines" not in other.content()


def test_a_page_that_was_left_may_come_back_as_it_was(walked):
    """What these tests are about: without it, pages would be asked for again anyway."""
    walked.at("/")
    walked.page.evaluate("() => addEventListener('pageshow', (event) => { window.cameBack = event.persisted; })")
    walked.at("/sign-in")
    walked.page.go_back(wait_until="commit")  # it is loaded already
    walked.page.wait_for_function("window.cameBack === true")


def test_a_page_of_the_desk_that_comes_back_is_asked_for_again(walked):
    asked: list[str] = []
    walked.at("/settings")
    walked.page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    with walked.page.expect_event("load"):
        walked.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert [url for url in asked if url.endswith("/settings")]


def sign_out(person: Therapist) -> None:
    person.looks_at_today()
    person.presses("Sign out")
    person.page.wait_for_url(lambda url: urlsplit(url).path == "/")


def finds_nothing_of(person: Therapist, step: Callable[..., object]) -> None:
    """However often the browser's button Back or Forward is pressed, also in the moment in which a page comes back."""
    for _ in range(STEPS):
        with suppress(Error):  # the browser's own page may say that there is no connection
            step(wait_until="commit")
        words = wait_until(lambda: words_of(person.page))
        for private in ("Ines", "Keller", "my sleep", person.email):
            assert private not in words, person.page.url


def words_of(page: Page) -> str | None:
    try:
        return page.content()
    except Error:
        return None  # it is just being replaced
