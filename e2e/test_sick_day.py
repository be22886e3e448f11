"""The therapist is ill: three sessions of one day are offered other times at once, and not all of it stands."""

from e2e.steps import mentions
from e2e.variants import also_by_keyboard, on_a_phone
from tests.world import in_days

TEN, ELEVEN, NOON = (in_days(3, hour) for hour in ("10:00", "11:00", "12:00"))
NEXT_WEEK = in_days(10, "10:00"), in_days(10, "11:00")


@also_by_keyboard(scripts=(True, False))
def test_three_sessions_are_offered_other_times_one_is_accepted_and_the_rest_taken_back(mara, ines, jonas, new_client):
    ada = new_client("Ada Lowell")
    for client, time in ((ines, TEN), (jonas, ELEVEN), (ada, NOON)):
        client.requests(mara, time)
    mara.confirms(jonas)
    jonas.is_mailed("Your session is confirmed")

    mara.plans_a_sick_day(TEN, words="I have a fever.")
    mara.sees("Ines Keller", "Jonas Peters", "Ada Lowell", "Nothing is sent yet")
    mara.sends_all_offers()
    offered = ines.is_mailed("Please choose a new time by")
    mentions(offered, NEXT_WEEK[0], "I have a fever.")
    mentions(jonas.is_mailed("Please choose a new time by"), NEXT_WEEK[1])
    ada.is_mailed("Please choose a new time by")
    ada.looks_at_times(mara)
    ada.cannot_choose(TEN, in_days(3, "16:00"))

    ines.opens(offered)
    ines.accepts(NEXT_WEEK[0])
    ines.sees_title("You're booked")

    mara.opens_the_sick_day()
    mara.sees("chosen")
    mara.presses("Take all offers back")
    mara.sees("Ines K. had accepted another time before and stays moved.")
    for client in (jonas, ada):
        client.is_mailed("Your session stays as it was")
    mara.opens(ines)
    mara.sees_time(NEXT_WEEK[0])
    mara.opens(jonas)
    mara.sees_status(jonas, "Confirmed")
    mara.sees_time(ELEVEN)
    new_client("Tom Okafor").requests(mara, TEN)


@on_a_phone
def test_what_is_booked_during_the_preview_is_told_before_anything_is_sent(mara, ines, jonas, watch):
    watch.expects(409)
    ines.requests(mara, TEN)
    mara.plans_a_sick_day(TEN)
    jonas.requests(mara, NEXT_WEEK[0])  # what Ines was to be offered
    mara.presses("Send all offers")
    mara.sees("Nothing was sent", "meant for Ines K., is no longer free.")
    with mara.staying_on_the_page():
        mara.page.get_by_role("button", name="Remove").first.click()
        mara.does_not_see("meant for Ines K., is no longer free.")
    mara.sends_all_offers()
    ines.is_mailed("Please choose a new time by")
