"""The therapist moves a session as the client asked; the client may say that they did not."""

from e2e.steps import calendar_entry, mentions
from e2e.variants import also_by_keyboard
from tests.world import in_days

TEN, NOON = in_days(3, "10:00"), in_days(4, "12:00")


@also_by_keyboard()
def test_a_session_is_moved_as_the_client_asked(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    ines.is_mailed("Your session is confirmed")
    mara.moves(ines, to=NOON, location="Video call")
    mara.sees_status(ines, "Confirmed")
    mara.sees_time(NOON)
    moved = ines.is_mailed("Your session has changed")
    mentions(moved, NOON, "https://meet.example.com/x", "I did not ask for this")
    assert "SEQUENCE:1" in calendar_entry(moved)
    ines.opens(moved)
    ines.sees("Confirmed", "https://meet.example.com/x")
    ines.sees_time(NOON)
    jonas.requests(mara, TEN)  # what the client left is free for others


@also_by_keyboard()
def test_a_move_that_the_client_did_not_ask_for_needs_their_consent(mara, ines, olive):
    ines.requests(mara, TEN)
    mara.moves(ines, to=NOON)
    ines.opens(ines.is_mailed("Your session has changed"))
    ines.disputes()
    told = mara.is_mailed("A change to a session is disputed")
    mentions(told, TEN, ines.name)
    mentions(told, NOON)
    mara.opens(ines)
    mara.sees_status(ines, "Awaiting client")
    mara.sees("Your client did not ask for this")
    mara.has_no_button("Withdraw offer", "Client chose this by phone")
    olive.page.goto("/operator")
    olive.sees("Ines K. did not ask for a change that Mara Lindt noted as theirs.")
    ines.opens(ines.is_mailed("Please answer about your session by"))
    ines.sees_title("Which would you like?")
    ines.accepts_the_change()
    ines.sees_title("You're booked")
    mentions(ines.is_mailed("Your session is confirmed"), NOON)
    mentions(mara.is_mailed("A disputed change was agreed to"), NOON)
    mara.opens(ines)
    mara.sees_status(ines, "Confirmed")


@also_by_keyboard("phone")
def test_a_client_keeps_a_session_as_it_was(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.confirms(ines)
    mara.moves(ines, to=NOON)
    ines.opens(ines.is_mailed("Your session has changed"))
    ines.disputes()
    ines.follows("Answer now")
    ines.keeps_it()
    ines.sees_title("It stays as it was")
    kept = ines.is_mailed("Your session stays as it was")
    mentions(kept, TEN)
    assert "SEQUENCE:2" in calendar_entry(kept)
    mentions(mara.is_mailed("A disputed session stays as it was"), TEN, ines.name)
    jonas.requests(mara, NOON)


@also_by_keyboard("phone")
def test_a_disputed_move_that_does_not_suit_ends_the_session(mara, ines, jonas):
    ines.requests(mara, TEN)
    mara.moves(ines, to=NOON)
    ines.opens(ines.is_mailed("Your session has changed"))
    ines.disputes()
    ines.follows("Answer now")
    ines.unfolds("Cancel this session…")
    ines.refuses("Cancel the session", words="I can only come on the day we agreed.")
    ines.sees_title("Your session was cancelled")
    mentions(mara.is_mailed("A disputed change was declined"), TEN, "I can only come on the day we agreed.")
    ines.is_mailed("Your session is cancelled")
    jonas.requests(mara, NOON)
