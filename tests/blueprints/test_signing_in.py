"""Signing in and out, and those who try to get around it."""

import pytest
from sqlalchemy import func, select

from app.database import db
from app.practice.throttle import MOST_PER_ADDRESS, MOST_PER_USER
from app.practice.user import SignIn, SignInAttempt
from tests import world
from tests.blueprints import odd_text

COOKIE = "holdfast"


def cookie_of(visitor) -> str:
    cookie = visitor.http.get_cookie(COOKIE)
    assert cookie
    return str(cookie.value)


def test_a_therapist_arrives_at_today_and_the_operator_at_the_overview(mara, operator, visitor):
    for email, place in (("mara@example.com", "/dashboard"), ("olive@example.com", "/operator")):
        browser = visitor()
        assert browser.sign_in(f" {email.upper()} ", world.PASSWORD).url.endswith(place)
        assert browser.open("/sign-in").url.endswith(place), "who is signed in need not sign in"


@pytest.mark.parametrize(
    ("email", "password"),
    [("mara@example.com", "wrong"), ("nobody@example.com", world.PASSWORD), ("mara@example.com", world.PASSWORD + " ")],
)
def test_what_is_not_right_is_told_without_saying_which(mara, visitor, email, password):
    browser = visitor()
    page = browser.sign_in(email, password)
    assert page.status == 422
    assert "E-mail or password is not right" in page.text
    assert email in page.text
    assert password not in page.text
    assert browser.open("/dashboard").url.partition("?")[0].endswith("/sign-in")


def test_odd_sign_ins_are_answered_in_words(mara, visitor, monkeypatch):
    monkeypatch.setattr("app.practice.throttle.MOST_PER_USER", 100)
    browser = visitor()
    for odd in [*odd_text.TEXTS, ""]:
        for email, password in ((odd, world.PASSWORD), ("mara@example.com", odd)):
            page = browser.sign_in(email, password)
            assert page.status == 422, odd
            assert 'role="alert"' in page.text, odd


def test_guessing_at_one_address_is_stopped_before_hashing(mara, visitor, monkeypatch):
    browser = visitor()
    for _ in range(MOST_PER_USER):
        assert browser.sign_in("mara@example.com", "wrong").status == 422
    monkeypatch.setattr("app.practice.user._hasher", None)  # whoever hashes now breaks
    page = browser.sign_in("mara@example.com", world.PASSWORD)
    assert page.status == 429
    assert "wait a quarter of an hour" in page.text
    assert visitor().sign_in("MARA@example.com ", world.PASSWORD).status == 429, "another browser is no way around"


def test_guessing_at_many_addresses_from_one_network_is_stopped(app, mara, visitor):
    from app.practice import throttle

    for number in range(MOST_PER_ADDRESS):
        throttle.note_failure(f"user{number}@example.com", "127.0.0.1")
    db.session.commit()
    assert visitor().sign_in("mara@example.com", world.PASSWORD).status == 429


def test_after_a_quarter_of_an_hour_the_right_password_opens(mara, visitor):
    import time_machine

    browser = visitor()
    for _ in range(MOST_PER_USER):
        browser.sign_in("mara@example.com", "wrong")
    with time_machine.travel(world.in_days(1)):
        assert visitor().sign_in("mara@example.com", world.PASSWORD).status == 200
        browser.sign_in("otto@example.com", "wrong")
    # What is older than the window is forgotten with the next failure.
    assert (db.session.scalar(select(func.count()).select_from(SignInAttempt)) or 0) <= 2


def test_a_session_planted_before_signing_in_is_useless_after(mara, visitor):
    """Fixation: whoever knew the cookie before does not know the one after, and the old one opens nothing."""
    victim = visitor()
    victim.open("/sign-in")
    planted = cookie_of(victim)
    victim.sign_in("mara@example.com", world.PASSWORD)
    assert cookie_of(victim) != planted
    thief = visitor()
    thief.http.set_cookie(COOKIE, planted)
    assert thief.open("/dashboard").url.partition("?")[0].endswith("/sign-in")


def test_signing_out_ends_it_on_the_server_in_this_browser_only(mara, visitor):
    here, there = visitor("mara@example.com"), visitor("mara@example.com")
    stolen = cookie_of(here)
    here.post("/sign-out", {"csrf_token": here.form_token("/settings")})
    thief = visitor()
    thief.http.set_cookie(COOKIE, stolen)
    assert thief.open("/dashboard").url.partition("?")[0].endswith("/sign-in")
    assert there.open("/dashboard").url.endswith("/dashboard")


def test_a_sign_in_ends_by_itself_after_two_weeks(mara, visitor):
    browser = visitor("mara@example.com")
    sign_in = db.session.scalars(select(SignIn)).one()
    sign_in.expires_at = sign_in.started_at
    db.session.commit()
    assert browser.open("/dashboard").url.partition("?")[0].endswith("/sign-in")


def test_the_database_holds_nothing_that_signs_in(mara, visitor):
    browser = visitor("mara@example.com")
    stored = db.session.scalars(select(SignIn)).one()
    with browser.http.session_transaction() as session:
        token = session["_user_id"]
    assert token not in (stored.token_hash, str(stored.user_id))
    thief = visitor()
    for guess in (stored.token_hash, str(stored.user_id), "1"):
        with thief.http.session_transaction() as session:
            session["_user_id"] = guess
        assert thief.open("/dashboard").url.partition("?")[0].endswith("/sign-in")


def test_the_cookie_is_sent_once_and_knows_nothing_of_the_browser(mara, visitor):
    browser = visitor()
    browser.sign_in("mara@example.com", world.PASSWORD)
    browser.http.environ_base["HTTP_USER_AGENT"] = "another"
    browser.open("/dashboard")
    assert "Set-Cookie" not in browser.answer.headers
    with browser.http.session_transaction() as session:
        assert set(session) == {"_user_id", "_fresh", "_permanent", "csrf_token"}


def test_the_cookie_stays_out_of_scripts_and_other_sites(mara, visitor):
    browser = visitor()
    browser.open("/sign-in")
    flags = browser.answer.headers["Set-Cookie"]
    assert "HttpOnly" in flags
    assert "SameSite=Lax" in flags


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/%2f%2fevil.example",
        "/ /evil.example",
        "https://evil.example/dashboard",
        "http:evil.example",
        "\x00",
        odd_text.LONG,
    ],
)
def test_signing_in_leads_to_no_other_site(mara, visitor, wanted):
    browser = visitor()
    page = browser.open("/sign-in")
    _, fields = page.filled("Sign in", email="mara@example.com", password=world.PASSWORD, next=wanted)
    answer = browser.http.post("/sign-in", data=dict(fields))
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "evil.example" not in answer.location or answer.location == "/%20/evil.example"


def test_signing_in_leads_back_to_where_one_wanted_to_go(mara, request_of_ines, visitor):
    browser = visitor()
    wanted = f"/sessions/{request_of_ines.id}/rearrangement?reason=own"
    page = browser.open(wanted)
    assert "/sign-in?next=" in page.url
    assert browser.press(page, "Sign in", email="mara@example.com", password=world.PASSWORD).url.endswith(wanted)
