"""The only reader of the time. Every moment in Holdfast is an aware UTC datetime."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
