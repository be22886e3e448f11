"""A client books: what they choose, what they type, and what happens when somebody was faster."""

from playwright.sync_api import expect

from e2e.steps import BERLIN, LONDON, mentions
from e2e.variants import also_by_keyboard, on_a_phone
from tests.world import in_days

TEN = in_days(3, "10:00")


@also_by_keyboard(scripts=(True, False))
def test_a_whole_booking_by_phone_in_a_later_week(mara, ines):
    noon = in_days(16, "12:00")
    ines.finds(mara)
    ines.looks_at_location("Phone call")
    ines.chooses(noon)
    ines.sees("Phone call")
    ines.types("Your name", "Ines Keller")
    ines.types("E-mail", ines.email)
    ines.types("Phone", "+49 30 901820")
    ines.types("Message", "Please ring twice.")
    ines.presses("Request session")
    ines.page.wait_for_url("**/s/*")
    ines.sees("Your session with Mara Lindt", "Waiting for an answer", "Please ring twice.")
    ines.sees_time(noon)
    mentions(ines.is_mailed("We have your session request"), noon, "Phone call")
    mara.opens(ines)
    mara.sees("+49 30 901820", "Please ring twice.")


@also_by_keyboard("phone", scripts=(True, False))
def test_what_was_typed_stays_when_something_is_missing(mara, ines, watch):
    watch.expects(422)
    ines.looks_at_times(mara)
    ines.chooses(TEN)
    ines.types("Your name", "Inès Köhler 🌿 שלום")
    ines.types("E-mail", "ines at home")
    ines.types("Message", "First line\nsecond line")
    ines.presses("Request session")
    ines.sees("Please look at the marked fields. Nothing was sent yet.")
    ines.still_reads("Your name", "Inès Köhler 🌿 שלום")
    ines.still_reads("E-mail", "ines at home")
    ines.still_reads("Message", "First line\nsecond line")
    ines.types("E-mail", ines.email)
    ines.presses("Request session")
    ines.page.wait_for_url("**/s/*")
    ines.is_mailed("We have your session request")
    mara.looks_at_today()
    mara.sees("Inès Köhler 🌿 שלום")


@on_a_phone
def test_a_chosen_time_is_asked_for_on_both_clocks(mara, ines):
    ines.looks_at_times(mara)
    ines.sees("Show in your time (Berlin)")
    ines.chooses(TEN)
    ines.sees_time(TEN, BERLIN)
    ines.sees_time(TEN, LONDON)


@also_by_keyboard("desk", scripts=(True, False))
def test_somebody_was_faster(mara, ines, jonas, watch, scripts):
    watch.expects(409)
    ines.looks_at_times(mara)
    ines.chooses(TEN)
    ines.types("Your name", ines.name)
    ines.types("E-mail", ines.email)
    jonas.requests(mara, TEN)
    ines.presses("Request session")
    ines.sees("This time has just been taken. Please choose another.")
    ines.still_reads("Your name", ines.name)
    half_past_eleven = in_days(3, "11:30")
    ines.chooses_instead(half_past_eleven, BERLIN if scripts else LONDON)  # only a script knows where she is
    ines.presses("Request session")
    ines.page.wait_for_url("**/s/*")
    ines.sees_time(half_past_eleven)


@also_by_keyboard("desk", scripts=(True, False))
def test_back_after_a_request_leads_to_the_session_and_to_no_second_one(mara, ines):
    ines.requests(mara, TEN)
    session = ines.page.url
    ines.page.go_back()
    ines.sees("You have requested this time")
    ines.sees_time(TEN)
    expect(ines.page.get_by_role("button", name="Request session")).to_have_count(0)
    ines.follows("Go to your session")
    ines.page.wait_for_url(session)
    ines.sees("Waiting for an answer")


@also_by_keyboard("phone")
def test_the_client_calls_it_off(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    ines.opens(ines.is_mailed("Your session is confirmed"))
    ines.unfolds("Cancel this session")
    ines.types("Message", "I am ill.")
    ines.presses("Cancel session")
    ines.sees("This session was cancelled.")
    mentions(ines.is_mailed("Your session is cancelled"), TEN)
    mentions(mara.is_mailed("A session was cancelled"), TEN, "I am ill.")
    jonas.requests(mara, TEN)


@also_by_keyboard("desk")
def test_the_therapist_declines_and_blocks_a_sender(mara, ines, jonas, watch):
    watch.expects(429)
    ines.requests(mara, TEN)
    mara.opens(ines)
    mara.unfolds("Decline…")
    mara.types("Your reason", "I take no new clients.")
    mara.ticks("Block this sender")
    mara.presses("Decline session")
    mara.sees_status(ines, "Declined")
    mentions(ines.is_mailed("Your session request was declined"), TEN, "I take no new clients.")
    jonas.requests(mara, TEN)
    ines.looks_at_times(mara)
    ines.chooses(in_days(4, "10:00"))
    ines.types("Your name", ines.name)
    ines.types("E-mail", ines.email)
    ines.presses("Request session")
    ines.sees("You already have requests waiting.")  # which says nothing of being blocked


@on_a_phone
def test_a_mail_read_in_the_local_mailbox_leads_to_the_session(mara, ines):
    ines.requests(mara, TEN)
    letter = ines.is_mailed("We have your session request")
    ines.page.goto(f"/mailbox/{letter.name}")
    ines.sees_title("We have your session request")
    ines.page.get_by_role("link", name="/s/").click()
    ines.sees("Waiting for an answer")
