"""Therapists, clients and who signs in."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.database import db
from app.practice import throttle
from app.practice.client import Client
from app.practice.location import KINDS, Location
from app.practice.names import holds_address, is_plain
from app.practice.session_type import SessionType
from app.practice.user import SignIn, User, digest, is_password
from tests import world

INES = ("Ines Keller", "ines@example.net", "", "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ines Keller", "Ines K."),
        ("Ines", "Ines"),
        ("Ana María de la Cruz", "Ana C."),
        ("李 小龍", "李 小."),
        ("ליאורה כהן", "\u2068ליאורה כ.\u2069"),  # it turns nothing in the sentence around it
        ("Jonas Kern (18)", "Jonas K."),
        ("Ada [she]", "Ada"),
        ("Jonas (18", "Jonas"),
        ("Ines & Jonas", "Ines J."),
        ("(18)", "(18)"),
        ("🌍 🙂", "🌍 🙂."),
    ],
)
def test_lists_show_the_first_name_and_an_initial(name, short):
    assert Client(name=name).short_name == short


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Keller", "I. K."),
        ("Jonas Kern (18)", "J. K."),
        ("Ada [she]", "A."),
        ("Ada (she/her) Lowell", "A. L."),
        ("Ines – Keller", "I. K."),
        ("'Ines Keller'", "I. K."),
        ("(18)", "1."),
        ("🌍", "🌍."),
        ("ליאורה כהן", "ל. כ."),
    ],
)
def test_initials_are_letters_of_the_name(name, letters):
    assert Client(name=name).initials == letters


@pytest.mark.parametrize(
    "name",
    [
        "Ines Keller", "Dr.Keller", "Prof.Dr.Keller", "Dr. Ines Keller-Łukasz", "J.R. Smith", "J. R. R. Tolkien",
        "St.John", "O'Brien", "李小龍", "ליאורה כהן", "Jonas Kern (18)", "A.", "Ada [she]",
    ],
)  # fmt: skip
def test_a_name_is_no_address(name):
    assert not holds_address(name)


@pytest.mark.parametrize(
    "name",
    [
        "You won! http://spam.example/claim", "https://evil.example/pay now", "evil.example", "Pay at Evil.Example now",
        "www.evil", "ines@example.net", "evil.example/pay", "dr.evil.example.com", "EVIL.EXAMPLE",
    ],
)  # fmt: skip
def test_a_name_that_is_an_address_is_told_from_a_name(name):
    assert holds_address(name)


@pytest.mark.parametrize(
    "name",
    ["Pay at x.com", "t.me", "g.co", "a.b.com", "st.com", "X.COM", "T.ME now", "You won a free iPhone today"],
)
def test_what_may_be_an_address_or_a_sentence_greets_nobody(name):
    assert not is_plain(name)


@pytest.mark.parametrize("name", ["Ines Keller", "Dr.Keller", "J.R. Smith", "J. R. R. Tolkien", "St.John", "李小龍"])
def test_a_plain_name_greets_its_owner(name):
    assert is_plain(name)


def test_who_books_again_with_the_same_details_is_the_same_client(mara):
    assert Client.known_or_new(mara.id, *INES) is Client.known_or_new(mara.id, *INES)


def test_other_details_or_another_therapist_are_another_client(mara, otto):
    """Anyone can type any address: nobody changes or reads what somebody else once gave."""
    known = Client.known_or_new(mara.id, *INES)
    for others in (
        (mara.id, "Ines K.", *INES[1:]),
        (mara.id, *INES[:2], "+44 20 1", INES[3]),
        (otto.id, *INES),
    ):
        assert Client.known_or_new(*others) is not known
    assert (known.name, known.phone, known.therapist_id) == (INES[0], "", mara.id)


def test_one_address_signs_in_once_only(mara):
    db.session.add(User(email=mara.user.email, name="Somebody Else", password_hash="x"))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_password_is_stored_as_a_hash_that_only_it_fits(app):
    user = User(email="new@example.com", name="New")
    user.set_password(world.PASSWORD)
    assert user.password_hash.startswith("$argon2id$")
    assert world.PASSWORD not in user.password_hash
    assert is_password(user.password_hash, world.PASSWORD)
    assert not is_password(user.password_hash, world.PASSWORD.upper())


def test_nobody_has_no_password(app):
    assert not is_password(None, "")
    assert not is_password("not a hash", "not a hash")


def test_a_sign_in_is_found_by_its_token_until_it_ends(mara):
    user = mara.user
    SignIn.start(user)
    db.session.commit()
    token = user.sign_in_token
    assert token
    assert SignIn.user_of(token) is user
    assert SignIn.user_of(digest(token)) is None
    SignIn.end(token)
    assert SignIn.user_of(token) is None


def test_a_sign_in_that_ended_does_not_start_again(mara):
    SignIn.start(mara.user)
    token = mara.user.sign_in_token
    db.session.flush()
    SignIn.end(token)
    ended_at = db.session.scalar(select(SignIn.ended_at))
    SignIn.end(token)
    assert db.session.scalar(select(SignIn.ended_at)) == ended_at


def test_two_sign_ins_have_two_tokens(mara):
    SignIn.start(mara.user)
    first = mara.user.sign_in_token
    SignIn.start(mara.user)
    assert mara.user.sign_in_token != first
    db.session.flush()
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 2


def is_refused(email: str, network: str) -> bool:
    """Return whether a try at signing in would be refused; this one counts."""
    try:
        throttle.reserve_try(email, network)
    except throttle.TooManyTries:
        return True
    return False


def test_tries_are_counted_by_account_and_network(app):
    for _ in range(throttle.MOST_FROM_ONE_NETWORK):
        assert not is_refused("mara@example.com", "10.0.0.1")
    assert is_refused(" MARA@example.com", "10.0.0.1")
    assert not is_refused("mara@example.com", "10.0.0.2")
    assert not is_refused("otto@example.com", "10.0.0.1")


def test_guessing_at_one_account_from_everywhere_is_stopped(app):
    for number in range(throttle.MOST_FROM_EVERYWHERE):
        assert not is_refused("mara@example.com", f"10.0.0.{number}")
    assert is_refused("mara@example.com", "10.0.1.1")
    assert not is_refused("otto@example.com", "10.0.0.1")


def test_all_addresses_of_one_line_are_one_network(app):
    for number in range(throttle.MOST_FROM_ONE_NETWORK):
        assert not is_refused("mara@example.com", f"2001:db8:1:2::{number:x}")
    assert is_refused("mara@example.com", "2001:db8:1:ffff::1")
    assert not is_refused("mara@example.com", "2001:db8:2:2::1")


def test_an_address_typed_as_a_network_is_no_network(app):
    """The counts do not mix: who types a network's address cannot shut that network out."""
    for number in range(throttle.MOST_FROM_EVERYWHERE):
        throttle.reserve_try("10.0.0.1", f"10.9.9.{number}")
    assert not is_refused("mara@example.com", "10.0.0.1")


