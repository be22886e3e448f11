"""How a span of dates is told."""

import pytest

from app.blueprints.desk.span_words import dates
from tests.world import at


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("2026-11-24T00:00", "2026-11-25T00:00", "Tue 24 Nov 2026"),
        ("2026-11-24T00:00", "2026-12-08T00:00", "Tue 24 Nov 2026 to Mon 7 Dec 2026"),
        ("2026-11-24T14:00", "2026-11-24T15:00", "Tue 24 Nov 2026, 14:00–15:00"),
        ("2026-11-24T18:00", "2026-11-25T00:00", "Tue 24 Nov 2026, 18:00–24:00"),
        ("2026-11-24T20:00", "2026-11-25T02:00", "Tue 24 Nov 2026, 20:00 to Wed 25 Nov 2026, 02:00"),
        ("2026-11-24T20:00", "2026-11-26T00:00", "Tue 24 Nov 2026, 20:00 to Wed 25 Nov 2026, 24:00"),
    ],
)
def test_whole_days_are_told_without_hours_and_hours_with_them(starts, ends, words):
    assert dates(at(starts), at(ends), "Europe/London") == words
