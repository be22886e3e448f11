"""The directory of therapists."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row

from app import clock
from app.forms.fields import whole_number
from app.language import languages_by_name, languages_headed, marked, say, spoken
from app.practice.location import KINDS as LOCATION_KINDS
from app.practice.session_type import KINDS as SESSION_KINDS
from app.scheduling import directory
from app.scheduling.directory import LAST_PAGE, PAGE, Search
from app.scheduling.openings import next_start
from app.web.access import public
from app.web.addresses import day_or_none
from app.web.rendering import at_address, page_or_fragment
from app.wording import calendar_day, calendar_day_of_year, local_clock_time, shown_in, zone_name

bp = Blueprint("directory", __name__)

Days = tuple[date, date]

# What leaving a wish out is called where nobody fits it.
LOOSER = {
    "kind": marked("In person, by video or by phone"),
    "type": marked("Any kind of session"),
    "language": marked("Any language"),
    "on": marked("Any day, next free first"),
}


@bp.get("/")
@public
def index() -> Response:
    listed, now = directory.listed(), clock.now()
    spoken, todays = listed.languages, listed.todays(now)
    search = _asked(spoken)
    rows, more = search.find()
    page: dict[str, Any] = {
        "cards": [_card(row, now) for row in rows],
        "wishes": _wishes(search, todays),
        "before": _address(replace(search, page=search.page - 1 if rows else 1)) if search.page > 1 else None,
        "after": _address(replace(search, page=search.page + 1)) if more and search.page < LAST_PAGE else None,
        "told": _told(search, len(rows), more),
        "looser": () if rows else _looser(search),
        "fields": _fields(search, spoken),
        "free": _("Free:") if search.on else _("Next free:"),
        "without": _("Remove filter:"),
        "on": search.on.isoformat() if search.on else "",
        "today": todays[0].isoformat(),
    }
    response = page_or_fragment("directory/index.html", "directory/_therapists.html", **page)
    return at_address(response, _address(search))


def _asked(spoken: Iterable[str]) -> Search:
    """Return what the address asks for, without what nobody can mean."""
    wanted = request.args
    return Search(
        kind=_one_of(LOCATION_KINDS, "kind"),
        type=_one_of(SESSION_KINDS, "type"),
        language=_one_of(spoken, "language"),
        on=day_or_none(wanted.get("on")),
        soonest=wanted.get("sort") == "soonest",
        page=max(1, min(wanted.get("page", 1, type=whole_number), LAST_PAGE)),
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
    zone_time: str
    none_free: str
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
        kinds=_kinds(row.kinds or "", spoken()),
        languages=languages_headed(row.languages),
        next_free="" if start is None else _time(start, row.zone, spoken()),
        zone_time=_zone_time(row.zone, spoken()),
        none_free=_none_free(row.horizon_days, spoken()),
        address=address,
    )


# Of what cards say little is ever new: each is kept by the language in which it was said.


@cache
def _kinds(found: str, _language: str) -> str:
    offered = set(found.split(","))
    return " · ".join(say(word) for kind, word in LOCATION_KINDS.items() if kind in offered)


@cache
def _zone_time(zone: str, _language: str) -> str:
    return _("%(city)s time", city=zone_name(zone))


@lru_cache(maxsize=1000)
def _none_free(days: int, _language: str) -> str:
    return ngettext("No free time in the next day", "No free time in the next %(num)s days", days)


@lru_cache(maxsize=5000)
def _time(start: datetime, zone: str, _language: str) -> str:
    local = shown_in(start, zone)
    return f"{calendar_day(local.date())}, {local_clock_time(local)}"


def _wishes(search: Search, todays: Days) -> list[Link]:
    """Return the filters that are on, each with the address without it."""
    found = [Link(_word(search, wish, todays), _address(search.without(wish))) for wish in search.wishes]
    if search.soonest:
        found.append(Link(_("Next free first"), _address(replace(search, soonest=False, page=1))))
    return found


def _word(search: Search, wish: str, todays: Days) -> str:
    if wish == "on" and search.on:
        return _("Free on %(day)s", day=_day_word(search.on, todays))
    if wish == "language":
        return languages_headed(str(search.language))
    words = LOCATION_KINDS if wish == "kind" else SESSION_KINDS
    return _(words[getattr(search, wish)])


def _day_word(day: date, todays: Days) -> str:
    """Return a day in words, with its year unless that is this year for everybody who could be found."""
    years = {today.year for today in todays}
    return calendar_day(day) if years == {day.year} else calendar_day_of_year(day)


def _looser(search: Search) -> list[Link]:
    """Return the filters of which leaving out one finds somebody, where nobody fits all of them."""
    found = []
    for wish in search.wishes:
        without = search.without(wish)
        if wish == "on":
            without = replace(without, soonest=True)
        if without.find(limit=1)[0]:
            found.append(Link(_(LOOSER[wish]), _address(without)))
    return found


def _told(search: Search, number: int, more: bool) -> str:
    """Return how much is shown, in a few words."""
    if not number:
        return _("Nobody found") if search.page == 1 else _("No more therapists")
    if search.page > 1 or more:
        first = (search.page - 1) * PAGE + 1
        return _("Therapists %(first)s to %(last)s", first=first, last=first + number - 1)
    return ngettext("%(num)s therapist", "%(num)s therapists", number)


def _fields(search: Search, spoken: list[str]) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """The lists of the form: name, label and options (value, words, chosen)."""
    choices = (
        ("kind", _("Where"), {"": marked("Anywhere")} | LOCATION_KINDS, search.kind),
        ("type", _("Kind of session"), {"": marked("Any")} | SESSION_KINDS, search.type),
        ("language", _("Language"), {"": marked("Any")} | languages_by_name(spoken), search.language),
        (
            "sort",
            _("Order"),
            {"": marked("By name"), "soonest": marked("Next free first")},
            "soonest" if search.soonest else None,
        ),
    )
    return [
        (name, label, [(value, say(words), value == (chosen or "")) for value, words in options.items()])
        for name, label, options, chosen in choices
    ]
