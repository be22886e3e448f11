"""The therapist has to change where a session is; the client agrees or not."""

from e2e.steps import ASKED, calendar_entry, mentions
from e2e.variants import also_by_keyboard, at_a_desk
from tests.world import in_days

TEN = in_days(3, "10:00")


@also_by_keyboard()
def test_the_client_agrees_to_a_new_location(mara, ines):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    ines.is_mailed("Your session is confirmed")
    mara.relocates(ines, to="Room 2", words="Room 1 is being painted.")
    mara.sees_status(ines, "Awaiting client")
    mara.sees("Room 2")
    asked = ines.is_mailed("Please answer about your session by")
    mentions(asked, TEN, "Room 2", "Room 1 is being painted.")
    ines.opens(asked)
    ines.sees_title("Mara Lindt has to change where your session is")
    ines.sees("2 Harley Street", "Room 1 is being painted.")
    ines.agrees()
    ines.sees_title("You agreed to the new location")
    mentions(ines.is_mailed("Your session is confirmed"), TEN, "2 Harley Street")
    mentions(mara.is_mailed("Your offer was accepted"), TEN, "Room 2")
    mara.opens(ines)
    mara.sees_status(ines, "Confirmed")


@also_by_keyboard()
def test_the_client_does_not_agree_to_a_new_location(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.relocates(ines, to="Phone call")
    ines.opens(ines.is_mailed("Please answer about your session by"))
    ines.refuses("I do not agree", words="I would rather meet in a room.")
    ines.sees_title("You declined, so your session was cancelled")
    assert "METHOD:CANCEL" in calendar_entry(ines.is_mailed("Your session is cancelled"))
    mentions(mara.is_mailed("Your offer was declined"), TEN, "I would rather meet in a room.")
    mara.opens(ines)
    mara.sees_status(ines, "Declined")
    jonas.requests(mara, TEN)


@also_by_keyboard("phone")
def test_a_location_is_changed_as_the_client_asked(mara, ines):
    ines.requests(mara, TEN)
    mara.relocates(ines, to="Video call", reason=ASKED)
    mara.sees_status(ines, "Confirmed")
    changed = ines.is_mailed("Your session has changed")
    mentions(changed, TEN, "https://meet.example.com/x", "I did not ask for this")


@at_a_desk
def test_a_withdrawn_location_is_as_it_was(mara, ines):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.relocates(ines, to="Room 2")
    mara.withdraws(ines)
    mara.sees_status(ines, "Confirmed")
    mentions(ines.is_mailed("Your session stays as it was"), TEN, "1 Harley Street")
