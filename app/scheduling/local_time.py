"""Wall-clock times of a zone and the moments they stand for."""

from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class SkippedTime(ValueError):
    """A wall-clock time that does not exist because the clocks go forward over it."""


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC moment of a wall-clock time; of a time that occurs twice, the first. Raises SkippedTime."""
    wall = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    utc = wall.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise SkippedTime(f"{at:%H:%M} does not exist on {day:%d %b %Y} in {zone.key}: the clocks go forward over it.")
    return utc


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which a local day begins; where the clocks skip midnight, the one at which they do."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


@cache
def zones() -> list[str]:
    """The IANA zones offered in lists, sorted."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))


def zone_or(name: str | None, otherwise: str) -> str:
    """Return `name` when it is an IANA zone, else `otherwise`."""
    return name if name and name in available_zones() else otherwise


@cache
def available_zones() -> frozenset[str]:
    return frozenset(available_timezones())
