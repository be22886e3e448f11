"""Every address, and who may call it."""

import pytest

from app import blueprints
from tests.engines.fixtures import SECRET

# Changing a line here is deciding who may see or do something.
ROUTES = """
public         GET   /
therapist      POST  /bookings
therapist      POST  /bookings/<int:booking_id>/attendance
therapist      POST  /bookings/<int:booking_id>/calendar-entries/<int:entry_id>/restoration
therapist      POST  /bookings/<int:booking_id>/cancellation
therapist      POST  /bookings/<int:booking_id>/confirmation
therapist      POST  /bookings/<int:booking_id>/kept-confirmation
therapist      POST  /bookings/<int:booking_id>/kept-time
therapist      POST  /bookings/<int:booking_id>/offer
therapist      POST  /bookings/<int:booking_id>/offer/choice
therapist      POST  /bookings/<int:booking_id>/offer/withdrawal
therapist      POST  /bookings/<int:booking_id>/rearrangement
therapist      POST  /bookings/<int:booking_id>/relocation
therapist      GET   /calendar
therapist      GET   /calendar/time
therapist      GET   /dashboard
therapist      GET   /dashboard/kept
public         GET   /favicon.ico
personal_link  GET   /feeds/<token>.ics
personal_link  GET   /feeds/sessions/<int:link_id>/<token>.ics
public         GET   /healthz
public         POST  /hooks/google-calendar
therapist      GET   /live
public         GET   /mailbox
public         GET   /mailbox/<name>
public         GET   /mailbox/<name>/html
public         GET   /mailbox/<name>/raw
public         GET   /manifest.webmanifest
personal_link  GET   /o/<token>
personal_link  POST  /o/<token>/acceptance
personal_link  POST  /o/<token>/agreement
personal_link  POST  /o/<token>/keeping
personal_link  GET   /o/<token>/live
personal_link  POST  /o/<token>/opening
personal_link  POST  /o/<token>/refusal
public         GET   /offline
operator       GET   /operator
public         GET   /readyz
public         GET   /robots.txt
personal_link  GET   /s/<token>
personal_link  POST  /s/<token>/address
personal_link  POST  /s/<token>/cancellation
personal_link  POST  /s/<token>/dispute
personal_link  GET   /s/<token>/live
public         GET   /service-worker.js
therapist      GET   /sessions
therapist      GET   /sessions/<int:booking_id>
therapist      POST  /sessions/<int:booking_id>/alternatives
therapist      GET   /sessions/<int:booking_id>/rearrangement
therapist      GET   /sessions/<int:booking_id>/relocation
therapist      GET   /settings
therapist      GET   /settings/calendars
therapist      POST  /settings/calendars/<int:connection_id>/choice
therapist      POST  /settings/calendars/<int:connection_id>/reading
therapist      POST  /settings/calendars/<int:connection_id>/removal
therapist      POST  /settings/calendars/<int:connection_id>/writing
therapist      POST  /settings/calendars/<int:connection_id>/writing/removal
therapist      POST  /settings/calendars/addresses
therapist      POST  /settings/calendars/feed
therapist      POST  /settings/calendars/feed/removal
therapist      POST  /settings/calendars/google
therapist      GET   /settings/calendars/google/callback
therapist      POST  /settings/calendars/google/connection
therapist      POST  /settings/push
therapist      POST  /settings/push/removal
therapist      POST  /settings/push/renewal
therapist      POST  /settings/push/test
therapist      POST  /sick-days
therapist      GET   /sick-days/<int:sick_day_id>
therapist      POST  /sick-days/<int:sick_day_id>/withdrawal
therapist      GET   /sick-days/new
therapist      POST  /sick-days/preview
public         GET   /sign-in
public         POST  /sign-in
signed_in      POST  /sign-out
public         GET   /static/<path:filename>
public         GET   /t/<slug>
public         GET   /t/<slug>/request
public         POST  /t/<slug>/requests
therapist      GET   /times-off
therapist      POST  /times-off
therapist      POST  /times-off/<int:time_off_id>/reopening
therapist      POST  /times-off/restoration
therapist      GET   /working-times
therapist      POST  /working-times
therapist      POST  /working-times/<int:working_time_id>/break
therapist      POST  /working-times/<int:working_time_id>/change
therapist      POST  /working-times/<int:working_time_id>/removal
therapist      POST  /working-times/another
therapist      GET   /working-times/bank-holidays
therapist      POST  /working-times/bank-holidays
therapist      POST  /working-times/bank-holidays/opening
therapist      POST  /working-times/bank-holidays/reopening
therapist      POST  /working-times/copies
therapist      GET   /working-times/extra
therapist      POST  /working-times/extra
therapist      POST  /working-times/extra/<int:extra_time_id>/removal
therapist      POST  /working-times/extra/restoration
therapist      POST  /working-times/restoration
therapist      GET   /working-times/rules
therapist      POST  /working-times/rules
therapist      POST  /working-times/rules/<int:session_type_id>
"""


def test_the_addresses_and_who_may_call_them(app):
    found = [
        f"{app.view_functions[rule.endpoint].access:<14} {method:<5} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    assert sorted(found, key=_by_address) == ROUTES.strip().splitlines()


def _by_address(line: str) -> tuple[str, str]:
    _, method, rule = line.split()
    return rule, method


def test_a_program_with_an_undeclared_view_does_not_start(monkeypatch, tmp_path):
    from app import create_app

    register = blueprints.register

    def with_one_more(app):
        app.add_url_rule("/forgotten", "forgotten", lambda: "everything")
        register(app)

    monkeypatch.setattr(blueprints, "register", with_one_more)
    with pytest.raises(RuntimeError, match="who may call them: forgotten"):
        create_app({"HOLDFAST_CONFIG": "testing", "HOLDFAST_HOME": str(tmp_path), "SECRET_KEY": SECRET})


def test_in_production_there_is_no_mailbox(tmp_path, database, monkeypatch):
    from tests.engines.fixtures import new_app

    settings = {
        "HOLDFAST_CONFIG": "production",
        "TRUSTED_HOSTS": "localhost",
        "PUBLIC_URL": "https://holdfast.example",
        "MAIL_SERVER": "127.0.0.1",
        "MAILBOX_DIR": str(tmp_path),
    }
    app = new_app(database, tmp_path, **settings)
    (tmp_path / "letter.eml").write_text("Subject: private\n\nprivate")
    for path in ("/mailbox", "/mailbox/letter", "/mailbox/letter.eml", "/mailbox/letter/raw"):
        assert app.test_client().get(path).status_code == 404
