"""The site map: every blueprint, and the guards that watch over all of them."""

from flask import Flask

from app.blueprints import access, addresses, errors, security, signing_in


def register(app: Flask) -> None:
    """Register every view. Raises RuntimeError when one does not say who may call it."""
    from app.blueprints import (
        bookings,
        calendar,
        dashboard,
        directory,
        health,
        mailbox,
        offers,
        operator,
        sessions,
        sign_in,
        therapists,
        times_off,
        working_times,
        you,
    )
    from app.blueprints.client_pages import offers as client_offers
    from app.blueprints.client_pages import sessions as client_sessions

    addresses.init_app(app)
    for module in (
        directory,
        therapists,
        client_sessions,
        client_offers,
        sign_in,
        dashboard,
        calendar,
        sessions,
        bookings,
        offers,
        times_off,
        working_times,
        you,
        operator,
        mailbox,
        health,
    ):
        app.register_blueprint(module.bp)
    security.init_app(app)
    access.init_app(app)
    signing_in.init_app(app)
    errors.init_app(app)
    access.check(app)
