"""A therapist edits the weekly working times: good or odd, what was typed gets an answer in words and stays."""

import html
import re

import pytest

from app.database import db
from app.scheduling.week import Hours
from app.scheduling.working_time import WorkingTime, keep_week, week_of
from tests import world
from tests.browser import Page
from tests.visitor import Visitor

MONDAY, TUESDAY, WEDNESDAY, SUNDAY = 0, 1, 2, 6


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    """Mara's browser. She works on Mondays, 09:00 to 13:00, in Room 1 and by video."""
    works(mara, (MONDAY, "09:00", "13:00"))
    return visitor("mara@example.com")


def works(mara, *spans: tuple[int, str, str]) -> None:
    room, _, video, _ = (location.id for location in mara.locations)
    keep_week(mara, [Hours(day, minute(one), minute(two), frozenset({room, video})) for day, one, two in spans])
    db.session.commit()


def minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def week(mara) -> list[tuple[int, str, str]]:
    """Her working times as the database has them: weekday, from, to."""
    db.session.expire_all()
    return [
        (span.weekday, *(f"{one // 60:02}:{one % 60:02}" for one in (span.starts, span.ends))) for span in week_of(mara)
    ]


def said(page: Page) -> str:
    return html.unescape(page.text)


def span_of(mara, number: int = 0) -> WorkingTime:
    return sorted(mara.working_times, key=lambda span: (span.weekday, span.starts_minute))[number]


def send(desk: Visitor, page: Page, button: str, more: list[tuple[str, str]], without: tuple[str, ...] = ()) -> Page:
    """Press a button of a form with boxes: several values of one name."""
    form, fields = page.filled(button)
    names = {name for name, _ in more} | set(without)
    return desk.post(form.action, [pair for pair in fields if pair[0] not in names] + more)


# Adding


def test_hours_are_added_on_several_days_at_once(desk, mara):
    page = desk.open("/working-times?add=1")
    page = send(desk, page, "Add hours", [("starts", "10:00"), ("ends", "12:30"), ("weekday", "1"), ("weekday", "2")])
    assert page.status == 200
    assert "Added on Tuesday and Wednesday." in page.text
    assert week(mara) == [
        (MONDAY, "09:00", "13:00"),
        (TUESDAY, "10:00", "12:30"),
        (WEDNESDAY, "10:00", "12:30"),
    ]


def test_a_day_can_end_at_midnight(desk, mara):
    desk.press(desk.open("/working-times?add=6"), "Add hours", starts="18:00", ends="00:00")
    assert (SUNDAY, "18:00", "24:00") in week(mara)
    assert "18:00–24:00" in desk.open("/working-times").text
    # And it can be changed again without losing its midnight.
    page = desk.open(f"/working-times?change={span_of(mara, 1).id}")
    desk.press(page, "Save hours", starts="19:00")
    assert (SUNDAY, "19:00", "24:00") in week(mara)


def test_an_overlap_is_refused_and_names_the_other(desk, mara):
    page = desk.press(desk.open("/working-times?add=0"), "Add hours", starts="12:00", ends="15:00")
    assert page.status == 422
    assert "This overlaps Monday 09:00–13:00 in Room 1 and by video." in said(page)
    _, fields = page.filled("Add hours")
    assert {("starts", "12:00"), ("ends", "15:00"), ("weekday", "0")} <= set(fields)
    assert week(mara) == [(MONDAY, "09:00", "13:00")]


def test_touching_hours_are_fine(desk, mara):
    assert desk.press(desk.open("/working-times?add=0"), "Add hours", starts="13:00", ends="15:00").status == 200
    assert week(mara) == [(MONDAY, "09:00", "13:00"), (MONDAY, "13:00", "15:00")]


