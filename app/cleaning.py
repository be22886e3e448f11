"""Filters that every typed text goes through."""

import unicodedata

from flask_babel import lazy_gettext


def one_line(text: str | None) -> str:
    """Typed text as one line: line breaks and other control characters become spaces, runs of space one.

    Empty when nothing in it can be seen: a name of invisible characters is none.
    """
    printable = (" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text or "")
    line = " ".join("".join(printable).split())
    return line if any(unicodedata.category(letter)[0] in "LNPS" for letter in line) else ""


def several_lines(text: str | None) -> str:
    """Typed text with its line breaks, without other control characters."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(x for x in line if unicodedata.category(x) != "Cc") for line in lines).strip()


MOST_WORDS = 2000
TOO_MANY_WORDS = lazy_gettext("Please shorten this to %(max)s characters.", max=MOST_WORDS)


def words(text: str | None) -> tuple[str, str | None]:
    """A few words as typed into a plain form: cleaned, and what is wrong with them, if anything."""
    cleaned = several_lines(text)
    return cleaned, str(TOO_MANY_WORDS) if len(cleaned) > MOST_WORDS else None
