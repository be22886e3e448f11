"""Every row of every table, to be compared before and after."""

from sqlalchemy import select

from app.database import db

Dump = dict[str, list[str]]
NO_BOOKING_STATE = {"sign_in", "sign_in_attempt", "lease"}


def dump(besides: set[str] = NO_BOOKING_STATE) -> Dump:
    """All committed rows by table, but for tables that say nothing of bookings."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in besides]
    rows = {table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table))) for table in tables}
    db.session.rollback()
    return rows
