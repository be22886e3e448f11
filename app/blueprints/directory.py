"""The directory of therapists."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy import Row

from app import clock
from app.blueprints.access import public
from app.blueprints.addresses import day_or_none
from app.blueprints.rendering import at_address, page_or_fragment
from app.practice import directory
from app.practice.directory import LAST_PAGE, PAGE, Search
from app.practice.location import KINDS as LOCATION_KINDS
from app.practice.session_type import KINDS as SESSION_KINDS
from app.scheduling.openings import next_start
from app.wording import calendar_day, local_clock_time, shown_in, zone_name

bp = Blueprint("directory", __name__)

# What leaving a wish out is called where nobody fits it.
LOOSER = {
    "kind": "In person, by video or by phone",
    "type": "Any kind of session",
    "language": "Any language",
    "on": "Any day, next free first",
}


@bp.get("/")
@public
def index() -> Response:
    spoken = directory.languages()
    search = _asked(spoken)
    rows, more = search.find()
    now = clock.now()
    page: dict[str, Any] = {
        "cards": [_card(row, now) for row in rows],
        "wishes": _wishes(search),
        "before": _address(replace(search, page=search.page - 1 if rows else 1)) if search.page > 1 else None,
        "after": _address(replace(search, page=search.page + 1)) if more and search.page < LAST_PAGE else None,
        "told": _told(search, len(rows), more),
        "looser": () if rows else _looser(search),
        "fields": _fields(search, spoken),
        "free": "Free" if search.on else "Next free",
        "on": search.on.isoformat() if search.on else "",
        "today": now.date().isoformat(),
    }
    response = page_or_fragment("directory/index.html", "directory/_therapists.html", **page)
    return at_address(response, _address(search))


def _asked(spoken: Iterable[str]) -> Search:
    """What the address asks for; what nobody can mean is not asked."""
    wanted = request.args
    return Search(
        kind=_one_of(LOCATION_KINDS, "kind"),
        type=_one_of(SESSION_KINDS, "type"),
        language=_one_of(spoken, "language"),
        on=day_or_none(wanted.get("on")),
        soonest=wanted.get("sort") == "soonest",
        page=max(1, min(wanted.get("page", 1, type=int), LAST_PAGE)),
    )


def _one_of(choices: Iterable[str], field: str) -> str | None:
    wanted = request.args.get(field, "")
    return wanted if wanted in choices else None


def _address(search: Search) -> str:
    asked = {
        "kind": search.kind,
        "type": search.type,
        "language": search.language,
        "on": search.on,
        "sort": "soonest" if search.soonest else None,
        "page": search.page if search.page > 1 else None,
    }
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return f"/?{query}" if query else "/"


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Card:
    """A therapist as the directory shows one."""

    name: str
    initials: str
    headline: str
    kinds: str
    languages: str
    next_free: str  # empty: none that fits
    zone: str
    days: int
    address: str


def _card(row: Row[Any], now: datetime) -> Card:
    start = next_start(row, now) if row.starts else None
    address = f"/t/{row.slug}"
    if start is not None:
        # What is told as free must be what the page behind shows first.
        address += f"?type={row.session_type_id}&location={row.location_id}&from={row.day}"
    return Card(
        name=row.name,
        initials="".join(word[0] for word in row.name.split()[:2]),
        headline=row.headline,
        kinds=_kinds(row.kinds or ""),
        languages=row.languages,
        next_free="" if start is None else _time(start, row.zone),
        zone=zone_name(row.zone),
        days=row.horizon_days,
        address=address,
    )


def _kinds(found: str) -> str:
    offered = set(found.split(","))
    return " · ".join(word for kind, word in LOCATION_KINDS.items() if kind in offered)


@lru_cache(maxsize=5000)
def _time(start: datetime, zone: str) -> str:
    local = shown_in(start, zone)
    return f"{calendar_day(local.date())}, {local_clock_time(local)}"


def _wishes(search: Search) -> list[Link]:
    """What is asked for, each with the address that no longer asks for it."""
    found = [Link(_word(search, wish), _address(search.without(wish))) for wish in search.wishes]
    if search.soonest:
        found.append(Link("Next free first", _address(replace(search, soonest=False, page=1))))
    return found


def _word(search: Search, wish: str) -> str:
    words = {
        "kind": LOCATION_KINDS.get(search.kind or ""),
        "type": SESSION_KINDS.get(search.type or ""),
        "language": search.language,
        "free": "Free" if search.on else "Next free",
        "on": search.on and f"Free on {_day_word(search.on)}",
    }
    return words[wish] or ""


def _day_word(day: date) -> str:
    year = "" if day.year == clock.now().year else f" {day.year}"
    return calendar_day(day) + year


def _looser(search: Search) -> list[Link]:
    """Where nobody fits: the wishes of which leaving out one alone finds somebody."""
    found = []
    for wish in search.wishes:
        without = search.without(wish)
        if wish == "on":
            without = replace(without, soonest=True)
        if without.find(limit=1)[0]:
            found.append(Link(LOOSER[wish], _address(without)))
    return found


def _told(search: Search, number: int, more: bool) -> str:
    """How much is shown, in a few words."""
    if not number:
        return "Nobody found" if search.page == 1 else "No more therapists"
    if search.page > 1 or more:
        first = (search.page - 1) * PAGE + 1
        return f"Therapists {first} to {first + number - 1}"
    return "1 therapist" if number == 1 else f"{number} therapists"


def _fields(search: Search, spoken: list[str]) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """The lists of the form: name, label and options (value, words, chosen)."""
    choices = (
        ("kind", "Where", {"": "Anywhere"} | LOCATION_KINDS, search.kind),
        ("type", "Kind of session", {"": "Any"} | SESSION_KINDS, search.type),
        ("language", "Language", {"": "Any"} | {name: name for name in spoken}, search.language),
        ("sort", "Order", {"": "By name", "soonest": "Next free first"}, "soonest" if search.soonest else None),
    )
    return [
        (name, label, [(value, words, value == (chosen or "")) for value, words in options.items()])
        for name, label, options, chosen in choices
    ]
