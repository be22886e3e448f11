"""Confirm session pressed without a line: kept on the device, sent once it is back, and told what became of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Request, Route, expect

from e2e.axe import shuts_nobody_out
from e2e.page_scripts import has_done_all, has_scripts
from e2e.steps import Therapist
from e2e.variants import at_a_desk, on_a_phone, without_worker
from tests.waiting import wait_until
from tests.world import PASSWORD, in_days

pytestmark = without_worker

TEN = in_days(2, "10:00")
WAITING = "Will be confirmed when you are back online"
CONFIRM = "Confirm session"


@pytest.fixture(autouse=True)
def _lines_are_cut(watch) -> None:
    """The browser says so, and shall."""
    watch.expects_losses()


def button(mara: Therapist, name: str) -> Locator:
    return mara.page.get_by_role("button", name=name, exact=True)


def presses_offline(mara: Therapist, client) -> None:
    """On today's list."""
    mara.looks_at_today()
    mara.loses_the_line()
    mara.row(client).get_by_role("button", name=CONFIRM, exact=True).click()
    expect(mara.row(client).get_by_role("button", name=WAITING, exact=True)).to_be_visible()


def told(mara: Therapist) -> Locator:
    return mara.page.locator("#kept-told").get_by_role("paragraph")


def kept_on_device(mara: Therapist) -> str:
    return str(mara.page.evaluate("localStorage.getItem('kept-answers') ?? ''"))


