"""What one side does is seen by the other within ten seconds, around whatever is being typed there."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from app.wording import hours
from e2e.axe import shuts_nobody_out
from e2e.page_scripts import has_scripts
from e2e.steps import BERLIN, LENGTH, Therapist
from e2e.variants import at_a_desk, on_a_phone, without_worker
from tests.waiting import wait_until
from tests.world import PASSWORD, in_days

pytestmark = without_worker

TEN = in_days(2, "10:00")
FOUR, FIVE = in_days(4, "11:00"), in_days(5, "16:30")
SOON = 10_000  # milliseconds: what is promised


@pytest.fixture(autouse=True)
def _without_delay() -> Iterator[None]:
    """Within ten seconds, on a machine that is busy with other tests too."""
    expect.set_options(timeout=SOON * 2)
    yield
    expect.set_options(timeout=SOON * 3)


def typed(place: Page | Locator, label: str, words: str, back: int) -> Locator:
    """Words are being typed in this field: it has the focus, and the caret stands some letters before the end."""
    field = place.get_by_label(label, exact=True)
    field.press_sequentially(words)
    for _ in range(back):
        field.press("ArrowLeft")
    return field


def untouched(field: Locator, words: str, back: int) -> None:
    """Still what was typed, with the focus and the caret where they were."""
    expect(field).to_have_value(words)
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart") == len(words) - back


def asked(page: Page) -> list[str]:
    """The questions whether anything has changed, as they are sent from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if urlsplit(request.url).path == "/live" else None)
    return sent


def test_todays_list_follows_what_clients_do(mara, ines, jonas):
    mara.looks_at_today()
    expect(mara.page).to_have_title("Today · Holdfast")
    with mara.staying_on_the_page():
        ines.requests(mara, TEN)
        expect(mara.row(ines)).to_be_visible(timeout=SOON)
        expect(mara.page).to_have_title("(1) Today · Holdfast")
        expect(mara.page.locator("#announcer")).to_have_text(re.compile(r"^Ines K\. asked for .*\. 1 to answer\.$"))
        jonas.requests(mara, FOUR)
        expect(mara.row(jonas)).to_be_visible(timeout=SOON)
        expect(mara.page).to_have_title("(2) Today · Holdfast")
        # What was drawn anew still works.
        mara.row(ines).get_by_role("button", name="Confirm session", exact=True).click()
        mara.sees_status(ines, "Confirmed")


BADGE = """
  navigator.setAppBadge = async (number) => window.toldBadge(number);
"""


def test_title_and_badge_follow_the_therapists_own_answers_on_every_page(mara, ines, jonas):
    badge: list[int] = []
    mara.page.expose_function("toldBadge", lambda number: badge.append(number))
    mara.page.add_init_script(BADGE)

    def told() -> list[int]:
        mara.page.evaluate("0")  # what the page has told by now arrives
        return badge[-1:]

    def counts(number: int, title: str) -> None:
        expect(mara.page).to_have_title(f"({number}) {title} · Holdfast" if number else f"{title} · Holdfast")
        wait_until(lambda: told() == [number])

    ines.requests(mara, TEN)
    jonas.requests(mara, FOUR)
    for path, title in (("/settings", "You"), ("/working-times", "Working times"), ("/dashboard", "Today")):
        badge.clear()
        mara.at(path)
        counts(2, title)
    with mara.staying_on_the_page():
        mara.confirms_in_the_list(ines)
        counts(1, "Today")
    mara.opens(jonas)
    mara.presses("Confirm session")
    counts(0, "J. P.")
    ines.cancels()
    jonas.requests(mara, FIVE)
    mara.at("/settings")
    counts(1, "You")
    mara.page.get_by_role("button", name="Sign out").filter(visible=True).click()
    mara.page.wait_for_url("**/")
    assert told() == [0]


@at_a_desk
def test_the_session_follows_while_the_therapist_types(mara, ines):
    ines.requests(mara, TEN)
    mara.offers(ines, FOUR, FIVE)
    mara.page.get_by_text("Cancel…").click()
    reason = typed(mara.page, "Your reason", "I am thinking of", back=3)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.accepts(FOUR)
    expect(mara.page.get_by_text("Confirmed", exact=True).first).to_be_visible(timeout=SOON)
    mara.sees_time(FOUR)
    mara.sees_in_history(re.compile("accepted"))
    untouched(reason, "I am thinking of", back=3)
    expect(reason).to_be_in_viewport()


@at_a_desk
def test_the_calendar_and_its_panel_follow_while_the_therapist_types(mara, ines):
    ines.requests(mara, TEN)
    mara.offers(ines, FOUR)
    offered = ines.is_mailed("Please choose a new time by")
    mara.at(f"/calendar?date={FOUR:%Y-%m-%d}&view=list")
    mara.page.get_by_role("link", name=re.compile(r"^Ines K")).first.click()
    panel = mara.page.get_by_role("dialog")
    panel.get_by_text("Cancel…").click()
    reason = typed(panel, "Your reason", "Perhaps not", back=2)
    ines.opens(offered)
    ines.accepts(FOUR)
    expect(panel.get_by_text("Confirmed", exact=True).first).to_be_visible(timeout=SOON)
    line = mara.page.locator("#calendar").get_by_role("listitem").filter(has_text="Ines K.")
    expect(line.filter(has_text="Confirmed")).to_be_visible()
    untouched(reason, "Perhaps not", back=2)


