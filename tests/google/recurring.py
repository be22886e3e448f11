"""Series: which instances they have, and what one looks like."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from tests.google.answers import bad_request
from tests.google.entries import Entry, Resource, in_zone, moment

LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)")
UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6}Z)")


def instances(series: Entry, until: datetime) -> Iterator[Entry]:
    """All that start before `until`, as the rule says: those that were moved or cancelled too."""
    for wall in _starts(series, until):
        when = _instant(wall, series)
        if when >= until:
            return
        name = f"{series.id}_{key(when, wall, series)}"
        if name not in series.instances:
            series.instances[name] = _instance(series, name, wall)
        yield series.instances[name]


def ids(series: Entry, until: datetime) -> set[str]:
    return {one.id for one in instances(series, until)}


def find(series: Entry, instance_id: str) -> Entry | None:
    """The instance of this id, if the rule has it."""
    written = instance_id.rpartition("_")[2]
    try:
        around = datetime.strptime(written[:8], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=2)
    except ValueError:
        return None
    return next((one for one in instances(series, around) if one.id == instance_id), None)


def key(when: datetime, wall: datetime, series: Entry) -> str:
    return f"{wall:%Y%m%d}" if _is_whole_day(series) else f"{when:%Y%m%dT%H%M%SZ}"


def check(recurrence: list[str]) -> None:
    for line in recurrence:
        if not LINE.fullmatch(line):
            raise bad_request("Invalid recurrence rule.")
        if line.startswith(("RRULE", "EXRULE")):
            try:
                rrulestr(UNTIL.sub("UNTIL=20300101T000000", line))
            except ValueError:
                raise bad_request("Invalid recurrence rule.") from None


def _starts(series: Entry, until: datetime) -> Iterator[datetime]:
    """On the clock of the series' zone."""
    zone, first = _zone(series), _first(series)
    rules = rruleset()
    for line in series.resource["recurrence"]:
        match = LINE.fullmatch(line)
        assert match
        name, parameters, value = match.groups()
        if name in ("RRULE", "EXRULE"):
            local = UNTIL.sub(lambda found: f"UNTIL={_local(found[1], zone):%Y%m%dT%H%M%S}", value)
            getattr(rules, name.lower())(rrulestr(local, dtstart=first))
        else:
            for written in value.split(","):
                getattr(rules, name.lower())(_local(written, _zone_of(parameters) or zone, zone))
    if not any(line.startswith("RRULE") for line in series.resource["recurrence"]):
        rules.rdate(first)
    last = until.astimezone(zone).replace(tzinfo=None) + timedelta(days=1)
    for wall in rules:
        if wall > last:
            return
        yield wall


def _local(written: str, zone: ZoneInfo, wanted: ZoneInfo | None = None) -> datetime:
    if "T" not in written:
        return datetime.strptime(written, "%Y%m%d")  # noqa: DTZ007 - a day is a day
    when = datetime.strptime(written.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
    when = when.replace(tzinfo=UTC if written.endswith("Z") else zone)
    return when.astimezone(wanted or zone).replace(tzinfo=None)


def _zone_of(parameters: str) -> ZoneInfo | None:
    match = re.search(r"TZID=([^;]+)", parameters)
    return ZoneInfo(match[1]) if match else None


def _instance(series: Entry, name: str, wall: datetime) -> Entry:
    lasts = series.ends - series.starts
    resource: Resource = {name: value for name, value in series.resource.items() if name != "recurrence"}
    start = _edge(series, wall)
    days = (_date(series.resource["end"]) - _date(series.resource["start"])) if _is_whole_day(series) else timedelta()
    end = _edge(series, wall + days) if days else _edge_at(series, _instant(wall, series) + lasts)
    resource |= {"id": name, "recurringEventId": series.id, "originalStartTime": start, "start": start, "end": end}
    return Entry(resource, series.zone, series.revision, series.number)


def _edge(series: Entry, wall: datetime) -> dict[str, str]:
    if _is_whole_day(series):
        return {"date": wall.date().isoformat()}
    return _edge_at(series, _instant(wall, series))


def _edge_at(series: Entry, when: datetime) -> dict[str, str]:
    return {"dateTime": in_zone(when, series.zone), "timeZone": str(_zone(series))}


def _instant(wall: datetime, series: Entry) -> datetime:
    return wall.replace(tzinfo=_zone(series)).astimezone(UTC)


def _is_whole_day(series: Entry) -> bool:
    return "date" in series.resource["start"]


def _date(end: dict[str, Any]) -> date:
    return date.fromisoformat(end["date"])


def _first(series: Entry) -> datetime:
    if _is_whole_day(series):
        return datetime.combine(_date(series.resource["start"]), time())
    return moment(series.resource["start"], series.zone).astimezone(_zone(series)).replace(tzinfo=None)


def _zone(series: Entry) -> ZoneInfo:
    return series.zone if _is_whole_day(series) else ZoneInfo(series.resource["start"]["timeZone"])
