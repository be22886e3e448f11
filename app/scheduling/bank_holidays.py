"""Bank holidays by country and region, from the `holidays` package: facts of calendars, no database.

Countries are ISO 3166 codes, regions the package's own codes of a country's parts; "" is the whole country.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from babel import Locale
from babel.core import get_global

# Zones that lie within one region of a country whose regions keep different days.
REGIONS_OF_ZONES = {
    "Europe/London": "ENG",
    "Europe/Belfast": "NIR",
    "Australia/Sydney": "NSW",
    "Australia/Melbourne": "VIC",
    "Australia/Brisbane": "QLD",
    "Australia/Perth": "WA",
    "Australia/Adelaide": "SA",
    "Australia/Hobart": "TAS",
    "Australia/Darwin": "NT",
    "America/Toronto": "ON",
    "America/Vancouver": "BC",
    "America/Edmonton": "AB",
    "America/Winnipeg": "MB",
    "America/Halifax": "NS",
    "America/St_Johns": "NL",
    "America/Regina": "SK",
}
LANGUAGE = "en"


@dataclass(frozen=True)
class Region:
    country: str
    part: str = ""

    @classmethod
    def of_zone(cls, zone: str) -> "Region | None":
        """Return the country or region of a zone; None where no bank holidays are known."""
        zone = get_global("zone_aliases").get(zone, zone)
        return cls.chosen(get_global("zone_territories").get(zone), REGIONS_OF_ZONES.get(zone, ""))

    @classmethod
    def chosen(cls, country: str | None, part: str | None) -> "Region | None":
        """The region with these codes; the whole country when it has no such part."""
        if country not in countries():
            return None
        return cls(country, part if part in parts(country) else "")


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """The countries whose bank holidays are known, name by code, sorted by name."""
    names = Locale.parse("en_GB").territories
    known = {code: str(names.get(code, code)) for code in holidays.list_supported_countries(include_aliases=False)}
    return dict(sorted(known.items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=64)
def parts(country: str) -> dict[str, str]:
    """The regions of a country, name by code, sorted by name."""
    kind = _kind(country)
    aliases = {code: name for name, code in reversed(getattr(kind, "subdivisions_aliases", {}).items())}
    return dict(sorted(((code, aliases.get(code, code)) for code in kind.subdivisions), key=lambda pair: pair[1]))


def bank_holidays(region: Region, first: date, last: date) -> list[tuple[date, str]]:
    """Return the bank holidays from the first to the last day, in order, with their names."""
    found = [pair for year in range(first.year, last.year + 1) for pair in _of_year(region, year)]
    return [(day, name) for day, name in found if first <= day <= last]


@lru_cache(maxsize=512)
def _of_year(region: Region, year: int) -> tuple[tuple[date, str], ...]:
    kind = _kind(region.country)
    spoken = [language for language in kind.supported_languages if language.startswith(LANGUAGE)]
    found = holidays.country_holidays(
        region.country, subdiv=region.part or None, years=year, language=next(iter(spoken), None)
    )
    return tuple(sorted((day, name.replace("; ", ", ")) for day, name in found.items() if day.year == year))


def _kind(country: str) -> type[holidays.HolidayBase]:
    return type(holidays.country_holidays(country))
