"""A therapist is told at once, on a screen that anybody may see: that there is news, and nothing of whose.

Chromium's own push service is far away, so the browser is given a subscription to one beside it, which decrypts what
the program sends; from there on all is real: the service worker is handed it, shows it and is pressed.
"""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Playwright, expect

from app.integrations.push import keys
from e2e.axe import shuts_nobody_out
from e2e.conftest import CHROMIUM, launched, served_practice
from e2e.page_scripts import has_done_all, has_scripts
from e2e.practice import Practice
from e2e.steps import Therapist
from e2e.variants import at_a_desk
from tests.push.service import Device, PushService
from tests.waiting import wait_until
from tests.world import PASSWORD, in_days

KEY = keys.new_private_key()
SUBSCRIBES_BESIDE = """(({ subscription: { endpoint, ...keys }, key }) => {
  const subscription = {
    endpoint,
    toJSON: () => ({ endpoint, keys }),
    get options() {
      return localStorage.otherKey ? { applicationServerKey: new Uint8Array([4, 7]).buffer } : {};
    },
    unsubscribe: async () => delete localStorage.subscribed,
  };
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey !== key) throw new Error("not as a browser wants it");
    localStorage.subscribed = "yes";
    delete localStorage.otherKey;
    return subscription;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.subscribed ? subscription : null);
})(%s)"""
SHOWN = """() => navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((shown) =>
  shown.map(({ title, body, data, actions }) => ({ title, body, data, actions: actions.map((a) => a.title) })))"""
IS_TOLD = "() => document.body.matches('.desk') && sessionStorage.told"
AT_WORK = "() => navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated')"
PRESS = """async (action) => {
  const [notification] = await registration.getNotifications();
  const pressed = new NotificationEvent("notificationclick", { notification, action });
  const opened = [];
  let done;
  clients.openWindow = async (address) => opened.push(address);
  Object.defineProperty(pressed, "waitUntil", { value: (promise) => (done = promise) });
  dispatchEvent(pressed);
  await done;
  return opened;
}"""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, CHROMIUM) as browser:
        yield browser


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture(scope="module")
def practice(service, new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    settings = {"VAPID_PRIVATE_KEY": KEY, "PUSH_HOSTS": service.origin, "SWEEP_SECONDS": "0.5"}
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("push"), **settings) as practice:
        yield practice


@pytest.fixture
def phone(mara: Therapist, practice: Practice, service: PushService) -> Device:
    """Mara's browser, before she has said anything."""
    device = service.device()
    given = json.dumps({"subscription": device.subscription, "key": keys.public_key(KEY)})
    mara.page.context.add_init_script(SUBSCRIBES_BESIDE % given)
    mara.page.context.grant_permissions(["notifications"], origin=practice.url)
    return device


def turn_on(mara: Therapist) -> None:
    has_done_all(mara.at("/settings").page)
    mara.presses("Turn on")
    mara.sees("On. New requests")


class Worker:
    """The browser's own service worker."""

    def __init__(self, page: Page, origin: str) -> None:
        self._page, self._origin = page, origin
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._registrations: list[str] = []
        self._cdp.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._cdp.send("ServiceWorker.enable")

    def is_handed(self, clear: bytes) -> None:
        """What the browser does when a push has come."""
        wait_until(self._is_registered)
        self._push = {"origin": self._origin, "registrationId": self._registrations[-1], "data": clear.decode()}
        self._cdp.send("ServiceWorker.deliverPushMessage", self._push)

    def shows(self) -> dict:
        """What the developer's tools hand over is lost now and then on a busy machine; a push service repeats."""
        try:
            return wait_until(lambda: self._page.evaluate(SHOWN))[0]
        except AssertionError:
            self._cdp.send("ServiceWorker.deliverPushMessage", self._push)
            return wait_until(lambda: self._page.evaluate(SHOWN))[0]

    def is_pressed(self, action: str = "") -> list[str]:
        """Answers the windows that it opened: a browser lets it do so only for a press that it saw itself."""
        has_scripts(self._page)  # it asks the page whether it may be left
        return self._page.context.service_workers[0].evaluate(PRESS, action)

    def _is_registered(self) -> bool:
        # Only one that is at work is handed anything. The answer comes after the browser's own events.
        return bool(self._page.evaluate(AT_WORK) and self._registrations)

    def _note(self, event: dict) -> None:
        self._registrations += [one["registrationId"] for one in event["registrations"] if not one["isDeleted"]]