def test_the_list_of_sessions_follows(mara, ines):
    ines.requests(mara, TEN)
    mara.at("/sessions").sees_status(ines, "To answer")
    ines.cancels()
    expect(mara.row(ines).get_by_text("Cancelled", exact=True)).to_be_visible(timeout=SOON)


@on_a_phone
def test_the_clients_page_follows_while_the_client_types(mara, ines):
    ines.requests(mara, TEN)
    ines.page.get_by_text("Cancel this session…").click()
    words = typed(ines.page, "Message", "I hope that", back=4)
    mara.confirms(ines)
    expect(ines.page.get_by_text("You're booked.")).to_be_visible(timeout=SOON)
    expect(ines.page.locator("#announcer")).to_have_text("Confirmed")
    untouched(words, "I hope that", back=4)


@on_a_phone
def test_a_client_hears_where_and_when_a_session_was_moved(mara, ines):
    """As they asked: it is confirmed before and after."""
    ines.requests(mara, TEN)
    mara.confirms(ines)
    ines.page.reload()
    mara.moves(ines, FOUR, "Video call")
    announcer = ines.page.locator("#announcer")
    expect(announcer).to_contain_text(hours(FOUR, FOUR + LENGTH, BERLIN), timeout=SOON)
    expect(announcer).to_contain_text("Video call")
    expect(announcer).not_to_contain_text("Confirmed")


