"""The desk as an app: what a browser asks of it before it may be installed, and who is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from e2e.conftest import CHROMIUM, launched
from tests.waiting import wait_until
from tests.world import in_days

READY = "async () => { await navigator.serviceWorker.ready; }"
# The size of each icon as the browser draws it, by its address.
DRAWN = """(icons) => Promise.all(icons.map(async ({ src, sizes }) => {
  const picture = await createImageBitmap(await (await fetch(src)).blob());
  return [sizes, `${picture.width}x${picture.height}`];
}))"""
CAN_BE_INSTALLED = """() => {
  const event = new Event("beforeinstallprompt", { cancelable: true });
  event.prompt = () => { window.asked = true; };
  window.dispatchEvent(event);
}"""
HINT = "Holdfast as an app"


@pytest.fixture
def size() -> str:
    return "phone"


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The whole browser: without its windows it finds nothing wrong with any page."""
    with launched(playwright, CHROMIUM) as browser:
        yield browser


def asked_of_devtools(page: Page, method: str) -> dict:
    session = page.context.new_cdp_session(page)
    answer = session.send(method)
    session.detach()
    return answer


def test_a_browser_finds_nothing_that_keeps_it_from_installing(mara):
    mara.page.evaluate(READY)
    manifest = asked_of_devtools(mara.page, "Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    assert keeps_from_installing(mara.page) == []


def test_what_a_client_opens_from_a_mail_cannot_be_installed(mara, ines):
    """And the browser says so of a page that lacks something."""
    ines.requests(mara, in_days(3))
    assert wait_until(lambda: keeps_from_installing(ines.page)) == ["no-manifest"]


def keeps_from_installing(page: Page) -> list[str]:
    """In the browser's words. The browser of the tests keeps no history, and installs nothing for that reason too."""
    errors = asked_of_devtools(page, "Page.getInstallabilityErrors")["installabilityErrors"]
    return [error["errorId"] for error in errors if error["errorId"] != "in-incognito"]


def test_each_icon_is_as_large_as_it_says(mara):
    manifest = mara.page.evaluate("async () => (await fetch('/manifest.webmanifest')).json()")
    pictures = manifest["icons"] + manifest.get("screenshots", [])
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for stated, drawn in mara.page.evaluate(DRAWN, pictures):
        assert stated == drawn


def test_the_app_begins_with_today_and_asks_who_is_there(mara, ines):
    manifest = mara.page.evaluate("async () => (await fetch('/manifest.webmanifest')).json()")
    mara.at(manifest["start_url"])
    mara.sees("to answer")
    mara.at("/settings").presses("Sign out")
    mara.sees_title("Find a therapist")
    mara.at(manifest["start_url"])
    mara.sees_title("Sign in")


def test_the_hint_comes_when_the_browser_can_install_and_goes_when_told(mara):
    hint = mara.page.get_by_role("heading", name=HINT)
    expect(hint).to_be_hidden()
    mara.page.evaluate(CAN_BE_INSTALLED)
    expect(hint).to_be_visible()
    mara.presses("Install")
    assert mara.page.evaluate("window.asked")
    mara.presses("Not now")
    expect(hint).to_be_hidden()
    mara.looks_at_today()
    mara.page.evaluate(CAN_BE_INSTALLED)
    expect(hint).to_be_hidden()


def test_an_iphone_is_told_the_way_and_why(mara):
    mara.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    mara.looks_at_today()
    mara.sees(HINT, "Add to Home Screen", "Only an installed app can tell you of new requests.")


def test_the_installed_app_needs_no_hint(mara):
    mara.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    mara.looks_at_today()
    mara.does_not_see(HINT)