def test_a_request_shows_on_the_screen_and_leads_to_its_button(mara, ines, phone, practice):
    turn_on(mara)
    ines.requests(mara, in_days(2, "10:00"), words="It is about my mother.")
    received = wait_until(lambda: phone.received, timeout=30)[0]
    mara.at("/dashboard")
    worker = Worker(mara.page, practice.url)
    worker.is_handed(phone.read(received))
    shown = worker.shows()
    assert (shown["title"], shown["body"]) == ("Holdfast", "You have a new request")
    assert shown["actions"] == ["Confirm", "Open"]
    told = json.dumps(shown).lower()
    assert not any(secret in told for secret in ("ines", "keller", "mara", "room", "10:00", "mother", "therap"))
    worker.is_pressed("confirm")
    mara.page.wait_for_url(f"**{shown['data']}#confirm")
    button = mara.page.get_by_role("button", name="Confirm session")
    expect(button).to_be_focused()
    mara.sees("To answer")  # nothing was confirmed by the press
    button.press("Enter")
    mara.sees("Confirmed")


@at_a_desk
def test_a_press_opens_the_session_and_leaves_a_form_alone(mara, ines, phone, practice):
    turn_on(mara)
    ines.requests(mara, in_days(3, "10:00"))
    received = wait_until(lambda: phone.received, timeout=30)[0]
    worker = Worker(mara.page, practice.url)
    worker.is_handed(phone.read(received))
    path = worker.shows()["data"]
    worker.is_pressed()
    mara.page.wait_for_url(f"**{path}")
    mara.sees_title("Ines Keller")
    mara.presses("Edit date/time")
    mara.page.wait_for_url("**/rearrangement*")
    worker.is_handed(b'{"kind": "changed", "path": "/sessions/999999"}')
    wait_until(lambda: worker.shows()["data"] == "/sessions/999999")
    assert worker.is_pressed() == [f"{practice.url}/sessions/999999"], "in a window of its own"
    assert "/rearrangement" in mara.page.url


@at_a_desk
def test_a_press_leaves_a_page_alone_in_which_words_are_typed(mara, phone, practice):
    turn_on(mara)
    worker = Worker(mara.page, practice.url)
    worker.is_handed(b'{"kind": "changed", "path": "/sessions/999999"}')
    worker.shows()
    mara.at(f"/calendar?date={in_days(3):%Y-%m-%d}")
    mara.page.get_by_role("link", name="12:00 to 13:00, free").first.click()
    mara.types("Client's name", "Jonas Pe")
    assert worker.is_pressed() == [f"{practice.url}/sessions/999999"], "in a window of its own"
    mara.still_reads("Client's name", "Jonas Pe")


@at_a_desk
def test_confirm_leads_to_the_button_also_through_signing_in(mara, ines, phone, practice):
    turn_on(mara)
    ines.requests(mara, in_days(8, "10:00"))
    mara.opens(ines)
    path = urlsplit(mara.page.url).path
    worker = Worker(mara.at("/dashboard").page, practice.url)
    worker.is_handed(json.dumps({"kind": "request", "path": path}).encode())
    worker.shows()
    mara.page.context.clear_cookies()
    worker.is_pressed("confirm")
    mara.page.wait_for_url("**/sign-in?**")
    mara.types("E-mail", mara.email)
    mara.types("Password", PASSWORD)
    mara.presses("Sign in")
    mara.page.wait_for_url(f"**{path}#confirm")
    expect(mara.page.get_by_role("button", name="Confirm session")).to_be_focused()


@at_a_desk
def test_nor_does_confirm_take_words_from_the_page_of_its_own_session(mara, ines, phone, practice):
    turn_on(mara)
    ines.requests(mara, in_days(3, "10:00"))
    mara.opens(ines)
    path = urlsplit(mara.page.url).path
    mara.at(path)  # beside the list, a browser still calls it the page of the list
    worker = Worker(mara.page, practice.url)
    worker.is_handed(json.dumps({"kind": "request", "path": path}).encode())
    worker.shows()
    mara.page.get_by_text("Decline…").click()
    mara.types("Your reason", "I am so")
    assert worker.is_pressed("confirm") == []
    mara.still_reads("Your reason", "I am so")
    assert "#" not in mara.page.url


