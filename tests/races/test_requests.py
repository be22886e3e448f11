"""Many clients want the same time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.spans import Span
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import request_page
from tests.races.crowd import Crowd, Tab, statuses


def test_of_two_hundred_clients_one_gets_the_slot(web, mara, database, record_testsuite_property, capsys):
    start = world.in_days(3)
    tab = Tab(web.url)
    page = request_page(tab, mara, start)
    wanted = [
        tab.ready(
            page,
            "Request session",
            name=f"Client {n}",
            email=f"c{n}@example.net",
            words=f"Words of {n}.",
            once=f"form of client {n:04}",
        )
        for n in range(200)
    ]
    crowd = Crowd(web.url, wanted)
    answers = crowd.release()

    assert statuses(answers) == [303] + [409] * 199
    taken = list(db.session.scalars(select(Booking)))
    assert len(taken) == 1
    winner = next(number for number, answer in enumerate(answers) if answer.status == 303)
    assert taken[0].client.email == f"c{winner}@example.net"
    for number, answer in enumerate(answers):
        if number != winner:
            is_a_clean_refusal(answer.text, number)
    check_everything()
    seconds = max(answer.seconds for answer in answers)
    record_testsuite_property(f"two hundred requests for one slot on {database.engine}, seconds", f"{seconds:.2f}")
    with capsys.disabled():
        print(f"\n200 requests for one slot on {database.engine}: {seconds:.2f} s")


def is_a_clean_refusal(text: str, number: int) -> None:
    """Why, what is free that day, and all that was typed."""
    assert "has just been taken" in text
    assert "Still free on" in text
    assert f'data-start="{world.in_days(3, "11:00"):%Y-%m-%dT%H:%M}' in text
    assert f'data-start="{world.in_days(3, "10:00"):%Y-%m-%dT%H:%M}' not in text
    for typed in (f'value="Client {number}"', f'value="c{number}@example.net"', f"Words of {number}."):
        assert typed in text


def overlap(one: Span, other: Span) -> bool:
    """Return whether two spans share time; spans that only touch do not."""
    return one[0] < other[1] and other[0] < one[1]


def test_of_fifty_overlapping_slots_the_winners_do_not_overlap(web, app):
    mara = world.add_therapist("Mara Lindt", grid=5)
    first = world.in_days(3, "09:00")
    starts = [first + timedelta(minutes=5 * number) for number in range(50)]
    tab = Tab(web.url)
    page = request_page(tab, mara, first)
    wanted = [
        tab.ready(
            page,
            "Request session",
            start=f"{start:%Y-%m-%dT%H:%MZ}",
            name="Ines",
            email=f"c{n}@example.net",
            once=f"form of client {n:04}",
        )
        for n, start in enumerate(starts)
    ]
    answers = Crowd(web.url, wanted).release()

    won = [start for start, answer in zip(starts, answers, strict=True) if answer.status == 303]
    assert {answer.status for answer in answers} == {303, 409}
    assert sorted(booking.starts_at for booking in db.session.scalars(select(Booking))) == won
    spans = [(start, start + timedelta(minutes=50)) for start in won]
    assert not any(overlap(one, other) for one in spans for other in spans if one is not other)
    lost = [start for start in starts if start not in won]
    assert all(any(overlap((start, start + timedelta(minutes=50)), span) for span in spans) for start in lost)
    check_everything()


def test_a_double_click_books_once_and_leads_to_it(web, mara):
    tab = Tab(web.url)
    page = request_page(tab, mara, world.in_days(3))
    pressed = tab.ready(page, "Request session", name=world.INES.name, email=world.INES.email)
    assert statuses(Crowd(web.url, [pressed] * 4).release()) == [303] * 4
    assert db.session.scalars(select(Booking)).one()
    check_everything()


def test_one_client_at_eight_slots_at_once_gets_two_requests(web, mara):
    tab = Tab(web.url)
    page = request_page(tab, mara, world.in_days(3))
    wanted = [
        tab.ready(
            page,
            "Request session",
            start=f"{world.in_days(3 + number):%Y-%m-%dT%H:%MZ}",
            name=world.INES.name,
            email=world.INES.email,
        )
        for number in range(8)
    ]
    assert statuses(Crowd(web.url, wanted).release()) == [303] * 2 + [429] * 6
    check_everything()


@pytest.fixture
def eight_therapists(app) -> list[Therapist]:
    names = ("Ann", "Ben", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal")
    return [world.add_therapist(f"{name} Lindt") for name in names]


def asking_each(url: str, therapists: list[Therapist], same_client: bool) -> list[str]:
    tab = Tab(url)
    wanted = []
    for number, therapist in enumerate(therapists):
        email = "ines@example.net" if same_client else f"client{number}@example.net"
        page = request_page(tab, therapist, world.in_days(3))
        wanted.append(tab.ready(page, "Request session", name="Ines Keller", email=email))
    return wanted


def test_one_client_at_eight_therapists_at_once_gets_five_requests(web, eight_therapists):
    wanted = asking_each(web.url, eight_therapists, same_client=True)
    assert statuses(Crowd(web.url, wanted).release()) == [303] * 5 + [429] * 3


def test_one_network_gets_its_number_of_requests_over_all_therapists(serve, eight_therapists):
    served = serve("web", REQUESTS_PER_HOUR="3")
    wanted = asking_each(served.url, eight_therapists, same_client=False)
    assert statuses(Crowd(served.url, wanted).release()) == [303] * 3 + [429] * 5
