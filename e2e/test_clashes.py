"""A session of ours at a time that is busy in the therapist's other calendar: told, and decided by the therapist."""

from playwright.sync_api import expect

from e2e.axe import Found
from e2e.variants import also_by_keyboard, on_a_phone
from tests.world import in_days

TEN, HALF_PAST, ELEVEN = (in_days(3, at) for at in ("10:00", "10:30", "11:00"))
CLASH = "Your other calendar says that you are busy:"


@also_by_keyboard(scripts=(True, False))
def test_a_clash_is_put_to_the_therapist_at_the_confirmation(practice, mara, ines, watch, scripts):
    watch.expects(409)
    ines.requests(mara, TEN)
    practice.fill_elsewhere(mara.slug, HALF_PAST, ELEVEN)
    mara.opens(ines)
    mara.presses("Confirm session")
    mara.sees(CLASH, "Nothing is confirmed yet.")
    if scripts:
        expect(mara.page.get_by_role("alert").filter(has_text=CLASH)).to_be_focused()
    mara.has_no_button("Confirm session")
    mara.presses("Confirm all the same")
    mara.sees_status(ines, "Confirmed")
    mara.does_not_see(CLASH)
    ines.is_mailed("Your session is confirmed")


@also_by_keyboard("phone")
def test_in_the_list_it_is_put_where_the_request_stands(practice, mara, ines, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    practice.fill_elsewhere(mara.slug, HALF_PAST, ELEVEN)
    mara.looks_at_today()
    with mara.staying_on_the_page():
        mara.confirms_in_the_list(ines)
        expect(mara.row(ines).get_by_text("Nothing is confirmed yet.")).to_be_visible()
        mara.presses("Confirm all the same")
        mara.sees_status(ines, "Confirmed")


@on_a_phone
def test_another_time_is_chosen_instead(practice, mara, ines, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    practice.fill_elsewhere(mara.slug, HALF_PAST, ELEVEN)
    mara.opens(ines)
    mara.presses("Confirm session")
    mara.presses("Edit date/time")
    mara.sees("Why is this changing?")


def test_what_is_filled_elsewhere_afterwards_appears_by_itself(practice, mara, ines):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    practice.fill_elsewhere(mara.slug, HALF_PAST, ELEVEN)
    mara.sees("Busy elsewhere", CLASH, "The session stays booked until you decide.")
    found = Found()
    found.on_page_of(mara)
    assert found.violations == []
    mara.opens(ines)
    mara.sees(CLASH)
    found.on_page_of(mara)
    assert found.violations == []
    mara.presses("Keep it")
    mara.does_not_see(CLASH)
    ines.is_mailed("Your session is confirmed")
    ines.is_mailed("We have your session request")
    ines.has_no_other_mail()


@on_a_phone
def test_what_a_client_accepts_stands_and_is_told_of(practice, mara, ines):
    ines.requests(mara, TEN)
    noon, one = in_days(4, "12:00"), in_days(4, "13:00")
    mara.offers(ines, noon)
    ines.opens(ines.is_mailed("Please choose a new time by"))
    practice.fill_elsewhere(mara.slug, noon, one)
    ines.accepts(noon)
    ines.sees("Confirmed")
    told = mara.is_mailed("A session clashes with your other calendar")
    assert "12:00–13:00" in told.text
    mara.opens(ines)
    mara.sees(CLASH, "The session stays booked until you decide.")


@on_a_phone
def test_a_clash_at_the_confirmation_and_a_broken_connection_can_be_read_by_everybody(practice, mara, ines, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    practice.fill_elsewhere(mara.slug, HALF_PAST, ELEVEN)
    practice.break_connection(mara.slug)
    found = Found()
    mara.looks_at_today()
    mara.sees("Your Google calendar is no longer connected")
    mara.confirms_in_the_list(ines)
    mara.sees("Nothing is confirmed yet.")
    found.on_page_of(mara)
    mara.at("/calendar").sees("Your Google calendar is no longer connected")
    found.on_page_of(mara)
    assert found.violations == []
    mara.follows("Reconnect")
    mara.sees_title("Other calendars")
