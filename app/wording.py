"""How moments, zones and states are written for people: Jinja filters, and one place for the locale.

Moments are aware datetimes or ISO 8601 strings with an offset; zones are IANA names.
"""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask import Flask

from app import clock

LOCALE = Locale.parse("en_GB")
# Patterns of Unicode's date notation. Weekday first: people plan by it.
DAY, SHORT_DAY = "EEE d MMM y", "EEE d MMM"
WEEKDAYS = LOCALE.days["format"]["abbreviated"]
MONTHS = LOCALE.months["format"]["abbreviated"]

STATUS_WORDS = {
    "requested": "To answer",
    "awaiting_client": "Awaiting client",
    "confirmed": "Confirmed",
    "cancelled": "Cancelled",
    "attended": "Attended",
    "no_show": "No-show",
}
# Read by the client, a state says who is waiting for whom; whether they came is between them and the therapist.
CLIENT_STATUS_WORDS = STATUS_WORDS | {
    "requested": "Waiting for an answer",
    "awaiting_client": "Waiting for your answer",
    "attended": "Over",
    "no_show": "Over",
}

Moment = datetime | str


def register(app: Flask) -> None:
    """Make the wording known to every template."""
    for word in (
        calendar_day,
        day,
        short_day,
        clock_time,
        day_time,
        span,
        hours,
        both_zones,
        elsewhere,
        zone_name,
        ago,
        time_left,
        status_word,
        client_status_word,
        shown_in,
    ):
        app.template_filter(word.__name__)(word)


def day(moment: Moment, zone: str) -> str:
    """*Tue 24 Nov 2026*"""
    return _date(shown_in(moment, zone), DAY)


def short_day(moment: Moment, zone: str) -> str:
    """*Tue 24 Nov*"""
    return _date(shown_in(moment, zone), SHORT_DAY)


def clock_time(moment: Moment, zone: str) -> str:
    """*10:00*; with its offset, *01:30 (UTC+1)*, when the clocks show it twice that day."""
    return local_clock_time(shown_in(moment, zone))


def local_clock_time(local: datetime) -> str:
    """The same of a moment that shows its zone's clock already."""
    shown = f"{local.hour:02}:{local.minute:02}"
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{shown} ({_offset(local)})" if twice else shown


def calendar_day(day: date) -> str:
    """*Tue 24 Nov*, a day that belongs to no zone."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month]}"


def day_time(moment: Moment, zone: str) -> str:
    """*Tue 24 Nov 2026, 10:00*"""
    return f"{day(moment, zone)}, {clock_time(moment, zone)}"


def hours(starts: Moment, ends: Moment, zone: str) -> str:
    """*10:00–10:50*"""
    return f"{clock_time(starts, zone)}–{clock_time(ends, zone)}"


def span(starts: Moment, ends: Moment, zone: str) -> str:
    """*Tue 24 Nov 2026, 10:00–10:50*"""
    return f"{day(starts, zone)}, {hours(starts, ends, zone)}"


def both_zones(starts: Moment, ends: Moment, first_zone: str, second_zone: str) -> str:
    """*Tue 24 Nov 2026, 10:00–10:50 London · 11:00–11:50 Berlin*

    Said once, with the zones named, when both clocks agree; the second day is told when it is another.
    """
    first = f"{span(starts, ends, first_zone)} {zone_name(first_zone)}"
    if second := elsewhere(starts, ends, first_zone, second_zone):
        return f"{first} · {second}"
    same = zone_name(first_zone) == zone_name(second_zone)
    return first if same else f"{first} and {zone_name(second_zone)}"


def elsewhere(starts: Moment, ends: Moment, first_zone: str, second_zone: str) -> str:
    """*11:00–11:50 Berlin*, what the second zone's clocks show; empty when both zones' clocks agree."""
    if all(_agree(moment, first_zone, second_zone) for moment in (starts, ends)):
        return ""
    told = f"{hours(starts, ends, second_zone)} {zone_name(second_zone)}"
    if shown_in(starts, first_zone).date() != shown_in(starts, second_zone).date():
        return f"{short_day(starts, second_zone)}, {told}"
    return told


@cache
def zone_name(zone: str) -> str:
    """The city that people know a zone by: *London*, *New York*."""
    known = LOCALE.time_zones.get(zone, {}).get("city")
    return known or zone.rsplit("/", 1)[-1].replace("_", " ")


def ago(moment: Moment) -> str:
    """*just now*, *5 m ago*, *2 h ago*, *3 d ago*"""
    minutes = int((clock.now() - _aware(moment)) / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} m ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d ago"


def time_left(moment: Moment) -> str:
    """*21 h 12 m left*, *12 m left*, *less than a minute left*, *time is up*"""
    left = _aware(moment) - clock.now()
    if left <= timedelta(0):
        return "time is up"
    minutes = int(left / timedelta(minutes=1))
    if minutes < 1:
        return "less than a minute left"
    if minutes < 60:
        return f"{minutes} m left"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} m left"
    return f"{minutes // (24 * 60)} d {minutes // 60 % 24} h left"


def status_word(booking: Any) -> str:
    """The state of a session in one word or two; that an offer expired on it is told, swept or not."""
    return "Expired" if _offer_expired(booking) else STATUS_WORDS[booking.status]


def client_status_word(booking: Any) -> str:
    """The same for the client's eyes: *Waiting for your answer*, *Over*."""
    if _offer_expired(booking):
        return "Expired"
    if booking.status == "confirmed" and booking.is_over:
        return "Over"
    return CLIENT_STATUS_WORDS[booking.status]


def shown_in(moment: Moment, zone: str) -> datetime:
    """The moment on the clocks of a zone."""
    return _aware(moment).astimezone(ZoneInfo(zone))


def _offer_expired(booking: Any) -> bool:
    return booking.has_expired_offer or booking.cancelled_because == "offer expired"


def _aware(moment: Moment) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        raise ValueError(f"naive moment {moment!r}: every moment is aware")
    return moment


def _date(local: datetime, pattern: str) -> str:
    return _written(local.date(), pattern)


@lru_cache(maxsize=2_000)
def _written(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=LOCALE)


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta(0)) / timedelta(minutes=1))
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def _agree(moment: Moment, one: str, other: str) -> bool:
    return shown_in(moment, one).utcoffset() == shown_in(moment, other).utcoffset()
