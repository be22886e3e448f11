"""The text of an ICS file as busy times: pure.

Any calendar may come, and any file that says it is one. It is judged value by value: what closes time is read, what
decides nothing about time spoils nothing. What decides and cannot be read is told, and what it may have closed is not
taken for free. What is no calendar is refused in words for a person.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.entry import Entry, Places
from app.calendars.ics.freebusy import periods
from app.calendars.ics.lines import Component, as_utf8
from app.calendars.ics.parsing import every, name_of, parsed, passed_over, series, word
from app.calendars.ics.series import Series
from app.calendars.ics.zones import Zones
from app.scheduling.spans import Span

# What is told of a calendar of which not everything can be read.
MISSING = "Some entries have a time that Holdfast cannot read; they may not block times here."
INEXACT = (
    "Some entries have a time that Holdfast cannot read exactly; they may block too much time here, or the wrong time."
)
ASIDE = "Some parts of this calendar cannot be read. They decide no busy time: all busy times in it are known."
ABOUT, BESIDE = "about-", "beside-"  # how the marks begin of what is inexact, and of what closes nothing

IsOwn = Callable[[str], bool]


def nobodys(_uid: str) -> bool:
    """Take no entry for one of ours."""
    return False


class Busy(NamedTuple):
    """What a file says. `unread`: what could not be read. Where times may be missing, how the ids of an entry begin:
    what was known of it stands. `every`: how often the calendar itself wants to be fetched."""

    spans: dict[str, Span]
    unread: frozenset[str]
    name: str
    every: timedelta | None

    @property
    def missing(self) -> frozenset[str]:
        """Return how the ids of entries begin whose times may be missing."""
        return frozenset(mark for mark in self.unread if not mark.startswith((ABOUT, BESIDE)))

    @property
    def told(self) -> str | None:
        """Return what its owner must be told about the file, in words."""
        if self.missing:
            return MISSING
        if any(mark.startswith(ABOUT) for mark in self.unread):
            return INEXACT
        return ASIDE if self.unread else None


def busy(
    data: bytes,
    window: Span,
    zone: ZoneInfo,
    mine: Collection[str] = (),
    is_own: IsOwn = nobodys,
    seconds: float | None = None,
) -> Busy:
    """The busy times that share some time with the window, by ids that stay the same as long as entry and time do.

    `zone`: of the therapist, for times without a zone; `mine`: their e-mail addresses, to know what they declined;
    `is_own`: whether a UID is that of a session of theirs here: its time is held already, wherever it has wandered.
    `seconds`: of computing. Raises NotACalendar, and TooMuch for what no person's calendar holds.
    """
    data = as_utf8(data)
    ics_bounds.check_size(data)
    budget = ics_bounds.Budget(ics_bounds.SECONDS if seconds is None else seconds)
    found = parsed(data)
    budget.look()
    described = [one for calendar in found.calendars for one in calendar.walk("VTIMEZONE")]
    zones = Zones(described, window[1], budget.steps)
    unread = {f"{BESIDE}{kind}" for kind in passed_over(found)} | ({f"{BESIDE}zones"} if zones.unread else set())
    spans: dict[str, Span] = {}
    addresses = frozenset(address.lower() for address in mine)
    for calendar in found.calendars:
        one = _One(calendar, window, zone, zones, addresses, is_own, budget)
        for known, span in one.spans(unread):
            spans[known] = span
            if len(spans) > ics_bounds.MOST_SPANS:
                raise ics_bounds.TooMuch(f"This calendar has more than {ics_bounds.MOST_SPANS} busy times ahead.")
    return Busy(spans, frozenset(unread), name_of(found.calendars), every(found.calendars[0]))


class _One:
    """One calendar of a file."""

    def __init__(
        self,
        calendar: Component,
        window: Span,
        zone: ZoneInfo,
        zones: Zones,
        mine: frozenset[str],
        is_own: IsOwn,
        budget: ics_bounds.Budget,
    ) -> None:
        self._calendar, self._window, self._is_own, self._budget = calendar, window, is_own, budget
        said = word(calendar, "X-WR-TIMEZONE")
        named = zones.named(said) if said else None
        self._places = Places(zones, named or zone, is_guess=bool(said and named is None))
        owner = word(calendar, "X-WR-CALNAME").lower()  # Google names somebody's own calendar by their address
        self._mine = mine | {owner} if "@" in owner else mine

    def spans(self, unread: set[str]) -> Iterator[tuple[str, Span]]:
        for uid, components in series(self._calendar):
            self._budget.look()
            begins = hashlib.sha256(uid.encode("utf-8", "replace")).hexdigest()[:24]
            for starts, ends in self._read(uid, begins, components, unread):
                yield f"{begins}-{starts.timestamp():.0f}-{ends.timestamp():.0f}", (starts, ends)

    def _read(self, uid: str, begins: str, components: list[Component], unread: set[str]) -> list[Span]:
        """Return the spans of one UID in the window, as far as they can be read."""
        found: list[Span] = []
        try:
            for starts, ends in self._busy(uid, begins, components, unread):
                if starts < ends and starts < self._window[1] and ends > self._window[0]:
                    found.append((starts, ends))
                    _check_count(found)
        except ics_bounds.TooMuch:
            raise
        except ics_bounds.TooDense:
            unread.add(begins)
            return []
        except Exception:  # whatever a stranger's entry leads to: it is told, and the others are read
            unread.add(begins)
        return found

    def _busy(self, uid: str, begins: str, components: list[Component], unread: set[str]) -> Iterator[Span]:
        spend = self._budget.steps()
        if components[0].name == "VFREEBUSY":
            read, all_of_it = periods(components, self._places, spend)
            unread.update(() if all_of_it else (begins,))
            yield from read
            return
        _check(components)
        entries = [Entry(one, self._places, self._mine, spend) for one in components]
        if (
            len(entries) == 1 and entries[0].is_single and self._is_own(uid)
        ):  # what a person made repeat of it is theirs
            return
        yield from Series(entries, self._window, self._places.own, spend).spans()
        # Only now: some is seen while the dates are worked out.
        if any(entry.may_lack and not entry.is_free for entry in entries):
            unread.add(begins)
        elif any(entry.is_inexact and not entry.is_free for entry in entries) or _are_revisions(entries):
            unread.add(f"{ABOUT}{begins}")


def _are_revisions(entries: list[Entry]) -> bool:
    """Whether the file holds earlier revisions of an entry beside a later one. All of them close their time, for many
    programs give one UID to all their entries."""
    return len({entry.sequence for entry in entries if not (entry.is_change or entry.is_free)}) > 1


def _check_count(found: list[Span]) -> None:
    if len(found) > ics_bounds.MOST_SPANS:
        raise ics_bounds.TooDense


def _check(components: list[Component]) -> None:
    """Raise TooDense for a component with more than a person's entry holds."""
    if len(components) > ics_bounds.MOST_OF_ONE:
        raise ics_bounds.TooDense
    for one in components:
        if len(one.of("RRULE")) + len(one.of("EXRULE")) > ics_bounds.MOST_RULES:
            raise ics_bounds.TooDense
