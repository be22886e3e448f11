"""The therapist has to move a session: builds an offer, and the client answers it from the mail."""

from playwright.sync_api import expect

from e2e.steps import MISTAKE, calendar_entry, mentions
from e2e.variants import also_by_keyboard, at_a_desk, on_a_phone, with_and_without_scripts, without_worker
from tests.world import in_days

TEN = in_days(2, "10:00")
THREE = in_days(3, "09:00"), in_days(4, "11:00"), in_days(5, "16:30")


@also_by_keyboard(scripts=(True, False))
def test_of_three_times_the_client_accepts_the_second(mara, ines, jonas):
    first, second, third = THREE
    ines.requests(mara, TEN)
    mara.confirms(ines)
    ines.is_mailed("Your session is confirmed")
    mara.offers(ines, *THREE, words="A clinic day was moved.")
    mara.sees_status(ines, "Awaiting client")
    offered = ines.is_mailed("Please choose a new time by")
    for time in THREE:
        mentions(offered, time, "A clinic day was moved.")
    jonas.looks_at_times(mara)
    jonas.cannot_choose(TEN, *THREE)

    ines.opens(offered)
    ines.sees_title("Mara Lindt has to move your session")
    ines.sees("A clinic day was moved.")
    ines.accepts(second)
    ines.sees_title("You're booked")
    ines.sees_time(second)
    confirmed = ines.is_mailed("Your session is confirmed")
    mentions(confirmed, second, "1 Harley Street")
    assert "SEQUENCE:1" in calendar_entry(confirmed)
    mentions(mara.is_mailed("Your offer was accepted"), second)
    mara.opens(ines)
    mara.sees_status(ines, "Confirmed")
    mara.sees_time(second)

    jonas.looks_at_times(mara)
    jonas.cannot_choose(TEN, second)  # the time that the therapist left stays closed
    jonas.requests(mara, first)
    jonas.requests(mara, third)


@also_by_keyboard(scripts=(True, False))
def test_none_of_the_times_work(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.offers(ines, *THREE)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.refuses(words="I am away that week.")
    ines.sees_title("You declined, so your session was cancelled")
    cancelled = ines.is_mailed("Your session is cancelled")
    mentions(cancelled, TEN)
    assert "METHOD:CANCEL" in calendar_entry(cancelled)
    mentions(mara.is_mailed("Your offer was declined"), TEN, "I am away that week.")
    mara.opens(ines)
    mara.sees_status(ines, "Declined")
    mara.sees("I am away that week.")
    jonas.requests(mara, THREE[0])
    jonas.requests(mara, THREE[2])


@also_by_keyboard(scripts=(True, False))
def test_a_list_of_alternatives_is_built_changed_and_offered(mara, ines, watch):
    watch.expects(422)
    first, second, third = THREE
    ines.requests(mara, TEN)
    mara.starts_an_offer(ines, MISTAKE)
    mara.presses("Offer alternatives")
    mara.sees("Add at least one alternative time")
    mara.adds(1, first, "Video call")
    mara.adds(2, in_days(4, "08:00"))
    mara.adds(3, third, "Room 2")
    mara.removes(2)
    mara.types("Message", "Two clients were given one hour.")
    mara.edits(2, second)
    mara.sends_the_offer(ines)
    mara.sees_time(first)
    mara.sees_time(second)
    mara.does_not_see("08:00–08:50")
    offered = ines.is_mailed("Please choose a new time by")
    mentions(offered, first, "Video call", "Two clients were given one hour.")
    mentions(offered, second, "Room 2")


@also_by_keyboard(scripts=(True, False))
def test_suggested_times_are_one_tap_each(mara, ines):
    ines.requests(mara, TEN)
    mara.starts_an_offer(ines)
    for number in (1, 2, 3):
        mara.taps_a_suggestion(number)
    mara.sends_the_offer(ines)
    mara.sees_time(in_days(9, "10:00"))
    mentions(ines.is_mailed("Please choose a new time by"), in_days(9, "10:00"))


@with_and_without_scripts
def test_another_reason_keeps_the_list(mara, ines):
    ines.requests(mara, TEN)
    mara.starts_an_offer(ines)
    mara.adds(1, THREE[0])
    mara.presses(MISTAKE)
    expect(mara.page.get_by_role("button", name=MISTAKE)).to_have_attribute("aria-pressed", "true")
    mara.sends_the_offer(ines)
    mara.sees_time(THREE[0])
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.sees("Mara Lindt made a mistake when arranging it.")


@on_a_phone
def test_the_list_is_built_in_place(mara, ines):
    ines.requests(mara, TEN)
    mara.starts_an_offer(ines)
    with mara.staying_on_the_page():
        mara.adds(1, THREE[0])
        mara.adds(2, THREE[1])
        mara.removes(1)
        mara.edits(1, THREE[2])


@at_a_desk
def test_a_time_that_another_session_has_is_refused_and_what_was_typed_stays(mara, ines, jonas, watch):
    watch.expects(422)
    ines.requests(mara, TEN)
    jonas.requests(mara, THREE[0])
    mara.starts_an_offer(ines)
    mara.adds(1, THREE[0])
    mara.adds(2, THREE[1])
    mara.types("Message", "Sorry for the trouble.")
    mara.presses("Offer alternatives")
    mara.sees("Please look at the marked alternatives", "is held for Jonas")
    mara.still_reads("Message", "Sorry for the trouble.")
    mara.removes(1)
    mara.sends_the_offer(ines)


@also_by_keyboard()
def test_an_offer_is_withdrawn_and_the_session_stands_as_before(mara, ines, jonas, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.offers(ines, *THREE)
    ines.hears_nothing()
    ines.opens(ines.is_mailed("Please choose a new time by"))
    mara.withdraws(ines)
    mara.sees_status(ines, "Confirmed")
    mara.sees_time(TEN)
    mentions(ines.is_mailed("Your session stays as it was"), TEN)
    ines.accepts(THREE[0])  # on the page that was still open
    ines.sees("This offer has ended")
    ines.sees("Your session is as it was before.")
    ines.sees_time(TEN)
    for time in THREE[:2]:
        jonas.requests(mara, time)


@also_by_keyboard("desk")
def test_the_client_tells_by_phone_which_time_they_take(mara, ines):
    ines.requests(mara, TEN)
    mara.offers(ines, *THREE)
    offered = ines.is_mailed("Please choose a new time by")
    mara.records_a_choice_by_phone(THREE[1])
    mara.sees_status(ines, "Confirmed")
    mara.sees_time(THREE[1])
    mentions(ines.is_mailed("Your session has changed"), THREE[1], "I did not ask for this")
    ines.opens(offered)
    ines.sees_title("You're booked")


@without_worker
@on_a_phone
def test_the_therapist_sees_that_the_offer_was_opened(mara, ines):
    ines.requests(mara, TEN)
    mara.offers(ines, THREE[0])
    mara.sees("not opened yet")
    offered = ines.is_mailed("Please choose a new time by")
    with ines.page.expect_response("**/opening"):
        ines.opens(offered)
    mara.opens(ines)
    mara.does_not_see("not opened yet")


@at_a_desk
def test_the_time_that_a_moved_session_left_can_be_opened_again(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.offers(ines, THREE[0])
    ines.opens(ines.is_mailed("Please choose a new time by"))
    ines.accepts(THREE[0])
    ines.sees_title("You're booked")
    mara.opens(ines)
    mara.presses("Open this time again")
    mara.does_not_see("nobody can book that time")
    jonas.requests(mara, TEN)
