"""Dates as a therapist types them. What is no such date raises ValueError with a sentence."""

from datetime import date, timedelta

from app import clock

CHOOSE_DATE = "Choose a date."
TOO_FAR = "Choose a date within the next two years."
FURTHEST = timedelta(days=2 * 366)


def day_of(text: str) -> date:
    """A date on which something may end."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(CHOOSE_DATE) from None
    if not 1970 <= day.year <= 9000:
        raise ValueError(TOO_FAR)
    return day


def starting_day_of(text: str) -> date:
    """A date on which something may begin: a slip of the hand in the year must not put it where nobody looks."""
    day = day_of(text)
    if day > clock.now().date() + FURTHEST:
        raise ValueError(TOO_FAR)
    return day
