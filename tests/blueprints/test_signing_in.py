"""Signing in and out, and those who try to get around it."""

from datetime import timedelta

import pytest
import time_machine
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select

from app import clock
from app.database import db
from app.practice import throttle
from app.practice.user import SignIn, SignInAttempt
from tests import world
from tests.blueprints import odd_text

COOKIE = "holdfast"
KNOWN_BROWSER = "holdfast-browser"


def cookie_of(visitor) -> str:
    cookie = visitor.http.get_cookie(COOKIE)
    assert cookie
    return str(cookie.value)


def sign_out(visitor) -> None:
    visitor.post("/sign-out", {"csrf_token": visitor.form_token("/settings")})


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
    monkeypatch.setattr("app.practice.throttle.MOST_FROM_ONE_NETWORK", 100)
    monkeypatch.setattr("app.practice.throttle.MOST_OF_NETWORK", 100)
    browser = visitor()
    for odd in [*odd_text.TEXTS, ""]:
        for email, password in ((odd, world.PASSWORD), ("mara@example.com", odd)):
            page = browser.sign_in(email, password)
            assert page.status == 422, odd
            assert 'role="alert"' in page.text, odd


def wrong_passwords(browser, times: int, email: str = "mara@example.com", network: str = "127.0.0.1") -> list[int]:
    browser.http.environ_base["REMOTE_ADDR"] = network
    return [browser.sign_in(email, "wrong").status for _ in range(times)]


def test_guessing_at_one_address_is_stopped_before_hashing(mara, visitor, monkeypatch):
    browser = visitor()
    assert set(wrong_passwords(browser, throttle.MOST_FROM_ONE_NETWORK)) == {422}
    monkeypatch.setattr("app.practice.user._hasher", None)  # whoever hashes now breaks
    page = browser.sign_in("mara@example.com", world.PASSWORD)
    assert page.status == 429
    assert "Please try again in 15 minutes." in page.text
    assert browser.answer.headers["Retry-After"] == "900"
    assert visitor().sign_in("MARA@example.com ", world.PASSWORD).status == 429, "another browser is no way around"


def test_guessing_at_many_addresses_from_one_network_is_stopped(app, mara, visitor):
    for number in range(throttle.MOST_OF_NETWORK):
        throttle.reserve_try(f"user{number}@example.com", "127.0.0.1")
    db.session.commit()
    assert visitor().sign_in("mara@example.com", world.PASSWORD).status == 429


def test_the_many_networks_of_one_line_keep_no_owner_out(mara, visitor):
    stranger, owner = visitor(), visitor()
    for line in range(12):  # each a /64 of the same /48
        wrong_passwords(stranger, throttle.MOST_FROM_ONE_NETWORK, network=f"2001:db8:1:{line}::9")
    owner.http.environ_base["REMOTE_ADDR"] = "2001:db8:2::7"
    assert owner.sign_in("mara@example.com", world.PASSWORD).url.endswith("/dashboard")


def test_wrong_passwords_from_elsewhere_keep_no_owner_out(mara, visitor):
    stranger, owner = visitor(), visitor()
    wrong_passwords(stranger, throttle.MOST_FROM_ONE_NETWORK + 5, network="203.0.113.9")
    owner.http.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert owner.sign_in("mara@example.com", world.PASSWORD).url.endswith("/dashboard")


def test_a_browser_that_has_signed_in_before_is_kept_out_by_nobody_else(mara, visitor):
    """Not by tries from the same network, and not by tries from everywhere."""
    owner = visitor()
    owner.sign_in("mara@example.com", world.PASSWORD)
    sign_out(owner)
    wrong_passwords(visitor(), throttle.MOST_FROM_ONE_NETWORK)
    for number in range(throttle.MOST_FROM_EVERYWHERE - throttle.MOST_FROM_ONE_NETWORK):
        throttle.reserve_try("mara@example.com", f"198.51.100.{number}")
    db.session.commit()
    assert visitor().sign_in("mara@example.com", world.PASSWORD).status == 429
    assert owner.sign_in("mara@example.com", world.PASSWORD).url.endswith("/dashboard")


