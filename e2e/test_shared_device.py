"""Two people, one after the other, in one browser: neither finds anything of the other's.

The back/forward cache is on, as in every real browser; the tests' default flags would switch it off and hide a hole.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Playwright, expect

from e2e.conftest import CHROMIUM
from e2e.steps import Therapist
from e2e.test_offline import CONTROLLED, KEEP, READY
from tests.world import in_days

# Whatever a page of this origin could read again.
STORED = """async () => ({
  databases: (await indexedDB.databases()).map((each) => each.name),
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"databases": [], "local": [], "session": [], "caches": [], "workers": 0}
FURTHEST = 12  # steps back: further than anybody has gone here


@pytest.fixture
def size() -> str:
    return "desk"


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with_back_cache = ["--disable-back-forward-cache"]
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox"], ignore_default_args=with_back_cache
    )
    yield browser
    browser.close()


@pytest.fixture
def otto(mara, practice) -> Iterator[Therapist]:
    """Another therapist, at the same browser."""
    with practice.therapist("Otto Brandt") as (email, slug):
        yield Therapist(mara.page, partial(practice.mails, email), "Otto Brandt", email, slug, mara.hands)


@pytest.fixture
def walked(mara, ines, watch):
    """Mara has looked at what is hers, everywhere."""
    ines.requests(mara, in_days(3), words="It is about my sleep.")
    mara.page.evaluate(READY)
    mara.page.wait_for_function(CONTROLLED)
    mara.looks_at_today()
    mara.opens(ines)
    mara.at("/sessions").at("/calendar").at("/settings")
    yield mara
    watch.problems[:] = [problem for problem in watch.problems if "net::ERR_" not in problem]


def sign_out(person: Therapist) -> None:
    person.looks_at_today()
    person.presses("Sign out")
    person.page.wait_for_url(lambda url: url.endswith("/"))


def finds_nothing_of(person: Therapist, page, step) -> None:
    """However often the page's button Back (or Forward) is pressed."""
    for _ in range(FURTHEST):
        if step(wait_until="commit") is None and page.url == "about:blank":
            break
        expect(page.locator("h1")).to_be_visible()
        words = page.content()
        for private in ("Ines", "Keller", "my sleep", person.email):
            assert private not in words, page.url


def test_after_signing_out_nothing_is_stored(walked):
    walked.at("/settings").page.get_by_role("switch", name=KEEP).check()
    walked.sees("Kept from now on.")
    sign_out(walked)
    assert walked.page.evaluate(STORED) == NOTHING
    assert [cookie["name"] for cookie in walked.page.context.cookies()] == []


def test_after_signing_out_back_shows_nothing(walked):
    sign_out(walked)
    finds_nothing_of(walked, walked.page, walked.page.go_back)
    finds_nothing_of(walked, walked.page, walked.page.go_forward)