def test_the_same_hours_in_another_room_are_fine(desk, mara):
    room = str(mara.locations[1].id)
    page = send(
        desk,
        desk.open("/working-times?add=0"),
        "Add hours",
        [("starts", "09:00"), ("ends", "13:00"), ("location", room)],
    )
    assert page.status == 200
    assert "Room 2" in page.text


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        ("", "12:00", "Choose a time to begin."),
        ("10:00", "", "Choose a time to end."),
        ("10:00", "10:00", "The end must be later than the beginning."),
        ("10:00", "09:00", "The end must be later than the beginning."),
        ("24:00", "24:00", "Choose a time to begin."),
        ("25:00", "26:00", "Choose a time to begin."),
        ("noon", "12:60", "Choose a time to end."),
        ("١٠:٠٠", "12:00", "Choose a time to begin."),
    ],
)
def test_odd_hours_are_marked_and_stay(desk, mara, starts, ends, sentence):
    page = desk.press(desk.open("/working-times?add=1"), "Add hours", starts=starts, ends=ends)
    assert page.status == 422
    assert sentence in said(page)
    _, fields = page.filled("Add hours")
    assert {("starts", starts), ("ends", ends)} <= set(fields)
    assert week(mara) == [(MONDAY, "09:00", "13:00")]


def test_no_location_and_no_day_are_told(desk, mara):
    page = desk.open("/working-times?add=1")
    page = send(desk, page, "Add hours", [("starts", "10:00"), ("ends", "12:00")], without=("location", "weekday"))
    assert page.status == 422
    assert "Choose at least one location." in page.text
    assert "Choose at least one day." in page.text


def test_a_location_of_another_practice_is_none(desk, mara, otto):
    page = desk.open("/working-times?add=1")
    foreign = [("starts", "10:00"), ("ends", "12:00"), ("location", str(otto.locations[0].id))]
    assert "Choose at least one location." in send(desk, page, "Add hours", foreign).text


def test_a_location_that_is_not_there_is_told_and_not_left_out(desk, mara):
    for location in ("999", "one", "٣"):
        page = desk.open("/working-times?add=1")
        chosen = [("starts", "14:00"), ("ends", "16:00"), ("location", str(mara.locations[0].id))]
        page = send(desk, page, "Add hours", [*chosen, ("location", location)])
        assert (page.status, week(mara)) == (422, [(MONDAY, "09:00", "13:00")])
        assert "One of the locations that were chosen is no longer yours to choose." in page.text
        assert str(mara.locations[0].id) in dict(page.filled("Add hours")[1])["location"]


# Changing, removing, putting back


def test_hours_are_changed(desk, mara):
    page = desk.open(f"/working-times?change={span_of(mara).id}")
    assert desk.press(page, "Save hours", starts="08:30").status == 200
    assert week(mara) == [(MONDAY, "08:30", "13:00")]


def test_hours_are_removed_and_put_back(desk, mara):
    page = desk.press(desk.open(f"/working-times?change={span_of(mara).id}"), "Remove")
    assert "Monday 09:00–13:00 is removed." in said(page)
    assert week(mara) == []
    page = desk.press(page, "Put it back")
    assert "Everything is as it was before." in page.text
    assert week(mara) == [(MONDAY, "09:00", "13:00")]
    desk.press(page, "Undo")
    assert week(mara) == []


def test_what_was_changed_again_is_not_put_back(desk, mara):
    page = desk.press(desk.open(f"/working-times?change={span_of(mara).id}"), "Remove")
    works(mara, (TUESDAY, "09:00", "10:00"))
    page = desk.press(page, "Put it back")
    assert page.status == 409
    assert "has been changed since then" in page.text
    assert week(mara) == [(TUESDAY, "09:00", "10:00")]


def test_hours_that_are_gone_cannot_be_changed(desk, mara):
    page = desk.open(f"/working-times?change={span_of(mara).id}")
    works(mara)
    assert desk.press(page, "Save hours", starts="08:30").status == 404


def test_an_undo_of_somebody_else_is_none(desk, mara, otto, visitor):
    page = desk.press(desk.open(f"/working-times?change={span_of(mara).id}"), "Remove")
    _, fields = page.filled("Put it back")
    ottos = visitor("otto@example.com")
    token = ottos.form_token("/working-times?add=0")
    stolen = [("csrf_token", token), *(pair for pair in fields if pair[0] == "told")]
    assert ottos.post("/working-times/restoration", stolen).status == 404
    assert len(week(otto)) == 7


def test_somebody_elses_hours_are_not_there(desk, mara, otto):
    foreign = span_of(otto).id
    token = desk.form_token("/working-times?add=0")
    assert desk.open(f"/working-times?change={foreign}").status == 404
    for verb in ("change", "break", "removal"):
        answer = desk.post(
            f"/working-times/{foreign}/{verb}", {"csrf_token": token, "starts": "10:00", "ends": "11:00"}
        )
        assert answer.status == 404
    assert len(week(otto)) == 7


