"""How moments, zones and states are written for people, in the language that is spoken: Jinja filters.

Moments are aware datetimes or ISO 8601 strings with an offset; zones are IANA names.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from flask_babel import gettext as _

from app import clock
from app.language import LOCALES, folded, marked, spoken

# Patterns of Unicode's date notation. Weekday first: people plan by it.
DAY = {"en": "EEE d MMM y", "de": "EEE, d. MMM y", "fr": "EEE d MMM y", "es": "EEE, d MMM y"}
SHORT_DAY = {"en": "EEE d MMM", "de": "EEE, d. MMM", "fr": "EEE d MMM", "es": "EEE, d MMM"}

STATUS_WORDS = {
    "requested": "To answer",
    "awaiting_client": "Awaiting client",
    "confirmed": "Confirmed",
    "cancelled": "Cancelled",
    "attended": "Attended",
    "no_show": "No-show",
}
# How a session ended that does not take place, by what it was cancelled for; otherwise it was cancelled.
ENDED_AS = {
    "declined": "declined",
    "offer declined": "declined",
    "offer expired": "expired",
    "not proven": "expired",
    "not answered": "lapsed",
}
ENDED_WORDS = {
    "declined": marked("Declined"),
    "expired": marked("Expired"),
    "lapsed": marked("Not answered"),
    "cancelled": marked("Cancelled"),
}
# Why a session is outside the therapist's times (see booking/outside.py).
OUTSIDE_WORDS = {"off": "In your time off", "hours": "Outside your times"}
# Read by the client, a state says who is waiting for whom; whether they came is between them and the therapist.
CLIENT_STATUS_WORDS = {
    "requested": marked("Waiting for an answer"),
    "awaiting_client": marked("Waiting for your answer"),
    "confirmed": marked("Confirmed"),
    "attended": marked("Over"),
    **ENDED_WORDS,
}
# As a sentence goes on with it: *Room 2 · in person*.
LOCATION_PHRASES = {"in_person": marked("in person"), "video": marked("by video"), "phone": marked("by phone")}
# What kinds of sessions and locations are called before a therapist calls them otherwise.
USUAL_NAMES = {
    marked("Session"),
    marked("First talk"),
    marked("Individual session"),
    marked("Couples session"),
    marked("Family session"),
    marked("Group session"),
    marked("Video call"),
    marked("Phone call"),
}

Moment = datetime | str


def register(app: Flask) -> None:
    """Make the wording known to every template."""
    for word in (
        calendar_day,
        weekday_of,
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
        location_phrase,
        called,
        place,
        money,
        price_said,
        status_word,
        status_state,
        outside_word,
        client_state,
        client_status_word,
        shown_in,
        isolated,
    ):
        app.template_filter(word.__name__)(word)


def day(moment: Moment, zone: str) -> str:
    """*Tue 24 Nov 2026*"""
    return _written(shown_in(moment, zone).date(), spoken(), with_year=True)


def short_day(moment: Moment, zone: str) -> str:
    """*Tue 24 Nov*"""
    return _written(shown_in(moment, zone).date(), spoken(), with_year=False)


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
    return _written(day, spoken(), with_year=False)


def calendar_day_of_year(day: date) -> str:
    """*Tue 24 Nov 2026*, likewise."""
    return _written(day, spoken(), with_year=True)


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
    if same:
        return first
    return _("%(time_and_city)s and %(other_city)s", time_and_city=first, other_city=zone_name(second_zone))


def elsewhere(starts: Moment, ends: Moment, first_zone: str, second_zone: str) -> str:
    """*11:00–11:50 Berlin*, what the second zone's clocks show; empty when both zones' clocks agree."""
    if all(_agree(moment, first_zone, second_zone) for moment in (starts, ends)):
        return ""
    told = f"{hours(starts, ends, second_zone)} {zone_name(second_zone)}"
    if shown_in(starts, first_zone).date() != shown_in(starts, second_zone).date():
        return f"{short_day(starts, second_zone)}, {told}"
    return told


def zone_name(zone: str) -> str:
    """The city that people know a zone by: *London*, *New York*."""
    return _city(zone, spoken())


@cache
def _city(zone: str, language: str) -> str:
    known = LOCALES[language].time_zones.get(zone, {}).get("city")
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
        return _("time is up")
    minutes = int(left / timedelta(minutes=1))
    if minutes < 1:
        return _("less than a minute left")
    if minutes < 60:
        return _("%(minutes)s m left", minutes=minutes)
    if minutes < 48 * 60:
        return _("%(hours)s h %(minutes)s m left", hours=minutes // 60, minutes=minutes % 60)
    return _("%(days)s d %(hours)s h left", days=minutes // (24 * 60), hours=minutes // 60 % 24)


def time_left_patterns() -> str:
    """The same sentences for the script that goes on counting: longest first, `d`, `h` and `m` where numbers go."""
    day_hour = _("%(days)s d %(hours)s h left", days="{d}", hours="{h}")
    hour_minute = _("%(hours)s h %(minutes)s m left", hours="{h}", minutes="{m}")
    minute = _("%(minutes)s m left", minutes="{m}")
    return "|".join((day_hour, hour_minute, minute, _("less than a minute left"), _("time is up")))


def money(price: Mapping[str, Any]) -> str:
    """An amount as the language writes it, whole ones without decimals: *£75*, *82,50 €*."""
    return _money(price["cents"], price["currency"], spoken())


def price_said(price: Mapping[str, Any]) -> str:
    """*£75, paid to the practice*: nobody shall look for a till here."""
    return _("%(price)s, paid to the practice", price=money(price))


def location_phrase(kind: str) -> str:
    """A kind of location inside a sentence: *in person*, *by video*."""
    return _(LOCATION_PHRASES[kind])


def called(name: str) -> str:
    """A name as the therapist wrote it; a usual one, *Video call*, in the reader's language."""
    return _(name) if name in USUAL_NAMES else name


