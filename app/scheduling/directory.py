"""Finding a therapist among thousands: one statement, whatever is asked."""

import time as stopwatch
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    nulls_last,
    select,
)

from app import clock
from app.database import db
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling.open_day import OpenDay

PAGE = 12  # as many as a person compares, and a page that a phone has at once
LAST_PAGE = 1000
KEEP_SECONDS = 60.0  # a language that nobody spoke before may take so long to be offered

EAST, WEST = timedelta(hours=14), timedelta(hours=12)  # no zone's day begins earlier, none ends later

WISHES = ("kind", "type", "language", "on")


@dataclass(frozen=True)
class Search:
    """What a client looks for; None is any. `type` is a kind of session, `on` a day of the therapist's own zone."""

    kind: str | None = None
    type: str | None = None
    language: str | None = None
    on: date | None = None
    soonest: bool = False  # first; else by name
    page: int = 1

    @property
    def wishes(self) -> tuple[str, ...]:
        """The names of what is asked for."""
        return tuple(name for name in WISHES if getattr(self, name) is not None)

    def without(self, *wishes: str) -> "Search":
        nothing: dict[str, Any] = dict.fromkeys(wishes)
        return replace(self, page=1, **nothing)

    def find(self, limit: int = PAGE) -> tuple[Sequence[Row[Any]], bool]:
        """Return a page of listed therapists, each with the first opening that fits, and whether there are more.

        Whoever has no free time that fits is left out once a kind, a type or a day is asked for, or the soonest.
        """
        asked = {
            "now": clock.now(),
            "kind": self.kind,
            "type": self.type,
            "on": self.on,
            "on_from": self.on and datetime.combine(self.on, time(0), tzinfo=UTC) - EAST,
            "on_to": self.on and datetime.combine(self.on, time(0), tzinfo=UTC) + timedelta(days=1) + WEST,
            "language": f"%,{_escaped(self.language or '')},%",
            "limit": limit + 1,
            "offset": (self.page - 1) * limit,
        }
        rows = db.session.execute(_statement(self.wishes, self.soonest), asked).all()
        return rows[:limit], len(rows) > limit


class Listed(NamedTuple):
    """What the listed therapists have in common for whoever looks for one."""

    languages: list[str]  # that any of them speaks, by name
    zones: list[ZoneInfo]

    def todays(self, now: datetime) -> tuple[date, date]:
        """Return the earliest and the latest day that it is now for any of them."""
        days = [now.astimezone(zone).date() for zone in self.zones] or [now.date()]
        return min(days), max(days)


_kept: dict[str, tuple[float, Listed]] = {}


def listed() -> Listed:
    """Read it, or return what was read within the last minute."""
    place = str(db.engine.url)
    until, found = _kept.get(place, (0.0, None))
    if found is None or stopwatch.monotonic() >= until:
        rows = db.session.execute(select(Therapist.languages, Therapist.zone).where(Therapist.listed).distinct()).all()
        names = {name.strip() for text, _ in rows for name in text.split(",")}
        zones = [ZoneInfo(zone) for zone in {zone for _, zone in rows}]
        found = Listed(sorted(names - {""}, key=str.casefold), zones)
        _kept[place] = (stopwatch.monotonic() + KEEP_SECONDS, found)
    return found


_therapist, _day = Therapist.__table__, OpenDay.__table__
_location, _type = Location.__table__, SessionType.__table__
_SHOWN = (
    *(_therapist.c[name] for name in ("id", "slug", "name", "headline", "languages", "zone", "horizon_days")),
    _therapist.c.minimum_notice_minutes,
    _therapist.c.next_day_before_minute,
)
_OPENING = tuple(
    _day.c[name] for name in ("session_type_id", "location_id", "day", "first_start", "first_bookable_until", "starts")
)


