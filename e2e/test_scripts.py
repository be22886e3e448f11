"""What scripts add to pages that already work without them, and what scripts that are not ours cannot do."""

import re

import pytest
from playwright.sync_api import expect

from e2e.page_scripts import has_scripts
from e2e.steps import BERLIN
from e2e.variants import without_worker
from tests.world import in_days

pytestmark = without_worker

# As an attacker would plant them: without a nonce, and with a guessed one.
PLANT = """() => {
  const waiting = document.createElement("div");
  waiting.setAttribute("hx-get", "/planted");
  waiting.setAttribute("hx-trigger", "load");
  const button = document.createElement("button");
  button.setAttribute("hx-post", "/planted");
  button.setAttribute("hx-nonce", "guessed");
  document.getElementById("main").append(waiting, button);
  htmx.process(document.body);
  button.click();
}"""
# Each way of turning text into code; what came of it.
TURN_TEXT_INTO_CODE = """() => [
  () => { document.getElementById("main").innerHTML = "<img src=x onerror='window.planted = 1'>"; },
  () => { const script = document.createElement("script"); script.textContent = "window.planted = 1"; },
  () => { trustedTypes.createPolicy("planted", {createHTML: (text) => text}); },
  () => { const script = document.createElement("script"); script.src = "/planted.js"; },
].map((attempt) => { try { attempt(); return "worked"; } catch { return "refused"; } })"""


# The answer to the next form that is sent is lost on its way, after its first letters.
LOSES_AN_ANSWER = """() => {
  const whole = window.fetch;
  window.fetch = async (...asked) => {
    if (asked[1]?.method !== "POST") return whole(...asked);
    window.fetch = whole;
    const { status, headers } = await whole(...asked);
    const cut = new ReadableStream({ pull: (body) => body.error(new TypeError("Failed to fetch")) });
    return new Response(cut, { status, headers });
  };
}"""
UNANSWERED = "Holdfast did not answer: what you sent may have arrived or not."


@pytest.fixture
def size() -> str:
    """What these journeys try does not depend on the screen."""
    return "phone"


def test_planted_attributes_send_nothing(mara, ines, watch):
    ines.requests(mara, in_days(3))
    mara.looks_at_today()
    sent: list[str] = []
    mara.page.on("request", lambda request: sent.append(request.url))
    mara.page.wait_for_function("() => window.htmx")
    mara.page.evaluate(PLANT)
    # Ours still work, and by the time they are answered the planted ones would have been sent.
    mara.row(ines).get_by_role("button", name="Confirm session").click()
    mara.sees_status(ines, "Confirmed")
    assert [url for url in sent if "planted" in url] == []
    assert len([problem for problem in watch.problems if "[hx-csp] blocked" in problem]) == 2
    watch.problems.clear()


def test_text_never_becomes_code(mara, watch):
    mara.looks_at_today()
    assert mara.page.evaluate(TURN_TEXT_INTO_CODE) == ["refused"] * 4
    assert mara.page.evaluate("window.planted") is None
    watch.problems.clear()


def test_a_dropped_connection_is_told_and_what_was_typed_stays(mara, ines, watch):
    watch.expects_losses()
    ines.fills_in_a_request(mara, in_days(3))
    ines.loses_the_line()
    ines.presses("Request session")
    ines.sees("We could not reach Holdfast.")
    expect(ines.page.get_by_label("Your name")).to_have_value("Ines Keller")
    ines.finds_the_line()
    ines.presses("Request session")
    ines.sees("Waiting for an answer")


def test_what_stands_before_holdfast_takes_nothing_away_when_it_refuses(mara, ines, watch):
    """A proxy whose practice is just being renewed answers in its own words."""
    watch.expects(502)
    ines.fills_in_a_request(mara, in_days(3))
    refused = "**/t/*/requests"
    ines.page.route(refused, lambda route: route.fulfill(status=502, content_type="text/html", body="Bad Gateway"))
    ines.presses("Request session")
    ines.sees(UNANSWERED)
    ines.does_not_see("Bad Gateway")
    ines.still_reads("Your name", "Ines Keller")
    ines.page.unroute(refused)
    ines.presses("Request session")
    ines.sees("Waiting for an answer")


