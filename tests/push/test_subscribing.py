"""Being told in a browser: who may ask for it, what a page may send, and when it ends."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.database import db
from app.integrations.push import keys
from app.jobs.pushes import deliver_pushes
from app.jobs.remind import remind
from app.messages.message import Message
from app.practice.push_subscription import MOST_OF_A_USER, PushSubscription
from app.practice.user import REMEMBERED, SIGN_IN_LIFETIME, SignIn
from tests import world
from tests.push.service import Device

MARA, OTTO = "mara@example.com", "otto@example.com"


@pytest.fixture
def browser(mara, service, visitor):
    return visitor(MARA)


def turn_on(browser, device: Device, **changes: str):
    fields = device.subscription | {"csrf_token": browser.form_token("/settings")} | changes
    return browser.http.post("/settings/push", data=fields)


def renew(browser, device: Device, **more: str) -> int:
    fields = device.subscription | {"csrf_token": browser.form_token("/settings")} | more
    return browser.http.post("/settings/push/renewal", data=fields).status_code


def as_numbers(key: str) -> str:
    """As scripts write the key for which a browser's subscription was made."""
    return ",".join(str(byte) for byte in keys.read(key))


def told() -> list[tuple[int, str]]:
    db.session.commit()
    rows = db.session.execute(select(PushSubscription.user_id, PushSubscription.endpoint))
    return sorted(tuple(row) for row in rows)


def test_turned_on_tried_out_and_turned_off(browser, mara, service):
    phone = service.device()
    assert "Turn on" in browser.open("/settings").text
    assert turn_on(browser, phone).status_code == 303
    page = browser.open("/settings")
    assert "Turn on" not in page.text
    assert "It should show in a moment" in browser.press(page, "Send a test").text
    deliver_pushes()
    assert phone.news == [{"kind": "test", "path": "/settings"}]
    assert "Turn on" in browser.press(browser.open("/settings"), "Turn off").text
    assert told() == []


def test_a_browser_asked_again_is_told_once(browser, mara, service):
    phone = service.device()
    for _ in range(3):
        turn_on(browser, phone)
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert len(phone.news) == 1


def test_another_person_in_the_same_browser_takes_it_over(browser, mara, otto, service, visitor):
    phone = service.device()
    turn_on(browser, phone)
    turn_on(visitor(OTTO), phone)
    world.INES.asks(mara, world.in_days(3))
    deliver_pushes()
    assert phone.news == []
    assert told() == [(otto.user_id, phone.subscription["endpoint"])]


def test_signing_out_ends_it(browser, service):
    turn_on(browser, service.device())
    browser.press(browser.open("/settings"), "Sign out")
    assert told() == []


def test_a_person_who_signs_in_anew_stays_told_and_nobody_else_is(browser, mara, otto, service, visitor):
    phone = service.device()
    turn_on(browser, phone)
    assert renew(visitor(MARA), phone) == 204
    assert told() == [(mara.user_id, phone.subscription["endpoint"])]
    assert renew(visitor(OTTO), phone) == 409
    assert told() == [], "nobody has asked for it who is here now"


def test_a_browser_whose_address_changed_by_itself_stays_told(browser, mara, service):
    turn_on(browser, service.device())
    renamed = service.device()
    assert renew(browser, renamed) == 204
    assert renew(browser, renamed) == 204
    assert told() == [(mara.user_id, renamed.subscription["endpoint"])]


def test_a_browser_that_was_never_turned_on_is_not_told(browser, service):
    assert renew(browser, service.device()) == 409
    assert told() == []


def test_a_browser_that_knows_us_by_another_key_is_given_the_present_one(app, browser, mara, service):
    ours, other = app.config["VAPID_PUBLIC_KEY"], keys.public_key(keys.new_private_key())
    old, new = service.device(), service.device()
    turn_on(browser, old)
    assert renew(browser, old, key=as_numbers(ours)) == 204
    fields = old.subscription | {"csrf_token": browser.form_token("/settings"), "key": as_numbers(other)}
    answer = browser.http.post("/settings/push/renewal", data=fields)
    assert (answer.status_code, answer.text) == (200, ours)
    assert renew(browser, new, key=as_numbers(ours)) == 204
    assert told() == [(mara.user_id, new.subscription["endpoint"])]


