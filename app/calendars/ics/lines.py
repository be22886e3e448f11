"""The text of an ICS file as components and their lines: pure, and in time linear to the text.

Nothing is judged here but the structure. A line that is no line is counted and passed over, so that it spoils nothing
but the entry it may have belonged to.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from app.calendars.ics import bounds as ics_bounds

ENTRIES = ("VEVENT", "VFREEBUSY")
TOP = (*ENTRIES, "VTODO", "VJOURNAL", "VTIMEZONE")  # none of them holds another
TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "EXRULE", "RDATE", "EXDATE", "FREEBUSY")
DEEPEST = 20
FOLDED_AT = 50  # octets: nobody folds a line that is shorter

_line_ends = re.compile(r"\r\n|\r|\n")
_name = re.compile(r"\s*([A-Za-z0-9-]+)\s*([;:])")
_token = re.compile(r"[A-Za-z0-9-]+")
_param = re.compile(r'\s*;\s*([A-Za-z0-9-]+)\s*=((?:"[^"]*"|[^";:])*)')
_zone_param = re.compile(r';\s*TZID="?(.*?)"?(?:;\s*[A-Z-]+=[^;]*)?$', re.IGNORECASE)
_swallowed = re.compile(rf"(BEGIN|END|{'|'.join(TIMES)})\s*[;:]", re.IGNORECASE)
_moment_with_colons = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:\d\d.*", re.IGNORECASE)


class Broken(ValueError):
    """The structure of the file does not show where entries begin and end."""


class Unfinished(Broken):
    """The file ends before its calendar does."""


@dataclass
class Line:
    """`rest`: everything behind the name, with its `;` or `:`."""

    name: str
    rest: str

    @property
    def value(self) -> str:
        return self._apart[1]

    @property
    def values(self) -> Iterator[str]:
        """Return the values of the line, one for each comma-separated part."""
        return filter(None, map(str.strip, self.value.split(",")))

    @property
    def params(self) -> dict[str, str]:
        return self._apart[0]

    @cached_property
    def _apart(self) -> tuple[dict[str, str], str]:
        params: dict[str, str] = {}
        at = 0
        while found := _param.match(self.rest, at):
            params.setdefault(found[1].upper(), found[2].strip().strip('"'))
            at = found.end()
        value = self.rest[at:].partition(":")[2]
        if self.name in TIMES and ":" in value and not _moment_with_colons.fullmatch(value.strip()):
            # The name of a zone holds a colon, and nobody put it between quotes.
            before, _, value = self.rest.rpartition(":")
            zone = _zone_param.search(before)
            params = {**params, "TZID": zone[1]} if zone else params
        return params, value.strip()


@dataclass
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)
    is_damaged: bool = False  # lines of it may be lost

    def of(self, name: str) -> list[Line]:
        return self._by_name.get(name, [])

    @cached_property
    def _by_name(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.name, []).append(line)
        return found

    def walk(self, *names: str) -> Iterator["Component"]:
        for part in self.parts:
            if part.name in names:
                yield part
            yield from part.walk(*names)


class File(NamedTuple):
    calendars: list[Component]
    strays: int  # lines that are none


def as_utf8(data: bytes) -> bytes:
    """Return a file in UTF-16 as UTF-8, in which most calendars are written; others as they are."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").encode()
    return data


def file_of(data: bytes) -> File:
    """Return the components of a file. Raises Broken."""
    text = _text(data)
    builder = _Builder()
    for line, swallowed in _unfolded(text):
        builder.take(line, swallowed)
    return builder.finished()


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unfolded(text: str) -> Iterator[tuple[str, str]]:
    """Lines in one piece, each with the name of what it may have swallowed: an indented line is taken for the rest of
    the one before, and only one that is long enough was folded."""
    pieces: list[str] = []
    swallowed, before = "", ""
    for line in _line_ends.split(text):
        line = line.removeprefix("\ufeff")
        if not line.strip():
            continue
        if line[0] in " \t" and pieces:
            found = _swallowed.match(line.strip())
            if found and (len(before) < FOLDED_AT or line[1:2] in (" ", "\t")):
                swallowed = swallowed or found[1].upper()
            pieces.append(line[1:])
        else:
            if pieces:
                yield "".join(pieces), swallowed
            pieces, swallowed = [line], ""
        before = line
    if pieces:
        yield "".join(pieces), swallowed


class _Builder:
    """Builds components from lines."""

    def __init__(self) -> None:
        self.calendars: list[Component] = []
        self.strays = 0
        self._open: list[Component] = []
        self._last: str | None = None  # the name of the line before
        self._entries = self._zones = self._all = 0

    def take(self, text: str, swallowed: str) -> None:
        if swallowed in ("BEGIN", "END"):
            raise Broken
        found = _name.match(text)
        if found is None:
            self._stray()
            return
        name, rest = found[1].upper(), text[found.start(2) :]
        if ":" not in rest:
            self._last = name
            self._stray()
            return
        if name == "BEGIN":
            self._begin(rest[1:].strip().upper())
        elif name == "END":
            self._end(rest[1:].strip().upper())
        elif self._open:
            self._open[-1].lines.append(Line(name, rest))
            self._open[-1].is_damaged |= bool(swallowed)
        else:
            self.strays += 1
        self._last = name

    def finished(self) -> File:
        if self._open:
            raise Unfinished
        return File(self.calendars, self.strays)

    def _stray(self) -> None:
        self.strays += 1
        if self._open and self._last in TIMES:  # the end of that line, perhaps
            self._open[-1].is_damaged = True

    def _begin(self, name: str) -> None:
        if not _token.fullmatch(name) or (not self._open and name != "VCALENDAR"):
            self._not_a_beginning(name)
            return
        if self._open and name == "VCALENDAR":
            raise Unfinished  # the one before
        if len(self._open) >= DEEPEST:
            raise Broken
        self._count(name)
        if name in TOP and any(one.name in TOP for one in self._open):
            self._close_all_but(1)
        new = Component(name)
        (self._open[-1].parts if self._open else self.calendars).append(new)
        self._open.append(new)

    def _not_a_beginning(self, name: str) -> None:
        if name.startswith(("VCALENDAR", *TOP)) and not _token.fullmatch(name):
            raise Broken  # it has swallowed what follows
        self.strays += 1

    def _end(self, name: str) -> None:
        if name.startswith("VCALENDAR") and name != "VCALENDAR":
            self.strays += 1
            name = "VCALENDAR"
        depths = [depth for depth, one in enumerate(self._open) if one.name == name]
        if not depths:
            self.strays += 1
            return
        if depths[-1] < len(self._open) - 1:
            self._close_all_but(depths[-1] + 1)
            self._open[-1].is_damaged = True
        self._open.pop()

    def _close_all_but(self, depth: int) -> None:
        for one in self._open[depth:]:
            one.is_damaged = True
        del self._open[depth:]

    def _count(self, name: str) -> None:
        self._all += 1
        self._entries += name in ENTRIES
        self._zones += name == "VTIMEZONE"
        ics_bounds.check_counts(self._all, self._entries, self._zones)
