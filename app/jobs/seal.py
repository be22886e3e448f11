"""After a change of ENCRYPTION_KEYS: every secret in the database is sealed with the newest one."""

from collections.abc import Iterator

from sqlalchemy import Table, select, update

from app.database import Base, db
from app.sealed import Sealed

AT_ONCE = 500


def seal_anew() -> int:
    """Seal everything with the first key; how many rows. Commits as it goes; safe twice, and while all is served."""
    return sum(_seal_table(table, [column.name for column in sealed]) for table, sealed in _tables())


def _tables() -> Iterator[tuple[Table, list]]:
    for table in Base.metadata.sorted_tables:
        sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
        if sealed:
            yield table, sealed


def _seal_table(table: Table, names: list[str]) -> int:
    count, last = 0, 0
    while True:
        rows = db.session.execute(
            select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE).with_for_update()
        ).mappings()
        found = [dict(row) for row in rows]
        for row in found:
            values = {name: row[name] for name in names}
            db.session.execute(update(table).where(table.c.id == row["id"]).values(values))
        db.session.commit()
        if not found:
            return count
        count, last = count + len(found), found[-1]["id"]
