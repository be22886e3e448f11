"""A sick day: what it plans, does at once or not at all, and takes back."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from sqlalchemy import func, select

from app.booking.ranking import Free
from app.booking.sick_day import SickDay
from app.booking.sick_day_plan import PlanChanged, declare, plan
from app.database import db
from app.jobs.deliver import deliver_waiting
from app.refusals import BookingChanged
from app.scheduling.availability import free_slots, is_free
from app.scheduling.extra_time import ExtraTime
from app.scheduling.hold import Hold
from app.scheduling.time_off import TimeOff
from tests import world
from tests.booking.holds import check_everything
from tests.statements import statements

DAY = 3


@pytest.fixture
def span():
    return world.in_days(DAY, "00:00"), world.in_days(DAY + 1, "00:00")


@pytest.fixture
def three(mara):
    """Ines at ten, Jonas at eleven (confirmed), Ada at twelve."""
    hours = {world.INES: "10:00", world.JONAS: "11:00", world.ADA: "12:00"}
    bookings = [person.asks(mara, world.in_days(DAY, hour)) for person, hour in hours.items()]
    bookings[1].confirm()
    db.session.commit()
    return bookings


def previewed(planned):
    """What a form carries of a plan."""
    chosen = {
        share.booking.id: [Free(int(one.starts_at.timestamp()), one.location.id) for one in share.alternatives]
        for share in planned.shares
    }
    return {share.booking.id: share.seen for share in planned.shares}, chosen


def sent(mara, span, words="I am ill.") -> SickDay:
    sick_day = declare(mara, span, "own", words, *previewed(plan(mara, span)))
    db.session.commit()
    return sick_day


def offered(sick_day) -> list:
    return [one.span for offer in sick_day.offers for one in offer.alternatives]


def test_each_session_of_the_span_is_offered_three_times_outside_it(mara, three, span):
    sick_day = sent(mara, span)
    assert [offer.booking for offer in sick_day.offers] == three
    assert [len(offer.alternatives) for offer in sick_day.offers] == [3, 3, 3]
    assert len(set(offered(sick_day))) == 9
    assert all(ends <= span[0] or span[1] <= starts for starts, ends in offered(sick_day))
    assert {offer.words for offer in sick_day.offers} == {"I am ill."}
    check_everything()


def test_everybody_gets_their_own_hour_a_week_later(mara, three, span):
    for share in plan(mara, span).shares:
        hour = share.booking.starts_at.astimezone(mara.tz)
        assert hour + timedelta(days=7) in [one.starts_at for one in share.alternatives]


def test_nobody_can_book_the_span_also_where_there_was_extra_time(mara, three, span):
    inside = {"starts_at": world.in_days(DAY, "06:00"), "ends_at": world.in_days(DAY, "22:00")}
    db.session.add(ExtraTime(therapist_id=mara.id, locations=list(mara.locations), **inside))
    db.session.commit()
    session_type, room = mara.session_types[0], mara.locations[0]
    assert is_free(mara, session_type, room, world.in_days(DAY, "15:00"))
    sick_day = sent(mara, span)
    day = span[0].astimezone(mara.tz).date()
    assert free_slots(mara, session_type, room, day, 1) == []
    sick_day.take_back()
    assert is_free(mara, session_type, room, world.in_days(DAY, "15:00"))


def test_who_accepts_moves_and_the_time_left_is_closed_once(mara, three, span):
    sick_day = sent(mara, span)
    first = sick_day.offers[0]
    first.accept(first.alternatives[0])
    db.session.commit()
    assert [one.span for one in db.session.scalars(select(TimeOff))] == [span]
    assert not is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(DAY, "10:00"))


def test_a_session_that_reaches_out_of_the_span_leaves_the_rest_of_its_time_closed_too(mara, three):
    span = world.in_days(DAY, "00:00"), world.in_days(DAY, "12:30")
    sick_day = sent(mara, span)
    last = sick_day.offers[2]
    last.accept(last.alternatives[0])
    db.session.commit()
    closed = select(TimeOff).order_by(TimeOff.starts_at)
    assert [one.span for one in db.session.scalars(closed)] == [span, (span[1], world.in_days(DAY, "12:50"))]
    sick_day.take_back()
    assert db.session.scalars(closed).all() == []


def test_taken_back_before_it_was_sent_nobody_hears_of_it(app, mara, three, span, mails):
    app.config["UNDO_GRACE_SECONDS"] = 10.0
    deliver_waiting()
    mails.sent.clear()
    sick_day = sent(mara, span)
    sick_day.take_back()
    db.session.commit()
    deliver_waiting()
    assert mails.sent == []
    assert [booking.status for booking in three] == ["requested", "confirmed", "requested"]
    assert db.session.scalar(select(func.count()).select_from(TimeOff)) == 0
    check_everything()


def test_taken_back_later_who_has_not_answered_is_told_and_who_has_accepted_stays_moved(mara, three, span, mails):
    sick_day = sent(mara, span)
    ines, jonas, ada = sick_day.offers
    deliver_waiting()
    ines.accept(ines.alternatives[1])
    db.session.commit()
    mails.sent.clear()
    sick_day.take_back()
    db.session.commit()
    deliver_waiting()
    assert [offer.outcome for offer in (ines, jonas, ada)] == ["accepted", "withdrawn", "withdrawn"]
    updates = [mail.recipients[0] for mail in mails.sent if mail.subject.startswith("Your session stays as it was")]
    assert sorted(updates) == [world.ADA.email, world.JONAS.email]
    assert three[0].span == ines.alternatives[1].span
    assert is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(DAY, "10:00"))
    with pytest.raises(BookingChanged):
        sick_day.take_back()
    check_everything()


def closed_for() -> list[str]:
    return [one.why for one in db.session.scalars(select(TimeOff).order_by(TimeOff.id))]


def test_time_off_that_was_there_before_stays_when_the_sick_day_is_taken_back(mara, three, span):
    TimeOff.take(mara.id, span, "Holiday")
    sick_day = sent(mara, span)
    assert closed_for() == ["Holiday", "Sick day"]
    sick_day.take_back()
    db.session.commit()
    assert closed_for() == ["Holiday"]
    assert not is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(DAY, "15:00"))


def test_of_two_sick_days_that_overlap_each_closes_its_own_and_opens_no_more(mara, three, span):
    longer = span[0], span[1] + timedelta(days=1)
    first, second = sent(mara, span), sent(mara, longer)
    assert second.offers == [], "whoever is being asked is not asked twice"
    first.take_back()
    db.session.commit()
    assert [booking.status for booking in three] == ["requested", "confirmed", "requested"]
    assert [one.span for one in second.closed_besides] == []
    assert [one.span for one in first.closed_besides] == [longer]
    assert not is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(DAY, "15:00"))
    second.take_back()
    assert is_free(mara, mara.session_types[0], mara.locations[0], world.in_days(DAY, "15:00"))
    check_everything()


def test_an_offer_that_it_is_too_late_to_take_back_keeps_the_time_of_its_session(mara, three, span):
    sick_day = sent(mara, span)
    ines, jonas, ada = sick_day.offers
    for offer in sick_day.offers:
        offer.expires_at = offer.alternatives[-1].starts_at - timedelta(hours=1)
    db.session.commit()
    with time_machine.travel(world.in_days(DAY, "09:20")):  # Ines's request at ten could not be answered any more
        sick_day.take_back()
        db.session.commit()
        assert [offer.outcome for offer in (ines, jonas, ada)] == [None, "withdrawn", "withdrawn"]
        assert closed_for() == []
        assert [hold.booking_id for hold in Hold.in_the_way(mara.id, three[0].span)] == [three[0].id]
        ten = three[0].span
        ines.accept(ines.alternatives[-1])
        db.session.commit()
        assert [one.span for one in TimeOff.between(mara.id, span)] == [ten], "closed as after every move"
        check_everything()


def test_two_sessions_of_one_client_come_one_after_the_other(mara, three, span):
    world.INES.asks(mara, world.in_days(DAY, "15:00"))
    sick_day = sent(mara, span)
    assert [one.booking.client.name for one in sick_day.offers] == [
        "Ines Keller",
        "Ines Keller",
        "Jonas Peters",
        "Ada Lowell",
    ]


def test_what_cannot_be_done_in_this_way_is_told_apart(mara, three, span):
    three[2].confirm()
    world.offer_times(three[0], world.in_days(DAY + 1))
    elsewhere = world.Person("Tom Okafor", "tom@example.net").asks(mara, world.in_days(DAY + 2))
    world.offer_times(elsewhere, world.in_days(DAY, "16:00"))
    with time_machine.travel(world.in_days(DAY, "11:20")):
        planned = plan(mara, span)
        assert [share.booking for share in planned.shares] == [three[2]]
        assert planned.others == [three[0], three[1], elsewhere]
        assert [planned.is_offered(one) for one in planned.others] == [False, False, True]


def test_where_too_little_is_free_it_is_shared_and_who_gets_nothing_is_not_touched(mara, three, span):
    for weekly in list(mara.working_times):
        db.session.delete(weekly)
    two_hours = {"starts_at": world.in_days(DAY + 1, "10:00"), "ends_at": world.in_days(DAY + 1, "12:00")}
    db.session.add(ExtraTime(therapist_id=mara.id, locations=[mara.locations[0]], **two_hours))
    db.session.commit()
    planned = plan(mara, span)
    assert [len(share.alternatives) for share in planned.shares] == [1, 1, 0]
    sent(mara, span)
    assert [booking.status for booking in three] == ["awaiting_client", "awaiting_client", "requested"]


def taken_by_somebody(mara, three, span, alternative):
    world.Person("Tom Okafor", "tom@example.net").asks(mara, alternative)


def cancelled(mara, three, span, alternative):
    three[1].cancel(by="client")


def confirmed_in_another_tab(mara, three, span, alternative):
    three[0].confirm()


def booked_meanwhile(mara, three, span, alternative):
    world.Person("Tom Okafor", "tom@example.net").asks(mara, world.in_days(DAY, "15:00"))


def sent_in_another_tab(mara, three, span, alternative):
    sent(mara, span)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (taken_by_somebody, "is no longer free"),
        (cancelled, "is no longer among them"),
        (confirmed_in_another_tab, "has been changed"),
        (booked_meanwhile, "was not in the list"),
        (sent_in_another_tab, "is no longer among them"),
    ],
)
def test_when_something_has_changed_since_the_preview_nothing_is_sent(mara, three, span, change, sentence):
    planned = plan(mara, span)
    carried = previewed(planned)
    change(mara, three, span, planned.shares[0].alternatives[0].starts_at)
    db.session.commit()
    before = [booking.status for booking in three], db.session.scalar(select(func.count()).select_from(SickDay))
    with pytest.raises(PlanChanged) as refused:
        declare(mara, span, "own", "", *carried)
    db.session.rollback()
    assert any(sentence in change for change in refused.value.changes), refused.value.changes
    assert before == (
        [booking.status for booking in three],
        db.session.scalar(select(func.count()).select_from(SickDay)),
    )
    check_everything()


def test_the_preview_costs_the_same_few_statements_for_one_session_as_for_many(mara, three, span):
    def work() -> int:
        db.session.expire_all()
        _ = mara.id
        with statements() as came:
            plan(mara, span)
        return len(came)

    before = work()
    for number, hour in enumerate(("09:00", "14:00", "15:00", "16:00", "17:00")):
        world.Person(f"Client {number}", f"c{number}@example.net").asks(mara, world.in_days(DAY, hour))
    assert work() == before


def test_the_gaps_between_offers_are_kept(mara, three, span):
    mara.session_types[0].gap_before_minutes, mara.session_types[0].gap_after_minutes = 10, 15
    db.session.commit()
    sick_day = sent(mara, span)
    holds = db.session.execute(select(Hold.starts_at, Hold.ends_at, Hold.booking_id).order_by(Hold.starts_at)).all()
    between = [(one, two) for one, two in pairwise(holds) if one.booking_id != two.booking_id]
    outside = [(one, two) for one, two in between if span[1] <= one.starts_at or two.ends_at <= span[0]]
    assert len(sick_day.offers) == 3
    assert all(two.starts_at - one.ends_at >= timedelta(minutes=15) for one, two in outside)
