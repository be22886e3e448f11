"""Reminders of sessions and nudges about open offers become messages when their time has come."""

from app.database import db


def remind() -> None:
    """Every SWEEP_SECONDS. Safe to run late, twice, or on two workers: each reminder exists once."""
    from app.messages import reminders

    reminders.write_due()
    db.session.commit()
