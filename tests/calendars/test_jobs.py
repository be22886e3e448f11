"""Calendars outside are read untended: by one worker at a time, a bad one delays no other, a lost consent is told."""

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.calendars.connections import by_address, health
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import Tokens
from app.integrations.google_calendar.errors import Revoked
from app.jobs import calendar_claims, calendars, google_access
from app.jobs.calendar_claims import claim_next, wait_after
from app.messages.message import Message
from app.wording import clock_time
from tests.calendars.connected import busy_spans, connect, is_due
from tests.calendars.test_reading import hour
from tests.google import BACKEND_ERROR, FORBIDDEN, HANG, READING, UNAUTHORIZED, WRITING, too_many
from tests.waiting import wait_until


def of(connection) -> OutsideCalendar:
    db.session.commit()
    return connection.calendars[0]


def waits(connection) -> timedelta:
    """Return how long until the next try."""
    return of(connection).next_sync_at - clock.now()


def notices() -> list[Message]:
    db.session.commit()
    return list(db.session.scalars(db.select(Message).filter_by(name="calendar_broken")))


# One worker at a time


def test_while_one_worker_reads_no_other_does(connection):
    first = claim_next()
    assert first
    assert claim_next() is None
    db.session.commit()


def test_two_calendars_of_one_account_are_read_one_after_the_other(knows_google, google, maras, mara, otto):
    connect(google, maras, mara, maras.primary, maras.calendar("Private"))
    connect(google, google.account("otto@gmail.example"), otto)
    claims = [claim_next(), claim_next(), claim_next()]
    assert {claim.therapist_id for claim in claims if claim} == {mara.id, otto.id}
    assert claims[2] is None


def test_however_many_addresses_of_one_therapist_are_due_others_are_read_meanwhile(connection, mara, otto):
    for number in range(by_address.MOST):
        by_address.connect(mara.id, mara.zone, f"https://slow.example/{number}.ics", "")
    by_address.connect(otto.id, otto.zone, "https://quick.example/otto.ics", "")
    db.session.commit()
    claims = []
    while claim := claim_next():
        claims.append((claim.therapist_id, claim.kind))
    assert sorted(claims) == sorted([(mara.id, "google"), (mara.id, "address"), (otto.id, "address")])


def test_what_a_worker_found_after_its_lease_ended_does_not_count(connection, maras, mara, sync):
    dentist = hour(2)
    maras.primary.add("Dentist", *dentist)
    late = claim_next()
    with time_machine.travel(clock.now() + calendar_claims.LEASE, tick=True):
        sync()
        assert busy_spans(mara) == [dentist]
        token, told = of(connection).sync_token, mara.diary_revision
        db.session.commit()
        calendars.sync(late)
        assert (of(connection).sync_token, mara.diary_revision) == (token, told)
    assert busy_spans(mara) == [dentist]


def test_a_worker_that_was_killed_is_followed_when_its_lease_ends(google, app, maras, mara, serve):
    maras.primary.add("Dentist", *hour(2))
    connection = connect(google, maras, mara)
    google.faults.next(HANG, "events.list")
    settings = google.settings("http://localhost") | {"SWEEP_SECONDS": "0.3"}
    served = serve("redis", "worker", "timetable", **settings)
    wait_until(lambda: google.faults.hanging, timeout=30)
    served.kill("worker")
    google.release()
    leased = of(connection)
    leased.lease_until = leased.next_sync_at = clock.now()  # as if a minute and a half had passed
    db.session.commit()
    served.start("worker")
    wait_until(lambda: busy_spans(mara) == [hour(2)], timeout=30)


# A bad one delays no other


def test_a_calendar_that_hangs_delays_no_other(knows_google, google, maras, mara, otto):
    ottos = google.account("otto@gmail.example")
    google.faults.always(HANG, "events.list", account=maras)
    connect(google, maras, mara)
    calendars.start()
    wait_until(lambda: google.faults.hanging)
    connect(google, ottos, otto)
    ottos.primary.add("Dentist", *hour(2))
    calendars.start()
    wait_until(lambda: busy_spans(otto) == [hour(2)])
    assert google.faults.hanging == 1
    google.release()
    calendars.wait()


