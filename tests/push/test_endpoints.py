"""Where a push may be sent: a page can name any address, and the server would open it."""

import pytest

from app import config
from app.integrations.push.endpoints import is_allowed

ALLOWED = (
    "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://eu.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QOa-b_c",
    "https://db5p.notify.windows.com/w/?token=BQYAAAC%2b",
    "https://fcm.googleapis.com:443/fcm/send/abc",
)
EVIL = (
    "",
    "https://",
    "http://fcm.googleapis.com/fcm/send/abc",  # in the clear
    "https://evil.example/fcm.googleapis.com/",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com/x",
    "https://googleapis.com/x",
    "https://notify.windows.com.evil.example/x",
    "https://evilnotify.windows.com/x",
    "https://.notify.windows.com/x",
    "https://..notify.windows.com/x",
    "https://notify.windows.com/x",  # the family's name itself is no service
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://user:password@fcm.googleapis.com/x",
    "https://fcm.googleapis.com:22/x",
    "https://fcm.googleapis.com:443@evil.example/x",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com/",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://evil.example\\.notify.windows.com/x",
    "https://evil.example#.notify.windows.com/x",
    "https://evil.example?.notify.windows.com/x",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil",
    "https://fcm.googleapis.com/x\n",
    " https://fcm.googleapis.com/x",
    "https://FCM.googleapis.com/x",  # browsers write hosts small: anything else was not made by one
    "https://ｆcm.googleapis.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/x",
    "https://10.0.0.1:5432/x",
    "//fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "https://fcm.googleapis.com/" + "x" * 1000,
)


@pytest.mark.parametrize("endpoint", ALLOWED)
def test_the_push_services_of_the_known_browsers_are_written_to(endpoint):
    assert is_allowed(endpoint)


@pytest.mark.parametrize("endpoint", EVIL)
def test_nothing_else_is(endpoint):
    assert not is_allowed(endpoint)
    assert not is_allowed(endpoint, ("http://127.0.0.1:9000",))


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("http://127.0.0.1:9000/push/x", True),
        ("http://127.0.0.1:9001/push/x", False),
        ("http://127.0.0.1:90001/push/x", False),
        ("http://127.0.0.1:9000@evil.example/push/x", False),
        ("https://127.0.0.1:9000/push/x", False),
        ("http://127.0.0.1/push/x", False),
        ("http://127.0.0.1:9000", False),
    ],
)
def test_what_the_settings_add_is_one_origin_and_no_more(endpoint, allowed):
    assert is_allowed(endpoint, ("http://127.0.0.1:9000",)) is allowed


def settings(tmp_path, **given):
    return config.load({"HOLDFAST_CONFIG": "testing", "HOLDFAST_HOME": str(tmp_path), **given})


@pytest.mark.parametrize("text", ["127.0.0.1", "http://a/path", "http://user@a", "ftp://a", "*", "https://*.example"])
def test_a_setting_that_names_no_origin_stops_the_start(tmp_path, text):
    with pytest.raises(config.BadSetting, match="PUSH_HOSTS"):
        settings(tmp_path, PUSH_HOSTS=text)


def test_a_key_that_is_none_stops_the_start(tmp_path):
    with pytest.raises(config.BadSetting, match="VAPID_PRIVATE_KEY"):
        settings(tmp_path, VAPID_PRIVATE_KEY="not a key")


def test_push_services_may_write_to_whom_mails_come_from(tmp_path):
    assert settings(tmp_path, MAIL_SENDER="Holdfast <desk@holdfast.example>")["VAPID_SUBJECT"] == (
        "mailto:desk@holdfast.example"
    )
    assert settings(tmp_path, VAPID_SUBJECT="https://holdfast.example")["VAPID_SUBJECT"] == "https://holdfast.example"
