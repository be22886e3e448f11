"""A therapist keeps true working times between two sessions, with scripts and without."""

import re
from datetime import time

from playwright.sync_api import Locator, expect

from e2e.axe import Found
from e2e.steps import Therapist
from e2e.variants import also_by_keyboard, at_a_desk
from tests.world import in_days

TEN, NOON = in_days(3, "10:00"), in_days(3, "12:00")


def day(mara: Therapist, name: str) -> Locator:
    return mara.page.get_by_role("region", name=name, exact=True)


def has_hours(mara: Therapist, name: str, *hours: str) -> None:
    """The day shows exactly these."""
    expect(day(mara, name).get_by_role("listitem")).to_have_count(len(hours))
    for number, text in enumerate(hours):
        expect(day(mara, name).get_by_role("listitem").nth(number)).to_contain_text(text)


def types_hours(mara: Therapist, start: str, end: str) -> None:
    for label, hour in (("From", start), ("To", end)):
        mara.hands.set_time(mara.page.get_by_label(label, exact=True), time.fromisoformat(hour))


@also_by_keyboard(scripts=(True, False))
def test_hours_are_added_copied_and_split(mara):
    mara.hands.press(mara.at("/settings").page.get_by_role("main").get_by_role("link", name="Working times"))
    mara.follows("Change Monday 08:00–20:00")
    mara.presses("Remove")
    mara.sees("Monday 08:00–20:00 is removed.")
    mara.follows("Add hours on Monday")
    types_hours(mara, "09:00", "13:00")
    mara.presses("Add hours")
    has_hours(mara, "Monday", "09:00–13:00")

    mara.follows("Copy Monday's times to other days")
    mara.ticks("Tue")
    mara.presses("Copy times")
    mara.sees("Monday's times are now also those of Tuesday.")
    has_hours(mara, "Tuesday", "09:00–13:00")

    mara.follows("Change Tuesday 09:00–13:00")
    mara.presses("Split for a break")
    mara.sees("A break in 09:00–13:00")  # the form for changes has the same fields
    types_hours(mara, "11:00", "11:30")
    mara.presses("Split hours")
    has_hours(mara, "Tuesday", "09:00–11:00", "11:30–13:00")
    mara.presses("Undo")
    has_hours(mara, "Tuesday", "09:00–13:00")


def test_an_overlap_names_the_other_hours_and_keeps_what_was_typed(mara, watch):
    watch.expects(422)
    mara.at("/working-times")
    with mara.staying_on_the_page():
        day(mara, "Sunday").get_by_role("link", name="Add hours on Sunday").click()
        mara.types("From", "19:00")
        mara.types("To", "21:00")
        mara.presses("Add hours")
        mara.sees("This overlaps Sunday 08:00–20:00 in Room 1 and Room 2, by video and by phone.")
        mara.still_reads("From", "19:00")


def test_a_day_off_with_a_session_in_it_leads_to_its_rearrangement(mara, ines):
    ines.requests(mara, TEN)
    mara.at("/times-off")
    mara.types("First day", f"{TEN:%Y-%m-%d}")
    with mara.staying_on_the_page():
        mara.presses("Take time off")
        mara.sees("One session falls in time you've closed", "Ines Keller")
    mara.page.get_by_role("link", name=re.compile("^Rearrange: Ines Keller")).click()
    mara.sees_title("Edit date/time")
    expect(mara.page.get_by_role("button", name="Offer alternatives", exact=True)).to_be_visible()
    ines.looks_at_times(mara)
    ines.cannot_choose(NOON)


def test_an_hour_off_and_a_bank_holiday_are_taken_back(mara):
    mara.at("/times-off")
    mara.types("First day", f"{TEN:%Y-%m-%d}")
    mara.page.get_by_label("Whole days").uncheck()
    mara.types("From", "14:00")
    mara.types("Until", "15:00")
    mara.presses("Take time off")
    mara.page.get_by_role("button", name=re.compile("^Open again")).click()
    mara.sees("is open again.")
    mara.at("/working-times/bank-holidays")
    close = mara.page.get_by_role("button", name=re.compile("^Close: ")).first
    holiday = (close.get_attribute("aria-label") or "").removeprefix("Close: ")
    close.click()
    again = mara.page.get_by_role("button", name=f"Open again: {holiday}", exact=True)
    again.click()
    expect(again).to_have_count(0)


@at_a_desk
def test_the_pages_of_working_times_shut_nobody_out(mara, ines, jonas, watch):
    watch.expects(422)
    found = Found()
    ines.requests(mara, TEN)
    jonas.requests(mara, NOON)
    for query in ("", "?add=0", "?copy=0"):
        found.on_page_of(mara.at(f"/working-times{query}"))
    mara.presses("Change Monday 08:00–20:00")  # a form is open, and goes along
    mara.presses("Split for a break")
    mara.sees("A break in 08:00–20:00")
    mara.types("To", "")
    mara.presses("Split hours")
    mara.sees("Choose a time to end.")
    found.on_page_of(mara)
    mara.at("/times-off").types("First day", f"{TEN:%Y-%m-%d}")
    mara.presses("Take time off")
    mara.sees("2 sessions fall in time you've closed", "Offer all of them other times")
    found.on_page_of(mara)
    for page in ("extra", "bank-holidays", "rules"):
        found.on_page_of(mara.at(f"/working-times/{page}"))
    mara.types("Days ahead", "0")
    mara.presses("Save rules")
    mara.sees("Give a whole number of days from 1 to 365.")
    found.on_page_of(mara)
    assert found.violations == []


def test_saving_one_of_the_booking_rules_keeps_what_was_typed_in_the_others(mara):
    mara.at("/working-times/rules").types("Gap after", "15")
    mara.presses("Save rules")
    mara.sees("Saved.")
    mara.still_reads("Gap after", "15")
    mara.types("Days ahead", "90")
    mara.presses("Save")
    mara.sees("Sessions already booked keep their length.")
    mara.still_reads("Days ahead", "90")
    mara.still_reads("Gap after", "15")
