"""The site map: every blueprint, and the guards that watch over all of them."""

from flask import Flask

from app.blueprints import (
    access,
    addresses,
    compression,
    errors,
    languages,
    proxies,
    security,
    sent_form,
    signing_in,
)


def register(app: Flask) -> None:
    """Register every view. Raises RuntimeError when one does not say who may call it."""
    from app.blueprints import (
        bank_holidays,
        booking_rules,
        bookings,
        calendar,
        calendar_entries,
        calendars_outside,
        dashboard,
        directory,
        extra_times,
        feeds,
        google_consent,
        health,
        hooks,
        ics_addresses,
        installed,
        kept_answers,
        kept_today,
        live,
        mailbox,
        offers,
        offline,
        operator,
        push,
        sessions,
        sick_days,
        sign_in,
        therapists,
        times_off,
        working_times,
        you,
    )
    from app.blueprints.client_pages import offers as client_offers
    from app.blueprints.client_pages import sessions as client_sessions
    from app.forms.attributes import attributes

    app.add_template_filter(attributes)
    addresses.init_app(app)
    proxies.init_app(app)
    languages.init_app(app)
    sent_form.init_app(app)
    for module in (
        directory,
        therapists,
        client_sessions,
        client_offers,
        sign_in,
        dashboard,
        kept_today,
        calendar,
        calendar_entries,
        sessions,
        bookings,
        offers,
        sick_days,
        times_off,
        working_times,
        extra_times,
        bank_holidays,
        booking_rules,
        you,
        push,
        calendars_outside,
        feeds,
        google_consent,
        ics_addresses,
        operator,
        mailbox,
        offline,
        installed,
        health,
        hooks,
        live,
        kept_answers,
    ):
        app.register_blueprint(module.bp)
    compression.init_app(app)  # before security, so that it comes after: an answer is looked at when it is complete
    security.init_app(app)
    live.init_app(app)
    kept_answers.init_app(app)
    access.init_app(app)
    signing_in.init_app(app)
    errors.init_app(app)
    access.check(app)