def test_a_known_browser_that_guesses_is_counted_and_then_known_no_more(mara, otto, visitor):
    thief = visitor()
    thief.sign_in("mara@example.com", world.PASSWORD)
    sign_out(thief)
    assert set(wrong_passwords(thief, throttle.MOST_OF_BROWSER)) == {422}
    stolen = thief.http.get_cookie(KNOWN_BROWSER).value
    copy = visitor()
    copy.http.set_cookie(KNOWN_BROWSER, stolen)
    assert set(wrong_passwords(copy, throttle.MOST_FROM_ONE_NETWORK)) == {422}, "counted like any other browser now"
    assert wrong_passwords(copy, 1) == wrong_passwords(thief, 1) == [429]
    with time_machine.travel(clock.now() + timedelta(days=90)):
        wrong_passwords(visitor(), throttle.MOST_FROM_ONE_NETWORK)
        assert wrong_passwords(copy, 1) == [429], "its own count does not begin anew"
        assert wrong_passwords(copy, 1, "otto@example.com") == [422]


def test_a_browser_known_for_one_account_is_not_known_for_another(mara, otto, visitor):
    browser = visitor()
    browser.sign_in("otto@example.com", world.PASSWORD)
    sign_out(browser)
    wrong_passwords(visitor(), throttle.MOST_FROM_ONE_NETWORK)
    assert browser.sign_in("mara@example.com", world.PASSWORD).status == 429
    assert browser.sign_in("otto@example.com", world.PASSWORD).url.endswith("/dashboard")


def test_a_reception_where_two_sign_in_is_known_for_both(mara, otto, visitor):
    browser = visitor()
    for email in ("mara@example.com", "otto@example.com"):
        browser.sign_in(email, world.PASSWORD)
        sign_out(browser)
    for email in ("mara@example.com", "otto@example.com"):
        wrong_passwords(visitor(), throttle.MOST_FROM_ONE_NETWORK, email)
        assert browser.sign_in(email, world.PASSWORD).url.endswith("/dashboard")
        sign_out(browser)


def test_the_cookie_of_a_known_browser_names_nobody_and_opens_nothing(mara, visitor):
    browser = visitor()
    browser.sign_in("mara@example.com", world.PASSWORD)
    cookie = browser.http.get_cookie(KNOWN_BROWSER)
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert cookie.max_age == throttle.BROWSER_IS_KNOWN.total_seconds()
    payload = URLSafeSerializer("any").loads_unsafe(cookie.value.rpartition(".")[0].rpartition(".")[0] + ".x")[1]
    assert "mara" not in str(payload)
    thief = visitor()
    thief.http.set_cookie(KNOWN_BROWSER, cookie.value)
    assert thief.open("/dashboard").url.partition("?")[0].endswith("/sign-in")


@pytest.mark.parametrize("cookie", ["x", "", "e30.aaaaaa.bbbb", odd_text.LONG])
def test_a_cookie_of_a_known_browser_that_is_not_ours_counts_for_nothing(mara, visitor, cookie):
    browser = visitor()
    browser.http.set_cookie(KNOWN_BROWSER, cookie)
    wrong_passwords(browser, throttle.MOST_FROM_ONE_NETWORK)
    assert browser.sign_in("mara@example.com", world.PASSWORD).status == 429


def test_an_address_that_nobody_has_is_counted_like_one_that_somebody_has(mara, visitor):
    for email in ("mara@example.com", "nobody@example.com"):
        browser = visitor()
        statuses = wrong_passwords(browser, throttle.MOST_FROM_ONE_NETWORK + 1, email)
        assert statuses == [422] * throttle.MOST_FROM_ONE_NETWORK + [429]


def test_right_passwords_are_not_counted(mara, visitor):
    for _ in range(throttle.MOST_FROM_ONE_NETWORK + 1):
        assert visitor().sign_in("mara@example.com", world.PASSWORD).url.endswith("/dashboard")


def test_a_stored_hash_that_cannot_be_read_is_told_like_a_wrong_password(mara, visitor):
    mara.user.password_hash = "pbkdf2:sha256:600000$x$y"
    db.session.commit()
    page = visitor().sign_in("mara@example.com", world.PASSWORD)
    assert page.status == 422
    assert "E-mail or password is not right" in page.text


def test_after_a_quarter_of_an_hour_the_right_password_opens(mara, visitor):
    browser = visitor()
    wrong_passwords(browser, throttle.MOST_FROM_ONE_NETWORK)
    with time_machine.travel(world.in_days(1)):
        assert visitor().sign_in("mara@example.com", world.PASSWORD).status == 200
        browser.sign_in("otto@example.com", "wrong")
    # What is older than any window is forgotten with the next try.
    assert (db.session.scalar(select(func.count()).select_from(SignInAttempt)) or 0) <= 3


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
    sign_out(here)
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