# A break, and copies


def test_a_lunch_break_splits_hours_in_two(desk, mara):
    page = desk.open(f"/working-times?split={span_of(mara).id}")
    desk.press(page, "Split hours", starts="11:00", ends="11:30")
    assert week(mara) == [(MONDAY, "09:00", "11:00"), (MONDAY, "11:30", "13:00")]


def test_a_break_in_one_room_leaves_the_rest_open(desk, mara):
    page = desk.open(f"/working-times?split={span_of(mara).id}")
    room = str(mara.locations[0].id)
    send(desk, page, "Split hours", [("starts", "11:00"), ("ends", "12:00"), ("location", room)])
    assert [(span.starts // 60, span.ends // 60, len(span.locations)) for span in week_of(mara)] == [
        (9, 11, 2),
        (11, 12, 1),
        (12, 13, 2),
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        ("14:00", "15:00", "The break lies outside these hours, 09:00–13:00."),
        ("09:00", "13:00", "The break would take all of these hours."),
        ("11:00", "", "Choose a time to end."),
    ],
)
def test_a_break_that_splits_nothing_is_told(desk, mara, starts, ends, sentence):
    page = desk.open(f"/working-times?split={span_of(mara).id}")
    page = desk.press(page, "Split hours", starts=starts, ends=ends)
    assert page.status == 422
    assert sentence in said(page)
    assert week(mara) == [(MONDAY, "09:00", "13:00")]


def test_a_days_times_replace_those_of_others(desk, mara):
    works(mara, (MONDAY, "09:00", "13:00"), (TUESDAY, "18:00", "20:00"))
    page = desk.open("/working-times?copy=0")
    page = send(desk, page, "Copy times", [("to", "1"), ("to", "2"), ("how", "replace")])
    assert "Monday's times are now also those of Tuesday and Wednesday." in said(page)
    assert week(mara) == [(day, "09:00", "13:00") for day in (MONDAY, TUESDAY, WEDNESDAY)]
    desk.press(page, "Undo")
    assert week(mara) == [(MONDAY, "09:00", "13:00"), (TUESDAY, "18:00", "20:00")]


def test_a_days_times_join_those_of_another(desk, mara):
    works(mara, (MONDAY, "09:00", "13:00"), (TUESDAY, "12:00", "15:00"))
    page = send(desk, desk.open("/working-times?copy=0"), "Copy times", [("to", "1"), ("how", "join")])
    assert "Monday's times are added to Tuesday." in said(page)
    assert week(mara) == [(MONDAY, "09:00", "13:00"), (TUESDAY, "09:00", "15:00")]


def test_copying_to_no_day_is_told(desk, mara):
    page = desk.press(desk.open("/working-times?copy=0"), "Copy times")
    assert page.status == 422
    assert "Choose at least one other day." in page.text


# Sessions that a change leaves outside


def test_a_change_says_which_sessions_it_leaves_outside(desk, mara):
    ten = world.in_days(3, "10:00")
    day = ten.weekday()
    works(mara, (day, "09:00", "13:00"))
    booking = world.INES.asks(mara, ten)
    page = desk.open(f"/working-times?change={span_of(mara).id}")
    page = desk.press(page, "Save hours", starts="10:30")
    assert "One session falls in time you've closed" in page.text
    assert "Ines Keller" in page.text
    assert f"/sessions/{booking.id}/rearrangement?reason=own" in page.text
    db.session.refresh(booking)
    assert (booking.status, booking.starts_at) == ("requested", ten)


def test_a_change_says_which_offered_times_it_leaves_outside(desk, mara):
    ten = world.in_days(3, "10:00")
    works(mara, (ten.weekday(), "09:00", "13:00"))
    world.offer_times(world.INES.asks(mara, ten), world.in_days(10, "12:00"))
    page = desk.open(f"/working-times?change={span_of(mara).id}")
    page = desk.press(page, "Save hours", ends="12:00")
    assert "One offered time falls in time you've closed" in page.text
    assert "and can still choose it." in page.text
    assert "One session" not in page.text


def test_a_session_that_was_outside_before_is_not_told_again(desk, mara):
    ten = world.in_days(3, "10:00")
    works(mara, (ten.weekday(), "09:00", "13:00"))
    world.INES.asks(mara, ten)
    works(mara, (ten.weekday(), "15:00", "18:00"))
    page = desk.press(desk.open(f"/working-times?change={span_of(mara).id}"), "Save hours", ends="17:00")
    assert "Changed." in page.text
    assert "in time you've closed" not in page.text