def test_a_try_that_is_released_counts_no_more(app):
    for _ in range(throttle.MOST_FROM_ONE_NETWORK + 1):
        throttle.release_try(throttle.reserve_try("mara@example.com", "10.0.0.1"))


@pytest.mark.parametrize(
    "stored",
    ["", "x", "c5" * 16, "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=65536,t=3,p=4$bad", "é"],
)
def test_a_stored_hash_that_cannot_be_read_costs_as_much_as_any(stored):
    def cost(password_hash: str | None) -> float:
        began = time.process_time()
        assert not is_password(password_hash, "guess")
        return time.process_time() - began

    assert cost(stored) > cost(None) / 3


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_location_says_how_to_get_there(kind):
    location = Location(kind=kind, name="X", address="1 Harley Street", link="https://meet.example.com", phone="+44 1")
    expected = {"in_person": "1 Harley Street", "video": "https://meet.example.com", "phone": "+44 1"}
    assert location.way_there == expected[kind]
    assert location.in_person == (kind == "in_person")


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": 0}, {"minutes": 721}, {"gap_before_minutes": -1}, {"gap_after_minutes": 241}, {"grid_minutes": 4}],
)
def test_a_session_type_that_makes_no_sense_is_refused_by_the_database(mara, wrong):
    db.session.add(SessionType(therapist_id=mara.id, name="Odd", **wrong))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_naive_moment_is_refused_before_it_is_stored(mara):
    db.session.add(SignIn(user_id=mara.user_id, token_hash="x", expires_at=clock.now().replace(tzinfo=None)))
    with pytest.raises(Exception, match="naive"):
        db.session.flush()
    db.session.rollback()


def test_moments_come_back_aware_and_in_utc(mara):
    SignIn.start(mara.user)
    db.session.commit()
    started_at = db.session.scalar(select(SignIn.started_at))
    assert started_at.utcoffset() == timedelta(0)
    assert abs(started_at - clock.now()) < timedelta(minutes=1)