def test_an_answer_that_is_cut_off_is_told_and_the_button_can_be_pressed_again(mara, ines, watch):
    watch.expects_losses()
    watch.expects(409)  # it was cancelled with the first press
    ines.hears_nothing()
    ines.requests(mara, in_days(3))
    has_scripts(ines.page)
    ines.page.evaluate(LOSES_AN_ANSWER)
    ines.unfolds("Cancel this session…")
    ines.presses("Cancel session")
    ines.sees(UNANSWERED)
    ines.loses_the_line()
    ines.presses("Cancel session")  # this time it does not leave the device
    ines.sees("We could not reach Holdfast.")
    ines.finds_the_line()
    ines.presses("Cancel session")
    ines.sees("Cancelled")


def test_a_button_pressed_twice_asks_once(mara, ines):
    ines.fills_in_a_request(mara, in_days(3))
    sent: list[str] = []
    ines.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    ines.page.get_by_role("button", name="Request session").dblclick()
    ines.sees("Waiting for an answer")
    assert len(sent) == 1
    mara.looks_at_today()
    expect(mara.row(ines)).to_have_count(1)


def test_a_page_that_was_open_for_too_long_only_needs_its_button_again(mara, ines, watch):
    watch.expects(400)
    ines.fills_in_a_request(mara, in_days(3))
    ines.page.context.clear_cookies()
    ines.presses("Request session")
    ines.sees("This page was open for too long.")
    ines.presses("Request session")
    ines.sees("Waiting for an answer")


def test_the_focus_and_a_quiet_voice_follow_what_changed(mara, ines):
    ines.requests(mara, in_days(3))
    mara.looks_at_today()
    mara.row(ines).get_by_role("button", name="Confirm session").click()
    expect(mara.page.locator("#announcer")).to_have_text("Ines K.: Confirmed")
    expect(mara.row(ines)).to_be_focused()


def test_a_new_alternative_asks_for_its_date(mara, ines):
    ines.requests(mara, in_days(3))
    mara.starts_an_offer(ines)
    mara.adds(1, in_days(4))
    mara.presses("Add alternative...")
    expect(mara.alternative(2).get_by_label("Date")).to_be_focused()
    expect(mara.alternative(1).get_by_label("Date")).to_have_value(f"{in_days(4):%Y-%m-%d}")


def test_times_are_shown_in_the_visitors_own_zone_when_asked(mara, ines):
    ten = in_days(3)
    ines.looks_at_times(mara)
    ines.follows("Show in your time (Berlin)")
    ines.sees("Times are in Berlin time.")
    ines.follows("Another time zone")
    expect(ines.page.get_by_label("Show times in")).to_have_value(BERLIN)
    ines.turns_to(ines.slot(ten, BERLIN))
    expect(ines.slot(ten, BERLIN)).to_have_text(re.compile("^11:00"))


def test_times_by_video_are_in_the_visitors_own_zone_at_once(mara, ines):
    ten = in_days(3)
    ines.looks_at_times(mara)
    ines.follows("Video call")
    ines.sees("Times are in Berlin time.")
    expect(ines.slot(ten, BERLIN)).to_have_text(re.compile("^11:00"))
    ines.follows("Room 1")
    ines.sees("Times are in London time.")


def test_where_both_clocks_agree_no_other_time_is_offered(mara, jonas):
    jonas.looks_at_times(mara)
    jonas.sees("Times are in London time.")
    jonas.page.wait_for_function("() => customElements.get('browser-zone')")  # it has looked at both clocks by then
    expect(jonas.page.locator("browser-zone a")).to_have_count(0)


def test_turning_the_week_by_keyboard_keeps_the_focus_and_says_which_week_it_is(mara, ines):
    ines.looks_at_times(mara)
    week = ines.page.get_by_role("heading", name=re.compile(" to "))
    later = ines.page.get_by_role("link", name="Later", exact=True)
    later.focus()
    for _ in range(2):
        before = week.inner_text()
        ines.page.keyboard.press("Enter")
        expect(week).not_to_have_text(before)
        expect(later).to_be_focused()
        expect(ines.page.locator("#announcer")).to_have_text(week.inner_text())


def test_back_from_a_later_week_shows_the_week_before(mara, ines):
    ines.looks_at_times(mara)
    week = ines.page.get_by_role("heading", name=re.compile(" to "))
    before = week.inner_text()
    ines.follows("Later")
    expect(week).not_to_have_text(before)
    ines.page.go_back()
    expect(week).to_have_text(before)