def isolated(name: str) -> str:
    """A name as plain text goes on with it: one that begins in Arabic or Hebrew turns nothing around it."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if turns else name


def place(name: str, kind: str) -> str:
    """*Room 2 · in person*; *Video call*, whose name says already that it is by video: a word of every language."""
    name, phrase = called(name), location_phrase(kind)
    says = {"video": ("video", folded(phrase.split()[-1])), "phone": (folded(phrase.split()[-1]),)}.get(kind, ())
    return name if any(word in folded(name) for word in says) else f"{name} · {phrase}"


def status_word(booking: Any) -> str:
    """The state of a session in one word or two; what time has ended is told as that, swept or not."""
    if booking.stands_by_silence:
        return STATUS_WORDS["confirmed"]
    if ended := ended_as(booking):
        return ENDED_WORDS[ended]
    return "Not confirmed yet" if booking.prove_by else STATUS_WORDS[booking.status]


def status_state(booking: Any) -> str:
    """The same as a name: by it go the shape and the colour."""
    return ended_as(booking) or str(booking.status)


def ended_as(booking: Any) -> str | None:
    """How a session ended that does not take place: 'declined', 'expired', 'lapsed' or 'cancelled'; otherwise None."""
    if booking.has_expired_offer or booking.is_overdue_unproven:
        return "expired"
    if booking.has_lapsed:
        return "lapsed"
    return ENDED_AS.get(booking.cancelled_because, "cancelled") if booking.status == "cancelled" else None


def outside_word(why: str) -> str:
    """*In your time off*, *Outside your times*"""
    return OUTSIDE_WORDS[why]


def client_state(booking: Any) -> str:
    """The state as far as a client's page tells it: who came is between them and the therapist."""
    if ended := ended_as(booking):
        return ended
    if booking.prove_by:
        return "awaiting_client"
    if booking.stands_by_silence:
        return "confirmed"
    if booking.status == "no_show" or (booking.status == "confirmed" and booking.is_over):
        return "attended"
    return str(booking.status)


def client_status_word(booking: Any) -> str:
    """The same in words: *Waiting for your answer*, *Over*."""
    return _(CLIENT_STATUS_WORDS[client_state(booking)])


def weekday_of(typed: str | None) -> str:
    """*Tuesday*: the weekday of a date as a field for dates carries it; empty while it is none."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return ""
    return str(format_date(day, "EEEE", locale=LOCALES[spoken()]))


def shown_in(moment: Moment, zone: str) -> datetime:
    """The moment on the clocks of a zone."""
    return _aware(moment).astimezone(ZoneInfo(zone))


def _aware(moment: Moment) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        raise ValueError(f"naive moment {moment!r}: every moment is aware")
    return moment


@lru_cache(maxsize=1_000)
def _money(cents: int, currency: str, language: str) -> str:
    locale = LOCALES[language]
    amount = Decimal(cents).scaleb(-get_currency_precision(currency))
    pattern = locale.currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        return format_currency(amount, currency, pattern.replace(".00", ""), locale, currency_digits=False)
    return format_currency(amount, currency, pattern, locale)


@lru_cache(maxsize=5_000)
def _written(day: date, language: str, with_year: bool) -> str:
    patterns = DAY if with_year else SHORT_DAY
    return format_date(day, patterns[language], locale=LOCALES[language])


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta(0)) / timedelta(minutes=1))
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def _agree(moment: Moment, one: str, other: str) -> bool:
    return shown_in(moment, one).utcoffset() == shown_in(moment, other).utcoffset()
