"""After a change of ENCRYPTION_KEYS: every secret in the database is sealed with the newest one."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Table, Text, select, type_coerce, update

from app.database import Base, db
from app.sealed import Sealed, unsealed

AT_ONCE = 500


class Sealing(NamedTuple):
    """Numbers of rows: sealed anew, and unreadable."""

    sealed: int
    unreadable: int  # with a secret whose key is missing: it lies there as it did, should the key be found


def seal_anew() -> Sealing:
    """Seal everything with the first key. Commits as it goes; safe twice, and while all is served."""
    done = [_seal_table(table, [column.name for column in sealed]) for table, sealed in _tables()]
    return Sealing(sum(one.sealed for one in done), sum(one.unreadable for one in done))


def _tables() -> Iterator[tuple[Table, list]]:
    for table in Base.metadata.sorted_tables:
        sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
        if sealed:
            yield table, sealed


def _seal_table(table: Table, names: list[str]) -> Sealing:
    count, unreadable, last = 0, 0, 0
    as_it_lies = [type_coerce(table.c[name], Text).label(name) for name in names]
    while True:
        some = select(table.c.id, *as_it_lies).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        found = [dict(row) for row in db.session.execute(some.with_for_update()).mappings()]
        for row in found:
            last = row.pop("id")
            unreadable += not _seal_row(table, last, row)
        db.session.commit()
        if not found:
            return Sealing(count - unreadable, unreadable)
        count += len(found)


def _seal_row(table: Table, row_id: int, lies: dict[str, str | None]) -> bool:
    """Seal one row anew. Returns whether all of it could be read; what could not is never overwritten."""
    known = {name: unsealed(value) for name, value in lies.items() if value is not None}
    readable = {name: value for name, value in known.items() if value is not None}
    if readable:
        db.session.execute(update(table).where(table.c.id == row_id).values(readable))
    return len(readable) == len(known)
