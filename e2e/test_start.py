"""Before a page's scripts are there: it can be read, and what is done with it is not lost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from e2e.conftest import SIZES
from e2e.steps import Person
from e2e.variants import without_worker
from tests.world import in_days

pytestmark = without_worker

SCRIPTS = re.compile(r"/static/dist/.*\.js$")
# As if they would be waited for however long it takes; what patience would have ended with is done by RUNS_OUT.
PATIENT = """() => {
  const before = window.setTimeout;
  window.putOff = [];
  window.setTimeout = (act, wait, ...rest) => (wait === 1000 ? window.putOff.push(act) : before(act, wait, ...rest));
}"""
RUNS_OUT = "() => window.putOff.forEach((act) => act())"
FETCHED_AND_DRAWN = """async () => {
  await customElements.whenDefined("time-left");
  const scripts = performance.getEntriesByType("resource").filter(({ initiatorType }) => initiatorType === "script");
  const [drawn] = performance.getEntriesByName("first-contentful-paint");
  return [scripts.map(({ startTime }) => startTime), drawn.startTime];
}"""
IS_SENT = "document.querySelector('form[method=post]').dispatchEvent(new Event('submit', { bubbles: true }))"
COMES_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


@pytest.fixture
def size() -> str:
    """Wide enough for sessions to open beside the list."""
    return "desk"


@contextmanager
def scripts_on_their_way(page: Page) -> Iterator[None]:
    """Those that are asked for within arrive at its end."""
    asked: list[Route] = []
    arrive = asked.append
    page.route(SCRIPTS, lambda route: arrive(route))
    yield
    arrive = Route.continue_
    for route in asked:
        arrive(route)


def opens(person: Person, path: str) -> None:
    person.page.goto(path, wait_until="domcontentloaded")


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_a_page_is_drawn_before_its_scripts_are_asked_for(mara, ines, path):
    ines.at(path)
    asked, drawn = ines.page.evaluate(FETCHED_AND_DRAWN)
    assert len(asked) == (3 if path == "/" else 2)  # the directory has one of its own for the visitor's day
    assert min(asked) >= drawn


def test_a_narrow_window_does_not_fetch_what_only_a_wide_one_shows(mara, ines):
    ines.requests(mara, in_days(3))
    page = mara.page
    for size, fetched in (("desk", 1), ("phone", 0)):
        page.set_viewport_size(SIZES[size])
        mara.looks_at_today()
        page.wait_for_function("() => customElements.get('time-left')")  # its own script, which comes first
        expect(page.locator("script[src*=side-panel]")).to_have_count(fetched)
    page.set_viewport_size(SIZES["desk"])
    mara.follows(ines.name)
    mara.sees_title(ines.name)  # a page of its own, as before


def test_what_was_pressed_early_happens_in_place(mara, ines):
    ines.requests(mara, in_days(3))
    mara.page.add_init_script(f"({PATIENT})()")
    with scripts_on_their_way(mara.page):
        opens(mara, "/dashboard")
        with mara.staying_on_the_page():
            mara.presses("Confirm session")
    with mara.staying_on_the_page():
        mara.sees_status(ines, "Confirmed")
        expect(mara.page.locator("#announcer")).to_have_text("Ines K.: Confirmed")
        mara.page.evaluate(RUNS_OUT)  # pressed once more, the browser would complain: that form is no more


def test_what_was_chosen_early_is_looked_for_in_place(mara, ines):
    ines.page.add_init_script(f"({PATIENT})()")
    with ines.page.expect_request(re.compile(r"/\?.*kind=video")) as asked, scripts_on_their_way(ines.page):
        opens(ines, "/")
        ines.page.get_by_label("Where").select_option("By video")
    assert "hx-request" in asked.value.headers


def test_without_its_scripts_a_button_does_what_it_does_on_a_plain_page(mara, ines, watch):
    watch.expects_losses()
    ines.requests(mara, in_days(3))
    mara.page.add_init_script(f"({PATIENT})()")
    mara.page.route(SCRIPTS, lambda route: route.abort())
    mara.looks_at_today()
    mara.presses("Confirm session")
    with mara.page.expect_navigation():
        mara.page.evaluate(RUNS_OUT)
    mara.sees_status(ines, "Confirmed")


def test_what_was_sent_before_the_scripts_came_still_counts_as_sent(ines):
    with scripts_on_their_way(ines.page):
        opens(ines, "/sign-in")
        ines.page.evaluate(IS_SENT)
    ines.page.wait_for_function("() => customElements.get('time-left')")
    assert ines.page.evaluate("window.name") == "sent"


def test_back_pressed_early_shows_what_its_address_says(mara, ines):
    ines.requests(mara, in_days(3))
    mara.looks_at_today()
    mara.row(ines).get_by_role("link", name=ines.name, exact=True).click()
    mara.presses("Edit date/time")
    mara.sees_title("Edit date/time")
    with scripts_on_their_way(mara.page):
        mara.page.go_back(wait_until="commit")
        mara.sees_title(ines.name)
        mara.page.go_back(wait_until="commit")
        mara.sees_title(re.compile("^Good "))


def test_a_page_that_comes_back_before_its_scripts_were_there_is_asked_for_again(mara):
    with scripts_on_their_way(mara.page):
        opens(mara, "/settings")
        with mara.page.expect_navigation(wait_until="commit"):
            mara.page.evaluate(COMES_BACK)
    mara.sees_title(mara.name)