def test_a_session_at_a_location_that_closes_is_outside(desk, mara):
    ten = world.in_days(3, "10:00")
    works(mara, (ten.weekday(), "09:00", "13:00"))
    world.INES.asks(mara, ten, location=mara.locations[2])
    world.JONAS.asks(mara, world.in_days(3, "11:30"), location=mara.locations[0])
    page = desk.open(f"/working-times?change={span_of(mara).id}")
    page = send(desk, page, "Save hours", [("location", str(mara.locations[0].id))])
    assert "Ines Keller" in page.text
    assert "Jonas Peters" not in page.text


def test_without_working_times_the_page_says_what_to_do(desk, mara):
    works(mara)
    assert "No working times yet" in desk.open("/working-times").text


def test_an_undo_of_another_page_is_none(desk, mara):
    day = f"{world.in_days(6):%Y-%m-%d}"
    page = desk.press(desk.open("/times-off"), "Take time off", from_date=day)
    _, fields = desk.press(page, "Open again").filled("Close it again")
    for address in ("/working-times/restoration", "/working-times/extra/restoration"):
        assert desk.post(address, fields).status == 404
    for token in ("", "x", "a.b"):
        broken = [pair for pair in fields if pair[0] != "told"] + [("told", token)]
        assert desk.post("/times-off/restoration", broken).status == 404
        assert desk.open(f"/times-off?told={token}").status == 200


@pytest.mark.parametrize("query", ["add=7", "add=-1", "add=x", "copy=99", "change=x", "split=", "told=x"])
def test_odd_addresses_show_the_week(desk, query):
    assert desk.open(f"/working-times?{query}").status == 200


# What was typed is not lost when another form is opened


def open_another(desk: Visitor, page: Page, wanted: str, of: str = "Save hours", **typed: str) -> Page:
    """Press a button beside the open form, whose own button is `of`: the form goes along."""
    (button,) = re.findall(rf'<button[^>]* name="wanted" value="{wanted}"', page.text)
    assert 'form="opened" formaction="/working-times/another"' in button
    _, fields = page.filled(of, **typed)
    return desk.post("/working-times/another", [*fields, ("wanted", wanted)])


@pytest.fixture
def friday(desk, mara) -> str:
    """The name of a form that is not open: she works on Fridays too."""
    works(mara, (MONDAY, "09:00", "13:00"), (4, "09:00", "13:00"))
    return f"change={span_of(mara, 1).id}"


def test_another_form_is_opened_in_place_of_one_into_which_nothing_was_typed(desk, mara, friday):
    page = open_another(desk, desk.open(f"/working-times?change={span_of(mara).id}"), friday)
    assert page.status == 200
    assert 'aria-label="Change Friday 09:00–13:00"' in page.text.partition("<form")[2]
    assert page.form_with("Save hours").action == f"/working-times/{friday.removeprefix('change=')}/change"


@pytest.mark.parametrize(
    ("address", "of", "typed"),
    [
        ("change={span}", "Save hours", {"starts": "10:00"}),
        ("split={span}", "Split hours", {"ends": "12:35"}),
        ("add=0", "Add hours", {"starts": "15:00"}),
        ("copy=0", "Copy times", {"to": "2"}),
    ],
)
def test_what_was_typed_is_kept_when_another_form_is_opened(desk, mara, friday, address, of, typed):
    page = desk.open("/working-times?" + address.format(span=span_of(mara).id))
    page = open_another(desk, page, friday, of, **typed)
    assert page.status == 422
    assert "What you typed here is not saved yet." in page.text
    assert set(typed.items()) <= set(page.filled(of)[1])
    assert f'href="/working-times?{friday}"' in page.text
    assert "Discard it and go on" in page.text
    assert week(mara) == [(MONDAY, "09:00", "13:00"), (4, "09:00", "13:00")]


def test_what_was_kept_can_be_saved(desk, mara, friday):
    page = open_another(desk, desk.open(f"/working-times?change={span_of(mara).id}"), friday, starts="10:00")
    page = desk.press(page, "Save hours")
    assert "Changed." in page.text
    assert week(mara)[0] == (MONDAY, "10:00", "13:00")
