"""An offer ends once, whoever is at it at the same moment, and each is told how it ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.activity import Activity
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import signed_in
from tests.races.crowd import Answer, Crowd, Tab, statuses
from tests.waiting import wait_until

ROUNDS = 4
PEOPLE = [world.Person(f"Client {number}", f"client{number}@example.net") for number in range(ROUNDS)]


@pytest.fixture
def offers(mara) -> list[Offer]:
    """Each of some clients has been offered two times on another day."""
    return [offer_to(mara, person, day) for day, person in enumerate(PEOPLE, start=3)]


def offer_to(therapist, person: world.Person, day: int) -> Offer:
    booking = person.asks(therapist, world.in_days(day))
    return world.offer_times(booking, world.in_days(day, "14:00"), world.in_days(day, "16:00"))


def link_to(offer: Offer) -> str:
    token = PersonalLink.to_offer(offer.booking_id, offer.id).token
    db.session.commit()
    return f"/o/{token}"


def accepting(url: str, offer: Offer, which: int = 0) -> str:
    """The client has the page open and is about to press the button."""
    link, chosen = link_to(offer), offer.alternatives[which].id
    db.session.commit()
    tab = Tab(url)
    return tab.ready(tab.open(link), "Accept this time", alternative=str(chosen))


def declining(url: str, offer: Offer) -> str:
    tab = Tab(url)
    return tab.ready(tab.open(link_to(offer)), "None of these work")


def on_session(tab: Tab, booking_id: int, button: str, **typed: str) -> str:
    db.session.commit()
    return tab.ready(tab.open(f"/sessions/{booking_id}"), button, **typed)


def in_pairs(answers: list[Answer]) -> list[tuple[Answer, Answer]]:
    return list(zip(answers[::2], answers[1::2], strict=True))


def outcomes() -> list[str | None]:
    db.session.expire_all()
    return list(db.session.scalars(select(Offer.outcome).order_by(Offer.id)))


def ended_once() -> None:
    check_everything()
    lines = select(Activity.offer_id, func.count()).where(
        Activity.verb != "times_offered", Activity.offer_id.is_not(None)
    )
    assert all(count == 1 for _, count in db.session.execute(lines.group_by(Activity.offer_id)))


def race(url: str, offers: list[Offer], one: Callable[[Offer], str], other: Callable[[Offer], str]) -> list[tuple]:
    """For each offer both requests at once; the two answers and how the offer ended."""
    wanted = [request for offer in offers for request in (one(offer), other(offer))]
    pairs = in_pairs(Crowd(url, wanted).release())
    ended_once()
    return [(*pair, outcome) for pair, outcome in zip(pairs, outcomes(), strict=True)]


def test_two_tabs_accepting_different_times(web, offers):
    for first, second, outcome in race(
        web.url, offers, lambda offer: accepting(web.url, offer), lambda offer: accepting(web.url, offer, which=1)
    ):
        assert statuses([first, second]) == [303, 409]
        assert outcome == "accepted"
    for offer in offers:
        chosen = offer.accepted_alternative
        assert chosen
        assert offer.booking.span == chosen.span


def test_accepting_while_the_same_client_declines(web, offers):
    for accepted, declined, outcome in race(
        web.url, offers, lambda offer: accepting(web.url, offer), lambda offer: declining(web.url, offer)
    ):
        assert (accepted.status, declined.status, outcome) in [(303, 409, "accepted"), (409, 303, "declined")]


def test_accepting_while_the_therapist_withdraws(web, tab, offers):
    for accepted, withdrawn, outcome in race(
        web.url,
        offers,
        lambda offer: accepting(web.url, offer),
        lambda offer: on_session(tab, offer.booking_id, "Withdraw offer"),
    ):
        assert (accepted.status, withdrawn.status, outcome) in [(303, 409, "accepted"), (409, 303, "withdrawn")]


def test_accepting_while_the_therapist_cancels(web, tab, offers):
    """Cancelling is possible in any state, so it may come second: never first and then undone."""
    race_of = race(
        web.url,
        offers,
        lambda offer: accepting(web.url, offer),
        lambda offer: on_session(tab, offer.booking_id, "Cancel session"),
    )
    for accepted, cancelled, outcome in race_of:
        assert (accepted.status, cancelled.status, outcome) in [(303, 303, "accepted"), (409, 303, "cancelled")]
    assert {offer.booking.status for offer in offers} == {"cancelled"}


def test_accepting_while_the_therapist_records_another_choice_by_phone(web, tab, offers):
    for accepted, recorded, outcome in race(
        web.url,
        offers,
        lambda offer: accepting(web.url, offer),
        lambda offer: on_session(
            tab, offer.booking_id, "Client chose this by phone", alternative=str(offer.alternatives[1].id)
        ),
    ):
        assert outcome == "accepted"
        assert (accepted.status, recorded.status) in [(303, 409), (409, 303)]


@pytest.mark.parametrize("milliseconds", [0, 60])
def test_accepting_at_the_very_deadline_while_sweeps_run(serve, app, mara, milliseconds):
    """Deadlines pass one after the other while the clients answer and the timetable sweeps without a pause."""
    served = serve("web")
    app.config["OFFER_LIFETIME"] = timedelta(hours=1)
    offers = [offer_to(mara, person, day) for day, person in enumerate(PEOPLE, start=3)]
    wanted = [accepting(served.url, offer, which) for offer in offers for which in (0, 1)]
    crowd = Crowd(served.url, wanted)
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    middle = clock.now() + timedelta(seconds=1.5)
    for number, offer in enumerate(offers):
        offer.expires_at = middle + timedelta(milliseconds=40 * number - 60)
    db.session.commit()
    wait_until(lambda: clock.now() >= middle - timedelta(milliseconds=milliseconds), every=0.001)
    pairs = in_pairs(crowd.release())
    wait_until(lambda: None not in outcomes())

    ended_once()
    for (first, second), outcome in zip(pairs, outcomes(), strict=True):
        expected = [303, 409] if outcome == "accepted" else [409, 409]
        assert statuses([first, second]) == expected
        assert outcome in ("accepted", "expired")
    assert "Traceback" not in served.log("web") + served.log("timetable")


def test_two_sweeps_at_once_expire_each_offer_once(serve, app, mara):
    app.config["OFFER_LIFETIME"] = timedelta(milliseconds=1)
    offers = [offer_to(mara, person, day) for day, person in enumerate(PEOPLE, start=3)]
    served = serve("web")
    crowd = Crowd(served.url, [accepting_late(served.url, offer) for offer in offers])
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    assert statuses(crowd.release()) == [409] * ROUNDS
    wait_until(lambda: set(outcomes()) == {"expired"})
    ended_once()


def accepting_late(url: str, offer: Offer) -> str:
    """The page has been open since before the deadline."""
    offer.expires_at = clock.now() + timedelta(hours=1)
    request = accepting(url, offer)
    offer.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    return request


def test_two_tabs_offering_overlapping_alternatives(web, mara):
    """Two offers that promise the same time to two people cannot exist, however they are made."""
    for day in range(3, 3 + ROUNDS):
        ines, jonas = (person.asks(mara, world.in_days(day, at)) for person, at in two_people(day))
        one, other = signed_in(web.url, mara), signed_in(web.url, mara)
        wanted = [offering(one, ines, day, "14:00"), offering(other, jonas, day, "14:30")]
        one_wins(Crowd(web.url, wanted).release())
    assert outcomes() == [None] * ROUNDS


def one_wins(answers: list[Answer]) -> None:
    """The other sees the form again and what is in the way: found in the list (422) or when holding it (409)."""
    check_everything()
    won, lost = sorted(answers, key=lambda answer: answer.status)
    assert won.status == 303
    assert lost.status in (409, 422)
    assert any(sentence in lost.text for sentence in ("is offered to", "is held for", "has just been taken"))


def two_people(day: int) -> list[tuple[world.Person, str]]:
    return [
        (world.Person("Ines Keller", f"ines{day}@example.net"), "09:00"),
        (world.Person("Jonas Peters", f"jonas{day}@example.net"), "11:00"),
    ]


def offering(tab: Tab, booking: Booking, day: int, at: str) -> str:
    booking_id, location = booking.id, str(booking.location_id)
    start = world.in_days(day, at).astimezone(booking.therapist.tz)
    db.session.commit()
    page = tab.open(f"/sessions/{booking_id}/rearrangement?reason=own")
    typed = {"date": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}", "location": location}
    return tab.ready(page, "Offer alternatives", **{f"alternatives-1-{name}": text for name, text in typed.items()})


def test_a_request_for_a_time_that_is_being_offered(web, tab, mara):
    """Either the client gets it and the offer is refused, or the other way round."""
    for day in range(3, 3 + ROUNDS):
        booking = world.Person("Ines Keller", f"ines{day}@example.net").asks(mara, world.in_days(day, "09:00"))
        client = Tab(web.url)
        start = world.in_days(day, "14:00")
        page = client.open(f"/t/{mara.slug}/request?start={start:%Y-%m-%dT%H:%MZ}")
        wanted = [
            offering(tab, booking, day, "14:30"),
            client.ready(page, "Request session", name="Jonas Peters", email=f"jonas{day}@example.net"),
        ]
        one_wins(Crowd(web.url, wanted).release())