@lru_cache(maxsize=64)
def _statement(wishes: tuple[str, ...], soonest: bool) -> Select[Any]:
    """Built once for each combination: the page of therapists first, then the opening of each by its id."""
    next_opening = (
        select(_day.c.id)
        .where(_day.c.therapist_id == _therapist.c.id, *_fits(_day, wishes))
        # Of what is free at the same moment, what the therapist's page would show first.
        .order_by(_day.c.first_start, _day.c.session_type_id, _day.c.location_id)
        .limit(1)
        .correlate(_therapist)
        .scalar_subquery()
    )
    kinds = (
        select(func.aggregate_strings(_location.c.kind, ","))
        .where(_location.c.therapist_id == _therapist.c.id, _location.c.active)
        .correlate(_therapist)
        .scalar_subquery()
    )
    columns = (*_SHOWN, kinds.label("kinds"), next_opening.label("opening_id"))
    page = (_by_soonest(columns, wishes) if soonest else _by_name(columns, wishes)).cte("page")
    opening = page.outerjoin(_day, _day.c.id == page.c.opening_id)
    return select(page, *_OPENING).select_from(opening).order_by(page.c.place, page.c.id)


def _by_name(columns: Sequence[ColumnElement[Any]], wishes: tuple[str, ...]) -> Select[Any]:
    found = select(*columns, _therapist.c.name.label("place")).where(_listed(wishes), *_offer(wishes))
    if set(wishes) - {"language"}:
        found = found.where(exists().where(_day.c.therapist_id == _therapist.c.id, *_fits(_day, wishes)))
    return _cut(found.order_by(_therapist.c.name, _therapist.c.id))


def _by_soonest(columns: Sequence[ColumnElement[Any]], wishes: tuple[str, ...]) -> Select[Any]:
    soon = _cut(_soonest_of_speakers(wishes) if "language" in wishes else _soonest_of_all(wishes)).cte("soon")
    found = select(*columns, soon.c.first_start.label("place")).join(soon, soon.c.therapist_id == _therapist.c.id)
    return found.where(soon.c.first_start.is_not(None))


def _soonest_of_all(wishes: tuple[str, ...]) -> Select[Any]:
    """Along the first starts of all days until the page is full; a therapist counts with the earliest that fits."""
    earlier = _day.alias("earlier")
    is_first = ~exists().where(
        earlier.c.therapist_id == _day.c.therapist_id,
        earlier.c.first_start < _day.c.first_start,
        *_fits(earlier, wishes),
    )
    return (
        select(_day.c.first_start, _day.c.therapist_id)
        .join(_therapist, _therapist.c.id == _day.c.therapist_id)
        .where(_listed(wishes), *_fits(_day, wishes), is_first)
        .group_by(_day.c.first_start, _day.c.therapist_id)
        .order_by(_day.c.first_start, _day.c.therapist_id)
    )


def _soonest_of_speakers(wishes: tuple[str, ...]) -> Select[Any]:
    """From therapist to therapist: a language that few speak would have everybody's days looked at."""
    earliest = (
        select(_day.c.first_start)
        .where(_day.c.therapist_id == _therapist.c.id, *_fits(_day, wishes))
        # Of what is free at the same moment, what the therapist's page would show first.
        .order_by(_day.c.first_start, _day.c.session_type_id, _day.c.location_id)
        .limit(1)
        .correlate(_therapist)
        .scalar_subquery()
        .label("first_start")
    )
    found = select(earliest, _therapist.c.id.label("therapist_id")).where(_listed(wishes), *_offer(wishes))
    return found.order_by(nulls_last(earliest), _therapist.c.id)


def _listed(wishes: tuple[str, ...]) -> ColumnElement[bool]:
    if "language" not in wishes:
        return _therapist.c.listed
    spoken = literal(",") + func.replace(_therapist.c.languages, ", ", ",") + literal(",")
    return and_(_therapist.c.listed, spoken.like(bindparam("language"), escape="/"))


def _offer(wishes: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """Who does not offer it at all need not be looked at day by day."""
    offered = (("kind", _location), ("type", _type))
    return [
        exists().where(table.c.therapist_id == _therapist.c.id, table.c.kind == bindparam(wish), table.c.active)
        for wish, table in offered
        if wish in wishes
    ]


def _fits(day: FromClause, wishes: tuple[str, ...]) -> list[ColumnElement[bool]]:
    columns = {"kind": day.c.location_kind, "type": day.c.session_kind, "on": day.c.day}
    asked = [columns[name] == bindparam(name) for name in columns if name in wishes]
    if "on" in wishes:
        # Follows from the day; said because starts are what the days are sorted by.
        asked.append(day.c.first_start.between(bindparam("on_from"), bindparam("on_to")))
    return [day.c.bookable_until > bindparam("now"), *asked]


def _cut(found: Select[Any]) -> Select[Any]:
    return found.limit(bindparam("limit")).offset(bindparam("offset"))


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
