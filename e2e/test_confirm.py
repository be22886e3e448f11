"""A client asks for a session; the therapist confirms it."""

from playwright.sync_api import expect

from e2e.steps import calendar_entry, mentions
from e2e.variants import also_by_keyboard
from tests.world import in_days


@also_by_keyboard(scripts=(True, False))
def test_a_request_is_confirmed(mara, ines):
    ten = in_days(3, "10:00")
    ines.requests(mara, ten, words="I can also come later.")
    ines.sees("Waiting for an answer", "I can also come later.")
    mentions(ines.is_mailed("We have your session request"), ten)
    mentions(mara.is_mailed("A new session request"), ten, "I can also come later.", ines.name)
    mara.looks_at_today()
    mara.sees_time(ten)
    mara.confirms(ines)
    confirmed = ines.is_mailed("Your session is confirmed")
    mentions(confirmed, ten, "1 Harley Street")
    assert "METHOD:REQUEST" in calendar_entry(confirmed)
    ines.opens(confirmed)
    ines.sees("Confirmed", "You're booked", "1 Harley Street")
    ines.has_no_other_mail()
    mara.has_no_other_mail()


@also_by_keyboard("phone")
def test_a_confirmation_happens_where_the_request_stands(mara, ines, jonas):
    ines.requests(mara, in_days(2, "10:00"))
    jonas.requests(mara, in_days(2, "12:00"))
    mara.looks_at_today()
    mara.sees("2 to answer")
    for client in (ines, jonas):  # told apart by whose they are, also when only the button is read
        confirm = mara.row(client).get_by_role("button", name="Confirm session", exact=True)
        expect(confirm).to_have_accessible_description(client.name)
    with mara.staying_on_the_page():
        mara.confirms_in_the_list(ines)
        mara.sees_status(ines, "Confirmed")
        mara.sees("1 to answer")
    mara.sees_status(jonas, "To answer")


@also_by_keyboard("desk", scripts=(True, False))
def test_two_tabs_confirm_one_request(mara, ines, watch):
    watch.expects(409)
    ines.requests(mara, in_days(2, "10:00"))
    mara.hears_nothing()
    mara.opens(ines)
    first, mara.page = mara.page, mara.page.context.new_page()
    mara.opens(ines)
    mara.presses("Confirm session")
    mara.sees_status(ines, "Confirmed")
    mara.page = first
    mara.presses("Confirm session")
    mara.sees("This session has changed meanwhile. This is the session as it is now.")
    mara.sees_status(ines, "Confirmed")
    ines.is_mailed("We have your session request")
    ines.is_mailed("Your session is confirmed")
    ines.has_no_other_mail()
