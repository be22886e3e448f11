"""What forms of times have in common: what was typed stays, and each field knows what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.practice.location import Location

LARGEST_ID = 2**31 - 1  # of an integer column
CHOOSE_LOCATIONS = "Choose at least one location."
LOCATION_GONE = "One of the locations that were chosen is no longer yours to choose. Please look at them again."


@dataclass
class Typed:
    """`errors` by field; `problem` is about the whole, or what the verb refused."""

    errors: dict[str, str] = field(default_factory=dict, kw_only=True)
    problem: str | None = field(default=None, kw_only=True)

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors or self.problem)

    def number(self, name: str, text: str, least: int, most: int, unit: str) -> int:
        """A whole number within bounds; `errors` says so when it is none."""
        if text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most:
            return int(text)
        self.errors[name] = f"Give a whole number of {unit} from {least} to {most}."
        return least


def text_of(form: MultiDict[str, str], name: str, most: int = 40) -> str:
    return form.get(name, "").strip()[:most]


def an_id(text: str) -> int:
    """The id that an address or a form names.

    Raises ValueError for whatever no row can have: each engine fails in its own way when it is asked for that.
    """
    number = whole_number(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


def whole_number(text: str) -> int:
    """A number in ASCII digits, however large; raises ValueError for everything else."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def ids_of(form: MultiDict[str, str], name: str) -> frozenset[int]:
    """The numbers that boxes of this name carry; what is none is left out."""
    return frozenset(form.getlist(name, type=whole_number))


def own_locations(form: MultiDict[str, str], locations: Sequence[Location]) -> tuple[frozenset[int], str | None]:
    """Return the chosen ids that are of these locations, and what is wrong when others were chosen besides."""
    own, chosen = {str(location.id): location.id for location in locations}, set(form.getlist("location")) - {""}
    known = frozenset(own[text] for text in chosen & own.keys())
    return known, LOCATION_GONE if known and chosen - own.keys() else None