def test_a_sign_in_that_ends_by_its_age_is_pushed_once_and_signing_in_again_goes_on(browser, mara, service, visitor):
    phone = service.device()
    turn_on(browser, phone)
    with time_machine.travel(clock.now() + SIGN_IN_LIFETIME + timedelta(hours=1)):
        for _ in range(2):
            remind()
            deliver_pushes()
        assert phone.news == [{"kind": "signed_out", "path": "/dashboard"}]
        world.INES.asks(mara, world.in_days(30))
        deliver_pushes()
        assert len(phone.news) == 1
        assert renew(visitor(MARA), phone) == 204
        assert told() == [(mara.user_id, phone.subscription["endpoint"])]


def test_where_nobody_signs_in_again_the_browser_is_forgotten(browser, mara, service):
    turn_on(browser, service.device())
    with time_machine.travel(clock.now() + SIGN_IN_LIFETIME + REMEMBERED - timedelta(hours=1)):
        remind()
        assert len(told()) == 1
    with time_machine.travel(clock.now() + SIGN_IN_LIFETIME + REMEMBERED + timedelta(hours=1)):
        remind()
        assert told() == []
        assert db.session.scalars(select(SignIn)).all() == []


def test_of_many_browsers_the_newest_are_told(mara, service, visitor):
    devices = [service.device() for _ in range(MOST_OF_A_USER + 2)]
    for device in devices:
        turn_on(visitor(MARA), device)
    db.session.commit()
    endpoints = set(db.session.scalars(select(PushSubscription.endpoint)))
    assert endpoints == {device.subscription["endpoint"] for device in devices[2:]}


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "http://127.0.0.1:5432/x"},
        {"endpoint": ""},
        {"p256dh": ""},
        {"p256dh": "A" * 87},  # no point of the curve
        {"p256dh": keys.written(b"\x04" + b"\x01" * 64)},
        {"p256dh": keys.written(b"\x04" * 5000)},
        {"p256dh": "ü"},
        {"auth": ""},
        {"auth": keys.written(b"x" * 15)},
        {"auth": "not base64url!"},
    ],
)
def test_what_is_no_subscription_is_refused_in_words(browser, service, changes):
    answer = turn_on(browser, service.device(), **changes)
    assert answer.status_code == 422
    assert "not one that we write to" in answer.text
    assert told() == []


def test_without_the_form_token_nothing_is_taken(browser, service):
    browser.open("/settings")
    assert browser.http.post("/settings/push", data=service.device().subscription).status_code == 400
    assert told() == []


def test_an_operator_has_no_sessions_to_be_told_of(operator, service, visitor):
    browser = visitor("olive@example.com")
    fields = service.device().subscription | {"csrf_token": browser.form_token("/operator")}
    assert browser.http.post("/settings/push", data=fields).status_code == 404


def test_whose_it_is_comes_from_the_sign_in_and_not_from_the_form(browser, mara, otto, service):
    turn_on(browser, service.device(), user_id=str(otto.user_id), sign_in_id="1")
    assert [user for user, _ in told()] == [mara.user_id]


def test_without_a_key_nothing_pretends_to_be_offered(app, browser, service):
    app.config["VAPID_PRIVATE_KEY"] = ""
    page = browser.open("/settings")
    assert "Not offered here" in page.text
    assert "Turn on" not in page.text
    assert turn_on(browser, service.device()).status_code == 404


def test_a_test_where_nobody_is_told_says_how_it_stands(browser, service):
    token = browser.form_token("/settings")
    answer = browser.http.post("/settings/push/test", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "Turn on" in answer.text
    assert db.session.scalars(select(Message)).all() == []
