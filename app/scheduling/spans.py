"""Half-open spans of time, [start, end): pure functions on sorted pairs."""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def union(spans: Iterable[Span], less: Span | None = None) -> list[Span]:
    """The time covered by any of `spans` and not by `less`, as disjoint spans in order."""
    merged: list[Span] = []
    for starts, ends in sorted(spans):
        if merged and starts <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((starts, ends))
    if less is None:
        return merged
    rest = []
    for starts, ends in merged:
        rest += [(starts, min(ends, less[0])), (max(starts, less[1]), ends)]
    return [(starts, ends) for starts, ends in rest if starts < ends]