@on_a_phone
def test_a_chosen_time_stays_chosen_until_the_offer_is_taken_back(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.offers(ines, FOUR, FIVE)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    chosen = ines.page.get_by_role("radio").nth(1)
    chosen.check()
    mara.presses("Withdraw offer")
    expect(ines.page.get_by_text("Your session is as it was before.")).to_be_visible(timeout=SOON)
    expect(ines.page.get_by_role("radio")).to_have_count(0)


def test_what_would_lose_typed_words_is_told_instead(mara, ines):
    ines.requests(mara, TEN)
    mara.opens(ines)
    mara.page.get_by_text("Decline…").click()
    reason = typed(mara.page, "Your reason", "I am sorry", back=0)
    ines.cancels()
    expect(mara.page.get_by_role("main").get_by_text("This session has changed meanwhile.")).to_be_visible(timeout=SOON)
    untouched(reason, "I am sorry", back=0)
    shuts_nobody_out(mara.page)
    mara.follows("See the session as it is now")
    mara.sees_status(ines, "Cancelled")


@at_a_desk
def test_how_it_stands_is_also_shown_where_a_push_has_led(mara, ines):
    """To the button on the page: the address says so."""
    ines.requests(mara, TEN)
    mara.opens(ines)
    mara.at(f"{urlsplit(mara.page.url).path}#confirm")
    mara.page.get_by_text("Decline…").click()
    mara.types("Your reason", "I am sorry")
    ines.cancels()
    mara.follows("See the session as it is now")
    mara.sees_status(ines, "Cancelled")


def test_a_form_being_built_is_left_alone_and_told(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.starts_an_offer(ines)
    mara.adds(1, FOUR)
    words = typed(mara.page, "Message", "A clinic day", back=1)
    jonas.requests(mara, FIVE)
    ines.cancels()
    expect(mara.page.get_by_role("main").get_by_text("This session has changed meanwhile.")).to_be_visible(timeout=SOON)
    untouched(words, "A clinic day", back=1)
    expect(mara.alternative(1).get_by_label("Time", exact=True)).to_have_value("11:00")
    mara.follows("See the session as it is now")
    mara.sees_status(ines, "Cancelled")


@at_a_desk
def test_an_own_change_is_not_fetched_again(mara, ines):
    ines.requests(mara, TEN)
    mara.opens(ines)
    mara.presses("Confirm session")
    mara.sees_status(ines, "Confirmed")
    with mara.page.expect_request("**/live") as question:
        pass
    answer = question.value.response()
    assert answer
    assert answer.status == 304


@at_a_desk
def test_a_hidden_page_asks_nothing_and_catches_up(mara, ines):
    mara.looks_at_today()
    hide(mara.page, True)
    questions = asked(mara.page)
    ines.requests(mara, TEN)
    asks_twice(ines.page)
    assert questions == []
    expect(mara.row(ines)).to_have_count(0)
    hide(mara.page, False)
    expect(mara.row(ines)).to_be_visible(timeout=SOON)


@at_a_desk
def test_a_page_that_was_offline_catches_up(mara, ines, watch):
    watch.expects_losses()
    mara.looks_at_today()
    mara.loses_the_line()
    ines.requests(mara, TEN)
    mara.finds_the_line()
    expect(mara.row(ines)).to_be_visible(timeout=SOON)


@at_a_desk
def test_a_page_without_a_line_says_since_when_and_stops_saying_so(mara, watch):
    watch.expects_losses()
    mara.looks_at_today()
    mara.loses_the_line()
    mara.sees(re.compile(r"^Not up to date since \d\d:\d\d$"))
    mara.finds_the_line()
    mara.does_not_see("Not up to date")


@at_a_desk
def test_nor_does_a_clients_page_pass_for_new(mara, ines, watch):
    watch.expects_losses()
    ines.requests(mara, TEN)
    ines.loses_the_line()
    ines.sees(re.compile(r"^Not up to date since \d\d:\d\d$"))
    expect(ines.page.locator("#announcer")).to_have_text(re.compile("^Not up to date since"))
    mara.confirms(ines)
    ines.finds_the_line()
    ines.sees("Confirmed")
    ines.does_not_see("Not up to date")


@at_a_desk
def test_what_a_page_reports_by_itself_is_no_news_when_it_fails(mara, ines, watch):
    """That an offer was opened."""
    watch.expects_losses()
    ines.requests(mara, TEN)
    mara.offers(ines, in_days(3, "10:00"))
    ines.page.add_init_script("addEventListener('htmx:error', () => (window.failed = true))")
    ines.page.route("**/opening", lambda route: route.abort())
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.page.wait_for_function("() => window.failed")
    expect(ines.page.locator("#notice")).to_be_empty()


@at_a_desk
def test_the_longer_nothing_changes_the_less_often_it_is_asked_but_within_ten_seconds(mara):
    looks_at_today_with_a_stopped_clock(mara)
    first, *_more, last = waits(mara.page, 8)
    assert first < 6 < last < 10


@at_a_desk
def test_a_server_that_is_in_trouble_is_asked_ever_less_often(mara, watch):
    watch.expects(503)
    looks_at_today_with_a_stopped_clock(mara)
    mara.page.route("**/live", lambda route: route.fulfill(status=503))
    _soon, second, third, fourth, *_more, last = waits(mara.page, 7)
    assert 5 < second < 10 < third < 20 < fourth < 40 < last < 80


@at_a_desk
def test_what_cannot_be_drawn_anew_is_told_and_asked_for_less_often(mara, ines, watch):
    watch.expects(503)
    looks_at_today_with_a_stopped_clock(mara)
    mara.page.route("**/dashboard", lambda route: route.fulfill(status=503))
    ines.requests(mara, TEN)
    _soon, second, third, fourth = waits(mara.page, 4, until="**/dashboard")
    assert 5 < second < 10 < third < 20 < fourth
    mara.sees(re.compile(r"^Not up to date since \d\d:\d\d$"))
    mara.page.unroute("**/dashboard")
    mara.page.clock.resume()
    waits(mara.page, 1)
    expect(mara.row(ines)).to_be_visible()
    mara.does_not_see("Not up to date")


@at_a_desk
def test_a_sign_in_that_has_ended_ends_it_quietly_and_leads_to_a_new_one(mara, ines):
    mara.looks_at_today()
    hide(mara.page, True)
    mara.page.context.clear_cookies()
    questions = asked(mara.page)
    with mara.page.expect_response("**/live"):
        hide(mara.page, False)
    ines.requests(mara, TEN)
    asks_twice(ines.page)
    assert len(questions) == 1
    expect(mara.page.get_by_role("heading", level=1)).to_be_visible()
    expect(mara.page.get_by_role("alert")).to_be_empty()
    mara.follows("Sign in again")
    mara.types("E-mail", mara.email)
    mara.types("Password", PASSWORD)
    mara.presses("Sign in")
    expect(mara.row(ines)).to_be_visible()


def looks_at_today_with_a_stopped_clock(mara: Therapist) -> None:
    """It goes on only as far as `waits` turns it; what was asked before is answered."""
    mara.page.clock.install()
    mara.looks_at_today()
    has_scripts(mara.page)
    with mara.page.expect_response("**/live"):
        mara.page.clock.pause_at(mara.page.evaluate("Date.now()") / 1000 + 5)


def waits(page: Page, number: int, until: str = "**/live") -> list[float]:
    """How many seconds of the page's clock go by, one time after the other, before it asks again and is answered."""
    questions, times = asked(page), [page.evaluate("Date.now()")]
    for asked_before in range(number):
        with page.expect_response(until):
            while len(questions) == asked_before:
                page.clock.run_for(500)
        times.append(page.evaluate("Date.now()"))
    return [(after - before) / 1000 for before, after in pairwise(times)]


def asks_twice(page: Page) -> None:
    """Another page, meanwhile: time enough for this one."""
    for _ in range(2):
        with page.expect_response("**/live"):
            pass


def hide(page: Page, hidden: bool) -> None:
    """As when another tab is looked at."""
    page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
