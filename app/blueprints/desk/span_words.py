"""How a change of a span of dates is told to the therapist whose clocks it is on."""

from collections.abc import Iterable

from app.scheduling.spans import Span, union
from app.span_words import dates

__all__ = ["dates", "opened"]


def opened(what: str, span: Span, still_off: Iterable[Span]) -> str:
    """*Mon 21 Dec 2026 is open again.* Unless other time off keeps some or all of it closed."""
    closed = union(still_off)
    if any(starts <= span[0] and span[1] <= ends for starts, ends in closed):
        return f"{what} stays closed by other time off."
    return f"{what} is open again, except for other time off in it." if closed else f"{what} is open again."