def test_one_that_fails_is_asked_less_and_less_often_and_heals(connection, google, sync):
    google.faults.always(BACKEND_ERROR, "events.list")
    sync()
    first = waits(connection)
    for _ in range(6):
        sync(connection)
    assert timedelta(seconds=5) < first < timedelta(seconds=20)
    assert timedelta(minutes=4) < waits(connection) <= calendar_claims.LONGEST_WAIT
    assert of(connection).attempts == 7
    assert connection.failing_since
    assert connection.error == "Google does not answer as it should: 500."
    google.faults.clear()
    sync(connection)
    assert (of(connection).attempts, of(connection).error, connection.failing_since) == (0, None, None)
    assert notices() == []


@pytest.mark.parametrize("failed", [0, 5])
def test_who_asks_while_a_reading_fails_is_not_made_to_wait(connection, google, failed):
    of(connection).attempts = failed
    db.session.commit()
    reader = claim_next()
    connection.sync_now()
    db.session.commit()
    google.faults.next(BACKEND_ERROR, "events.list")
    calendars.sync(reader)
    assert waits(connection) <= timedelta(0)
    assert of(connection).attempts == failed + 1


def test_a_reading_that_fails_after_its_consent_was_lost_is_not_tried_again(connection, google):
    reader = claim_next()
    health.note_broken(connection.id, reader.consent, Revoked())
    db.session.commit()
    google.faults.next(BACKEND_ERROR, "events.list")
    calendars.sync(reader)
    assert of(connection).next_sync_at is None


def test_google_is_waited_for_as_long_as_it_asks(connection, google, sync):
    google.faults.next(too_many(1000), "events.list")
    sync()
    assert timedelta(seconds=990) < waits(connection) < timedelta(seconds=1300)


@pytest.mark.parametrize("seconds", [7200, 86400, 999999])
def test_nobody_is_waited_for_longer_than_two_hours(connection, google, sync, seconds):
    google.faults.next(too_many(seconds), "events.list")
    sync()
    assert timedelta(hours=1.7) < waits(connection) <= calendar_claims.LONGEST_ASKED


@pytest.mark.parametrize("before", [False, True], ids=["never read", "read before"])
def test_the_page_tells_when_it_is_tried_again(connection, google, mara, sync, visitor, before):
    if before:
        sync()
    google.faults.next(too_many(3600), "events.list")
    sync(connection)
    next_try = clock_time(of(connection).next_sync_at, mara.zone)
    page = visitor("mara@example.com").open("/settings/calendars").text
    assert "Google wants to be asked less often." in page
    assert f"We try again at {next_try}." in page


def test_a_calendar_that_is_closed_to_us_keeps_what_is_known_and_the_connection_works_on(
    knows_google, google, maras, mara, sync
):
    private = maras.calendar("Private")
    connection = connect(google, maras, mara, maras.primary, private)
    private.add("Dentist", *hour(2))
    sync()
    google.faults.always(FORBIDDEN, "events.list", calendar=private)
    sync(connection)
    assert busy_spans(mara) == [hour(2)]
    assert connection.state == "working"
    found = health.health_of(connection)
    assert (found.state, found.words) == ("failing", "Private: Google does not allow this for the calendar.")
    assert notices() == []


def test_tries_are_spread(app):
    error = GatewayError("away", retry=True)
    waits = {wait_after(4, error) for _ in range(20)}
    assert len(waits) == 20
    assert all(timedelta(minutes=1) <= wait <= timedelta(minutes=2) for wait in waits)


# A lost consent


@pytest.mark.parametrize("at_once", [True, False], ids=["while the access token is good", "when it has ended"])
def test_a_lost_consent_is_told_once_and_nothing_is_freed(connection, google, maras, mara, sync, at_once):
    maras.primary.add("Dentist", *hour(2))
    sync()
    google.revoke(maras)
    if not at_once:
        connection.access_until = clock.now()
    sync(connection)
    db.session.commit()
    assert (connection.state, of(connection).next_sync_at) == ("broken", None)
    assert busy_spans(mara) == [hour(2)]
    assert [(one.recipient, one.address) for one in notices()] == [("therapist", "mara@example.com")]
    sync(connection)
    assert len(notices()) == 1
    assert health.health_of(connection).state == "broken"


def test_connected_again_it_is_read_again_and_a_second_loss_is_told_again(connection, google, maras, mara, sync):
    google.revoke(maras)
    sync()
    again = google.grant(maras, READING)
    connection.refresh_token, connection.access_token = again.refresh, again.access
    connection.access_until = again.expires_at
    connection.state, connection.told_at = "working", None
    maras.primary.add("Dentist", *hour(2))
    sync(connection)
    assert busy_spans(mara) == [hour(2)]
    google.revoke(maras)
    sync(connection)
    assert len(notices()) == 2