@at_a_desk
def test_a_person_who_has_to_sign_in_anew_is_still_told(mara, ines, phone):
    turn_on(mara)
    for again in (mara.at, lambda _page: mara.signs_in()):
        again("/dashboard")
        mara.page.wait_for_function(IS_TOLD)
        mara.page.context.clear_cookies()
    ines.requests(mara, in_days(7, "10:00"))
    wait_until(lambda: phone.news, timeout=30)


@at_a_desk
def test_a_browser_that_knows_us_by_another_key_asks_its_service_anew(mara, ines, phone):
    turn_on(mara)
    mara.page.evaluate("localStorage.otherKey = 'yes'; sessionStorage.clear()")
    mara.at("/dashboard").page.wait_for_function(f"() => ({IS_TOLD})() && !localStorage.otherKey")
    ines.requests(mara, in_days(9, "10:00"))
    wait_until(lambda: phone.news, timeout=30)


@at_a_desk
def test_what_cannot_be_read_shows_all_the_same(mara, phone, practice):
    worker = Worker(mara.at("/dashboard").page, practice.url)
    worker.is_handed(b"not what we send")
    shown = worker.shows()
    assert (shown["body"], shown["data"]) == ("Your diary has changed", "/dashboard")


def test_a_test_is_sent_and_after_turning_off_nothing(mara, ines, phone):
    turn_on(mara)
    mara.presses("Send a test")
    mara.sees("Sent. It should show in a moment")
    shuts_nobody_out(mara.page)
    wait_until(lambda: phone.news == [{"kind": "test", "path": "/settings"}], timeout=30)
    mara.presses("Turn off")
    mara.sees("A short note when somebody asks")
    ines.requests(mara, in_days(4, "10:00"))
    mara.is_mailed("A new session request")
    assert len(phone.news) == 1


def test_after_signing_out_nothing_more_is_sent(mara, ines, jonas, phone):
    turn_on(mara)
    ines.requests(mara, in_days(5, "10:00"))
    wait_until(lambda: phone.news, timeout=30)
    mara.at("/settings").page.get_by_role("button", name="Sign out").filter(visible=True).click()
    mara.page.wait_for_url("**/")
    jonas.requests(mara, in_days(5, "12:00"))
    mara.is_mailed("A new session request")
    mara.is_mailed("A new session request")
    assert len(phone.news) == 1
    mara.signs_in()
    mara.at("/settings").sees("Turn on")


@at_a_desk
def test_a_browser_that_says_no_is_told_how_to_say_yes(mara, phone):
    mara.page.context.clear_permissions()
    mara.page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    mara.at("/settings").sees("This browser has been told not to let us")
    mara.has_no_button("Turn on")
    shuts_nobody_out(mara.page)


@at_a_desk
def test_an_iphone_is_told_to_put_it_on_the_home_screen_first(mara, phone):
    mara.page.add_init_script("delete window.PushManager; delete window.Notification; navigator.standalone = false")
    mara.at("/settings").sees("Add to Home Screen")
    mara.has_no_button("Turn on")


@at_a_desk
def test_what_was_taken_back_in_the_browsers_settings_is_off(mara, phone, practice, service):
    turn_on(mara)
    mara.page.evaluate("delete localStorage.subscribed")
    mara.at("/settings").sees("A short note when somebody asks")
    mara.presses("Turn on")
    mara.sees("On. New requests")


@at_a_desk
def test_a_browser_whose_push_service_does_not_answer_is_told_so_and_may_try_again(mara, phone):
    mara.page.add_init_script("PushManager.prototype.subscribe = async () => { throw new Error('far away') }")
    mara.at("/settings").presses("Turn on")
    sentence = mara.page.get_by_text("The push service of this browser did not answer.")
    expect(sentence).to_be_focused()
    shuts_nobody_out(mara.page)
    expect(mara.page.get_by_role("button", name="Turn on")).to_be_visible()