def test_back_online_the_session_is_confirmed_and_told(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    assert "Ines" not in kept_on_device(mara)
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    ines.is_mailed("Your session is confirmed")
    mara.sees_status(ines, "Confirmed")
    # It stays until it has been read, on whatever page.
    mara.at("/sessions")
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    assert "Ines" not in kept_on_device(mara)
    mara.presses("OK")
    expect(told(mara)).to_have_count(0)
    mara.looks_at_today()
    expect(button(mara, CONFIRM)).to_have_count(0)
    assert kept_on_device(mara) == ""


@on_a_phone
def test_what_is_kept_says_how_it_will_be_sent(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.sees("This device sends it while Holdfast is open and online.")
    mara.presses("Don't confirm after all")
    mara.does_not_see("This device sends it")


@on_a_phone
def test_who_is_not_signed_in_any_more_is_asked_to_sign_in_and_it_is_sent(mara, ines, watch):
    watch.expects(400)  # first without a form token
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.page.context.clear_cookies()
    mara.finds_the_line()
    mara.follows("Sign in again to send this")
    mara.types("E-mail", mara.email)
    mara.types("Password", PASSWORD)
    mara.presses("Sign in")
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    ines.is_mailed("Your session is confirmed")


@on_a_phone
def test_a_server_in_trouble_is_asked_again_while_the_page_is_open(mara, ines, watch):
    watch.expects(503)
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.page.route("**/kept-confirmation", lambda route: route.fulfill(status=503), times=1)
    with mara.staying_on_the_page():
        with mara.page.expect_response(lambda answer: answer.status == 503):
            mara.finds_the_line()
        expect(told(mara)).to_contain_text("Confirmed: Ines K.,")


@on_a_phone
def test_an_answer_that_is_not_taken_is_told(mara, ines, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.page.route("**/kept-confirmation", lambda route: route.fulfill(status=409))
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("A confirmation that was kept here was not taken.")
    expect(button(mara, CONFIRM)).to_be_visible()
    mara.follows("See the session")
    mara.sees_title(ines.name)


@on_a_phone
def test_the_client_cancelled_meanwhile(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    expect(button(mara, "Don't confirm after all")).to_be_visible()
    shuts_nobody_out(mara.page)
    ines.cancels()
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("Ines K. had cancelled meanwhile; nothing was confirmed.")
    shuts_nobody_out(mara.page)
    ines.is_mailed("Your session is cancelled")
    ines.is_mailed("We have your session request")
    ines.has_no_other_mail()


@on_a_phone
def test_a_clash_elsewhere_is_told_and_leads_to_the_session(practice, mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    practice.fill_elsewhere(mara.slug, TEN, in_days(2, "10:30"))
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("Your other calendar says that you are busy:")
    expect(told(mara)).to_contain_text("nothing was confirmed")
    mara.follows("See the session")
    mara.sees_title(ines.name)
    mara.sees_status(ines, "To answer")
    expect(button(mara, CONFIRM)).to_be_visible()


@at_a_desk
def test_it_can_be_taken_back_before(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.presses("Don't confirm after all")
    expect(button(mara, CONFIRM)).to_be_focused()
    mara.finds_the_line()
    with mara.page.expect_response("**/live"):
        pass
    mara.looks_at_today()
    expect(button(mara, CONFIRM)).to_be_visible()
    expect(told(mara)).to_have_count(0)


@on_a_phone
def test_on_the_page_of_the_session_and_wherever_else_the_request_stands(mara, ines):
    ines.requests(mara, TEN)
    mara.opens(ines)
    mara.loses_the_line()
    mara.presses(CONFIRM)
    expect(button(mara, WAITING)).to_be_visible()
    refuse = "**/kept-confirmation"
    mara.page.route(refuse, lambda route: route.abort())
    mara.finds_the_line()
    mara.looks_at_today()
    expect(button(mara, WAITING)).to_be_visible()
    mara.page.reload()
    expect(button(mara, WAITING)).to_be_visible()
    mara.page.unroute(refuse)
    mara.page.reload()
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")


@on_a_phone
def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    mara.page.route("**/kept-confirmation", lose, times=1)
    with mara.page.expect_event("requestfailed", lambda request: "kept-confirmation" in request.url):
        mara.finds_the_line()
    mara.looks_at_today()
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    assert lost == [200]
    ines.is_mailed("Your session is confirmed")
    mara.opens(ines)
    expect(mara.page.get_by_role("listitem").filter(has_text="You confirmed")).to_have_count(1)


@on_a_phone
def test_a_line_that_breaks_while_it_is_pressed_is_no_line(mara, ines):
    """The browser believes that it is online."""
    ines.requests(mara, TEN)
    mara.looks_at_today()
    mara.page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => true })")
    mara.loses_the_line()
    mara.presses(CONFIRM)
    expect(button(mara, WAITING)).to_be_visible()
    mara.finds_the_line()
    mara.looks_at_today()
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")


@on_a_phone
def test_what_stands_before_holdfast_and_refuses_is_no_line_either(mara, ines, watch):
    watch.expects(502)
    ines.requests(mara, TEN)
    mara.looks_at_today()
    has_scripts(mara.page)
    mara.page.route("**/confirmation", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    mara.confirms_in_the_list(ines)
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    mara.does_not_see("Bad Gateway")
    mara.sees_status(ines, "Confirmed")


@on_a_phone
def test_what_was_pressed_a_day_ago_is_too_old(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.getItem("kept-answers"));
          kept[0].at -= 25 * 3600 * 1000;
          localStorage.setItem("kept-answers", JSON.stringify(kept));
        }"""
    )
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("too old, nothing was confirmed")
    expect(button(mara, CONFIRM)).to_be_visible()


@on_a_phone
def test_another_account_on_the_device_sends_nothing_of_it(practice, mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    left = kept_on_device(mara)
    with practice.therapist("Otto Brandt") as (email, slug):
        # Mara's sign-in ended without her signing out here.
        mara.page.context.clear_cookies()
        otto = Therapist(mara.page, mara._mails, "Otto Brandt", email, slug)
        sent: list[str] = []
        mara.page.on("request", lambda request: sent.append(request.url) if "kept-conf" in request.url else None)
        mara.page.goto("about:blank")
        mara.finds_the_line()
        otto.signs_in()
        expect(otto.page.get_by_role("heading", level=1)).to_contain_text("Otto")
        assert left
        otto.page.wait_for_function("() => !localStorage.getItem('kept-answers')")
        assert sent == []
    mara.page.context.clear_cookies()
    mara.signs_in()
    expect(button(mara, CONFIRM)).to_be_visible()


@on_a_phone
def test_signing_out_says_first_that_it_would_be_forgotten(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    mara.page.route("**/kept-confirmation", lambda route: route.abort())
    mara.finds_the_line()
    mara.at("/settings").presses("Sign out")
    mara.sees("1 confirmation has not been sent yet and would be forgotten.")
    assert kept_on_device(mara)
    mara.presses("Sign out")
    mara.page.wait_for_url("**/")
    assert kept_on_device(mara) == ""


@on_a_phone
def test_signing_out_sends_it_first_where_that_can_be_done(mara, ines):
    ines.requests(mara, TEN)
    presses_offline(mara, ines)
    refuse = "**/kept-confirmation"
    mara.page.route(refuse, lambda route: route.abort())
    mara.page.route(re.compile(r"/live\b"), lambda route: None)  # with each look the device tries again
    tries_in_vain(mara, mara.finds_the_line)
    tries_in_vain(mara, lambda: has_done_all(mara.at("/settings").page))
    mara.page.unroute(refuse)
    mara.presses("Sign out")
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")
    mara.presses("Sign out")
    mara.page.wait_for_url("**/")
    ines.is_mailed("Your session is confirmed")


def tries_in_vain(mara: Therapist, act: Callable[[], object]) -> None:
    """Whatever it sends by that is refused, and nothing of it is on its way any more."""
    under_way: list[Request] = []
    tried: list[Request] = []

    def starts(request: Request) -> None:
        if "kept-confirmation" in request.url:
            tried.append(request)
            under_way.append(request)

    def fails(request: Request) -> None:
        if request in under_way:
            under_way.remove(request)

    mara.page.on("request", starts)
    mara.page.on("requestfailed", fails)
    act()
    wait_until(lambda: mara.page.evaluate("true") and tried and not under_way)
    mara.page.remove_listener("request", starts)
    mara.page.remove_listener("requestfailed", fails)


@on_a_phone
def test_signing_out_without_a_line_forgets_nothing(mara, ines):
    ines.requests(mara, TEN)
    mara.at("/settings")
    page = mara.page.context.new_page()
    page.goto("/settings")
    has_scripts(page)
    presses_offline(mara, ines)
    page.get_by_role("button", name="Sign out").filter(visible=True).click()
    expect(page.locator("#notice")).to_contain_text("You are still signed in.")
    expect(page.locator("#notice")).to_contain_text("What you confirmed is still kept here")
    mara.finds_the_line()
    expect(told(mara)).to_contain_text("Confirmed: Ines K.,")


@on_a_phone
def test_an_old_page_of_somebody_else_leaves_it_alone(mara, ines):
    ines.requests(mara, TEN)
    old = mara.page.context.new_page()
    old.goto("/settings")
    has_done_all(old)
    presses_offline(mara, ines)
    has_done_all(mara.page)
    other = '[{"owner": "another", "key": "1", "booking": "1"}]'
    with old.expect_event("console", lambda message: message.text == "told"):
        old.evaluate("addEventListener('storage', () => console.log('told'))")
        mara.page.evaluate("(other) => localStorage.setItem('kept-answers', other)", other)
    assert kept_on_device(mara) == other
