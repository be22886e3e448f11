"""The pages, grouped as people meet them: all routes are registered here, and the guards that watch over them."""

from flask import Flask

from app.web import (
    access,
    addresses,
    compression,
    errors,
    languages,
    proxies,
    request_log,
    security,
    sent_form,
    signing_in,
)


def register(app: Flask) -> None:
    """Register every view. Raises RuntimeError when one does not say who may call it."""
    from app.blueprints.client_pages import offers as client_offers
    from app.blueprints.client_pages import sessions as client_sessions
    from app.blueprints.desk import bookings, dashboard, kept_answers, kept_today, offers, push, sessions, you
    from app.blueprints.desk.calendar import entries as calendar_entries
    from app.blueprints.desk.calendar import show as calendar
    from app.blueprints.desk.other_calendars import google_consent, ics_addresses
    from app.blueprints.desk.other_calendars import show as other_calendars
    from app.blueprints.desk.sick_day import show as sick_days
    from app.blueprints.desk.times import bank_holidays, booking_rules, extra_times, times_off, working_times
    from app.blueprints.machines import feeds, health, hooks, live, mailbox
    from app.blueprints.operator import overview
    from app.blueprints.public import directory, installed, offline, sign_in, therapists
    from app.forms.attributes import attributes

    app.add_template_filter(attributes)
    request_log.init_app(app)  # first, so that its time is that of everything else
    addresses.init_app(app)
    proxies.init_app(app)
    languages.init_app(app)
    sent_form.init_app(app)
    public = (directory, therapists, sign_in, offline, installed)
    of_clients = (client_sessions, client_offers)
    desk = (dashboard, kept_today, kept_answers, sessions, bookings, offers, sick_days, you, push)
    calendars = (calendar, calendar_entries, other_calendars, google_consent, ics_addresses)
    times = (times_off, working_times, extra_times, bank_holidays, booking_rules)
    machines = (feeds, health, hooks, live, mailbox)
    for module in (*public, *of_clients, *desk, *calendars, *times, overview, *machines):
        app.register_blueprint(module.bp)
    compression.init_app(app)  # before security, so that it comes after: an answer is looked at when it is complete
    security.init_app(app)
    live.init_app(app)
    kept_answers.init_app(app)
    access.init_app(app)
    signing_in.init_app(app)
    errors.init_app(app)
    access.check(app)