def test_an_access_token_that_is_refused_is_renewed_without_a_word(connection, google, maras, mara, sync):
    maras.primary.add("Dentist", *hour(2))
    google.grants.expire_access()
    sync()
    assert busy_spans(mara) == [hour(2)]
    assert google.count("oauth.token") == 1
    sync(connection)
    assert google.count("oauth.token") == 1, "the new one was kept"


def test_what_a_consent_allows_stays_though_the_one_before_was_just_renewed(connection, google, maras, sync):
    """Reading renews its access token while the therapist consents to writing."""
    google.grants.expire_access()
    connection.access_until = clock.now()
    db.session.commit()
    again = google.grant(maras, READING | WRITING)
    with google_access.opened(connection.id):
        connection.refresh_token, connection.access_token = again.refresh, again.access
        db.session.commit()
    db.session.expire_all()
    assert google.count("oauth.token") == 1
    assert (connection.refresh_token, connection.access_token) == (again.refresh, again.access)


def test_a_consent_given_while_the_old_one_failed_stands(connection, google, maras, sync, monkeypatch):
    google.faults.next(UNAUTHORIZED, "events.list", times=2)
    again = google.grant(maras, READING)
    note = health.note_broken

    def after_a_new_consent(connection_id, consent, error):
        connected = db.session.get_one(type(connection), connection_id)
        connected.refresh_token = again.refresh
        db.session.flush()
        note(connection_id, consent, error)

    monkeypatch.setattr(health, "note_broken", after_a_new_consent)
    sync()
    db.session.commit()
    assert connection.state == "working"
    assert notices() == []
    sync(connection)
    assert of(connection).error is None


def test_a_consent_that_was_lost_while_reading_went_well_stays_lost_until_there_is_another(
    connection, google, maras, mara, sync
):
    """The writer hears of it first, while the reader's access token is still good."""
    reader = claim_next()
    health.note_broken(connection.id, reader.consent, Revoked())
    db.session.commit()
    calendars.sync(reader)
    db.session.expire_all()
    assert (connection.state, of(connection).next_sync_at) == ("broken", None)
    assert connection.error
    assert len(notices()) == 1
    with google_access.opened(connection.id) as calendar:
        listed = calendar.calendars()
    again = google.grant(maras, READING)
    connection.accept(Tokens(again.access, again.expires_at, again.refresh, READING), listed)
    maras.primary.add("Dentist", *hour(2))
    sync()
    assert busy_spans(mara) == [hour(2)]
    assert (connection.state, connection.error) == ("working", None)


def test_a_failure_that_is_over_heals_an_address_that_was_given_up(connection):
    connection.kind, connection.state = "address", "broken"
    db.session.commit()
    health.note_success(connection.id)
    db.session.commit()
    assert connection.state == "working"


# Untended


def test_unasked_it_is_read_every_ten_minutes(connection, google, sync):
    sync()
    assert timedelta(minutes=7) < waits(connection) <= timedelta(minutes=10)
    before = google.count("events.list")
    sync()
    assert google.count("events.list") == before
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=True):
        sync()
    assert google.count("events.list") == before + 1


def test_operations_hear_when_nobody_reads(connection, sync):
    is_due(connection, clock.now() - timedelta(minutes=29))
    assert health.behind().calendars == 0
    is_due(connection, clock.now() - timedelta(minutes=31))
    assert health.behind().calendars == 1
    assert "Behind: 1, the first" in health.for_operator({"PUBLIC_URL": "https://desk.example"})[1]
    sync()
    assert health.behind() == (0, None)


def test_the_command_reads_what_is_due_and_says_how_it_goes(connection, app, maras, mara):
    maras.primary.add("Dentist", *hour(2))
    db.session.commit()
    told = app.test_cli_runner().invoke(args=["sync-calendars"])
    assert told.output.startswith("Calendars that are read: 1. Failed at the last try: 0."), told.output
    assert busy_spans(mara) == [hour(2)]


def test_reading_takes_no_longer_than_two_minutes(connection, google, sync, monkeypatch):
    monkeypatch.setattr(calendars, "READING_SECONDS", -1.0)
    sync()
    assert of(connection).error == "Reading this calendar took too long."
    assert google.count("events.list") == 0


def test_the_operator_sees_how_it_goes_and_whose_it_is_is_not_told(connection, operator, visitor, sync):
    sync()
    page = visitor("olive@example.com").open("/operator").text
    assert "Calendars that are read: 1. Failed at the last try: 0. To be connected again: 0." in page
    assert "gmail.example" not in page
